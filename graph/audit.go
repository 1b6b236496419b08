package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/page"
)

func (f organizationFields) AuditEntries(ctx context.Context, o *ent.Organization, first *int, after *string, last *int, before *string) (*audit.EntryConnection, error) {
	return f.Audit.Entries(ctx, o.ID, page.Args{First: first, After: after, Last: last, Before: before})
}

// Subject is the thing that something was done to, where it is still there.
func (f auditFields) Subject(ctx context.Context, e *audit.Entry) (ent.Node, error) {
	node, err := query(f).node(ctx, e.SubjectID)
	if apierr.Is(err, apierr.NotFound) {
		return nil, nil
	}
	return node, err
}
