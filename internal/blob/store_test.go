package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/blob"
)

const mib = 1 << 20

func TestWhatIsPutIsThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		for i, size := range []int{0, 1, 100_000, 5 * mib, 5*mib + 1, 25 * mib} {
			for _, said := range []int64{int64(size), -1} {
				name, want := fmt.Sprintf("doc_%d/original-%t", i, said < 0), content(uint64(i), size)
				n, err := b.Put(t.Context(), name, only(bytes.NewReader(want)), said)
				if err != nil || n != int64(size) {
					t.Fatalf("%d bytes, %s: put %d: %v", size, sizeName(said), n, err)
				}
				expect(t, b, name, want)
			}
		}
		if left := b.left(); len(left) != 12 {
			t.Errorf("12 blobs are %q", left)
		}
	})
}

func TestABlobReadsAndSeeksAsReadersDo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		want := content(1, 3000)
		mustPut(t, b, "a", want)
		if err := iotest.TestReader(mustOpen(t, b, "a"), want); err != nil {
			t.Error(err)
		}
		if _, err := mustOpen(t, b, "a").Seek(-1, io.SeekStart); err == nil {
			t.Error("there is something before the beginning")
		}
	})
}

func TestRanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		want := content(1, 6*mib)
		mustPut(t, b, "a", want)
		for _, tt := range []struct {
			header string
			want   []byte
		}{
			{"bytes=0-0", want[:1]},
			{"bytes=100-299", want[100:300]},
			{"bytes=6291400-", want[6291400:]},
			{"bytes=-7", want[len(want)-7:]},
		} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Header.Set("Range", tt.header)
			w := httptest.NewRecorder()
			http.ServeContent(w, r, "a.bin", time.Time{}, mustOpen(t, b, "a"))
			if w.Code != http.StatusPartialContent || !bytes.Equal(w.Body.Bytes(), tt.want) {
				t.Errorf("%s: %d with %d bytes", tt.header, w.Code, w.Body.Len())
			}
		}
	})
}

func TestPutReplacesWhatWasThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		mustPut(t, b, "a", content(1, 6*mib))
		mustPut(t, b, "a", content(2, 100))
		expect(t, b, "a", content(2, 100))
		if left := b.left(); len(left) != 1 {
			t.Errorf("one blob is %q", left)
		}
	})
}

// Who reads while another replaces must not get the beginning of one and the end of the other.
func TestABlobThatIsOpenIsNotMixedWithWhatReplacesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		before := content(1, 1000)
		mustPut(t, b, "a", before)
		opened := mustOpen(t, b, "a")
		mustPut(t, b, "a", content(2, 1000))
		got, err := io.ReadAll(opened)
		if err == nil && !bytes.Equal(got, before) {
			t.Error("what was opened became what replaced it")
		}
	})
}

func TestRemove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		for _, name := range []string{"doc_1/original", "doc_1/thumbnail", "doc_1/other"} {
			mustPut(t, b, name, content(1, 10))
		}
		if err := b.Remove(t.Context(), "doc_1/original", "doc_2/original", "doc_1/thumbnail"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Open(t.Context(), "doc_1/original"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("what was removed: %v", err)
		}
		expect(t, b, "doc_1/other", content(1, 10))
		if left := b.left(); len(left) != 1 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		if _, err := b.Open(t.Context(), "doc_1/original"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("it is %v", err)
		}
	})
}

var errTorn = errors.New("the line is torn")

func TestAReaderThatFailsLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		before, given := content(1, 100), content(2, 7*mib)
		mustPut(t, b, "a", before)
		for _, torn := range []error{errTorn, io.ErrUnexpectedEOF, fmt.Errorf("read: %w", io.EOF)} {
			for _, after := range []int{0, 1, 5 * mib, 7 * mib} {
				// The last is a reader that fails where it should have ended, such as one that checks a sum.
				for _, size := range []int64{-1, 8 * mib, int64(after)} {
					r := io.MultiReader(bytes.NewReader(given[:after]), iotest.ErrReader(torn))
					n, err := b.Put(t.Context(), "a", r, size)
					if !errors.Is(err, torn) || n != 0 {
						t.Errorf("%s, torn after %d: %d, %v", sizeName(size), after, n, err)
					}
				}
			}
		}
		expect(t, b, "a", before)
		if left := b.left(); len(left) != 1 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestWhatIsNotOfTheSizeThatWasSaidIsNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		for _, said := range []int64{0, 1, 99, 101, 200_000, 6 * mib} {
			for _, r := range []io.Reader{bytes.NewReader(content(1, 100)), iotest.OneByteReader(bytes.NewReader(content(1, 100))), iotest.DataErrReader(bytes.NewReader(content(1, 100)))} {
				if _, err := b.Put(t.Context(), "a", r, said); err == nil {
					t.Errorf("100 bytes are kept as %d", said)
				}
			}
		}
		if left := b.left(); len(left) != 0 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestAContextThatEndsLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		given := content(1, 12*mib)
		for _, after := range []int{0, 1000, 6 * mib} {
			for _, size := range []int64{-1, 12 * mib} {
				ctx, cancel := context.WithCancel(t.Context())
				r := io.MultiReader(bytes.NewReader(given[:after]), cancels{cancel}, bytes.NewReader(given[after:]))
				if _, err := b.Put(ctx, "a", r, size); !errors.Is(err, context.Canceled) {
					t.Errorf("%s, cancelled after %d: %v", sizeName(size), after, err)
				}
			}
		}
		if left := b.left(); len(left) != 0 {
			t.Errorf("left: %q", left)
		}
	})
}

// cancels is an empty reader that cancels when it is come to.
type cancels struct{ cancel func() }

func (c cancels) Read([]byte) (int, error) {
	c.cancel()
	return 0, io.EOF
}

func TestNamesThatAreNotOursAreRefused(t *testing.T) {
	t.Parallel()
	names := []string{
		"", "/", ".", "..", "../a", "a/../b", "a/..", "./a", "a/.", "/a", "a/", "a//b", "a/./b", ".incoming/x", ".a", "a/.b", "A", "doc_É",
		"a b", "a\x00", "a\n", "a\\b", "..\\a", "a+b", "a%2fb", "a:b", "a?b", "a#b", "C:", "~", "a\u202eb", strings.Repeat("a", 201), "con/aux:",
	}
	each(t, func(t *testing.T, b backend) {
		for _, name := range names {
			if _, err := b.Put(t.Context(), name, strings.NewReader("x"), 1); err == nil {
				t.Errorf("%q is put", name)
			}
			if blob, err := b.Open(t.Context(), name); err == nil {
				t.Errorf("%q is opened", name)
				_ = blob.Close()
			}
			if err := b.Remove(t.Context(), name); err == nil {
				t.Errorf("%q is removed", name)
			}
		}
		if left := b.left(); len(left) != 0 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestNamesThatDifferAreDifferentBlobs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		names := []string{"a/b", "a_b", "a-b", "a.b", "ab", "a/b/c", "a", strings.Repeat("a", 200)}
		for i, name := range names {
			mustPut(t, b, name, content(uint64(i), 10))
		}
		for i, name := range names {
			expect(t, b, name, content(uint64(i), 10))
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b backend) {
		var all errgroup.Group
		for i := range 24 {
			all.Go(func() error {
				for _, name := range []string{"shared", fmt.Sprintf("own/%d", i)} {
					if _, err := b.Put(t.Context(), name, only(bytes.NewReader(content(uint64(i), 200_000))), []int64{-1, 200_000}[i%2]); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
		for i := range 24 {
			expect(t, b, fmt.Sprintf("own/%d", i), content(uint64(i), 200_000))
		}
		shared, err := io.ReadAll(mustOpen(t, b, "shared"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 24 {
			if bytes.Equal(shared, content(uint64(i), 200_000)) {
				return
			}
		}
		t.Error("what many have put under one name is of none of them")
	})
}
