package inspect_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"testing"

	"parley/internal/inspect"
)

// What the corners of a picture that is stored ABCD are when it is looked at, by EXIF's definition of the values 1 to 8.
var upright = []string{"ABCD", "BADC", "CDAB", "DCBA", "ADCB", "DABC", "CBAD", "BCDA"}

func TestAPictureStandsUpright(t *testing.T) {
	t.Parallel()
	stored := picture(640, 400)
	for i, want := range upright {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			tiff := exif(uint16(i+1), order)
			for name, content := range map[string][]byte{"JPEG": withExif(asJPEG(t, stored), tiff), "PNG": pngWithExif(t, stored, tiff)} {
				wantUpright(t, name, found(t, content), i+1, want)
			}
		}
	}
}

func wantUpright(t *testing.T, name string, f inspect.Findings, orientation int, want string) {
	t.Helper()
	w, h, size := 640, 400, image.Pt(320, 200)
	if orientation >= 5 {
		w, h, size = h, w, image.Pt(200, 320)
	}
	if f.Width != w || f.Height != h || f.Orientation != orientation {
		t.Errorf("%s, orientation %d: it is %d × %d, turned by %d", name, orientation, f.Width, f.Height, f.Orientation)
	}
	if got := thumbnailSize(t, f); got != size {
		t.Errorf("%s, orientation %d: its thumbnail is %v, want %v", name, orientation, got, size)
	}
	if got := letters(t, f); got != want {
		t.Errorf("%s, orientation %d: its corners are %s, want %s", name, orientation, got, want)
	}
}

func pngWithExif(t testing.TB, p image.Image, tiff []byte) []byte {
	t.Helper()
	content := asPNG(t, p)
	end := bytes.LastIndex(content, []byte("IEND")) - 4
	return bytes.Join([][]byte{content[:end], pngChunk("eXIf", tiff), content[end:]}, nil)
}

func TestAnOrientationThatMakesNoSenseIsUpright(t *testing.T) {
	t.Parallel()
	content := asJPEG(t, picture(40, 20))
	for name, tiff := range map[string][]byte{
		"0":               exif(0, binary.LittleEndian),
		"9":               exif(9, binary.LittleEndian),
		"nothing":         nil,
		"a broken header": []byte("II*\x00\xff\xff\xff\xff"),
		"cut off":         exif(6, binary.BigEndian)[:15],
	} {
		if f := found(t, withExif(content, tiff)); f.Orientation != 1 || f.Width != 40 || letters(t, f) != "ABCD" {
			t.Errorf("%s: turned by %d", name, f.Orientation)
		}
	}
}

func TestASmallPictureStaysAsItIs(t *testing.T) {
	t.Parallel()
	f := found(t, asPNG(t, picture(33, 21)))
	if got := thumbnailSize(t, f); got != image.Pt(33, 21) || f.ThumbnailType != "image/jpeg" || letters(t, f) != "ABCD" {
		t.Errorf("its thumbnail is a %s of %v", f.ThumbnailType, got)
	}
}

func TestAThinPictureKeepsAPixel(t *testing.T) {
	t.Parallel()
	f := found(t, asPNG(t, picture(4000, 2)))
	if got := thumbnailSize(t, f); got != image.Pt(320, 1) {
		t.Errorf("its thumbnail is %v", got)
	}
}

