package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/readmark"
	"parley/ent/room"
	"parley/ent/roomlink"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
)

// MergeRoomsInput is the input of mergeRooms.
type MergeRoomsInput struct {
	RoomID     string
	IntoRoomID string
}

// MergeRoomsPayload is the answer of mergeRooms.
type MergeRoomsPayload struct {
	apierr.Payload
	Room *ent.Room
}

// Merge makes two rooms one, on purpose (rule R16); for members. Merging what is one already changes nothing.
func (s *Service) Merge(ctx context.Context, in MergeRoomsInput) (*MergeRoomsPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = settled(func() error { return s.merge(ctx, v, in) })
	if err != nil {
		return nil, fmt.Errorf("merge rooms: %w", err)
	}
	r, err := s.Get(ctx, in.IntoRoomID)
	if err != nil {
		return nil, err
	}
	return &MergeRoomsPayload{Room: r}, nil
}

func (s *Service) merge(ctx context.Context, v auth.Viewer, in MergeRoomsInput) error {
	from, err := s.find(ctx, v, room.ID(in.RoomID))
	if err != nil {
		return err
	}
	into, err := s.find(ctx, v, room.ID(in.IntoRoomID))
	switch {
	case err != nil:
		return err
	case in.RoomID == in.IntoRoomID:
		return apierr.New(apierr.SameRoom, "A room cannot be merged with itself; name two rooms.").On("intoRoomId")
	case from.ID == into.ID:
		return nil
	}
	return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		from, into, err := lockPairTx(ctx, tx, from, into)
		if err != nil {
			return err
		}
		if _, err = s.mergeTx(ctx, tx, v, from, into); err != nil {
			return err
		}
		return s.recordMergeTx(ctx, tx, v, from, into)
	})
}

// recordMergeTx records who caused that two rooms are one (rule R19). Like all records it comes last.
func (s *Service) recordMergeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, from, into *ent.Room) error {
	return s.audit.RecordTx(ctx, tx, v, audit.RoomsMerged, into.ID, "from "+from.ID)
}

// merging is what becomes of two rooms that become one.
type merging struct {
	status   room.Status
	customer *ent.Customer // of the one that stays; nil for none
	retired  *ent.Customer // whose place the customer takes; nil for none
}

// planMerge decides what becomes of two rooms, which come with their customers.
func planMerge(from, into *ent.Room) (merging, error) {
	theirs, ours := from.Edges.Customer, into.Edges.Customer
	switch {
	case from.Status == room.StatusClosed:
		return merging{}, closed()
	case into.Status == room.StatusClosed:
		return merging{}, closed().On("intoRoomId")
	case theirs == nil:
		return merging{status: into.Status, customer: ours}, nil
	case ours == nil:
		return merging{status: from.Status, customer: theirs}, nil
	}
	status := into.Status
	if from.Status == room.StatusActive {
		status = room.StatusActive
	}
	return merging{status: status, customer: customer.United(ours, theirs), retired: theirs}, nil
}

// mergeTx moves everything of one room into another, both locked, and leaves the first as a way to the second. It returns
// the room that stays.
func (s *Service) mergeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, from, into *ent.Room) (*ent.Room, error) {
	plan, err := planMerge(from, into)
	if err != nil {
		return nil, err
	}
	if err := moveTx(ctx, tx, from.ID, into.ID); err != nil {
		return nil, err
	}
	if plan.retired != nil {
		if err := customer.UniteTx(ctx, tx, plan.customer, plan.retired); err != nil {
			return nil, err
		}
	}
	stays, err := standTx(ctx, tx, into, plan)
	if err != nil {
		return nil, err
	}
	if err := s.tellTx(ctx, tx, v, from, s.sessions.EndTx); err != nil {
		return nil, err
	}
	behind, err := s.log.MoveTx(ctx, tx, from.StreamID, into.StreamID)
	if err != nil {
		return nil, err
	}
	if err := s.carryMarksTx(ctx, tx, from, into, plan, behind); err != nil {
		return nil, err
	}
	if err := inheritTx(ctx, tx, plan); err != nil {
		return nil, err
	}
	return stays, s.tellMergedTx(ctx, tx, v, from, into, stays)
}

// inheritTx passes keys on: who was the customer that goes is the other one when they enter again, and may still have to repeat
// what they were not answered. It comes behind the logs, as the keys of those who write there do.
func inheritTx(ctx context.Context, tx *ent.Tx, plan merging) error {
	if plan.retired == nil {
		return nil
	}
	return idempotency.InheritTx(ctx, tx, plan.retired.ID, plan.customer.ID)
}

