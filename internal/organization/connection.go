package organization

import (
	"parley/ent"
	"parley/internal/page"
)

// Pages, by the names that they have in the schema.
type (
	MemberConnection = page.Connection[*ent.Member]
	MemberEdge       = page.Edge[*ent.Member]
)
