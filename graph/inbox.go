package graph

import (
	"context"

	"parley/graph/transport"
	"parley/internal/feed"
	"parley/internal/inbox"
)

func (s subscription) InboxEvents(ctx context.Context, after *string) (<-chan inbox.Event, error) {
	return transport.Follow(ctx, func() (*feed.Feed[inbox.Event], error) { return s.Inbox.Follow(ctx, after) })
}
