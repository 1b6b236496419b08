package document

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/apierr"
	"parley/internal/blob"
	"parley/internal/inspect"
)

// finish makes one blob of what has come, and finds out what it is. The document can be shared then. One that is refused is
// gone.
func (s *Service) finish(ctx context.Context, d *ent.Document) (*ent.Document, error) {
	if d.Received == 0 {
		return nil, empty().On("file")
	}
	name, err := s.whole(ctx, d)
	if err != nil {
		return nil, err
	}
	t, err := s.typeOf(ctx, d, name)
	if err != nil {
		return nil, err
	}
	n, err := s.ent.Document.Update().
		Where(document.ID(d.ID), document.StatusEQ(document.StatusExpected), document.Received(d.Received)).
		SetStatus(document.StatusStored).SetBlob(name).SetDigest(d.Digest).SetSize(d.Received).SetParts([]string{}).
		SetContentType(t.MIME).SetKind(document.Kind(t.Kind())).SetFilename(inspect.Name(d.Filename, t)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("note that a document has come: %w", err)
	}
	stored, err := s.Upload(ctx, d.ID, d.PersonID)
	if err == nil && n == 0 && stored.Status == document.StatusExpected {
		err = errOffset
	}
	return stored, err
}

// whole is the blob that has all bytes.
func (s *Service) whole(ctx context.Context, d *ent.Document) (string, error) {
	if len(d.Parts) == 1 {
		return d.Parts[0], nil
	}
	name, err := s.begin(ctx, d, document.StatusExpected)
	if err != nil {
		return "", err
	}
	parts := &sequence{ctx: ctx, blobs: s.blobs, names: d.Parts}
	defer parts.close()
	n, err := s.blobs.Put(ctx, name, parts, d.Received)
	if err == nil && n != d.Received {
		err = fmt.Errorf("there are %d of %d bytes", n, d.Received)
	}
	if err != nil {
		return "", fmt.Errorf("make one of the parts of a document: %w", err)
	}
	return name, nil
}

// sequence reads blobs one after the other.
type sequence struct {
	ctx   context.Context
	blobs blob.Store
	names []string
	open  blob.Blob
}

func (q *sequence) Read(p []byte) (int, error) {
	for {
		if q.open == nil {
			if len(q.names) == 0 {
				return 0, io.EOF
			}
			var err error
			if q.open, err = q.blobs.Open(q.ctx, q.names[0]); err != nil {
				return 0, err
			}
			q.names = q.names[1:]
		}
		n, err := q.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		q.close()
		if n > 0 {
			return n, nil
		}
	}
}

func (q *sequence) close() {
	if q.open != nil {
		_ = q.open.Close() // it was only read
		q.open = nil
	}
}

// typeOf is what the bytes say. It refuses what may not be shared.
func (s *Service) typeOf(ctx context.Context, d *ent.Document, name string) (inspect.Type, error) {
	b, err := s.blobs.Open(ctx, name)
	if err != nil {
		return inspect.Type{}, fmt.Errorf("read a document: %w", err)
	}
	defer b.Close()
	head := make([]byte, inspect.HeadBytes)
	n, err := io.ReadFull(b, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return inspect.Type{}, fmt.Errorf("read the head of a document: %w", err)
	}
	t := inspect.Sniff(head[:n])
	if t.Refused {
		return t, refusedType()
	}
	if err = s.checkPixels(t, b); errors.Is(err, inspect.ErrDamaged) {
		return inspect.Type{MIME: "application/octet-stream"}, nil // nobody knows how large it would be: it is a link
	}
	return t, err
}

// checkPixels refuses a picture that is small as a file and enormous as a picture, before anybody decodes it.
func (s *Service) checkPixels(t inspect.Type, b blob.Blob) error {
	if t.Kind() != inspect.Image {
		return nil
	}
	if _, err := b.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read a picture from its beginning: %w", err)
	}
	err := inspect.CheckPixels(t, b, s.pixels())
	if errors.Is(err, inspect.ErrTooManyPixels) {
		return apierr.New(apierr.FileTooLarge, "A picture has at most %d pixels (limit image-pixels).", s.pixels()).On("file").Over(s.pixels(), s.pixels()+1)
	}
	return err
}

func (s *Service) pixels() int { return cmp.Or(s.limits.ImagePixels, math.MaxInt) }
