package inspect_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"parley/internal/inspect"
)

func TestPDFsSayHowManyPagesTheyHave(t *testing.T) {
	t.Parallel()
	for _, want := range []int{1, 300} {
		content := asPDF(want)
		for name, content := range map[string][]byte{
			"plain":                        content,
			"in object streams":            rewritten(t, content, nil),
			"encrypted, but for reading":   rewritten(t, content, &lock{owner: "owner"}),
			"without its table of objects": content[:bytes.LastIndex(content, []byte("xref\n0"))],
		} {
			if f := found(t, content); f.Pages != want || f.Width != 0 || f.Thumbnail != nil {
				t.Errorf("%s: %d pages, want %d", name, f.Pages, want)
			}
		}
	}
}

// lock is how a PDF is encrypted.
type lock struct{ user, owner string }

// rewritten is the PDF as pdfcpu writes it.
func rewritten(t testing.TB, content []byte, l *lock) []byte {
	t.Helper()
	settings := &model.Configuration{
		Reader15: true, ValidationMode: model.ValidationRelaxed, Offline: true, Eol: "\n",
		WriteObjectStream: true, WriteXRefStream: true, Limits: model.DefaultResourceLimits(),
	}
	var b bytes.Buffer
	write := api.Optimize
	if l != nil {
		settings.UserPW, settings.OwnerPW = l.user, l.owner
		settings.EncryptUsingAES, settings.EncryptKeyLength = true, 256
		write = api.Encrypt
	}
	if err := write(bytes.NewReader(content), &b, settings); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPDFThatCannotBeReadIsNoFailure(t *testing.T) {
	t.Parallel()
	whole := asPDF(3)
	for name, content := range map[string][]byte{
		"encrypted":           rewritten(t, whole, &lock{user: "user", owner: "owner"}),
		"nothing but a title": []byte("%PDF-1.7\n"),
		"cut off":             whole[:60],
		"noise":               append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("\x00\xff<<>>[("), 5000)...),
		"a count that lies":   pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 999999/Kids[]>>"),
		"a negative count":    pdfOf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count -7/Kids[]>>"),
		"no catalogue":        pdfOf("<<>>"),
		"its own pages":       pdfOf("<</Type/Catalog/Pages 1 0 R>>"),
	} {
		if f, err := examine(t, content); err != nil || f.Pages != 0 {
			t.Errorf("%s: %d pages (%v)", name, f.Pages, err)
		}
	}
}

// A hostile document may be told of as far as it goes, or be refused, but it does no more, and not for long.
func TestHostileDocumentsDoNoHarm(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"a PDF that inflates to gigabytes": inflatingPDF(t),
		"a PDF that is nested for ever":    pdfOf("<</Type/Catalog/Pages 2 0 R/X " + strings.Repeat("[", 2_000_000) + ">>"),
		"a PDF of dictionaries for ever":   pdfOf("<</Type/Catalog/Pages 2 0 R/X " + strings.Repeat("<</A", 1_000_000) + ">>"),
		"a PDF with tables in a ring":      ringPDF(),
		"a PDF of a billion objects":       hugeTablePDF(),
		"a PNG that is cut off":            bombPNG(7000, 7000),
	} {
		began := time.Now()
		f, err := examine(t, content)
		if err != nil && !errors.Is(err, inspect.ErrHostile) {
			t.Errorf("%s: %v", name, err)
		}
		if f.Pages > 1 {
			t.Errorf("%s: %d pages", name, f.Pages)
		}
		t.Logf("%s: %d bytes, %v, %v", name, len(content), time.Since(began).Round(time.Millisecond), err)
	}
}

// inflatingPDF has its table of objects in a stream of four gigabytes.
func inflatingPDF(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	var ends [2]int
	for i := range ends { // once the window is full of zeros, every further megabyte of them comes out as the same bytes
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		ends[i] = b.Len()
	}
	megabyte := b.Bytes()[ends[0]:ends[1]]
	stream := append(bytes.Clone(b.Bytes()[:ends[0]]), bytes.Repeat(megabyte, 4<<10)...)
	return fmt.Appendf(nil, "%%PDF-1.7\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n",
		len(stream), stream)
}

