package document

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/apierr"
	"parley/internal/inspect"
)

// Take takes all bytes of a document of which nobody else knows. Its size was not announced, or not to the byte. If it fails,
// nothing is left of the document.
func (s *Service) Take(ctx context.Context, d *ent.Document, r io.Reader) (*ent.Document, error) {
	d.Size = 0
	sum := sha256.New()
	came, err := s.take(ctx, d, io.TeeReader(r, sum))
	if err == nil {
		came.Digest = sum.Sum(nil)
		came, err = s.finish(ctx, came)
	}
	if err != nil {
		s.Discard(ctx, d)
	}
	return came, err
}

// Same tells whether a file is the one that came with an earlier request. It is read for that.
func (s *Service) Same(d *ent.Document, r io.Reader) (bool, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, &bound{r, d.Size, func() error { return errOther }}); err != nil {
		if errors.Is(err, errOther) {
			return false, nil
		}
		return false, err
	}
	return bytes.Equal(sum.Sum(nil), d.Digest), nil
}

var errOther = errors.New("document: it is another file")

// GoOn takes bytes of a document that was announced with its size, from where they have come to. What has come when the
// connection breaks is kept, so that one can go on behind it. Of a document that is refused nothing is left.
func (s *Service) GoOn(ctx context.Context, d *ent.Document, from int64, r io.Reader) (*ent.Document, error) {
	if from != d.Received || d.Status != document.StatusExpected {
		return nil, errOffset
	}
	ctx, broken := context.WithoutCancel(ctx), &breaking{Reader: r}
	came, err := s.take(ctx, d, broken)
	if err == nil && broken.err == nil && came.Received == came.Size {
		came, err = s.finish(ctx, came)
	}
	if len(apierr.As(err)) > 0 {
		s.Discard(ctx, d)
	}
	return came, cmp.Or(err, broken.err)
}

// errOffset says that bytes do not go on where those have ended that have come.
var errOffset = errors.New("document: bytes have come up to another place")

// errBroken says that there are no more bytes, for now.
var errBroken = errors.New("document: the bytes have stopped coming")

// breaking ends like a reader that is read to its end where it breaks.
type breaking struct {
	io.Reader
	err error
}

func (b *breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && len(apierr.As(err)) == 0 {
		b.err, err = fmt.Errorf("%w: %w", errBroken, err), io.EOF
	}
	return n, err
}

// take keeps what comes as a part of the document, and refuses it at the first byte that says so.
func (s *Service) take(ctx context.Context, d *ent.Document, r io.Reader) (*ent.Document, error) {
	in := bufio.NewReaderSize(s.bounded(d, r), inspect.HeadBytes)
	head, err := in.Peek(inspect.HeadBytes)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, err
	case d.Received == 0 && inspect.Sniff(head).Refused:
		return nil, refusedType()
	case len(head) == 0:
		return d, nil
	}
	part, err := s.begin(ctx, d, document.StatusExpected)
	if err != nil {
		return nil, err
	}
	n, err := s.blobs.Put(ctx, part, in, -1)
	if err != nil {
		return nil, err
	}
	taken, err := s.ent.Document.Update().
		Where(document.ID(d.ID), document.StatusEQ(document.StatusExpected), document.Received(d.Received)).
		SetParts(append(slices.Clone(d.Parts), part)).AddReceived(n).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("note what has come of a document: %w", err)
	}
	if taken == 0 { // somebody else goes on with it, or it was refused
		return nil, errors.Join(errOffset, s.blobs.Remove(ctx, part))
	}
	came := *d
	came.Parts, came.Received = append(slices.Clone(d.Parts), part), d.Received+n
	return &came, nil
}

// bounded ends with a refusal where more comes than may, or than was announced.
func (s *Service) bounded(d *ent.Document, r io.Reader) io.Reader {
	if d.Size > 0 {
		return &bound{r, d.Size - d.Received, func() error {
			return apierr.New(apierr.FileTooLarge, "The file is larger than it was announced: it has more than %d bytes.", d.Size)
		}}
	}
	if most := int64(s.limits.FileBytes); most > 0 {
		return &bound{r, most, func() error { return tooLarge(most, most+1) }}
	}
	return r
}

// bound gives so many bytes, and then the refusal where there are more.
type bound struct {
	io.Reader
	left   int64
	refuse func() error
}

func (b *bound) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.refuse()
	}
	return n, err
}
