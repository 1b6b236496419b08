package inspect_test

import (
	"encoding/binary"
	"testing"

	"parley/internal/inspect"
)

func FuzzOrientation(f *testing.F) {
	tiff := exif(6, binary.BigEndian)
	f.Add(withExif([]byte{0xff, 0xd8}, tiff))
	f.Add(append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("eXIf", tiff)...))
	f.Add(riff("WEBP", riffChunk("EXIF", tiff)))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, mime := range []string{"image/jpeg", "image/png", "image/webp", "image/gif"} {
			if o := inspect.OrientationOf(mime, content); o < 1 || o > 8 {
				t.Errorf("%s is turned by %d", mime, o)
			}
		}
	})
}
