package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/database"
	"parley/internal/inspect"
)

const (
	// poll is how often the worker looks for what no process has rung for.
	poll = 5 * time.Second

	// lease is for how long a document is its worker's. Then that one is taken for dead.
	lease = 2 * time.Minute

	// mostAttempts is how often something that may be the house's fault is tried.
	mostAttempts = 5
)

// Run examines documents that were shared, one at a time, until the context ends. Any number of processes may do so.
func (s *Service) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		worked, err := s.work(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "examine documents", "error", err)
		}
		if worked && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.bell:
		case <-time.After(poll):
		}
	}
	return nil
}

func (s *Service) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// work examines one document, and tells whether there was one.
func (s *Service) work(ctx context.Context) (worked bool, err error) {
	d, err := s.claim(ctx)
	if err != nil || d == nil {
		return false, err
	}
	if d.Attempts > mostAttempts { // it has ended a process each time
		return true, s.settle(ctx, d, document.StatusFailed, findings{})
	}
	found, err := s.examine(ctx, d)
	switch {
	case err == nil:
		return true, s.settle(ctx, d, document.StatusReady, found)
	case lasting(err):
		return true, s.settle(ctx, d, document.StatusFailed, findings{})
	case d.Attempts == mostAttempts:
		return true, errors.Join(err, s.settle(ctx, d, document.StatusFailed, findings{}))
	}
	return true, err // its lease ends
}

// lasting tells whether it is the document's fault: trying again would not help.
func lasting(err error) bool {
	return errors.Is(err, inspect.ErrHostile) || errors.Is(err, inspect.ErrDamaged) || errors.Is(err, inspect.ErrTooManyPixels)
}

func (s *Service) bounds() inspect.Bounds {
	b := inspect.DefaultBounds()
	b.Pixels, b.Time = s.pixels(), 10*time.Second
	return b
}

// known is nil for what could not be found.
func known(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// fairly puts the documents of those rooms first of which few have been examined lately, so that one room does not hold up all
// others.
func fairly(s *sql.Selector) {
	s.OrderExpr(sql.Expr(`(SELECT count(*) FROM documents done WHERE done.room_id = ` + s.C(document.FieldRoomID) + `
		AND done.work_at IS NULL AND done.kind <> 'OTHER' AND done.created_at > now() - interval '1 hour')`))
	s.OrderBy(s.C(document.FieldWorkAt))
}

// claim takes a document that is due; nil where there is none. Its attempt is counted first, so that one which ends the
// process is not tried for ever.
func (s *Service) claim(ctx context.Context) (d *ent.Document, err error) {
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		d, err = tx.Document.Query().Where(document.WorkAtLTE(now())).Order(fairly).
			ForUpdate(sql.WithLockAction(sql.SkipLocked)).First(ctx)
		if ent.IsNotFound(err) {
			d = nil
			return nil
		}
		if err != nil {
			return err
		}
		d, err = tx.Document.UpdateOne(d).SetWorkAt(now().Add(lease)).AddAttempts(1).Save(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim a document: %w", err)
	}
	return d, nil
}

// findings are what a document turned out to be.
type findings struct {
	inspect.Findings
	thumbnail string // the blob
}

// examine looks into the bytes, and keeps the thumbnail of a picture.
func (s *Service) examine(ctx context.Context, d *ent.Document) (f findings, err error) {
	ctx, cancel := context.WithCancel(ctx) // of a read that is left behind, too
	defer cancel()
	b, err := s.blobs.Open(ctx, d.Blob)
	if err != nil {
		return f, fmt.Errorf("open a document: %w", err)
	}
	defer b.Close()
	if f.Findings, err = inspect.Examine(ctx, inspect.Type{MIME: d.ContentType}, b, s.bounds()); err != nil {
		return f, fmt.Errorf("examine a document: %w", err)
	}
	if len(f.Thumbnail) == 0 {
		return f, nil
	}
	if f.thumbnail, err = s.begin(ctx, d, document.StatusProcessing); err != nil {
		return f, err
	}
	if _, err := s.blobs.Put(ctx, f.thumbnail, bytes.NewReader(f.Thumbnail), int64(len(f.Thumbnail))); err != nil {
		return f, fmt.Errorf("keep a thumbnail: %w", err)
	}
	return f, nil
}

// settle notes what was found, and has it told, in one transaction, and once: whoever comes second finds it done.
func (s *Service) settle(ctx context.Context, d *ent.Document, status document.Status, f findings) error {
	return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		n, err := tx.Document.Update().Where(document.ID(d.ID), document.StatusEQ(document.StatusProcessing)).
			SetStatus(status).SetNillableWidth(known(f.Width)).SetNillableHeight(known(f.Height)).SetNillablePageCount(known(f.Pages)).
			SetThumbnail(f.thumbnail).SetThumbnailType(f.ThumbnailType).ClearWorkAt().Save(ctx)
		if err != nil {
			return fmt.Errorf("note what a document is: %w", err)
		}
		if n == 0 || s.done == nil {
			return nil
		}
		return s.done(ctx, tx, d)
	})
}
