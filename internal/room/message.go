package room

import (
	"context"
	"fmt"
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

	actorID    string
	documentID string
	scene      *scene
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
		actorID: e.ActorID, documentID: documentID(e), scene: sc,
	}
}

// Messages is a page of the room's timeline, in order of time.
func (s *Service) Messages(ctx context.Context, r *ent.Room, a page.Args) (*page.Connection[*Message], error) {
	w, err := a.Window(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	var events []eventlog.Event
	err = s.steady(ctx, r, func(in *ent.Room) (empty bool, err error) {
		r = in
		after, before, err := s.moments(ctx, r, w)
		if err != nil {
			return false, err
		}
		events, err = s.log.Messages(ctx, r.StreamID, after, before, w.Fetch(), w.Backward)
		return len(events) == 0, err
	})
	if err != nil {
		return nil, err
	}
	count := func(ctx context.Context) (int, error) { return s.log.CountMessages(ctx, r.StreamID) }
	return page.Of(w, s.messages(r, events), func(m *Message) string { return m.Cursor }, count), nil
}

// moments are the bounds of a window in the room's timeline, both exclusive; nil for none.
func (s *Service) moments(ctx context.Context, r *ent.Room, w page.Window) (after, before *eventlog.Moment, err error) {
	if after, err = s.moment(ctx, r, w.After); err != nil {
		return nil, nil, err
	}
	before, err = s.moment(ctx, r, w.Before)
	return after, before, err
}

func (s *Service) moment(ctx context.Context, r *ent.Room, cursor string) (*eventlog.Moment, error) {
	if cursor == "" {
		return nil, nil
	}
	st, err := s.stream(ctx, r)
	if err != nil {
		return nil, err
	}
	m, err := s.log.Moment(ctx, cursor, st.ID, st.LastSeq)
	if err != nil {
		return nil, err
	}
	return &m, nil
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

// byID returns a room that an event names, which the viewer has been let into before.
func (s *Service) byID(ctx context.Context, id string) (*ent.Room, error) {
	var r *ent.Room
	err := database.Again(ctx, func() (err error) {
		r, err = s.ent.Room.Query().Where(room.ID(id)).WithStream().Only(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get room of event: %w", err)
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
