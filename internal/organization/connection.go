package organization

import (
	"parley/ent"
	"parley/internal/page"
)

// Pages, by the names that they have in the schema.
type (
	MemberConnection = page.Connection[*ent.Member]
	MemberEdge       = page.Edge[*ent.Member]

	MemberInvitationConnection = page.Connection[*ent.MemberInvitation]
	MemberInvitationEdge       = page.Edge[*ent.MemberInvitation]
)
