// Package auth knows who asks: access tokens, passwords, and the links that are credentials themselves.
//
// It guarantees that tokens are random and kept as hashes only, that links are derived from a secret and not kept at
// all, and that both are compared in constant time.
//
// It guarantees that the end of a token is known soon, for connections that are open too:
//   - revocation (sign-out among it) by this process: at once, when the transaction has committed;
//   - revocation by another process, and being idle: within about a second, the time between two looks at the database;
//   - expiry: within about a second, whether or not the database can be asked.
//
// What a member may do changes in the same way, on connections that are open too: at once in all processes, and within about
// a second where the bus has lost it.
//
// Where the database cannot be asked, what another process has revoked is found out once it can. Until then
// connections that are open live on; a request is refused or fails five seconds after the last look at its token.
//
// What a role allows is decided here, in one table (roles.go); who may do what with which thing, in the domain packages.
package auth

import (
	"context"
	"sync/atomic"
	"time"

	"parley/ent"
	"parley/internal/apierr"
)

// Viewer is who asks. The zero Viewer is nobody.
type Viewer struct {
	Member   *ent.Member   // a person with a seat, or
	Customer *ent.Customer // a person who was invited, or
	// Specialist is an outside expert in a support session.
	Specialist *ent.Specialist
	RoomID     string // where a customer was invited to, or the session is

	TokenID   string
	ExpiresAt time.Time
}

// ID is the id of the person, or "" for nobody.
func (v Viewer) ID() string {
	switch {
	case v.Member != nil:
		return v.Member.ID
	case v.Customer != nil:
		return v.Customer.ID
	case v.Specialist != nil:
		return v.Specialist.ID
	}
	return ""
}

// OrganizationID is the tenant of the person, or "" for nobody.
func (v Viewer) OrganizationID() string {
	switch {
	case v.Member != nil:
		return v.Member.OrganizationID
	case v.Customer != nil:
		return v.Customer.OrganizationID
	case v.Specialist != nil:
		return v.Specialist.OrganizationID
	}
	return ""
}

// Person is the person as the API shows them, or nil for nobody.
func (v Viewer) Person() ent.Viewer {
	switch {
	case v.Member != nil:
		return v.Member
	case v.Customer != nil:
		return v.Customer
	case v.Specialist != nil:
		return v.Specialist
	}
	return nil
}

// Actor is the person as the author of what they do, or nil for nobody.
func (v Viewer) Actor() ent.Actor {
	actor, _ := v.Person().(ent.Actor)
	return actor
}

// InRoom tells whether it is a customer or a specialist who has come into the room.
func (v Viewer) InRoom(roomID string) bool {
	return v.Member == nil && v.RoomID != "" && v.RoomID == roomID
}

type viewerKey struct{}

// With returns a context that carries the viewer.
func With(ctx context.Context, v Viewer) context.Context {
	var fixed atomic.Pointer[Viewer]
	fixed.Store(&v)
	return context.WithValue(ctx, viewerKey{}, &fixed)
}

// WithSession returns a context that carries the viewer of a session, as they are when they are asked for: a connection may
// outlive a member's role.
func WithSession(ctx context.Context, s Session) context.Context {
	if s.current == nil {
		return ctx
	}
	return context.WithValue(ctx, viewerKey{}, s.current)
}

// From returns the viewer that the context carries, or nobody.
func From(ctx context.Context) Viewer {
	if a, ok := ctx.Value(admissionKey{}).(*admission); ok {
		if v := a.viewer.Load(); v != nil {
			return *v
		}
	}
	if current, ok := ctx.Value(viewerKey{}).(*atomic.Pointer[Viewer]); ok {
		return *current.Load()
	}
	return Viewer{}
}

type admissionKey struct{}

// admission is who has come in during an operation.
type admission struct{ viewer atomic.Pointer[Viewer] }

// WithAdmission returns the context of one operation, in which Admit can change who asks.
func WithAdmission(ctx context.Context) context.Context {
	return context.WithValue(ctx, admissionKey{}, &admission{})
}

// Admit makes the viewer the one who asks for the rest of the operation: who signs in or enters a room sees, in the
// same answer, what they may see from then on.
func Admit(ctx context.Context, v Viewer) {
	if a, ok := ctx.Value(admissionKey{}).(*admission); ok {
		a.viewer.Store(&v)
	}
}

// Anyone returns the viewer, or UNAUTHENTICATED for nobody.
func Anyone(ctx context.Context) (Viewer, error) {
	v := From(ctx)
	if v.ID() == "" {
		return Viewer{}, apierr.New(apierr.Unauthenticated, "Sign in first: send the access token as Authorization: Bearer ….")
	}
	return v, nil
}

type addressKey struct{}

// WithAddress returns a context that carries the network address of the client, by which guesses are counted.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// Address returns the network address that the context carries.
func Address(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}
