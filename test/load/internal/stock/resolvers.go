package stock

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/typeid"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	ent   *ent.Client
	rooms *rooms
}

type (
	query        struct{ *Resolver }
	mutation     struct{ *Resolver }
	subscription struct{ *Resolver }
	roomFields   struct{ *Resolver }
)

// Query implements ResolverRoot.
func (r *Resolver) Query() QueryResolver { return query{r} }

// Mutation implements ResolverRoot.
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }

// Subscription implements ResolverRoot.
func (r *Resolver) Subscription() SubscriptionResolver { return subscription{r} }

// Room implements ResolverRoot.
func (r *Resolver) Room() RoomResolver { return roomFields{r} }

func (q query) Room(ctx context.Context, id string) (*ent.Room, error) {
	m, err := viewer(ctx)
	if err != nil {
		return nil, err
	}
	return q.ent.Room.Query().Where(room.ID(id), room.OrganizationID(m.OrganizationID)).Only(ctx)
}

func (m mutation) CreateRoom(ctx context.Context, _ CreateRoomInput) (*CreateRoomPayload, error) {
	v, err := viewer(ctx)
	if err != nil {
		return nil, err
	}
	var made *ent.Room
	err = database.WithTx(ctx, m.ent, func(tx *ent.Tx) error {
		stream, err := tx.Stream.Create().SetID(rand.Int64()).SetOwnerID(v.OrganizationID).SetLastAt(time.Now()).SetActiveAt(time.Now()).Save(ctx)
		if err != nil {
			return err
		}
		made, err = tx.Room.Create().SetName("Collaboration Room").SetOrganizationID(v.OrganizationID).
			SetCreatedBy(v).SetStream(stream).Save(ctx)
		return err
	})
	return &CreateRoomPayload{Room: made, UserErrors: []*UserError{}}, err
}

func (m mutation) SendMessage(ctx context.Context, input SendMessageInput) (*SendMessagePayload, error) {
	v, err := viewer(ctx)
	if err != nil {
		return nil, err
	}
	var message *Message
	err = database.WithTx(ctx, m.ent, func(tx *ent.Tx) (err error) {
		message, err = post(ctx, tx, v, input)
		return err
	})
	if err != nil {
		return nil, err
	}
	m.rooms.broadcast(input.RoomID, &MessagePosted{
		Cursor: &message.Cursor, OccurredAt: message.SentAt, Room: message.Room, Actor: v, Message: message,
	})
	return &SendMessagePayload{Message: message, UserErrors: []*UserError{}}, nil
}

// post writes the message as the next event of the room's stream.
func post(ctx context.Context, tx *ent.Tx, v *ent.Member, input SendMessageInput) (*Message, error) {
	r, err := tx.Room.Query().Where(room.ID(input.RoomID), room.OrganizationID(v.OrganizationID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get room: %w", err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	stream, err := tx.Stream.UpdateOneID(r.StreamID).AddLastSeq(1).SetLastAt(now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("raise stream: %w", err)
	}
	e, err := tx.Event.Create().SetID(typeid.New("msg")).SetStreamID(stream.ID).SetSeq(stream.LastSeq).
		SetKind(MessageKindText.String()).SetSide("MEMBER").SetActorID(v.ID).SetAt(now).SetBody(input.Body).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("create event: %w", err)
	}
	return &Message{
		ID: e.ID, Cursor: cursor(stream), Room: r, Kind: MessageKindText, Body: input.Body, Author: v, SentAt: e.At,
	}, nil
}

// cursor is of the same form, and so as long, as Parley's.
func cursor(s *ent.Stream) string {
	return eventlog.Cursor{Epoch: 1, Stream: s.ID, Seq: s.LastSeq}.String()
}

func (s subscription) RoomEvents(ctx context.Context, roomID string, _ *string) (<-chan RoomEvent, error) {
	r, err := query(s).Room(ctx, roomID)
	if err != nil {
		return nil, err
	}
	return s.rooms.subscribe(ctx, roomID, &CaughtUp{OccurredAt: time.Now().UTC(), Room: r}), nil
}

func (f roomFields) LastCursor(ctx context.Context, r *ent.Room) (string, error) {
	stream, err := f.ent.Stream.Get(ctx, r.StreamID)
	if err != nil {
		return "", err
	}
	return cursor(stream), nil
}
