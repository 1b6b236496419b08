package blob_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/internal/blob"
)

func TestFilesAreForTheServerAlone(t *testing.T) {
	t.Parallel()
	above := filepath.Join(t.TempDir(), "a")
	s := open(t, "file://"+filepath.Join(above, "blobs"))
	mustPut(t, s, "doc_1/original", content(1, 10))
	err := filepath.WalkDir(above, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A crash at the last byte finds the disk as it is here, while that byte is read.
func TestACrashLeavesATemporaryFileAndNoBlob(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, "file://"+dir)
	look := reads(func() {
		files := filesIn(t, dir)
		if len(files) != 1 || filepath.Dir(files[0]) != filepath.Join(dir, ".incoming") {
			t.Errorf("on disk: %q", files)
		}
		if _, err := s.Open(t.Context(), "a"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("half a blob: %v", err)
		}
	})
	if _, err := s.Put(t.Context(), "a", io.MultiReader(strings.NewReader("whole"), look), -1); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "a", []byte("whole"))
	if files := filesIn(t, dir); len(files) != 1 {
		t.Errorf("on disk: %q", files)
	}
}

// reads is an empty reader that does something when it is come to.
type reads func()

func (do reads) Read([]byte) (int, error) {
	do()
	return 0, io.EOF
}

func TestWhatCrashesHaveLeftIsRemovedADayLater(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, "file://"+dir)
	mustPut(t, first, "a", content(1, 10))
	abandoned, underWay := filepath.Join(dir, ".incoming", "abandoned"), filepath.Join(dir, ".incoming", "under-way")
	writeFile(t, abandoned)
	writeFile(t, underWay)
	age(t, filepath.Join(dir, "a"), 1000*time.Hour)
	age(t, abandoned, 25*time.Hour)
	age(t, underWay, 23*time.Hour)
	second := open(t, "file://"+dir)
	expect(t, second, "a", content(1, 10))
	if _, err := os.Stat(abandoned); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what nobody writes any more: %v", err)
	}
	if _, err := os.Stat(underWay); err != nil {
		t.Errorf("what another process writes: %v", err)
	}
}

func age(t *testing.T, path string, d time.Duration) {
	t.Helper()
	then := time.Now().Add(-d)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// The folder may hold a link that leads out of it; whoever put it there reads nothing through us.
func TestALinkOutOfTheFolderLeadsNowhere(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	writeFile(t, outside)
	s := open(t, "file://"+dir)
	if err := os.Symlink(outside, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Open(t.Context(), "a"); err == nil {
		t.Error("it is opened")
		_ = b.Close()
	}
	mustPut(t, s, "a", []byte("ours"))
	if kept, err := os.ReadFile(outside); err != nil || !bytes.Contains(kept, []byte("half")) {
		t.Errorf("outside is %q, %v", kept, err)
	}
}

func TestAFolderThatCannotBeWrittenToIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, "file://"+dir)
	if err := os.Remove(filepath.Join(dir, ".incoming")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "a", strings.NewReader("x"), 1); err == nil {
		t.Error("it is kept")
	}
	if files := filesIn(t, dir); len(files) != 0 {
		t.Errorf("on disk: %q", files)
	}
}
