package room

import (
	"parley/ent"
	"parley/internal/page"
)

// Pages, by the names that they have in the schema.
type (
	RoomConnection               = page.Connection[*ent.Room]
	RoomEdge                     = page.Edge[*ent.Room]
	MessageConnection            = page.Connection[*Message]
	MessageEdge                  = page.Edge[*Message]
	CustomerInvitationConnection = page.Connection[*ent.CustomerInvitation]
	CustomerInvitationEdge       = page.Edge[*ent.CustomerInvitation]
)
