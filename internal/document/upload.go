package document

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/document"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/internal/apierr"
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

// Upload returns an upload of a person's that has not ended.
func (s *Service) Upload(ctx context.Context, id, personID string) (*ent.Document, error) {
	return s.expected(ctx, document.ID(id), document.PersonID(personID))
}

// expected is the document whose bytes are expected, or have come. One that was not shared in time is as good as swept.
func (s *Service) expected(ctx context.Context, which ...predicate.Document) (*ent.Document, error) {
	d, err := s.ent.Document.Query().Where(which...).Where(document.StatusNEQ(document.StatusDoomed)).
		Where(document.Or(document.SharedAtNotNil(), document.SweepAtGT(now()))).Only(ctx)
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
