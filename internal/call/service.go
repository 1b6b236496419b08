// Package call is the telephone: which calls a member may make, the calls that a telephony adapter reports, and the states of
// members that come of them.
//
// It guarantees, besides the rules O5 and M11:
//
//   - A member has one call at a time, with the work that comes behind it. Whatever changes calls or the state of a member
//     locks the member first, so the two fit each other at any moment.
//   - Busy and after-call work come of calls alone, and end with them: the member is then what they were, or have said
//     meanwhile.
//   - States are rows: they outlive connections and processes. Colleagues learn of each change from their inbox, by a stream of
//     the member's.
//
// It dials nothing: who does reports here, as the member.
package call

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/limits"
)

// Prefix is the type of ids of calls.
const Prefix = "call"

// channelVoice is the channel that calls take (rule O6).
const channelVoice = "VOICE"

// Service answers for calls and states.
type Service struct {
	ent    *ent.Client
	limits limits.Limits
	events *eventlog.Log
	moved  func()
}

// New returns the service.
func New(client *ent.Client, l limits.Limits, events *eventlog.Log) *Service {
	return &Service{ent: client, limits: l, events: events, moved: func() {}}
}

// Tell sets who is told, once it has happened, that a member is in another state. It is for wiring, and must not wait.
func (s *Service) Tell(moved func()) { s.moved = moved }

// Get returns a call of the viewer's own; for members.
func (s *Service) Get(ctx context.Context, id string) (*ent.Call, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	return own(ctx, s.ent, v.ID(), id)
}

// Current is the call that the viewer has, or works for; nil for none, and of all others.
func (s *Service) Current(ctx context.Context, m *ent.Member) (*ent.Call, error) {
	if v := auth.From(ctx); v.Member == nil || v.ID() != m.ID {
		return nil, nil
	}
	return current(ctx, s.ent, m.ID)
}

// LeaveTx ends the call of a member who is locked, and has them be not ready: they serve customers no more.
func (s *Service) LeaveTx(ctx context.Context, tx *ent.Tx, m *ent.Member) error {
	c, err := current(ctx, tx.Client(), m.ID)
	if err != nil {
		return err
	}
	if c == nil {
		return s.moveTx(ctx, tx, m, state{State: member.StateNotReady})
	}
	return s.putTx(ctx, tx, m, c, call.StatusEnded, state{State: member.StateNotReady})
}

// Node returns a call of the viewer's own, as something that has an id.
func (s *Service) Node(ctx context.Context, id string) (ent.Node, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ServiceOf is the service that a call is for; nil for none.
func (s *Service) ServiceOf(ctx context.Context, c *ent.Call) (*ent.Service, error) {
	if c.ServiceID == nil {
		return nil, nil
	}
	service, err := s.ent.Service.Get(ctx, *c.ServiceID)
	if err != nil {
		return nil, fmt.Errorf("get service of call: %w", err)
	}
	return service, nil
}

func own(ctx context.Context, client *ent.Client, memberID, id string) (*ent.Call, error) {
	c, err := client.Call.Query().Where(call.ID(id), call.MemberID(memberID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apierr.MissingThing("call")
	}
	if err != nil {
		return nil, fmt.Errorf("get call: %w", err)
	}
	return c, nil
}

// lockTx locks a member, whom other rows may refer to all the same, with their sites. What they may do is asked once more: an
// administrator may have changed it a moment ago.
func lockTx(ctx context.Context, tx *ent.Tx, id string) (*ent.Member, error) {
	m, err := tx.Member.Query().Where(member.ID(id), member.DeactivatedAtIsNil()).WithSites().
		ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE")).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("lock member: %w", err)
	}
	if _, err := auth.Allowed(auth.With(ctx, auth.Viewer{Member: m}), auth.Serve); err != nil {
		return nil, err
	}
	return m, nil
}

// current is the call that a member has, or works for; nil for none.
func current(ctx context.Context, client *ent.Client, memberID string) (*ent.Call, error) {
	c, err := client.Call.Query().Where(call.MemberID(memberID), call.StatusNEQ(call.StatusEnded)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the call of a member: %w", err)
	}
	return c, nil
}
