package room

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/document"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/typeid"
	"parley/internal/upload"
)

// CreateUploadInput is the input of createUpload.
type CreateUploadInput struct {
	RoomID         string
	Filename       string
	Size           int
	IdempotencyKey *string
}

// CreateUploadPayload is the answer of createUpload.
type CreateUploadPayload struct {
	apierr.Payload
	UploadID  *string
	URL       *string
	ExpiresAt *time.Time
}

// CreateUpload announces a file that is going to be shared, and says where its bytes go; for everyone in the room.
func (s *Service) CreateUpload(ctx context.Context, in CreateUploadInput) (*CreateUploadPayload, error) {
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createUpload", in.RoomID, in.Filename, in.Size)
	if err != nil {
		return nil, err
	}
	a := document.Announced{PersonID: v.ID(), Filename: in.Filename, Size: int64(in.Size)}
	if err := apierr.Join(on("filename", s.documents.CheckName(in.Filename)), on("size", s.documents.CheckSize(a.Size))); err != nil {
		return nil, err
	}
	if throttled := s.writing.Take(v.ID()); throttled != nil {
		return nil, throttled
	}
	d, err := s.announce(ctx, v, in.RoomID, a, key, "size")
	if err != nil {
		return nil, err
	}
	url := s.documents.UploadURL(d)
	return &CreateUploadPayload{UploadID: &d.ID, URL: &url, ExpiresAt: d.SweepAt}, nil
}

// on is a refusal, if it is one, with the field that caused it.
func on(field string, refusal *apierr.Error) *apierr.Error {
	if refusal == nil {
		return nil
	}
	return refusal.On(field)
}

