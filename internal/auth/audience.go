package auth

import "context"

// Audience is who may be shown the same: what is made for an audience depends on nothing else of the one who asks. It is
// the members of an organisation, one customer in their room, or the specialists of a support session.
type Audience struct {
	OrganizationID string
	CustomerID     string // of a customer,
	RoomID         string // in this room
	SessionID      string // of specialists
}

// IsMembers tells whether it is the members of an organisation.
func (a Audience) IsMembers() bool {
	return a.OrganizationID != "" && a.CustomerID == "" && a.SessionID == ""
}

// IsSpecialists tells whether it is specialists.
func (a Audience) IsSpecialists() bool { return a.SessionID != "" }

// Audience is the one that the viewer belongs to; the zero Audience for nobody.
func (v Viewer) Audience() Audience {
	switch {
	case v.Member != nil:
		return Audience{OrganizationID: v.Member.OrganizationID}
	case v.Customer != nil:
		return Audience{OrganizationID: v.Customer.OrganizationID, CustomerID: v.Customer.ID, RoomID: v.RoomID}
	case v.Specialist != nil:
		return Audience{OrganizationID: v.Specialist.OrganizationID, SessionID: v.Specialist.SessionID}
	}
	return Audience{}
}

type audienceKey struct{}

// ForAudience returns a context that carries an audience. Who asks in it is nobody.
func ForAudience(ctx context.Context, a Audience) context.Context {
	return context.WithValue(ctx, audienceKey{}, a)
}

// AudienceOf returns the audience that what is made in the context is for: the viewer's, or the one that it carries.
func AudienceOf(ctx context.Context) Audience {
	if a, ok := ctx.Value(audienceKey{}).(Audience); ok {
		return a
	}
	return From(ctx).Audience()
}
