package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	scale "golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

var (
	// ErrTooManyPixels says that a picture is larger than the limit: it is never decoded.
	ErrTooManyPixels = errors.New("the picture has more pixels than are decoded")
	// ErrDamaged says that what begins as a picture is none.
	ErrDamaged = errors.New("the picture is damaged")
)

const (
	longestSide  = 65535 // a longer one is in no camera and in no browser, and scaling it takes memory by its length
	thumbnail    = 320   // the longest side of a thumbnail
	jpegQuality  = 80
	headOfPixels = 1 << 20 // how far behind its beginning a picture says its size; profiles and previews come before it
)

// CheckPixels refuses a picture that would be larger than the limit when decoded, ErrTooManyPixels, or that does not say how large
// it is, ErrDamaged. It reads the header alone, at most a megabyte, and is cheap: it is for the moment of upload. What is not a
// picture passes.
func CheckPixels(t Type, r io.Reader, limit int) error {
	if t.Kind() != Image {
		return nil
	}
	_, err := size(t.MIME, io.LimitReader(r, headOfPixels), limit)
	return err
}

// format is how pictures of one type are read. There is no registry to ask: what the bytes were found to be is what they are
// decoded as.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

func formatOf(mime string) format {
	switch mime {
	case mimePNG:
		return format{png.DecodeConfig, png.Decode}
	case mimeJPEG:
		return format{jpeg.DecodeConfig, jpeg.Decode}
	case mimeGIF:
		return format{gif.DecodeConfig, gif.Decode} // the first frame
	default:
		return format{webp.DecodeConfig, decodeWebP}
	}
}

// size is how large a picture is as it is stored, if that is within the limit.
func size(mime string, r io.Reader, limit int) (image.Point, error) {
	config, err := formatOf(mime).config(r)
	if err != nil {
		return image.Point{}, fmt.Errorf("%w: reading its header: %v", ErrDamaged, err)
	}
	w, h := config.Width, config.Height
	switch {
	case w <= 0 || h <= 0:
		return image.Point{}, fmt.Errorf("%w: it has no pixels", ErrDamaged)
	case w > longestSide || h > longestSide || int64(w)*int64(h) > int64(limit):
		return image.Point{}, fmt.Errorf("%w: %d × %d", ErrTooManyPixels, w, h)
	}
	return image.Pt(w, h), nil
}

// examineImage finds what clients show of a picture. One that breaks off behind its header has a size and no thumbnail.
func examineImage(mime string, content []byte, limit int) (Findings, error) {
	stored, err := size(mime, bytes.NewReader(content), limit)
	if err != nil {
		return Findings{}, err
	}
	o := orientationOf(mime, content)
	upright := o.turned(stored)
	f := Findings{Width: upright.X, Height: upright.Y, Orientation: int(o)}
	picture, err := formatOf(mime).decode(bytes.NewReader(content))
	if err != nil {
		return f, nil // browsers show what there is of it
	}
	f.Thumbnail, f.ThumbnailType, err = encode(turn(shrink(picture), o))
	return f, err
}

// shrink returns the picture with no side longer than a thumbnail's. It is scaled as it is stored, and turned when it is small.
func shrink(picture image.Image) *image.NRGBA {
	from := picture.Bounds()
	to := image.Rectangle{Max: fit(from.Size())}
	small := image.NewNRGBA(to)
	if to.Size() == from.Size() {
		draw.Draw(small, to, picture, from.Min, draw.Src)
		return small
	}
	scale.CatmullRom.Scale(small, to, picture, from, draw.Src, nil)
	return small
}

// fit is the size of a thumbnail: of the same shape, at least a pixel, and never larger than the picture.
func fit(size image.Point) image.Point {
	longest := max(size.X, size.Y)
	if longest <= thumbnail {
		return size
	}
	return image.Pt(max(1, size.X*thumbnail/longest), max(1, size.Y*thumbnail/longest))
}

// turn returns the picture as it is looked at.
func turn(stored *image.NRGBA, o orientation) *image.NRGBA {
	if o == upright {
		return stored
	}
	size := o.turned(stored.Bounds().Size())
	turned := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			at := o.source(image.Pt(x, y), size)
			turned.SetNRGBA(x, y, stored.NRGBAAt(at.X, at.Y))
		}
	}
	return turned
}

// encode writes a thumbnail as JPEG, or as PNG where something shows through.
func encode(small *image.NRGBA) (content []byte, mime string, err error) {
	var b bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&b, small, &jpeg.Options{Quality: jpegQuality})
		return b.Bytes(), mimeJPEG, err
	}
	err = png.Encode(&b, small)
	return b.Bytes(), mimePNG, err
}
