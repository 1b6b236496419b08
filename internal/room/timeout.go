package room

import (
	"context"
	"fmt"
	"strings"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
)

// TimeOut marks rooms as timed out in which nothing has happened for as many days as their organisations allow (rule R17),
// and returns how many. It is to be called now and then.
func (s *Service) TimeOut(ctx context.Context) (int, error) {
	timed := 0
	for {
		n, err := s.timeOutSome(ctx)
		timed += n
		if err != nil || n == 0 {
			return timed, err
		}
	}
}

// timeOutSome is TimeOut for some of the rooms, none only where there are none. The logs are locked, too, so that a room is
// not marked while something happens in it; one that is locked already is not idle. Rooms come before logs, as everywhere.
func (s *Service) timeOutSome(ctx context.Context) (int, error) {
	const q = `UPDATE rooms SET status = 'TIMED_OUT' WHERE id IN (
		SELECT r.id FROM streams s JOIN rooms r ON r.stream_id = s.id JOIN organizations o ON o.id = r.organization_id
		WHERE s.active_at < $1::timestamptz - interval '3 days' AND r.status = 'ACTIVE'
			AND s.last_at < $1::timestamptz - make_interval(days => o.room_timeout_days::int)
		ORDER BY r.id LIMIT 500
		FOR UPDATE OF r, s SKIP LOCKED)`
	result, err := s.ent.ExecContext(ctx, q, s.now())
	if err != nil {
		return 0, fmt.Errorf("time rooms out: %w", err)
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// refusal says why the viewer may not write into a room that they may see; nil where they may.
func (s *Service) refusal(ctx context.Context, v auth.Viewer, r *ent.Room) error {
	switch {
	case r.Status == room.StatusClosed || !openTo(v, r):
		return closed()
	case r.Status == room.StatusTimedOut && v.Customer != nil:
		return s.timedOut(ctx, r)
	}
	return nil
}

// timedOut is what a customer is told of a room that is timed out: the organisation's own text where it has one.
func (s *Service) timedOut(ctx context.Context, r *ent.Room) error {
	o, err := s.ent.Organization.Get(ctx, r.OrganizationID)
	if err != nil {
		return fmt.Errorf("get organisation: %w", err)
	}
	text := strings.TrimSpace(o.RoomTimedOutText)
	if text == "" {
		text = "This conversation has rested for too long. Ask " + o.Name + " for a new invitation."
	}
	return apierr.New(apierr.RoomTimedOut, "%s", text).On("roomId")
}