// announce makes room for a document, or returns the one that the key stands for. What the room has no room for is refused on
// the field.
func (s *Service) announce(ctx context.Context, v auth.Viewer, roomID string, a document.Announced, key idempotency.Key, field string) (d *ent.Document, err error) {
	id := typeid.New(document.Prefix)
	err = s.locked(ctx, v, roomID, func(tx *ent.Tx, r *ent.Room) error {
		if err := s.refusal(ctx, v, r); err != nil {
			return err
		}
		standing, err := key.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id, d = standing, nil
			return err
		}
		if err := s.documents.CheckRoomTx(ctx, tx, r.ID, id, field, a.Size); err != nil {
			return err
		}
		a.RoomID = r.ID
		d, err = s.documents.AnnounceTx(ctx, tx, id, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("announce a document: %w", err)
	}
	if d == nil {
		return s.documents.Upload(ctx, id, v.ID())
	}
	return d, nil
}

// ShareDocumentInput is the input of shareDocument: a file, or an upload.
type ShareDocumentInput struct {
	RoomID         string
	File           *upload.File
	UploadID       *string
	IdempotencyKey *string
}

// ShareDocumentPayload is the answer of shareDocument.
type ShareDocumentPayload struct {
	apierr.Payload
	Message      *Message
	Document     *Document
	Confirmation *string
}

// ShareDocument makes a file an entry of the room's timeline (rules C4, C5); for everyone in it. It is there when its bytes are
// safe.
func (s *Service) ShareDocument(ctx context.Context, in ShareDocumentInput) (*ShareDocumentPayload, error) {
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if (in.File == nil) == (in.UploadID == nil) {
		return nil, apierr.New(apierr.Required, "Give a file or an uploadId, and not both.").On("file")
	}
	key, err := in.key(v)
	if err != nil {
		return nil, err
	}
	e, err := s.shareLimited(ctx, v, in, key)
	if err != nil {
		return nil, err
	}
	m := s.message(e, s.scene(e.Stream, e))
	d, err := m.Document(ctx)
	if err != nil {
		return nil, err
	}
	confirmation := d.Filename + " was shared."
	return &ShareDocumentPayload{Message: m, Document: d, Confirmation: &confirmation}, nil
}

func (in ShareDocumentInput) key(v auth.Viewer) (idempotency.Key, error) {
	name := ""
	if in.File != nil {
		name = in.File.Name
	}
	return idempotency.For(v.ID(), in.IdempotencyKey, "shareDocument", in.RoomID, in.UploadID, name)
}

// shareLimited shares as often as a person may write; who may not, or does so again, gets what an earlier request with the
// key has shared.
func (s *Service) shareLimited(ctx context.Context, v auth.Viewer, in ShareDocumentInput, key idempotency.Key) (e eventlog.Event, err error) {
	if _, err := s.Get(ctx, in.RoomID); err != nil { // what was shared before comes with an address, too
		return e, err
	}
	switch e, err = s.postedBefore(ctx, key, errNew); {
	case err == nil:
		return e, s.sameFile(ctx, e, in.File)
	case !errors.Is(err, errNew):
		return e, err
	}
	if err := s.writing.Take(v.ID()); err != nil {
		return e, err
	}
	d, err := s.uploaded(ctx, v, in)
	if err != nil {
		return e, err
	}
	return s.share(ctx, v, in, d, key)
}

// sameFile refuses a file that is another one than what the key stands for.
func (s *Service) sameFile(ctx context.Context, e eventlog.Event, file *upload.File) error {
	if file == nil {
		return nil
	}
	found, err := s.documents.Find(ctx, []string{documentID(e)})
	if err != nil {
		return err
	}
	same, err := s.documents.Same(found[documentID(e)], file)
	if err == nil && !same {
		err = idempotency.Reused()
	}
	return err
}

// errNew says that a request is the first with its key.
var errNew = errors.New("the key stands for nothing yet")

// uploaded is the document whose bytes are safe: those that come with the request, or those that have come before.
func (s *Service) uploaded(ctx context.Context, v auth.Viewer, in ShareDocumentInput) (*ent.Document, error) {
	if in.File == nil {
		return s.documents.Complete(ctx, *in.UploadID, v.ID())
	}
	a := document.Announced{PersonID: v.ID(), Filename: in.File.Name, Size: max(in.File.Length, 0)}
	if bad := s.documents.CheckName(a.Filename); bad != nil {
		return nil, bad.On("file")
	}
	if bad := s.documents.CheckSize(a.Size); bad != nil && a.Size > 0 {
		return nil, bad.On("file")
	}
	d, err := s.announce(ctx, v, in.RoomID, a, idempotency.Key{}, "file")
	if err != nil {
		return nil, err
	}
	return s.documents.Take(ctx, d, in.File)
}

func (s *Service) sharedBefore(ctx context.Context, messageID string) (eventlog.Event, error) {
	e, found, err := s.log.Message(ctx, messageID)
	if err == nil && !found {
		err = missing()
	}
	return e, err
}

// share makes the document an entry, or returns the one that it is already, or that a request with the same key has made
// meanwhile. A file that came with the request and was not shared is gone; an upload can be shared again.
func (s *Service) share(ctx context.Context, v auth.Viewer, in ShareDocumentInput, d *ent.Document, key idempotency.Key) (e eventlog.Event, err error) {
	id, standing := typeid.New(messagePrefix), ""
	err = s.locked(ctx, v, in.RoomID, func(tx *ent.Tx, r *ent.Room) error {
		if standing, err = s.standingTx(ctx, tx, r, d, key, id); err != nil || standing != id {
			return err
		}
		if err := s.refusal(ctx, v, r); err != nil {
			return err
		}
		e, err = s.shareTx(ctx, tx, v, r, d, id)
		return err
	})
	if in.File != nil && (err != nil || standing != id) {
		s.documents.Discard(ctx, d)
	}
	switch {
	case err != nil:
		return e, fmt.Errorf("share a document: %w", err)
	case standing != id:
		return s.sharedMeanwhile(ctx, standing, d)
	}
	return e, nil
}

// sharedMeanwhile is the entry that another request with the key has made, if it was of the same file.
func (s *Service) sharedMeanwhile(ctx context.Context, messageID string, d *ent.Document) (eventlog.Event, error) {
	e, err := s.sharedBefore(ctx, messageID)
	if err != nil {
		return e, err
	}
	found, err := s.documents.Find(ctx, []string{documentID(e)})
	if standing := found[documentID(e)]; err == nil && standing != nil && !bytes.Equal(standing.Digest, d.Digest) {
		err = idempotency.Reused()
	}
	return e, err
}

// standingTx is the entry that the document is in the room, or that the key stands for, or else the one with the id. The room
// is locked, so nobody shares the document meanwhile.
func (s *Service) standingTx(ctx context.Context, tx *ent.Tx, r *ent.Room, d *ent.Document, key idempotency.Key, id string) (string, error) {
	d, err := s.documents.UploadTx(ctx, tx, d.ID, r.ID)
	switch {
	case err != nil:
		return "", err
	case d.MessageID != nil:
		return *d.MessageID, nil
	}
	return key.ClaimTx(ctx, tx, id)
}

func (s *Service) shareTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, d *ent.Document, id string) (eventlog.Event, error) {
	if err := s.documents.CheckRoomTx(ctx, tx, r.ID, d.ID, "file", d.Size); err != nil {
		return eventlog.Event{}, err
	}
	if err := s.documents.ShareTx(ctx, tx, d, id); err != nil {
		return eventlog.Event{}, err
	}
	entry := by(v, kindDocument, data{Document: d.ID})
	entry.ID, entry.Body = id, d.Filename
	events, err := s.log.AppendTx(ctx, tx, r.StreamID, entry)
	if errors.Is(err, eventlog.ErrSealed) {
		err = closed()
	}
	if err != nil {
		return eventlog.Event{}, err
	}
	return events[0], nil
}
