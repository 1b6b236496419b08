package auth

import (
	"context"
	"slices"

	"parley/ent/member"
	"parley/internal/apierr"
)

// Action is a kind of thing that members do. Whether one may is decided by their role, in the table below and nowhere else.
type Action string

// All actions.
const (
	Administer Action = "ADMINISTER" // members, services, sites, skills, portals, texts, numbers and settings
	Audit      Action = "AUDIT"      // see who did what and when
	Serve      Action = "SERVE"      // open rooms, invite, write, share, hold sessions, calls and text messages
	Read       Action = "READ"       // see rooms, messages and lists
)

// rights are the actions of each role: an organisation's own people, and no others. Customers and specialists are guests, whose
// rights are those of the room that they have come into. docs/roles.md shows the table, and tests compare the two.
var rights = map[member.Role][]Action{
	member.RoleAdministrator:   {Administer, Audit, Serve, Read},
	member.RoleTeamLeader:      {Serve, Read},
	member.RoleAgent:           {Serve, Read},
	member.RoleQualityAssessor: {Read},
}

// May tells whether members with the role do things of a kind.
func May(role member.Role, a Action) bool { return slices.Contains(rights[role], a) }

// Who are the roles that have an action.
func Who(a Action) []member.Role {
	var roles []member.Role
	for role := range rights {
		if May(role, a) {
			roles = append(roles, role)
		}
	}
	return roles
}

// Allowed returns the viewer where it is a member whose role allows the action, UNAUTHENTICATED for nobody and FORBIDDEN for all
// others.
func Allowed(ctx context.Context, a Action) (Viewer, error) {
	v, err := Anyone(ctx)
	switch {
	case err != nil:
		return Viewer{}, err
	case v.Member == nil:
		return Viewer{}, apierr.New(apierr.Forbidden, "This is for members of the organisation.")
	case !May(v.Member.Role, a):
		return Viewer{}, lacks(v.Member.Role, a)
	}
	return v, nil
}

// AllowedOrGuest is Allowed for what guests do, too, where they have come in.
func AllowedOrGuest(ctx context.Context, a Action) (Viewer, error) {
	v, err := Anyone(ctx)
	if err == nil && v.Member == nil {
		return v, nil
	}
	return Allowed(ctx, a)
}

// Member returns the viewer where it is a member who may read, which all of them may.
func Member(ctx context.Context) (Viewer, error) { return Allowed(ctx, Read) }

// lacks says what a role does not allow.
func lacks(role member.Role, a Action) error {
	who := map[member.Role]string{
		member.RoleAdministrator: "Administrators", member.RoleTeamLeader: "Team leaders", member.RoleAgent: "Agents",
		member.RoleQualityAssessor: "Quality assessors",
	}[role]
	what := map[Action]string{
		Administer: "administer the organisation", Audit: "see who did what", Serve: "serve customers", Read: "read",
	}[a]
	return apierr.New(apierr.Forbidden, "%s may not %s; an administrator can change the role.", who, what)
}