func TestWhatShowsThroughStaysSo(t *testing.T) {
	t.Parallel()
	p := picture(640, 640)
	for y := range 320 {
		for x := range 320 {
			p.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	for _, content := range [][]byte{asPNG(t, p), asGIF(t, p)} {
		f := found(t, content)
		if f.ThumbnailType != "image/png" {
			t.Errorf("its thumbnail is %s", f.ThumbnailType)
		}
		if got := letters(t, f); got != "?BCD" {
			t.Errorf("its corners are %s", got)
		}
	}
}

func TestAnAnimationShowsItsFirstFrame(t *testing.T) {
	t.Parallel()
	second := image.NewNRGBA(image.Rect(0, 0, 640, 400))
	f := found(t, asGIF(t, picture(640, 400), second))
	if f.Width != 640 || f.Height != 400 || letters(t, f) != "ABCD" {
		t.Errorf("%d × %d, corners %s", f.Width, f.Height, letters(t, f))
	}
}

func TestWebP(t *testing.T) {
	t.Parallel()
	left := func(w int) func(x, y int) bool { return func(x, _ int) bool { return x < w/2 } }
	frame := func(bits []byte) []byte {
		header := append(append(make([]byte, 6), append(uint24(639), uint24(399)...)...), make([]byte, 4)...)
		return riffChunk("ANMF", append(header, riffChunk("VP8L", bits)...))
	}
	const animated, exifFlag = 1 << 1, 1 << 3
	turned := riff("WEBP", vp8x(exifFlag, 640, 400), riffChunk("VP8L", vp8l(640, 400, left(640))), riffChunk("ODD ", []byte("odd")), riffChunk("EXIF", exif(6, binary.BigEndian)))
	animation := riff("WEBP", vp8x(animated, 640, 400), riffChunk("ANIM", make([]byte, 6)),
		frame(vp8l(640, 400, left(640))), frame(vp8l(640, 400, func(_, _ int) bool { return false })))
	for name, c := range map[string]struct {
		content []byte
		size    image.Point
		corners string // black is none of the four
	}{
		"a picture": {asWebP(640, 400, left(640)), image.Pt(640, 400), "A??A"},
		"turned":    {turned, image.Pt(400, 640), "AA??"},
		"animation": {animation, image.Pt(640, 400), "A??A"},
	} {
		f := found(t, c.content)
		if f.Width != c.size.X || f.Height != c.size.Y || len(f.Thumbnail) == 0 || letters(t, f) != c.corners {
			t.Errorf("%s: %d × %d, corners %s", name, f.Width, f.Height, letters(t, f))
		}
	}
}

func TestABombIsRefusedBeforeItIsDecoded(t *testing.T) {
	t.Parallel()
	screen := []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;")
	for name, content := range map[string][]byte{
		"PNG":                bombPNG(30_000, 30_000),
		"PNG, some too many": bombPNG(50_000, 1001),
		"PNG, overflowing":   bombPNG(70_000, 1),
		"GIF":                screen,
		"WebP":               riff("WEBP", vp8x(0, 1<<15, 1<<15), riffChunk("VP8L", vp8l(1, 1, func(_, _ int) bool { return true }))),
	} {
		kind := inspect.Sniff(content)
		wantIs(t, inspect.CheckPixels(kind, bytes.NewReader(content), 50_000_000), inspect.ErrTooManyPixels)
		_, err := examine(t, content)
		if wantIs(t, err, inspect.ErrTooManyPixels); t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestPixelsUpToTheLimitPass(t *testing.T) {
	t.Parallel()
	kind := inspect.Type{MIME: "image/png"}
	if err := inspect.CheckPixels(kind, bytes.NewReader(bombPNG(50_000, 1000)), 50_000_000); err != nil {
		t.Error(err)
	}
	wantIs(t, inspect.CheckPixels(kind, bytes.NewReader(bombPNG(50_000, 1000)), 49_999_999), inspect.ErrTooManyPixels)
	if err := inspect.CheckPixels(inspect.Type{MIME: "text/plain"}, bytes.NewReader(nil), 1); err != nil {
		t.Error(err)
	}
}

func TestADamagedPicture(t *testing.T) {
	t.Parallel()
	whole := asJPEG(t, picture(640, 400))
	_, err := examine(t, whole[:30])
	wantIs(t, err, inspect.ErrDamaged)
	wantIs(t, inspect.CheckPixels(inspect.Sniff(whole), bytes.NewReader(whole[:30]), 1<<30), inspect.ErrDamaged)
	if f := found(t, whole[:len(whole)/2]); f.Width != 640 || f.Height != 400 || f.Thumbnail != nil {
		t.Errorf("half of one: %d × %d, %d bytes of thumbnail", f.Width, f.Height, len(f.Thumbnail))
	}
}

// A header that says little, with pixels that are many: they are a frame's, or the picture's own.
func TestABombBehindASmallHeader(t *testing.T) {
	t.Parallel()
	const side = 15_000
	var pixels []byte // without loss, and all the same: each of five codes has one symbol, which takes no bits
	header := uint32(side-1) | uint32(side-1)<<14
	pixels = binary.LittleEndian.AppendUint32(append(pixels, 0x2f), header)
	for range 5 { // of the 23 bits that follow, every fourth behind the third is set
		pixels = append(pixels, 0x88)
	}
	canvas, frame := make([]byte, 10), make([]byte, 16)
	frame[6], frame[7] = byte((side-1)&0xff), byte((side-1)>>8)
	frame[9], frame[10] = frame[6], frame[7]
	small := riffChunk("VP8X", canvas)
	for name, content := range map[string][]byte{
		"frame":   slices.Concat(small, riffChunk("ANMF", slices.Concat(frame, riffChunk("VP8L", pixels)))),
		"picture": slices.Concat(small, riffChunk("VP8L", pixels)),
	} {
		f, err := examine(t, riffChunk("RIFF", append([]byte("WEBP"), content...)))
		if err != nil || f.Width != 1 || len(f.Thumbnail) > 0 {
			t.Errorf("%s: %d pixels wide, a thumbnail of %d bytes, %v", name, f.Width, len(f.Thumbnail), err)
		}
	}
}
