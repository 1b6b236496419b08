// Package session is the support session of a room: the code by which outside specialists join, their seats, and what they
// may do; and the screens that are shared in it.
//
// It guarantees, besides the rules S:
//
//   - Whatever changes a session locks its room first. So a join has happened before a cancellation, an end or a merge, or is
//     refused; a specialist's message is in the log before their removal, or is refused.
//   - Who is in a session is the database's to say: a seat is held by an index, and looked at with each request of a specialist.
//     What is open when they leave ends with their token.
//   - A code is derived from a secret and not kept. Nobody learns from an answer, or from the time it takes, what is wrong with
//     one.
//   - What sets up a connection between two people is stored, in the log of the share, in order, and given to the one whom it
//     is for; with the share it ends, and is forgotten. What somebody does with keyboard and mouse is never stored.
//
// It does not know how the room tells its followers.
package session

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/room"
	"parley/ent/supportsession"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/organization"
	"parley/internal/page"
	rooms "parley/internal/room"
	"parley/internal/throttle"
)

// The types of ids.
const (
	Prefix           = "ses"
	InvitationPrefix = "spi"
	SpecialistPrefix = "spc"
	SharePrefix      = "scr"
)

// Service answers for support sessions.
type Service struct {
	ent     *ent.Client
	limits  limits.Limits
	rooms   *rooms.Service
	links   *auth.Links
	tokens  *auth.Tokens
	outbox  *notify.Outbox
	counter *throttle.Counter
	log     *eventlog.Log // of screens that are shared

	organizations *organization.Service

	signalling  *throttle.Bucket // signals of a person
	controlling *throttle.Bucket // what a person does with screens
}

// Parts are what a Service is made of.
type Parts struct {
	Ent     *ent.Client
	Limits  limits.Limits
	Rooms   *rooms.Service
	Links   *auth.Links
	Tokens  *auth.Tokens
	Outbox  *notify.Outbox
	Counter *throttle.Counter
	Log     *eventlog.Log

	Organizations *organization.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{
		ent: p.Ent, limits: p.Limits, rooms: p.Rooms, links: p.Links, tokens: p.Tokens, outbox: p.Outbox, counter: p.Counter, log: p.Log,
		organizations: p.Organizations,
		signalling:    throttle.NewBucket("signals-burst", p.Limits.SignalsPerSecond, p.Limits.SignalsBurst),
		controlling:   throttle.NewBucket("inputs-burst", p.Limits.InputsPerSecond, p.Limits.InputsBurst),
	}
}

// Get returns a session in a room that the viewer may see.
func (s *Service) Get(ctx context.Context, id string) (*ent.SupportSession, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	x, err := s.ent.SupportSession.Query().
		Where(supportsession.ID(id), supportsession.HasRoomWith(room.OrganizationID(v.OrganizationID()))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("get support session: %w", err)
	}
	if _, err := s.rooms.Get(ctx, x.RoomID); apierr.Is(err, apierr.NotFound) {
		return nil, missing()
	} else if err != nil {
		return nil, err
	}
	return x, nil
}

func missing() error { return apierr.MissingThing("support session") }

func notActive(field string) error {
	return apierr.New(apierr.SessionNotActive, "The support session is over: start another one.").On(field)
}

// activeTx returns a session whose room is locked, where it is going on. The field is what has named it.
func activeTx(ctx context.Context, tx *ent.Tx, id, field string) (*ent.SupportSession, error) {
	x, err := tx.SupportSession.Query().Where(supportsession.ID(id)).WithPortal().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get support session: %w", err)
	}
	if x.Status != supportsession.StatusActive {
		return nil, notActive(field)
	}
	return x, nil
}

// roomOf finds the room of a session that the viewer may see, each time anew.
func (s *Service) roomOf(id string) func(context.Context) (*ent.Room, error) {
	return func(ctx context.Context) (*ent.Room, error) {
		x, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return s.rooms.Get(ctx, x.RoomID)
	}
}

// Room is the room of a session, or the one that it has become.
func (s *Service) Room(ctx context.Context, x *ent.SupportSession) (*ent.Room, error) {
	return s.rooms.Get(ctx, x.RoomID)
}

// Portal is the portal through which a session was started.
func (s *Service) Portal(ctx context.Context, x *ent.SupportSession) (*ent.Portal, error) {
	p, err := s.ent.Portal.Get(ctx, x.PortalID)
	if err != nil {
		return nil, fmt.Errorf("get portal of support session: %w", err)
	}
	return p, nil
}

// Host is the member who started a session.
func (s *Service) Host(ctx context.Context, x *ent.SupportSession) (*ent.Member, error) {
	m, err := s.ent.Member.Get(ctx, x.HostID)
	if err != nil {
		return nil, fmt.Errorf("get host of support session: %w", err)
	}
	return m, nil
}

// Attendees are the people in a session: its host, and those who are in the room at this moment.
func (s *Service) Attendees(ctx context.Context, x *ent.SupportSession, first *int) ([]ent.Actor, error) {
	size, err := page.Size(first, s.limits.PageSize)
	if err != nil || x.Status == supportsession.StatusEnded {
		return nil, err
	}
	host, err := s.Host(ctx, x)
	if err != nil {
		return nil, err
	}
	r, err := s.Room(ctx, x)
	if err != nil {
		return nil, err
	}
	here, err := s.rooms.Attendees(ctx, r, &size)
	if err != nil {
		return nil, err
	}
	attendees := []ent.Actor{host}
	for _, a := range here {
		if m, ok := a.(*ent.Member); !ok || m.ID != host.ID {
			attendees = append(attendees, a)
		}
	}
	return attendees[:min(size, len(attendees))], nil
}

// Node returns the session, invitation, specialist or share with the id, where the viewer may see it.
func (s *Service) Node(ctx context.Context, prefix, id string) (ent.Node, error) {
	switch prefix {
	case InvitationPrefix:
		return node(s.invitation(ctx, id))
	case SpecialistPrefix:
		return node(s.specialist(ctx, id))
	case SharePrefix:
		return node(s.share(ctx, id))
	}
	return node(s.Get(ctx, id))
}

// node keeps a nil pointer from becoming an interface that is not nil.
func node[N ent.Node](n N, err error) (ent.Node, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}
