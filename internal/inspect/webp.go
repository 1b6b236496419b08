package inspect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"iter"

	"golang.org/x/image/webp"
)

const chunkHeader = 8

// chunks are the parts of a RIFF, by their names; what is cut off is left out.
func chunks(riff []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(riff) >= chunkHeader {
			size := int64(binary.LittleEndian.Uint32(riff[4:]))
			if chunkHeader+size > int64(len(riff)) || !yield(string(riff[:4]), riff[chunkHeader:chunkHeader+size]) {
				return
			}
			riff = riff[min(chunkHeader+size+size%2, int64(len(riff))):]
		}
	}
}

// webpChunks are those behind "RIFF", the size and "WEBP".
func webpChunks(content []byte) iter.Seq2[string, []byte] {
	return chunks(content[min(12, len(content)):])
}

// webpExif returns the EXIF block of a WebP. Some writers begin it as in a JPEG.
func webpExif(content []byte) []byte {
	for name, chunk := range webpChunks(content) {
		if name == "EXIF" {
			return bytes.TrimPrefix(chunk, []byte("Exif\x00\x00"))
		}
	}
	return nil
}

// decodeWebP decodes a WebP, of an animation the first frame, which the decoder does not know: it is given to it as a picture.
func decodeWebP(r io.Reader) (image.Image, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	picture := content
	const frameHeader = 16 // place, size, duration, flags
	for name, chunk := range webpChunks(content) {
		if name == "ANMF" && len(chunk) > frameHeader {
			picture = asPicture(chunk[:frameHeader], chunk[frameHeader:])
			break
		}
	}
	if err := fitsCanvas(content, picture); err != nil {
		return nil, err
	}
	return webp.Decode(bytes.NewReader(picture))
}

// fitsCanvas refuses a picture whose pixels are more than the header says by which it was judged.
func fitsCanvas(content, picture []byte) error {
	canvas, err := webp.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return err
	}
	for name, pixels := range webpChunks(picture) {
		if name != "VP8 " && name != "VP8L" {
			continue
		}
		alone := chunk("RIFF", append([]byte("WEBP"), chunk(name, pixels)...))
		if c, err := webp.DecodeConfig(bytes.NewReader(alone)); err != nil || c.Width > canvas.Width || c.Height > canvas.Height {
			return fmt.Errorf("%w: its pixels do not fit into it", ErrDamaged)
		}
	}
	return nil
}

// asPicture makes a WebP of a frame: its chunks behind a header that has its size and says whether something shows through.
func asPicture(header, frame []byte) []byte {
	const alpha = 1 << 4
	extended := make([]byte, 10)
	copy(extended[4:], header[6:12]) // width and height, less one
	for name := range chunks(frame) {
		if name == "ALPH" {
			extended[0] = alpha
		}
	}
	content := append(chunk("VP8X", extended), frame...)
	return chunk("RIFF", append([]byte("WEBP"), content...))
}

func chunk(name string, content []byte) []byte {
	c := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
	return append(c, content...)
}