// moveTx leads everything that names the first room to the second. Links and invitations come before logs, as for everyone
// who locks both.
func moveTx(ctx context.Context, tx *ent.Tx, from, into string) error {
	if err := tx.RoomLink.Update().Where(roomlink.RoomID(from)).SetRoomID(into).Exec(ctx); err != nil {
		return fmt.Errorf("move links: %w", err)
	}
	if err := tx.CustomerInvitation.Update().Where(customerinvitation.RoomID(from)).SetRoomID(into).Exec(ctx); err != nil {
		return fmt.Errorf("move invitations: %w", err)
	}
	err := tx.Room.Update().Where(room.Or(room.ID(from), room.MergedIntoID(from))).
		SetStatus(room.StatusMerged).SetMergedIntoID(into).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark room as merged: %w", err)
	}
	return nil
}

// standTx makes the room that stays what is planned.
func standTx(ctx context.Context, tx *ent.Tx, into *ent.Room, plan merging) (*ent.Room, error) {
	update := tx.Room.UpdateOne(into).SetStatus(plan.status)
	if plan.customer != nil {
		update.SetCustomerID(plan.customer.ID).SetName(plan.customer.Name())
	}
	stays, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep merged room: %w", err)
	}
	stays.Edges.Customer = plan.customer
	return stays, nil
}

// carryMarksTx has people whose marks can say it have read in the room that stays what they had read in the one that went,
// whose timeline is behind a place there now. What others had read is unread again.
func (s *Service) carryMarksTx(ctx context.Context, tx *ent.Tx, from, into *ent.Room, plan merging, behind int64) error {
	marks, err := tx.ReadMark.Query().Where(readmark.RoomIDIn(from.ID, into.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("get how far was read: %w", err)
	}
	here, there := map[string]int64{}, map[string]int64{}
	for _, m := range marks {
		if m.RoomID == into.ID {
			here[m.PersonID] = m.Seq
			continue
		}
		there[m.PersonID] = m.Seq
		if plan.retired != nil && m.PersonID == plan.retired.ID { // who is the customer who stays, when they enter again
			there[plan.customer.ID] = max(there[plan.customer.ID], m.Seq)
		}
	}
	readers := make([]eventlog.Carried, 0, len(there))
	for person, place := range there {
		readers = append(readers, eventlog.Carried{Reading: reading(into.StreamID, here[person], person), There: place})
	}
	places, err := s.log.CarryTx(ctx, tx, from.StreamID, behind, readers)
	if err != nil {
		return err
	}
	for person, place := range places {
		if err := mark(ctx, tx.Client(), into.ID, person, place); err != nil {
			return fmt.Errorf("mark as read: %w", err)
		}
	}
	if _, err := tx.ReadMark.Delete().Where(readmark.RoomID(from.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("forget how far was read: %w", err)
	}
	return nil
}

// tellMergedTx tells those who follow either room. For the one that goes it is the last event.
func (s *Service) tellMergedTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, from, into, stays *ent.Room) error {
	told, err := s.log.AppendTx(ctx, tx, into.StreamID, by(v, kindRoomMerged, data{From: from.ID, Into: into.ID}))
	if err != nil {
		return err
	}
	place := told[0].Seq
	if stays.Name != into.Name {
		if err := s.appendTx(ctx, tx, stays, by(v, kindRoomRenamed, data{Name: stays.Name})); err != nil {
			return err
		}
	}
	last := by(v, kindRoomMerged, data{From: from.ID, Into: into.ID, Log: into.StreamID, Place: place})
	if err := s.appendTx(ctx, tx, from, last); err != nil {
		return err
	}
	return s.log.ContinueTx(ctx, tx, from.StreamID, into.StreamID, place)
}

// MergePreview is what a merge would make one with a room.
type MergePreview struct {
	Room         *ent.Room
	MessageCount int
}

// preview tells what is in a room that another would be merged with; nil for none.
func (s *Service) preview(ctx context.Context, with *ent.Room) (*MergePreview, error) {
	if with == nil {
		return nil, nil
	}
	n, err := s.log.CountMessages(ctx, with.StreamID)
	if err != nil {
		return nil, err
	}
	return &MergePreview{Room: with, MessageCount: n}, nil
}
