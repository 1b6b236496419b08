package room

import (
	"context"
	"fmt"
	"math"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/event"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/page"
)

// messagePrefix is the type of the ids of messages.
const messagePrefix = "msg"

// Message is an entry of a room's timeline.
type Message struct {
	ID     string
	Cursor string
	Kind   string
	Body   string
	Side   string
	SentAt time.Time

	actorID string
	scene   *scene
}

// IsNode marks a Node.
func (*Message) IsNode() {}

// Room is the room the message is in.
func (m *Message) Room(ctx context.Context) (*ent.Room, error) { return m.scene.where(ctx) }

// Author is who wrote the message, or nil where Parley did.
func (m *Message) Author(ctx context.Context) (ent.Actor, error) {
	return m.scene.actor(ctx, m.actorID)
}

// message makes an entry of an event of one of the message kinds.
func (s *Service) message(e eventlog.Event, sc *scene) *Message {
	return &Message{
		ID: e.ID, Cursor: s.log.Cursor(e.Stream, e.Seq), Kind: e.Kind, Body: e.Body, Side: e.Side, SentAt: e.At,
		actorID: e.ActorID, scene: sc,
	}
}

// Messages is a page of the room's timeline, oldest first.
func (s *Service) Messages(ctx context.Context, r *ent.Room, a page.Args) (*page.Connection[*Message], error) {
	if _, err := check(ctx, r); err != nil {
		return nil, err
	}
	w, err := a.Window(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	after, before, err := s.places(ctx, r, w)
	if err != nil {
		return nil, err
	}
	events, err := s.log.Messages(ctx, r.StreamID, after, before, w.Fetch(), w.Backward)
	if err != nil {
		return nil, err
	}
	count := func(ctx context.Context) (int, error) { return s.log.CountMessages(ctx, r.StreamID) }
	return page.Of(w, s.messages(r, events), func(m *Message) string { return m.Cursor }, count), nil
}

// places are the bounds of a window as places in the room's log, both exclusive.
func (s *Service) places(ctx context.Context, r *ent.Room, w page.Window) (after, before int64, err error) {
	before = math.MaxInt64
	if w.After == "" && w.Before == "" {
		return after, before, nil
	}
	st, err := s.stream(ctx, r)
	if err != nil {
		return 0, 0, err
	}
	if w.After != "" {
		after, err = s.log.Seq(w.After, st.ID, st.LastSeq)
	}
	if w.Before != "" && err == nil {
		before, err = s.log.Seq(w.Before, st.ID, st.LastSeq)
	}
	return after, before, err
}

// messages makes entries of a room's events.
func (s *Service) messages(r *ent.Room, events []eventlog.Event) []*Message {
	sc := s.scene(r.StreamID, events...).in(r)
	all := make([]*Message, len(events))
	for i, e := range events {
		all[i] = s.message(e, sc)
	}
	return all
}

// byStream returns the room that a stream is the log of, which the viewer has been let into before.
func (s *Service) byStream(ctx context.Context, streamID int64) (*ent.Room, error) {
	var r *ent.Room
	err := database.Again(ctx, func() (err error) {
		r, err = s.ent.Room.Query().Where(room.StreamID(streamID)).WithStream().Only(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get room of stream: %w", err)
	}
	return r, nil
}

// messageNode returns the message with the id, where the viewer may see its room.
func (s *Service) messageNode(ctx context.Context, id string) (*Message, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.find(ctx, v, func(q *sql.Selector) {
		log := sql.Table(event.Table)
		q.Where(sql.In(q.C(room.FieldStreamID), sql.Select(log.C(event.FieldStreamID)).From(log).Where(sql.EQ(log.C(event.FieldID), id))))
	})
	if err != nil {
		return nil, err
	}
	e, found, err := s.log.Message(ctx, id)
	if err == nil && !found {
		err = apierr.MissingThing("message")
	}
	if err != nil {
		return nil, err
	}
	return s.message(e, s.scene(e.Stream, e).in(r)), nil
}
