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
	"math"
	"slices"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/document"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/blob"
	"parley/internal/database"
	"parley/internal/inspect"
	"parley/internal/limits"
	"parley/internal/typeid"
)

// Announced is a document that somebody is going to share.
type Announced struct {
	RoomID   string
	PersonID string
	Filename string
	Size     int64 // 0 where it is not known
}

// CheckName refuses a file that a machine would run for its name, whatever its bytes are.
func (s *Service) CheckName(name string) *apierr.Error {
	if inspect.NameRuns(inspect.Name(name, inspect.Type{})) {
		return refusedType()
	}
	return nil
}

// CheckSize refuses a file for its size, before any byte of it has come.
func (s *Service) CheckSize(size int64) *apierr.Error {
	most := int64(s.limits.FileBytes)
	switch {
	case size <= 0:
		return empty()
	case most > 0 && size > most:
		return tooLarge(most, size)
	}
	return nil
}

// AnnounceTx makes room for a document, of which no byte has come yet.
func (s *Service) AnnounceTx(ctx context.Context, tx *ent.Tx, id string, a Announced) (*ent.Document, error) {
	d, err := tx.Document.Create().SetID(id).SetRoomID(a.RoomID).SetPersonID(a.PersonID).
		SetFilename(inspect.Name(a.Filename, inspect.Type{})).SetSize(a.Size).SetSweepAt(limits.End(now(), s.limits.UploadLife)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("announce document: %w", err)
	}
	return d.Unwrap(), nil
}

// Upload returns an upload of a person's that was not swept.
func (s *Service) Upload(ctx context.Context, id, personID string) (*ent.Document, error) {
	d, err := s.ent.Document.Query().Where(document.ID(id), document.PersonID(personID), document.StatusNEQ(document.StatusDoomed)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("get upload: %w", err)
	}
	return d, nil
}

// UploadTx is a document of a room, or of one that has gone into it. Whoever calls it has locked the room.
func (s *Service) UploadTx(ctx context.Context, tx *ent.Tx, id, roomID string) (*ent.Document, error) {
	d, err := tx.Document.Query().Where(document.ID(id), ofRoom(roomID), document.StatusNEQ(document.StatusDoomed)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("get upload: %w", err)
	}
	return d, nil
}

// ofRoom keeps the documents of a room and of those that have gone into it.
func ofRoom(id string) predicate.Document {
	return document.HasRoomWith(room.Or(room.ID(id), room.MergedIntoID(id)))
}

// Complete is an upload of a person's all of whose bytes have come.
func (s *Service) Complete(ctx context.Context, id, personID string) (*ent.Document, error) {
	d, err := s.Upload(ctx, id, personID)
	switch {
	case err != nil:
		return nil, err
	case d.Status != document.StatusExpected:
		return d, nil
	case d.Size == 0 || d.Received < d.Size:
		return nil, apierr.New(apierr.UploadIncomplete, "Only %d of %d bytes have come. Send the others to the upload's address first.", d.Received, d.Size).
			On("uploadId").Over(int(d.Size), int(d.Received))
	}
	return s.finish(ctx, d)
}

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

// Restart forgets what has come of a document, for who sends all of it again.
func (s *Service) Restart(ctx context.Context, d *ent.Document) (*ent.Document, error) {
	if d.Received == 0 || d.Status != document.StatusExpected {
		return d, nil
	}
	n, err := s.ent.Document.Update().Where(document.ID(d.ID), document.StatusEQ(document.StatusExpected), document.Received(d.Received)).
		SetParts([]string{}).SetReceived(0).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin an upload anew: %w", err)
	}
	if n == 0 {
		return nil, errOffset
	}
	anew := *d
	anew.Parts, anew.Received = nil, 0
	return &anew, nil
}

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

const (
	// mostBlobs is in how many pieces a document can come.
	mostBlobs = 250

	// longest is how long an upload can be kept alive.
	longest = 24 * time.Hour
)

// begin returns the name of a new blob of the document, which was noted, so that it is swept if nothing comes of it. Nor is
// anything else of the document swept for a while.
func (s *Service) begin(ctx context.Context, d *ent.Document, status document.Status) (name string, err error) {
	_, random, _ := strings.Cut(typeid.New("blob"), "_")
	name = d.ID + "/" + random
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		row, err := tx.Document.Query().Where(document.ID(d.ID), document.StatusEQ(status)).ForUpdate().Only(ctx)
		if ent.IsNotFound(err) {
			return missing()
		}
		if err != nil {
			return err
		}
		if len(row.Blobs) >= mostBlobs || status == document.StatusExpected && now().After(row.CreatedAt.Add(longest)) {
			return apierr.New(apierr.Throttled, "This upload has come in too many pieces, or over too long a time. Announce another.")
		}
		return tx.Document.UpdateOne(row).SetBlobs(append(row.Blobs, name)).SetSweepAt(limits.End(now(), s.limits.UploadLife)).Exec(ctx)
	})
	if err != nil {
		return "", fmt.Errorf("begin a blob: %w", err)
	}
	return name, nil
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

// Discard removes what has come of a document that is not going to be shared. What fails is swept later.
func (s *Service) Discard(ctx context.Context, d *ent.Document) {
	ctx, cancel := limits.Within(context.WithoutCancel(ctx), s.limits.Operation)
	defer cancel()
	if err := s.doom(ctx, document.ID(d.ID)); err != nil {
		s.log.WarnContext(ctx, "remove what is left of an upload", "error", err)
	}
}

func missing() error { return apierr.MissingThing("upload") }

func tooLarge(most, size int64) *apierr.Error {
	return apierr.New(apierr.FileTooLarge, "A file has at most %d bytes (limit file-bytes).", most).On("file").Over(int(most), int(size))
}

func empty() *apierr.Error { return apierr.New(apierr.FileEmpty, "The file is empty.").On("file") }

func refusedType() *apierr.Error {
	return apierr.New(apierr.FileTypeRefused, "Files that could run in a browser or on a machine cannot be shared.").On("file")
}
