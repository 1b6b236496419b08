package inspect_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parley/internal/inspect"
)

// secret is what the environment of a server has, and no process that examines may have: the first test would fail.
const secret = "PARLEY_INSPECT_TEST_SECRET"

func TestMain(m *testing.M) {
	if os.Getenv(secret) == "" {
		inspect.Main(os.Args)
	}
	if err := os.Setenv(secret, "known"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// examine examines the bytes as what they are.
func examine(t testing.TB, content []byte) (inspect.Findings, error) {
	t.Helper()
	return inspect.Examine(t.Context(), inspect.Sniff(content), bytes.NewReader(content), inspect.DefaultBounds())
}

// found is what examining the bytes finds.
func found(t testing.TB, content []byte) inspect.Findings {
	t.Helper()
	f, err := examine(t, content)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wantIs(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("want %q, have %v", target, err)
	}
}

// The colours that a picture of the tests has in its corners, clockwise from the upper left.
var corners = [4]color.NRGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {R: 255, G: 255, A: 255}}

// picture has a colour in each quarter.
func picture(w, h int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p.SetNRGBA(x, y, corners[quarter(x, y, w, h)])
		}
	}
	return p
}

func quarter(x, y, w, h int) int {
	switch right, below := x >= w/2, y >= h/2; {
	case right && below:
		return 2
	case below:
		return 3
	case right:
		return 1
	}
	return 0
}

// letters names the corners of a thumbnail, clockwise: "ABCD" is as picture has them.
func letters(t testing.TB, f inspect.Findings) string {
	t.Helper()
	p, _, err := image.Decode(bytes.NewReader(f.Thumbnail))
	if err != nil {
		t.Fatalf("the thumbnail: %v", err)
	}
	right, bottom := p.Bounds().Dx()-1, p.Bounds().Dy()-1
	var all []byte
	for _, at := range []image.Point{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}} {
		all = append(all, letter(p.At(at.X, at.Y)))
	}
	return string(all)
}

func letter(c color.Color) byte {
	for i, corner := range corners {
		if near(c, corner) {
			return "ABCD"[i]
		}
	}
	return '?'
}

func near(a, b color.Color) bool {
	const tolerance = 0x3000
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	for _, d := range []int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb), int(aa) - int(ba)} {
		if d > tolerance || d < -tolerance {
			return false
		}
	}
	return true
}

func thumbnailSize(t testing.TB, f inspect.Findings) image.Point {
	t.Helper()
	config, _, err := image.DecodeConfig(bytes.NewReader(f.Thumbnail))
	if err != nil {
		t.Fatalf("the thumbnail: %v", err)
	}
	return image.Pt(config.Width, config.Height)
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asGIF is an animation of the pictures.
func asGIF(t testing.TB, pictures ...image.Image) []byte {
	t.Helper()
	g := &gif.GIF{}
	for _, p := range pictures {
		frame := image.NewPaletted(p.Bounds(), color.Palette{corners[0], corners[1], corners[2], corners[3], color.Transparent})
		for y := range p.Bounds().Dy() {
			for x := range p.Bounds().Dx() {
				frame.Set(x, y, p.At(x, y))
			}
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a block with one entry before the orientation, in either byte order.
func exif(o uint16, order binary.AppendByteOrder) []byte {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x0100, 640}, {0x0112, o}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = order.AppendUint16(b, 0)
	}
	return order.AppendUint32(b, 0)
}

// withExif puts the block into a JPEG, as cameras do.
func withExif(jpeg, tiff []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), tiff...)
	b := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(2+len(segment)))
	return append(append(b, segment...), jpeg[2:]...)
}

// pngChunk is a chunk with its checksum.
func pngChunk(name string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, name...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// bombPNG says that it has so many grey pixels, and has but one line of them.
func bombPNG(w, h uint32) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(header, 8, 0, 0, 0, 0))...)
	b = append(b, pngChunk("IDAT", deflated(make([]byte, w+1)))...)
	return append(b, pngChunk("IEND", nil)...)
}

func deflated(content []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(content) // to memory
	_ = w.Close()
	return b.Bytes()
}

// asWebP is a lossless WebP of two colours, red and black: every pixel is one bit.
func asWebP(w, h int, isRed func(x, y int) bool) []byte {
	return riff("WEBP", riffChunk("VP8L", vp8l(w, h, isRed)))
}

func vp8l(w, h int, isRed func(x, y int) bool) []byte {
	var b bits
	b.put(0x2f, 8)
	b.put(w-1, 14)
	b.put(h-1, 14)
	b.put(0, 1+3)                                                    // no alpha; version
	b.put(0, 3)                                                      // no transform, no colour cache, one set of codes
	simple := func(symbol int) { b.put(0b101, 3); b.put(symbol, 8) } // a code of one symbol takes no bits
	simple(0)                                                        // green
	b.put(0b111, 3)                                                  // red: two symbols, 0 and 255
	b.put(0, 8)
	b.put(255, 8)
	simple(0)   // blue
	simple(255) // alpha
	simple(0)   // distance
	for y := range h {
		for x := range w {
			if isRed(x, y) {
				b.put(1, 1)
			} else {
				b.put(0, 1)
			}
		}
	}
	return b.bytes
}

type bits struct {
	bytes []byte
	n     int
}

func (b *bits) put(value, count int) {
	for i := range count {
		if b.n%8 == 0 {
			b.bytes = append(b.bytes, 0)
		}
		b.bytes[b.n/8] |= byte(value>>i&1) << (b.n % 8)
		b.n++
	}
}

func riffChunk(name string, content []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
	b = append(b, content...)
	return append(b, make([]byte, len(content)%2)...)
}

func riff(form string, chunks ...[]byte) []byte {
	return riffChunk("RIFF", append([]byte(form), bytes.Join(chunks, nil)...))
}

// vp8x is the header of a WebP with more than a picture in it.
func vp8x(flags byte, w, h int) []byte {
	return riffChunk("VP8X", append([]byte{flags, 0, 0, 0}, append(uint24(w-1), uint24(h-1)...)...))
}

func uint24(n int) []byte { return []byte{byte(n), byte(n >> 8), byte(n >> 16)} }

// asPDF is a PDF of so many empty pages.
func asPDF(pages int) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", ""}
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", i+3)
		objects = append(objects, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>")
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", pages, kids.String())
	return pdfOf(objects...)
}

// pdfOf is a PDF of the objects, of which the first is the catalogue.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var places []int
	for i, o := range objects {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, p := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", p)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
