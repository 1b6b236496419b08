package room

import (
	"context"
	"database/sql"
	_ "embed" // post.sql, post_many.sql
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/lib/pq"

	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/typeid"
)

// What posts a message, and what posts several into one room: prepared, each executed once.
var (
	//go:embed post.sql
	postSQL string
	//go:embed post_many.sql
	postManySQL string
)

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

// Send writes a message into a room; for everyone in it. It is the hot path: one statement, one commit,
// for all that wait for the room at that moment.
func (s *Service) Send(ctx context.Context, in SendMessageInput) (*SendMessagePayload, error) {
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if err := checkBody(in.Body, s.limits.MessageCharacters); err != nil {
		return nil, err
	}
	key, err := in.key(v, in.RoomID)
	if err != nil {
		return nil, err
	}
	e, err := s.postLimited(ctx, v, in, key)
	if apierr.Is(err, apierr.IdempotencyKeyReused) {
		e, err = s.postedElsewhere(ctx, v, in, err)
	}
	if err != nil {
		return nil, err
	}
	return &SendMessagePayload{Message: s.message(e, s.scene(e.Stream).of(v))}, nil
}

func (in SendMessageInput) key(v auth.Viewer, roomID string) (idempotency.Key, error) {
	return idempotency.For(v.ID(), in.IdempotencyKey, "sendMessage", roomID, in.Body)
}

// postedElsewhere returns the message that the key stands for in a room that has gone into the one that is named now; else
// the refusal.
func (s *Service) postedElsewhere(ctx context.Context, v auth.Viewer, in SendMessageInput, refusal error) (eventlog.Event, error) {
	gone, err := s.ent.Room.Query().Where(room.MergedIntoID(in.RoomID), room.OrganizationID(v.OrganizationID())).IDs(ctx)
	if err != nil {
		return eventlog.Event{}, fmt.Errorf("find rooms that have gone into one: %w", err)
	}
	for _, id := range gone {
		key, err := in.key(v, id)
		if err != nil {
			return eventlog.Event{}, err
		}
		if e, err := s.postedBefore(ctx, key, refusal); !apierr.Is(err, apierr.IdempotencyKeyReused) {
			return e, err
		}
	}
	return eventlog.Event{}, refusal
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

// postOnce posts the message, or returns the one that an earlier request with the same key has posted. Where the statement
// does not take it the room is looked up: it may have gone into another (rule R13), even while the message was on its way.
func (s *Service) postOnce(ctx context.Context, v auth.Viewer, in SendMessageInput, key idempotency.Key) (e eventlog.Event, err error) {
	if v.Member != nil || v.InRoom(in.RoomID) {
		if p, err := s.postTo(ctx, v, in.RoomID, in.Body, key); err != nil || p.posted {
			return p.event, err
		}
	}
	err = settled(func() error {
		if e, err = s.postedBefore(ctx, key, errMoved); !errors.Is(err, errMoved) {
			return err
		}
		_, r, err := s.lookUp(ctx, v, room.ID(in.RoomID))
		if err != nil {
			return err
		}
		if err := s.refusal(ctx, v, r); err != nil {
			return err
		}
		p, err := s.postTo(ctx, v, r.ID, in.Body, key)
		switch e = p.event; {
		case err != nil:
			return err
		case !p.found:
			return missing()
		case !p.posted:
			return errMoved
		}
		return nil
	})
	return e, err
}

// postTo posts the message into a room, where it is there for the viewer and open to them.
func (s *Service) postTo(ctx context.Context, v auth.Viewer, roomID, body string, key idempotency.Key) (*posting, error) {
	p := newPosting(v, roomID, body, key)
	if err := s.lines.post(ctx, p); err != nil {
		return p, fmt.Errorf("post message: %w", err)
	}
	return p, nil
}

func newPosting(v auth.Viewer, roomID, body string, key idempotency.Key) *posting {
	p := &posting{
		place: place{v.OrganizationID(), roomID},
		event: eventlog.Event{ID: typeid.New(messagePrefix), Kind: kindText, Side: sideOf(v), ActorID: v.ID(), Body: body},
		key:   key,
	}
	switch {
	case v.Customer != nil:
		p.customerID = v.ID()
	case v.Specialist != nil:
		p.specialistID = v.ID()
	}
	return p
}

// post executes the statement for one message or for several, and hands what it has posted over to those who follow.
func (s *Service) post(ctx context.Context, batch []*posting) (err error) {
	if len(batch) == 1 {
		err = s.postOne(ctx, batch[0])
	} else {
		err = s.postMany(ctx, batch)
	}
	if err != nil {
		return err
	}
	events := make([]eventlog.Event, 0, len(batch))
	for _, p := range batch {
		if p.posted {
			events = append(events, p.event)
		}
	}
	s.log.Posted(events...)
	return nil
}

func (s *Service) postOne(ctx context.Context, p *posting) error {
	var a answer
	e := p.event
	key, fingerprint := p.key.Columns()
	err := s.one.QueryRowContext(ctx, p.place.roomID, p.place.organizationID, p.customerID, p.specialistID, e.ID, e.Side, e.ActorID, e.Body, key, fingerprint).
		Scan(&a.stream, &a.seq, &a.at)
	switch {
	case err == nil:
		p.learn(a)
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case database.Violates(err, "events_pkey"):
		return s.recognise(ctx, p)
	}
	return err
}

// recognise reads a message that is there already. Its id is random, so it is this one: the connection was lost after the
// commit and before the answer, and the driver has tried once more.
func (s *Service) recognise(ctx context.Context, p *posting) error {
	e, found, err := s.log.Message(ctx, p.event.ID)
	p.found, p.posted, p.event = found, found, e
	return err
}

// postMany is postOne for several messages. What it reads is only true once it has read all of it: the commit comes last.
func (s *Service) postMany(ctx context.Context, batch []*posting) error {
	rows, err := s.many.QueryContext(ctx, columns(batch)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	answers := map[int]answer{}
	for rows.Next() {
		var n int
		var a answer
		if err := rows.Scan(&n, &a.stream, &a.seq, &a.at); err != nil {
			return err
		}
		answers[n-1] = a
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i, a := range answers {
		batch[i].learn(a)
	}
	return nil
}

// columns are the parameters of post_many.sql.
func columns(batch []*posting) []any {
	var customers, specialists, ids, sides, authors, bodies, keys pq.StringArray
	var fingerprints pq.ByteaArray
	for _, p := range batch {
		key, fingerprint := p.key.Columns()
		customers = append(customers, p.customerID)
		specialists = append(specialists, p.specialistID)
		ids = append(ids, p.event.ID)
		sides = append(sides, p.event.Side)
		authors = append(authors, p.event.ActorID)
		bodies = append(bodies, p.event.Body)
		keys = append(keys, key)
		fingerprints = append(fingerprints, fingerprint)
	}
	to := batch[0].place
	return []any{to.roomID, to.organizationID, customers, specialists, ids, sides, authors, bodies, keys, fingerprints}
}

// answer is what a statement says of a message: the log of its room, and its place there where it was posted. It says
// nothing where the author has no such room.
type answer struct {
	stream int64
	seq    sql.NullInt64
	at     sql.NullTime
}

func (p *posting) learn(a answer) {
	p.found, p.posted = true, a.seq.Valid
	p.event.Stream, p.event.Seq, p.event.At = a.stream, a.seq.Int64, a.at.Time.UTC()
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
