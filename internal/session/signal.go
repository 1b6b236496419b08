package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	rooms "parley/internal/room"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// Kinds of what is in the log of a share, and of what is live only.
const (
	kindSignal  = "SIGNAL"
	kindStopped = "STOPPED"
	kindInput   = "INPUT"
)

// signal is what the log keeps of a signal, until the share is stopped.
type signal struct {
	To      string `json:"to"`
	Payload string `json:"payload"`
}

// input is what the bus carries of a control input. As base64 it is never longer than by a third, whatever is in it.
type input struct {
	Payload []byte `json:"payload"`
}

// longestInput is how many bytes of an input the bus carries, with all that is around them.
const longestInput = (bus.Longest - 500) * 3 / 4

// SendSignalInput is the input of sendSignal.
type SendSignalInput struct {
	ScreenShareID  string
	ToAttendeeID   string
	Payload        string
	IdempotencyKey *string
}

// SendSignalPayload is the answer of sendSignal.
type SendSignalPayload struct{ apierr.Payload }

// Signal stores what one attendee tells another of the connection between them (rule S10); for everyone in the session.
func (s *Service) Signal(ctx context.Context, in SendSignalInput) (*SendSignalPayload, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkPayload(in.Payload, s.limits.SignalBytes, "signal-bytes"); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "sendSignal", in.ScreenShareID, in.ToAttendeeID, in.Payload)
	if err != nil {
		return nil, err
	}
	if err := s.signalling.Take(v.ID()); err != nil {
		return nil, err
	}
	c, r, err := s.shareIn(ctx, in.ScreenShareID)
	if err != nil {
		return nil, err
	}
	if _, found, err := key.Made(ctx, s.ent); err != nil || found {
		return &SendSignalPayload{}, err
	}
	attends, err := s.rooms.Attends(ctx, r, in.ToAttendeeID)
	if err != nil {
		return nil, err
	}
	if !attends {
		return nil, apierr.MissingThing("attendee")
	}
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error { return s.signalTx(ctx, tx, v, c.StreamID, key, in) })
	if err != nil {
		return nil, fmt.Errorf("send a signal: %w", err)
	}
	return &SendSignalPayload{}, nil
}

func checkPayload(payload string, longest int, limit string) error {
	if payload == "" {
		return apierr.Blank("payload")
	}
	if n := len(payload); longest > 0 && n > longest {
		return apierr.New(apierr.TooLong, "This has at most %d bytes (limit %s), and there are %d.", longest, limit, n).On("payload").Over(longest, n)
	}
	return nil
}

// signalTx puts a signal into the log, unless a request with the same key has. The room is not locked: who removes a specialist
// waits for their place, and who stops the share for its log.
func (s *Service) signalTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, streamID int64, key idempotency.Key, in SendSignalInput) error {
	if err := rooms.KeepSeatTx(ctx, tx, v); apierr.Is(err, apierr.NotFound) {
		return missingShare()
	} else if err != nil {
		return err
	}
	id := typeid.New("evt")
	if standing, err := key.ClaimTx(ctx, tx, id); err != nil || standing != id {
		return err
	}
	entry := rooms.Entry(v, kindSignal, signal{in.ToAttendeeID, in.Payload})
	entry.ID = id
	_, err := s.log.AppendTx(ctx, tx, streamID, entry)
	if errors.Is(err, eventlog.ErrSealed) {
		return stopped()
	}
	if err != nil {
		return err
	}
	return s.counter.TakeTx(ctx, tx, throttle.Rule{
		Name: "share-signals", Of: in.ScreenShareID + " " + v.ID(), Limit: s.limits.ShareSignals, Window: time.Hour,
	})
}

// SendControlInputInput is the input of sendControlInput.
type SendControlInputInput struct {
	ScreenShareID string
	Payload       string
}

// SendControlInputPayload is the answer of sendControlInput.
type SendControlInputPayload struct{ apierr.Payload }

// Control tells whoever shares a screen what the viewer does with keyboard and mouse (rule S10); for members, and for specialists
// with control. It is never stored: people type passwords.
func (s *Service) Control(ctx context.Context, in SendControlInputInput) (*SendControlInputPayload, error) {
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if err := checkPayload(in.Payload, s.inputBytes(), "input-bytes"); err != nil {
		return nil, err
	}
	if err := s.controlling.Take(v.ID()); err != nil {
		return nil, err
	}
	streamID, err := s.controllable(ctx, v, in.ScreenShareID)
	if err != nil {
		return nil, err
	}
	said := rooms.Entry(v, kindInput, input{[]byte(in.Payload)})
	s.log.Tell(streamID, eventlog.Signal{Kind: said.Kind, Side: said.Side, ActorID: said.ActorID, Data: said.Data})
	return &SendControlInputPayload{}, nil
}

// inputBytes is how long an input may be: what the bus would lose is refused.
func (s *Service) inputBytes() int {
	if s.limits.InputBytes == 0 {
		return longestInput
	}
	return min(s.limits.InputBytes, longestInput)
}

// controllable returns the log of a share that the viewer may control. It asks the database, each time and once, since what a
// specialist may do changes at once (rule S9).
func (s *Service) controllable(ctx context.Context, v auth.Viewer, id string) (streamID int64, err error) {
	if v.Customer != nil {
		if _, err := s.share(ctx, id); err != nil {
			return 0, err
		}
		return 0, notControlled()
	}
	const q = `SELECT c.stream_id, c.stopped_at IS NOT NULL, g.id IS NULL OR g.access = 'CONTROL'
		FROM screen_shares c
		JOIN support_sessions x ON x.id = c.session_id
		JOIN rooms r ON r.id = x.room_id
		LEFT JOIN specialists g ON g.id = $3 AND g.session_id = x.id AND g.left_at IS NULL
		WHERE c.id = $1 AND r.organization_id = $2 AND (g.id IS NOT NULL OR $4)`
	rows, err := s.ent.QueryContext(ctx, q, id, v.OrganizationID(), v.ID(), v.Member != nil)
	if err != nil {
		return 0, fmt.Errorf("find out who controls a screen: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return 0, fmt.Errorf("find out who controls a screen: %w", err)
		}
		return 0, missingShare()
	}
	var over, allowed bool
	if err := rows.Scan(&streamID, &over, &allowed); err != nil {
		return 0, fmt.Errorf("read who controls a screen: %w", err)
	}
	switch {
	case over:
		return 0, stopped()
	case !allowed:
		return 0, notControlled()
	}
	return streamID, nil
}

func notControlled() error {
	return apierr.New(apierr.AccessNotAllowed, "You may view the screen, and not use keyboard and mouse on it.").On("screenShareId")
}

func decode[T any](data string) (d T, err error) {
	if data == "" {
		return d, nil
	}
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return d, fmt.Errorf("decode an event of a screen: %w", err)
	}
	return d, nil
}
