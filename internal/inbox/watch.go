package inbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"parley/internal/eventlog"
)

const (
	// pace is the time between two looks, at least: what happens meanwhile is found together. A look that takes long is
	// followed by a longer pause, so that looking takes no more than a quarter of the time.
	pace = 20 * time.Millisecond

	// sweepEvery is how often all who follow are looked for: what was rung for nobody is found then.
	sweepEvery = time.Second

	// knownOwners bounds how many streams are remembered by their owners.
	knownOwners = 10_000
)

// watch finds out what has grown, and tells the tails. It is one goroutine.
type watch struct {
	*Service
	swept  time.Time
	owners map[int64]string // of streams that were rung
}

// Run serves followers until the context ends.
func (s *Service) Run(ctx context.Context) error {
	w := &watch{Service: s, owners: map[int64]string{}}
	wake := time.NewTimer(0)
	defer wake.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.bell:
		case <-wake.C:
		}
		began := time.Now()
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "look for news of rooms", "error", err) // the next sweep finds them
		}
		pause(ctx, max(pace-time.Since(began), 3*time.Since(began)))
		wake.Reset(time.Until(w.next()))
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// look tells all who are to be looked for what has grown.
func (w *watch) look(ctx context.Context) error {
	tails, err := w.due(ctx)
	if err != nil || len(tails) == 0 {
		return err
	}
	horizon, err := w.events.Horizon(ctx)
	if err != nil {
		return err
	}
	after := make(map[string]time.Time, len(tails))
	for organizationID, t := range tails {
		t.again = time.Time{} // should this fail, the next sweep is soon enough
		after[organizationID] = time.UnixMicro(t.at())
	}
	grown, err := w.events.Grown(ctx, after)
	if err != nil {
		return err
	}
	return w.tell(ctx, tails, grown, horizon)
}

// tell carries to each tail what has grown of its own.
func (w *watch) tell(ctx context.Context, tails map[string]*tail, grown []eventlog.Growth, horizon eventlog.Horizon) error {
	of := map[string][]eventlog.Growth{}
	for _, g := range grown {
		of[g.Owner] = append(of[g.Owner], g)
	}
	now, plans := time.Now(), map[*tail]plan{}
	var all []*news
	for organizationID, t := range tails {
		if horizon.Now.UnixMicro() < t.at() {
			w.setBack(organizationID, t)
			continue
		}
		p := t.plan(of[organizationID], horizon.Settled.UnixMicro(), now)
		plans[t], all = p, append(all, p.tell...)
	}
	if err := w.furnish(ctx, all); err != nil {
		return err
	}
	for t, p := range plans {
		t.carry(p)
	}
	return nil
}

// setBack ends a tail that has told more than there can be by the clock, which was set back: nobody knows what there was.
func (s *Service) setBack(organizationID string, t *tail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(organizationID, t, expiredCursor())
}

// due are the tails to be looked for: those of streams that were rung, those that want it, and now and then all.
func (w *watch) due(ctx context.Context) (map[string]*tail, error) {
	now := time.Now()
	rung, tails := w.take()
	if now.Sub(w.swept) >= sweepEvery {
		w.swept = now
		return tails, nil
	}
	grown, err := w.ownersOf(ctx, rung)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(tails, func(organizationID string, t *tail) bool {
		return !grown[organizationID] && !t.wantsLook(now)
	})
	return tails, nil
}

// take returns the streams that were rung, and all tails.
func (s *Service) take() (rung []int64, tails map[string]*tail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rung = slices.Collect(maps.Keys(s.rung))
	clear(s.rung)
	return rung, maps.Clone(s.tails)
}

// next is when to look where nothing is rung.
func (w *watch) next() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := w.swept.Add(sweepEvery)
	for _, t := range w.tails {
		if !t.again.IsZero() && t.again.Before(next) {
			next = t.again
		}
	}
	return next
}

// ownersOf are the owners of streams.
func (w *watch) ownersOf(ctx context.Context, streams []int64) (map[string]bool, error) {
	if len(w.owners) > knownOwners {
		clear(w.owners)
	}
	owners := map[string]bool{}
	var unknown []int64
	for _, id := range streams {
		if owner, ok := w.owners[id]; ok {
			owners[owner] = true
		} else {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return owners, nil
	}
	found, err := w.events.Owners(ctx, unknown)
	if err != nil {
		return nil, err
	}
	maps.Copy(w.owners, found)
	for _, owner := range found {
		owners[owner] = true
	}
	return owners, nil
}
