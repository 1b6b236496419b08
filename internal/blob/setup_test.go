package blob_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"

	"parley/internal/blob"
)

const (
	key    = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE%"
	bucket = "documents"
	prefix = "some/prefix/"
)

// backend is a store and what is to be known of it from beside.
type backend struct {
	blob.Store
	left func() []string // all that is kept, whole or not
}

// each runs a test on a folder and on a bucket.
func each(t *testing.T, test func(t *testing.T, b backend)) {
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "a", "blobs")
		test(t, backend{open(t, "file://"+dir), func() []string { return filesIn(t, dir) }})
	})
	t.Run("bucket", func(t *testing.T) {
		t.Parallel()
		server := newS3()
		host := serve(t, server)
		test(t, backend{open(t, bucketURL(host, nil)), func() []string { return server.kept(t, host) }})
	})
}

func open(t *testing.T, address string) blob.Store {
	t.Helper()
	s, err := blob.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// s3 is an S3 server with a bucket, which checks signatures.
type s3 struct {
	http.Handler
	objects *s3mem.Backend
}

func newS3() s3 {
	objects := s3mem.New()
	if err := objects.CreateBucket(context.Background(), bucket); err != nil {
		panic(err)
	}
	return s3{speakS3(objects), objects}
}

func speakS3(kept gofakes3.Backend) http.Handler {
	return gofakes3.New(kept, gofakes3.WithV4Auth(map[string]string{key: secret})).Server()
}

// serve returns the host that the handler is served at.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func bucketURL(host string, options url.Values) string {
	query := url.Values{"secure": {"false"}, "region": {"us-east-1"}}
	for option, values := range options {
		query[option] = values
	}
	u := url.URL{Scheme: "s3", User: url.UserPassword(key, secret), Host: host, Path: "/" + bucket + "/" + prefix, RawQuery: query.Encode()}
	return u.String()
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// kept is all that the bucket holds, and the parts of what it does not hold yet.
func (s s3) kept(t *testing.T, host string) []string {
	t.Helper()
	objects, err := s.objects.ListBucket(t.Context(), bucket, nil, gofakes3.ListBucketPage{})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, o := range objects.Contents {
		found = append(found, o.Key)
	}
	return append(found, partsIn(t, host)...)
}

func partsIn(t *testing.T, host string) []string {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client, err := minio.New(host, &minio.Options{Creds: credentials.NewStaticV4(key, secret, ""), Transport: transport, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for o := range client.ListIncompleteUploads(t.Context(), bucket, prefix, true) {
		if minio.ToErrorResponse(o.Err).Code == minio.NoSuchUpload {
			break // the server's way to say that there never was one
		}
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		found = append(found, "parts of "+o.Key)
	}
	return found
}

// content is bytes that are all the same for a seed, and like no others.
func content(seed uint64, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

// only hides that a reader can do more than read.
func only(r io.Reader) io.Reader { return struct{ io.Reader }{r} }

func mustPut(t *testing.T, s blob.Store, name string, b []byte) {
	t.Helper()
	n, err := s.Put(t.Context(), name, only(bytes.NewReader(b)), int64(len(b)))
	if err != nil || n != int64(len(b)) {
		t.Fatalf("put %d of %d bytes: %v", n, len(b), err)
	}
}

func mustOpen(t *testing.T, s blob.Store, name string) blob.Blob {
	t.Helper()
	b, err := s.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// expect fails unless the blob is there and is these bytes.
func expect(t *testing.T, s blob.Store, name string, want []byte) {
	t.Helper()
	b := mustOpen(t, s, name)
	got, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) || b.Size() != int64(len(want)) {
		t.Errorf("%s is %d bytes and said to be %d; %d were put, and they are the same: %t", name, len(got), b.Size(), len(want), bytes.Equal(got, want))
	}
}

func sizeName(size int64) string {
	if size < 0 {
		return "of unknown size"
	}
	return fmt.Sprintf("of %d bytes", size)
}

func writeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("half of someth"), 0o600); err != nil {
		t.Fatal(err)
	}
}
