package graph

import (
	"context"
	"time"

	"parley/ent"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/feed"
	"parley/internal/page"
	"parley/internal/room"
)

func (q query) Room(ctx context.Context, id string) (*ent.Room, error) {
	return q.Resolver.Rooms.Get(ctx, id)
}

func (q query) Rooms(ctx context.Context, first *int, after *string, last *int, before *string, filter *room.RoomFilter, orderBy *room.RoomOrder) (*room.RoomConnection, error) {
	return q.Resolver.Rooms.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, filter, orderBy)
}

func (q query) SearchMessages(ctx context.Context, text string, first *int, after *string) (*room.MessageConnection, error) {
	return q.Resolver.Rooms.Search(ctx, text, page.Args{First: first, After: after})
}

func (m mutation) EnterRoom(ctx context.Context, input room.EnterRoomInput) (*room.EnterRoomPayload, error) {
	return apierr.Answer(m.Rooms.Enter(ctx, input))
}

func (m mutation) CreateRoom(ctx context.Context, input room.CreateRoomInput) (*room.CreateRoomPayload, error) {
	return apierr.Answer(m.Rooms.Create(ctx, input))
}

func (m mutation) InviteCustomer(ctx context.Context, input room.InviteCustomerInput) (*room.InviteCustomerPayload, error) {
	return apierr.Answer(m.Rooms.Invite(ctx, input))
}

func (m mutation) ReinviteCustomer(ctx context.Context, input room.ReinviteCustomerInput) (*room.ReinviteCustomerPayload, error) {
	return apierr.Answer(m.Rooms.Reinvite(ctx, input))
}

func (m mutation) MergeRooms(ctx context.Context, input room.MergeRoomsInput) (*room.MergeRoomsPayload, error) {
	return apierr.Answer(m.Rooms.Merge(ctx, input))
}

func (m mutation) RevokeLinks(ctx context.Context, input room.RevokeLinksInput) (*room.RevokeLinksPayload, error) {
	return apierr.Answer(m.Rooms.RevokeLinks(ctx, input))
}

func (m mutation) GetLink(ctx context.Context, input room.GetLinkInput) (*room.GetLinkPayload, error) {
	return apierr.Answer(m.Rooms.Link(ctx, input))
}

func (m mutation) CloseRoom(ctx context.Context, input room.CloseRoomInput) (*room.CloseRoomPayload, error) {
	return apierr.Answer(m.Rooms.Close(ctx, input))
}

func (m mutation) SendMessage(ctx context.Context, input room.SendMessageInput) (*room.SendMessagePayload, error) {
	return apierr.Answer(m.Rooms.Send(ctx, input))
}

func (m mutation) CreateUpload(ctx context.Context, input room.CreateUploadInput) (*room.CreateUploadPayload, error) {
	return apierr.Answer(m.Rooms.CreateUpload(ctx, input))
}

func (m mutation) ShareDocument(ctx context.Context, input room.ShareDocumentInput) (*room.ShareDocumentPayload, error) {
	return apierr.Answer(m.Rooms.ShareDocument(ctx, input))
}

func (m mutation) MarkRead(ctx context.Context, input room.MarkReadInput) (*room.MarkReadPayload, error) {
	return apierr.Answer(m.Rooms.MarkRead(ctx, input))
}

func (m mutation) SetTyping(ctx context.Context, input room.SetTypingInput) (*room.SetTypingPayload, error) {
	return apierr.Answer(m.Rooms.SetTyping(ctx, input))
}

func (s subscription) RoomEvents(ctx context.Context, roomID string, after *string) (<-chan room.Event, error) {
	return transport.Follow(ctx, func() (*feed.Feed[room.Event], error) { return s.Rooms.Follow(ctx, roomID, after) })
}

func (s subscription) MessagePosted(ctx context.Context, roomID string, after *string) (<-chan *room.Message, error) {
	return transport.Follow(ctx, func() (*feed.Feed[*room.Message], error) { return s.Rooms.FollowMessages(ctx, roomID, after) })
}

func (f roomFields) Customer(ctx context.Context, r *ent.Room) (*ent.Customer, error) {
	return f.Rooms.Customer(ctx, r)
}

func (f roomFields) CreatedBy(ctx context.Context, r *ent.Room) (*ent.Member, error) {
	return f.Rooms.CreatedBy(ctx, r)
}

func (f roomFields) LastActivityAt(ctx context.Context, r *ent.Room) (*time.Time, error) {
	return f.Rooms.LastActivityAt(ctx, r)
}

func (f roomFields) Messages(ctx context.Context, r *ent.Room, first *int, after *string, last *int, before *string) (*room.MessageConnection, error) {
	return f.Rooms.Messages(ctx, r, page.Args{First: first, After: after, Last: last, Before: before})
}

func (f roomFields) Invitations(ctx context.Context, r *ent.Room, first *int, after *string, last *int, before *string) (*room.CustomerInvitationConnection, error) {
	return f.Rooms.Invitations(ctx, r, page.Args{First: first, After: after, Last: last, Before: before})
}

func (f roomFields) CanGetLink(ctx context.Context, r *ent.Room) (bool, error) {
	return f.Rooms.CanGetLink(ctx, r), nil
}

func (f roomFields) Attendees(ctx context.Context, r *ent.Room, first *int) ([]ent.Actor, error) {
	return f.Rooms.Attendees(ctx, r, first)
}

func (f roomFields) Reinvite(ctx context.Context, r *ent.Room, channel string) (*room.ReinviteForm, error) {
	return f.Rooms.ReinviteForm(ctx, r, channel)
}

func (f roomFields) SupportSession(ctx context.Context, r *ent.Room) (*ent.SupportSession, error) {
	return f.Rooms.SupportSession(ctx, r)
}

func (f roomFields) MergedInto(ctx context.Context, r *ent.Room) (*ent.Room, error) {
	return f.Rooms.MergedInto(ctx, r)
}

func (f roomFields) UnreadCount(ctx context.Context, r *ent.Room) (int, error) {
	return f.Rooms.UnreadCount(ctx, r)
}

func (f roomFields) LastCursor(ctx context.Context, r *ent.Room) (string, error) {
	return f.Rooms.LastCursor(ctx, r)
}

func (f customerFields) Phone(ctx context.Context, c *ent.Customer) (*string, error) {
	return f.Rooms.Phone(ctx, c), nil
}

func (f customerFields) Email(ctx context.Context, c *ent.Customer) (*string, error) {
	return f.Rooms.Email(ctx, c), nil
}

func (f invitationFields) Room(ctx context.Context, i *ent.CustomerInvitation) (*ent.Room, error) {
	return f.Rooms.InvitationRoom(ctx, i)
}

func (f invitationFields) InvitedBy(ctx context.Context, i *ent.CustomerInvitation) (*ent.Member, error) {
	return f.Rooms.InvitedBy(ctx, i)
}
