package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// incoming is the folder for what is being written. No blob has such a name.
const incoming = ".incoming"

// abandoned is how long ago a file was last written to that no Put is writing any more.
const abandoned = 24 * time.Hour

// folder keeps each blob in a file. All are in one folder, so that there are none to make, to make safe and to clear
// away with them.
type folder struct{ root *os.Root }

func openFolderURL(u *url.URL) (Store, error) {
	if u.Host != "" || u.Path == "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("BLOB_URL names a folder from the root on, with three slashes: file:///var/lib/parley/blobs")
	}
	return OpenFolder(filepath.FromSlash(u.Path))
}

// OpenFolder returns a store in a folder, which is made where it is missing. What Puts that crashed have left is removed
// once it is a day old.
func OpenFolder(dir string) (Store, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder for blobs, %s, cannot be used: %w", dir, err)
	}
	return f, nil
}

func openFolder(dir string) (*folder, error) {
	if err := makeFolder(filepath.Join(dir, incoming)); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{root}
	if err := errors.Join(f.sweep(), f.try()); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// makeFolder makes the folder and those above it that are missing, and makes each safe.
func makeFolder(dir string) error {
	parent := filepath.Dir(dir)
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := makeFolder(parent); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncAndClose(os.Open(parent))
}

// sweep removes what was not written to its end and is not being written.
func (f *folder) sweep() error {
	files, err := fs.ReadDir(f.root.FS(), incoming)
	if err != nil {
		return err
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || time.Since(info.ModTime()) < abandoned {
			continue // another process may have finished it
		}
		if err := f.root.Remove(path.Join(incoming, file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// try fails where files cannot be written.
func (f *folder) try() error {
	name := path.Join(incoming, rand.Text())
	if err := f.write(name, strings.NewReader("")); err != nil {
		return err
	}
	return f.root.Remove(name)
}

func (f *folder) Put(ctx context.Context, name string, r io.Reader, size int64) (int64, error) {
	return put(ctx, name, r, size, func(from *source) error { return f.keep(name, from) })
}

// keep writes beside the blobs, and moves what is whole and safe among them.
func (f *folder) keep(name string, from *source) (err error) {
	partial := path.Join(incoming, rand.Text())
	if err := f.write(partial, from); err != nil {
		return errors.Join(err, f.removeFile(partial))
	}
	if err := f.root.Rename(partial, file(name)); err != nil {
		return errors.Join(err, f.removeFile(partial))
	}
	return syncAndClose(f.root.Open("."))
}

func (f *folder) write(name string, r io.Reader) error {
	w, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err != nil {
		return errors.Join(err, w.Close())
	}
	return syncAndClose(w, nil)
}

func (f *folder) Open(_ context.Context, name string) (Blob, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	opened, err := f.root.Open(file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open a blob: %w", err)
	}
	info, err := opened.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a blob: %w", err), opened.Close())
	}
	return fileBlob{opened, info.Size()}, nil
}

func (f *folder) Remove(ctx context.Context, names ...string) error {
	var failed []error
	for _, name := range names {
		if err := errors.Join(ctx.Err(), checkName(name)); err != nil {
			failed = append(failed, err)
			continue
		}
		if err := f.removeFile(file(name)); err != nil {
			failed = append(failed, fmt.Errorf("remove a blob: %w", err))
		}
	}
	return errors.Join(failed...)
}

func (f *folder) removeFile(name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (f *folder) Close() error { return f.root.Close() }

// file is the name of the file that a blob is in. No blob's name has a plus.
func file(name string) string { return strings.ReplaceAll(name, "/", "+") }

// syncAndClose makes safe what a file or a folder holds. It takes what opening it returns.
func syncAndClose(f *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type fileBlob struct {
	*os.File
	size int64
}

func (b fileBlob) Size() int64 { return b.size }
