package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
)

// partSize is how much an S3 server takes at least as a part of a blob, but for the last.
const partSize = 5 << 20

// bucket keeps each blob in an object.
type bucket struct {
	name   string
	prefix string // empty, or with a slash at its end

	client    minio.Core
	transport *http.Transport
	patience  time.Duration
}

func openBucket(ctx context.Context, u *url.URL) (Store, error) {
	a, err := parseBucket(u)
	if err != nil {
		return nil, err
	}
	transport := newTransport(a.patience)
	client, err := minio.NewCore(a.host, &minio.Options{
		Creds: a.credentials(), Secure: a.secure, Region: a.region, Transport: transport, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("BLOB_URL names a host that cannot be used: %w", err)
	}
	b := &bucket{a.bucket, a.prefix, *client, transport, a.patience}
	if err := b.check(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// check fails where the bucket cannot be used.
func (b *bucket) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	exists, err := b.client.BucketExists(ctx, b.name)
	if code := minio.ToErrorResponse(err).StatusCode; code == http.StatusForbidden || code == http.StatusUnauthorized {
		return fmt.Errorf("the server that BLOB_URL names refuses the key and the secret, or they may not see the bucket %s: %w", b.name, err)
	}
	if err != nil {
		return fmt.Errorf("the server that BLOB_URL names cannot be asked for the bucket %s: %w", b.name, err)
	}
	if !exists {
		return fmt.Errorf("the server that BLOB_URL names has no bucket %s: make it, or name another", b.name)
	}
	return nil
}

func (b *bucket) Put(ctx context.Context, name string, r io.Reader, size int64) (int64, error) {
	return put(ctx, name, r, size, func(from *source) error { return b.keep(ctx, b.prefix+name, from) })
}

// keep sends what is known in size as it comes. An S3 server must be told the size of everything, and so the rest goes in
// parts, of which one is in memory at a time. An empty source is read to its end here: a client would not.
func (b *bucket) keep(ctx context.Context, key string, from *source) error {
	if from.size > 0 {
		return b.putObject(ctx, key, from, from.size)
	}
	part := make([]byte, partSize)
	n, err := io.ReadFull(from, part)
	switch err {
	case nil:
		return b.putParts(ctx, key, part, from)
	case io.EOF, io.ErrUnexpectedEOF: // from never fails with these
		return b.putObject(ctx, key, bytes.NewReader(part[:n]), int64(n))
	}
	return err
}

func (b *bucket) putObject(ctx context.Context, key string, r io.Reader, size int64) error {
	_, err := b.client.Client.PutObject(ctx, b.name, key, r, size, minio.PutObjectOptions{DisableMultipart: true})
	return err
}

// putParts sends the part that was read, and those that follow in the same memory.
func (b *bucket) putParts(ctx context.Context, key string, part []byte, rest io.Reader) error {
	id, err := b.client.NewMultipartUpload(ctx, b.name, key, minio.PutObjectOptions{})
	if err != nil {
		return err
	}
	parts, err := b.sendParts(ctx, key, id, part, rest)
	if err == nil {
		_, err = b.client.CompleteMultipartUpload(ctx, b.name, key, id, parts, minio.PutObjectOptions{})
	}
	if err != nil {
		return errors.Join(err, b.abort(ctx, key, id))
	}
	return nil
}

func (b *bucket) sendParts(ctx context.Context, key, id string, part []byte, rest io.Reader) ([]minio.CompletePart, error) {
	var sent []minio.CompletePart
	for n := len(part); n > 0; {
		number := len(sent) + 1
		p, err := b.client.PutObjectPart(ctx, b.name, key, id, number, bytes.NewReader(part[:n]), int64(n), minio.PutObjectPartOptions{})
		if err != nil {
			return nil, err
		}
		sent = append(sent, minio.CompletePart{PartNumber: number, ETag: p.ETag})
		n, err = io.ReadFull(rest, part)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
	}
	return sent, nil
}

// abort has the server forget the parts, though the context may have ended.
func (b *bucket) abort(ctx context.Context, key, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.patience)
	defer cancel()
	return b.client.AbortMultipartUpload(ctx, b.name, key, id)
}

func (b *bucket) Open(ctx context.Context, name string) (Blob, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	info, err := b.client.StatObject(asking, b.name, b.prefix+name, minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, fmt.Errorf("open %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return &object{ctx: ctx, bucket: b, key: b.prefix + name, etag: info.ETag, size: info.Size}, nil
}

func (b *bucket) Remove(ctx context.Context, names ...string) error {
	var failed []error
	for _, name := range names {
		if err := b.remove(ctx, name); err != nil {
			failed = append(failed, fmt.Errorf("remove %s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

func (b *bucket) remove(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	return b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{})
}

func (b *bucket) Close() error {
	b.transport.CloseIdleConnections()
	return nil
}
