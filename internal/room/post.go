package room

import (
	"context"
	"database/sql"
	_ "embed" // post.sql
	"errors"
	"fmt"
	"unicode/utf8"

	"parley/ent"
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
	if err := s.writing.Take(v.ID()); err != nil {
		return nil, err
	}
	e, err := s.postOnce(ctx, v, in, key)
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
		return apierr.New(apierr.TooLong, "A message has at most %d characters, this one has %d.", longest, n).On("body").Over(longest, n)
	}
	return nil
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
	return s.postedBefore(ctx, key)
}

// postRow executes the statement. Nothing is posted where the key was used before, or the room is closed.
func (s *Service) postRow(ctx context.Context, v auth.Viewer, roomID string, e *eventlog.Event, key idempotency.Key) (posted bool, err error) {
	var open bool
	var seq sql.NullInt64
	var at sql.NullTime
	customerID := ""
	if v.Customer != nil {
		customerID = v.ID()
	}
	_, k, fingerprint := key.Columns()
	err = s.post.QueryRowContext(ctx, roomID, v.OrganizationID(), customerID, e.ID, e.Side, e.ActorID, e.Body, k, fingerprint).
		Scan(&e.Stream, &open, &seq, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows) && v.Customer != nil:
		return false, closed() // it was the customer's own room, as the caller has checked
	case errors.Is(err, sql.ErrNoRows):
		return false, missing()
	case err != nil:
		return false, fmt.Errorf("post message: %w", err)
	case !open:
		return false, nil
	}
	e.Seq, e.At = seq.Int64, at.Time.UTC()
	return seq.Valid, nil
}

// postedBefore returns the message that the key stands for, also where the room was closed after it; a room that is
// closed takes no other.
func (s *Service) postedBefore(ctx context.Context, key idempotency.Key) (eventlog.Event, error) {
	if key.IsZero() {
		return eventlog.Event{}, closed()
	}
	id, err := key.Made(ctx, s.ent)
	if ent.IsNotFound(err) {
		err = closed()
	}
	if err != nil {
		return eventlog.Event{}, err
	}
	e, found, err := s.log.Message(ctx, id)
	if err == nil && !found {
		err = closed() // the key was taken in the instant in which the room was closed
	}
	return e, err
}
