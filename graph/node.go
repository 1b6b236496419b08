package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/call"
	"parley/internal/conversation"
	"parley/internal/session"
	"parley/internal/typeid"
)

func (q query) Viewer(ctx context.Context) (ent.Viewer, error) {
	return q.Sessions.Viewer(ctx)
}

func (q query) Node(ctx context.Context, id string) (ent.Node, error) { return q.node(ctx, id) }

func (q query) Nodes(ctx context.Context, ids []string) ([]ent.Node, error) {
	if _, err := auth.Anyone(ctx); err != nil {
		return nil, err
	}
	nodes := make([]ent.Node, len(ids))
	for i, id := range ids {
		node, err := q.node(ctx, id)
		if err != nil && !apierr.Is(err, apierr.NotFound) && !apierr.Is(err, apierr.Forbidden) {
			return nil, err
		}
		nodes[i] = node
	}
	return nodes, nil
}

// node asks the domain that the id's prefix belongs to.
func (q query) node(ctx context.Context, id string) (ent.Node, error) {
	prefix, _ := typeid.Prefix(id)
	switch prefix {
	case "org", "mem", "minv", "svc", "site", "skl", "prt", "num", "pre":
		return q.Organizations.Node(ctx, prefix, id)
	case session.Prefix, session.InvitationPrefix, session.SpecialistPrefix, session.SharePrefix:
		return q.Sessions.Node(ctx, prefix, id)
	case call.Prefix:
		return q.Calls.Node(ctx, id)
	case audit.Prefix:
		return q.Audit.Node(ctx, id)
	case conversation.Prefix, conversation.MessagePrefix:
		return q.Resolver.Conversations.Node(ctx, prefix, id)
	}
	return q.Resolver.Rooms.Node(ctx, prefix, id)
}
