// Package blob keeps bytes under names: in a folder, or in a bucket of an S3 server.
//
// It guarantees that
//   - what Put has confirmed survives a crash of the process and of the machine, as far as the disk or the server keeps
//     its word;
//   - a blob is there whole or not at all: one that could not be read to its end, or is not of the size that was said,
//     leaves nothing, and what was there before stays;
//   - memory is bounded, whatever the size: a Put holds some hundred KiB, and 5 MiB where a bucket is not told the size;
//   - a name leads nowhere but into the store, and no error tells a secret of the address;
//   - a server that hangs is given up on, in a call as in the midst of a transfer.
//
// It does not know what the bytes are, who may see them, or which are still wanted. A Put that failed because the answer of
// a server was lost may have kept what it was given: who names blobs removes those that came to nothing. Nor does it clear
// a bucket of the parts that a crash in the midst of a Put leaves there, out of sight: S3 servers have a rule for that.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
)

// ErrNotFound says that there is nothing under a name.
var ErrNotFound = errors.New("blob not found")

// Store keeps blobs. A name is a few segments of a-z, 0-9, _, - and dots that do not come first, with slashes between
// them, such as doc_01h2xcejqtf2nbrexx3vqjhp41/original.
type Store interface {
	// Put reads r to its end, keeps that under the name, in place of what was there, and returns how much it was. The
	// size is that of r where it is known, else -1. An error of r is in the one that is returned. Between two reads the
	// context may end it; r is not touched after Put has returned.
	Put(ctx context.Context, name string, r io.Reader, size int64) (int64, error)

	// Open returns what is kept under the name, or ErrNotFound. The context is that of all its reading.
	Open(ctx context.Context, name string) (Blob, error)

	// Remove removes what is kept under the names, and does not mind where nothing is.
	Remove(ctx context.Context, names ...string) error

	// Close gives back what the store holds. Blobs that are open stay so.
	Close() error
}

// Blob is what is kept under a name, as http.ServeContent takes it: nothing is fetched before it is read, nor from
// before the place that was sought. It is of one Put, though another may have replaced it meanwhile; where that cannot
// be had, reading fails. It is for one goroutine.
type Blob interface {
	io.ReadSeekCloser
	Size() int64
}

// Open returns the store that BLOB_URL names, once it is known to be there: file:///a/folder, which is made where it is
// missing, or s3://key:secret@host:9000/bucket/prefix, where
//   - key and secret may be left out: then they are those of the environment, of ~/.aws or of the machine's role;
//   - the prefix may be left out;
//   - ?region= spares asking the server for it, ?secure=false is for a server without TLS in a network of one's own, and
//     ?patience=30s is how long the server may be silent.
func Open(ctx context.Context, address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("BLOB_URL is not a URL: in a key or a secret, write / as %2F, + as %2B and % as %25")
	}
	switch u.Scheme {
	case "file":
		return openFolderURL(u)
	case "s3":
		return openBucket(ctx, u)
	}
	return nil, errors.New("BLOB_URL begins with file:// or s3://, such as file:///var/lib/parley/blobs or s3://key:secret@host/bucket")
}

var nameRule = regexp.MustCompile(`^[a-z0-9_-][a-z0-9_.-]*(/[a-z0-9_-][a-z0-9_.-]*)*$`)

// maxName is what a file system takes as the name of one file.
const maxName = 200

func checkName(name string) error {
	if len(name) > maxName || !nameRule.MatchString(name) {
		return fmt.Errorf("%.250q is not a name for a blob", name)
	}
	return nil
}

// put checks the name and has the rest done with a source, whose error is the one that matters.
func put(ctx context.Context, name string, r io.Reader, size int64, keep func(*source) error) (int64, error) {
	if err := checkName(name); err != nil {
		return 0, err
	}
	from := &source{ctx: ctx, r: r, size: size}
	err := keep(from)
	n, broken := from.end()
	if broken != nil {
		err = broken
	}
	if err != nil {
		return 0, fmt.Errorf("keep %s: %w", name, err)
	}
	return n, nil
}
