package room

import (
	"time"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"parley/ent/customerinvitation"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/ent/stream"
	"parley/internal/apierr"
	"parley/internal/customer"
	"parley/internal/eventlog"
	"parley/internal/identifier"
)

// RoomFilter says which rooms are listed: those for which all that is given holds.
type RoomFilter struct {
	Status        []room.Status
	AgentID       *string
	CustomerName  *string
	Phone         *string
	Email         *string
	CreatedAfter  *time.Time
	CreatedBefore *time.Time
	UpdatedAfter  *time.Time
	UpdatedBefore *time.Time
}

// RoomOrder says in what order rooms are listed.
type RoomOrder struct {
	Field     RoomOrderField
	Direction OrderDirection
}

// RoomOrderField is by what rooms are ordered.
type RoomOrderField string

// By what rooms can be ordered.
const (
	OrderByCreatedAt RoomOrderField = "CREATED_AT"
	OrderByUpdatedAt RoomOrderField = "UPDATED_AT"
)

// OrderDirection is in which direction a list is ordered.
type OrderDirection string

// In which directions a list can be ordered.
const (
	OldestFirst OrderDirection = "ASC"
	NewestFirst OrderDirection = "DESC"
)

// check refuses texts that are too long to be looked for.
func (f RoomFilter) check(longest int) error {
	for name, text := range map[string]*string{"customerName": f.CustomerName, "phone": f.Phone, "email": f.Email} {
		if n := utf8.RuneCountInString(typed(text)); longest > 0 && n > longest {
			return apierr.New(apierr.BadUserInput, "The filter %s has at most %d characters (limit filter-characters), not %d.", name, longest, n)
		}
	}
	return nil
}

// rooms are those of the organisation that pass the filter.
func (f RoomFilter) rooms(organizationID string) []predicate.Room {
	which := append(f.opened(), room.OrganizationID(organizationID), f.inState())
	if id := typed(f.AgentID); !identifier.Blank(id) {
		which = append(which, ofAgent(id))
	}
	who := customer.Filter{Name: typed(f.CustomerName), Phone: typed(f.Phone), Email: typed(f.Email)}
	if c := who.Predicates(organizationID); len(c) > 0 {
		which = append(which, room.HasCustomerWith(c...))
	}
	if logs := f.active(); len(logs) > 0 {
		which = append(which, room.HasStreamWith(append(logs, stream.OwnerID(organizationID))...))
	}
	return which
}

// inState is all rooms but those that have gone into another, unless the filter says otherwise. Which those are is told
// by where they have gone: indexes leave them out by that.
func (f RoomFilter) inState() predicate.Room {
	living := room.MergedIntoIDIsNil()
	if len(f.Status) == 0 {
		return living
	}
	for _, s := range f.Status {
		if s == room.StatusMerged {
			return room.StatusIn(f.Status...)
		}
	}
	return room.And(living, room.StatusIn(f.Status...))
}

func (f RoomFilter) opened() (which []predicate.Room) {
	if f.CreatedAfter != nil {
		which = append(which, room.CreatedAtGT(*f.CreatedAfter))
	}
	if f.CreatedBefore != nil {
		which = append(which, room.CreatedAtLT(*f.CreatedBefore))
	}
	if f.UpdatedBefore != nil { // nothing happens before a room is opened, give or take what clocks differ by; an index knows
		which = append(which, room.CreatedAtLT(f.UpdatedBefore.Add(eventlog.Stride)))
	}
	return which
}

// active are the logs whose newest event the filter lets pass.
func (f RoomFilter) active() (which []predicate.Stream) {
	if f.UpdatedAfter != nil {
		which = append(which, stream.LastAtGT(*f.UpdatedAfter), stream.ActiveAtGTE(f.UpdatedAfter.Add(-eventlog.Stride)))
	}
	if f.UpdatedBefore != nil {
		which = append(which, stream.LastAtLT(*f.UpdatedBefore), stream.ActiveAtLT(*f.UpdatedBefore))
	}
	return which
}

// ofAgent are the rooms that a member has opened, or whose customer they have invited, and those into which one that
// they have opened has gone; invitations have gone there with it.
func ofAgent(memberID string) predicate.Room {
	return func(s *sql.Selector) {
		opened, merged, invited := sql.Table(room.Table), sql.Table(room.Table), sql.Table(customerinvitation.Table)
		s.Where(sql.In(s.C(room.FieldID),
			sql.Select(opened.C(room.FieldID)).From(opened).Where(sql.EQ(opened.C(room.FieldCreatedByID), memberID)).
				Union(sql.Select(merged.C(room.FieldMergedIntoID)).From(merged).Where(sql.And(
					sql.EQ(merged.C(room.FieldCreatedByID), memberID), sql.NotNull(merged.C(room.FieldMergedIntoID))))).
				Union(sql.Select(invited.C(customerinvitation.FieldRoomID)).From(invited).
					Where(sql.EQ(invited.C(customerinvitation.FieldInvitedByID), memberID)))))
	}
}
