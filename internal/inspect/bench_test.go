package inspect_test

import (
	"bytes"
	"image"
	"testing"

	"parley/internal/inspect"
)

// What examining costs, the process included: the smallest picture shows what that takes alone.
func BenchmarkExamine(b *testing.B) {
	for _, c := range []struct {
		name    string
		content []byte
	}{
		{"png-1-pixel", asPNG(b, picture(1, 1))},
		{"jpeg-12-megapixels", asJPEG(b, noisy(4000, 3000))},
		{"png-50-megapixels", asPNG(b, picture(8000, 6250))},
		{"pdf-300-pages", asPDF(300)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.content)))
			for b.Loop() {
				if _, err := inspect.Examine(b.Context(), inspect.Sniff(c.content), bytes.NewReader(c.content), inspect.DefaultBounds()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// noisy is a picture that does not compress to nothing.
func noisy(w, h int) image.Image {
	p := picture(w, h)
	state := uint32(1)
	for i := range p.Pix {
		state = state*1664525 + 1013904223
		p.Pix[i] ^= byte(state >> 29)
	}
	for i := 3; i < len(p.Pix); i += 4 {
		p.Pix[i] = 255
	}
	return p
}
