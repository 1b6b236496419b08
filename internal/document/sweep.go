package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/document"
	"parley/ent/predicate"
)

// Sweep removes uploads that nobody has gone on with or shared in time, and what is left of the others beside what they
// consist of. It is to be called now and then; any number of processes may do so at once. One that fails is tried again later.
func (s *Service) Sweep(ctx context.Context) error {
	var failed []error
	for ctx.Err() == nil {
		due, err := s.ent.Document.Query().Where(document.SweepAtLTE(now())).Order(document.BySweepAt()).Limit(100).All(ctx)
		if err != nil {
			return errors.Join(append(failed, fmt.Errorf("find what is to be swept: %w", err))...)
		}
		for _, d := range due {
			if err := s.sweep(ctx, d); err != nil {
				failed = append(failed, fmt.Errorf("sweep %s: %w", d.ID, err), s.sweepAt(ctx, d, now().Add(lease)))
			}
		}
		if len(due) == 0 {
			break
		}
	}
	return errors.Join(failed...)
}

// sweep takes the next step with a document. Blobs are removed when nobody can name them any more, and not in a transaction: a
// store may be slow.
func (s *Service) sweep(ctx context.Context, d *ent.Document) error {
	switch {
	case d.Status == document.StatusDoomed: // for so long that nobody is writing any more
		if err := s.blobs.Remove(ctx, d.Blobs...); err != nil {
			return err
		}
		_, err := s.ent.Document.Delete().Where(document.ID(d.ID), document.StatusEQ(document.StatusDoomed)).Exec(ctx)
		return err
	case d.SharedAt == nil:
		return s.doom(ctx, document.ID(d.ID), document.SweepAtLTE(now()))
	case d.Status == document.StatusProcessing: // the worker is not done with it
		return s.sweepAt(ctx, d, now().Add(lease))
	}
	used := slices.DeleteFunc([]string{d.Blob, d.Thumbnail}, func(name string) bool { return name == "" })
	unused := slices.DeleteFunc(slices.Clone(d.Blobs), func(name string) bool { return slices.Contains(used, name) })
	if err := s.blobs.Remove(ctx, unused...); err != nil {
		return err
	}
	return s.ent.Document.UpdateOneID(d.ID).SetBlobs(used).ClearSweepAt().Exec(ctx)
}

func (s *Service) sweepAt(ctx context.Context, d *ent.Document, at time.Time) error {
	_, err := s.ent.Document.Update().Where(document.ID(d.ID)).SetSweepAt(at).Save(ctx)
	return err
}

// doom ends a document that was not shared, and cannot be from then on, and removes its blobs. The row goes when nobody can be
// writing any more who has begun before.
func (s *Service) doom(ctx context.Context, which ...predicate.Document) error {
	which = append(which, document.SharedAtIsNil(), document.StatusNEQ(document.StatusDoomed))
	ids, err := s.ent.Document.Query().Where(which...).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	which = append(which, document.IDIn(ids...))
	n, err := s.ent.Document.Update().Where(which...).SetStatus(document.StatusDoomed).SetSweepAt(now().Add(longest)).Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	rows, err := s.ent.Document.Query().Where(document.IDIn(ids...), document.StatusEQ(document.StatusDoomed)).All(ctx)
	for _, d := range rows {
		err = errors.Join(err, s.blobs.Remove(ctx, d.Blobs...))
	}
	return err
}
