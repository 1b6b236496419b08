package room

import (
	"context"
	"database/sql"
	_ "embed" // post.sql
	"errors"
	"fmt"
	"unicode/utf8"

	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/typeid"
)

//go:embed post.sql
var postSQL string

// SendMessageInput is the input of sendMessage.
type SendMessageInput struct {
	RoomID         string
	Body           string
	IdempotencyKey *string
}

// SendMessagePayload is the answer of sendMessage.
type SendMessagePayload struct {
	apierr.Payload
	Message *Message
}

// Send writes a message into a room; for everyone in it. It is the hot path: one statement, one commit.
func (s *Service) Send(ctx context.Context, in SendMessageInput) (*SendMessagePayload, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkBody(in.Body, s.limits.MessageCharacters); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "sendMessage", in.RoomID, in.Body)
	if err != nil {
		return nil, err
	}
	e, err := s.postLimited(ctx, v, in, key)
	if err != nil {
		return nil, err
	}
	return &SendMessagePayload{Message: s.message(e, s.scene(e.Stream).of(v))}, nil
}

// checkBody holds rule C2.
func checkBody(body string, longest int) error {
	if identifier.Blank(body) {
		return apierr.Blank("body")
	}
	if n := utf8.RuneCountInString(body); longest > 0 && n > longest {
		return apierr.New(apierr.TooLong, "A message has at most %d characters (limit message-characters), this one has %d.", longest, n).On("body").Over(longest, n)
	}
	return nil
}

// postLimited posts as often as a person may; who may not still gets what an earlier request with the key has posted.
func (s *Service) postLimited(ctx context.Context, v auth.Viewer, in SendMessageInput, key idempotency.Key) (eventlog.Event, error) {
	throttled := s.writing.Take(v.ID())
	if throttled == nil {
		return s.postOnce(ctx, v, in, key)
	}
	return s.postedBefore(ctx, key, throttled)
}

// postOnce posts the message, or returns the one that an earlier request with the same key has posted.
func (s *Service) postOnce(ctx context.Context, v auth.Viewer, in SendMessageInput, key idempotency.Key) (eventlog.Event, error) {
	if v.Customer != nil && !v.InRoom(in.RoomID) {
		return eventlog.Event{}, missing()
	}
	e := eventlog.Event{ID: typeid.New(messagePrefix), Kind: kindText, Side: sideOf(v), ActorID: v.ID(), Body: in.Body}
	posted, err := s.postRow(ctx, v, in.RoomID, &e, key)
	if err != nil {
		return eventlog.Event{}, err
	}
	if posted {
		s.log.Posted(e)
		return e, nil
	}
	return s.postedBefore(ctx, key, closed())
}

// postRow executes the statement. Nothing is posted where the key was used before, or the room is closed.
func (s *Service) postRow(ctx context.Context, v auth.Viewer, roomID string, e *eventlog.Event, key idempotency.Key) (posted bool, err error) {
	var seq sql.NullInt64
	var at sql.NullTime
	customerID := ""
	if v.Customer != nil {
		customerID = v.ID()
	}
	k, fingerprint := key.Columns()
	err = s.post.QueryRowContext(ctx, roomID, v.OrganizationID(), customerID, e.ID, e.Side, e.ActorID, e.Body, k, fingerprint).
		Scan(&e.Stream, &seq, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, missing()
	}
	if err != nil {
		return false, fmt.Errorf("post message: %w", err)
	}
	e.Seq, e.At = seq.Int64, at.Time.UTC()
	return seq.Valid, nil
}

// postedBefore returns the message that the key stands for, whatever stands in the way of another one, which is the
// answer where there is none.
func (s *Service) postedBefore(ctx context.Context, key idempotency.Key, refusal error) (eventlog.Event, error) {
	id, found, err := key.Made(ctx, s.ent)
	if err != nil {
		return eventlog.Event{}, err
	}
	if !found {
		return eventlog.Event{}, refusal
	}
	e, _, err := s.log.Message(ctx, id)
	return e, err
}