// ringPDF has a table that goes on in itself.
func ringPDF() []byte {
	content := asPDF(1)
	table := bytes.LastIndex(content, []byte("xref\n0"))
	return bytes.Replace(content, []byte("trailer\n<<"), fmt.Appendf(nil, "trailer\n<</Prev %d", table), 1)
}

func hugeTablePDF() []byte {
	return bytes.Replace(asPDF(1), []byte("xref\n0 4"), []byte("xref\n0 999999999"), 1)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	content := asPNG(t, picture(4000, 4000)) // 64 MB when decoded
	bounds := inspect.DefaultBounds()
	bounds.Memory = 32 << 20
	_, err := inspect.Examine(t.Context(), inspect.Sniff(content), bytes.NewReader(content), bounds)
	wantIs(t, err, inspect.ErrHostile)
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	content := asPNG(t, picture(4000, 4000))
	all := make(chan struct{})
	bounds := inspect.DefaultBounds()
	bounds.Time = 50 * time.Millisecond
	_, err := inspect.Examine(t.Context(), inspect.Sniff(content), &telling{bytes.NewReader(content), func() { close(all) }}, bounds)
	select {
	case <-all:
		wantIs(t, err, inspect.ErrHostile)
	default:
		wantIs(t, err, context.DeadlineExceeded) // not even read: this machine is slow today
	}
}

// telling says when all was read, before who reads can know it.
type telling struct {
	io.Reader
	all func()
}

func (r *telling) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		r.all()
	}
	return n, err
}

var errBroken = errors.New("the storage broke")

func TestWhatIsNotOfTheDocumentIsTriedAgain(t *testing.T) {
	t.Parallel()
	picture := asPNG(t, picture(40, 40))
	kind := inspect.Sniff(picture)
	broken := io.MultiReader(bytes.NewReader(picture[:50]), &failing{errBroken})
	_, err := inspect.Examine(t.Context(), kind, broken, inspect.DefaultBounds())
	if wantIs(t, err, errBroken); errors.Is(err, inspect.ErrHostile) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = inspect.Examine(ctx, kind, bytes.NewReader(picture), inspect.DefaultBounds())
	if wantIs(t, err, context.Canceled); errors.Is(err, inspect.ErrHostile) {
		t.Error(err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	_, err = inspect.Examine(ctx, kind, &telling{bytes.NewReader(picture), cancel}, inspect.DefaultBounds())
	if wantIs(t, err, context.Canceled); errors.Is(err, inspect.ErrHostile) {
		t.Error(err)
	}
	hanging, hung := io.Pipe()
	defer hung.Close()
	bounds := inspect.DefaultBounds()
	bounds.Time = 200 * time.Millisecond
	_, err = inspect.Examine(t.Context(), kind, hanging, bounds)
	if wantIs(t, err, context.DeadlineExceeded); errors.Is(err, inspect.ErrHostile) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestNothingIsReadOfWhatShowsNothing(t *testing.T) {
	t.Parallel()
	f, err := inspect.Examine(t.Context(), inspect.Sniff([]byte("text")), &failing{errBroken}, inspect.Bounds{})
	if err != nil || f.Thumbnail != nil {
		t.Errorf("found %v (%v)", f, err)
	}
}

func TestNoThumbnailHasWhatThePictureSaysOfItself(t *testing.T) {
	t.Parallel()
	f := found(t, withExif(asJPEG(t, picture(640, 400)), append(exif(1, binary.BigEndian), "51.5074 N 0.1278 W"...)))
	if bytes.Contains(f.Thumbnail, []byte("51.5074")) || bytes.Contains(f.Thumbnail, []byte("Exif")) {
		t.Error("the thumbnail says where it was taken")
	}
}

func TestNothingIsWrittenToTheHome(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		t.Setenv(name, home)
	}
	found(t, asPDF(1))
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("there is %v (%v)", left, err)
	}
}
