package blob

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"
)

// object is a blob in a bucket. The first Read asks the server for what begins at the place; seeking elsewhere gives the
// answer up.
type object struct {
	ctx    context.Context
	bucket *bucket
	key    string
	etag   string
	size   int64

	at   int64
	body io.ReadCloser // nil until something is read at the place
}

func (o *object) Size() int64 { return o.size }

func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		if err := o.ask(); err != nil {
			return 0, fmt.Errorf("read a blob: %w", err)
		}
	}
	n, err := o.body.Read(p)
	o.at += int64(n)
	return n, err
}

func (o *object) ask() error {
	var options minio.GetObjectOptions
	if err := errors.Join(options.SetRange(o.at, o.size-1), options.SetMatchETag(o.etag)); err != nil {
		return err
	}
	body, _, _, err := o.bucket.client.GetObject(o.ctx, o.bucket.name, o.key, options)
	if err != nil {
		return err
	}
	o.body = body
	return nil
}

func (o *object) Seek(offset int64, whence int) (int64, error) {
	to := offset
	switch whence {
	case io.SeekCurrent:
		to += o.at
	case io.SeekEnd:
		to += o.size
	}
	if to < 0 {
		return 0, errors.New("seek to before the beginning of a blob")
	}
	if to == o.at {
		return to, nil
	}
	o.at = to
	return to, o.Close()
}

func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	body := o.body
	o.body = nil
	return body.Close()
}
