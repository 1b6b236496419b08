package testschema

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/feed"
	"parley/internal/upload"
)

// Resolver answers the schema. Make it with New.
type Resolver struct {
	// Started and Ended get the name of a field that takes time, when it begins and when it has ended.
	Started, Ended chan string
	// Release lets one post answer.
	Release chan struct{}

	// Logs are what the field entries follows.
	Logs *Logs

	// Share is what becomes of a file; what is in it, at first.
	Share func(ctx context.Context, file upload.File) (string, error)

	mu          sync.Mutex
	subscribers map[chan *Room]context.Context
}

// New returns a resolver on which any number of operations may start and end without anyone listening.
func New() *Resolver {
	return &Resolver{
		Started:     make(chan string, 10000),
		Ended:       make(chan string, 10000),
		Release:     make(chan struct{}),
		Logs:        newLogs(),
		Share:       contents,
		subscribers: make(map[chan *Room]context.Context),
	}
}

// Schema returns the schema that the resolver answers.
func (r *Resolver) Schema() graphql.ExecutableSchema {
	return NewExecutableSchema(Config{Resolvers: r})
}

// Publish hands the room to all who have subscribed to posted, and waits until each has taken it or has gone.
func (r *Resolver) Publish(room *Room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ch, ctx := range r.subscribers {
		select {
		case ch <- room:
		case <-ctx.Done():
		}
	}
}

// Query returns the resolver of queries.
func (r *Resolver) Query() QueryResolver { return query{r} }

// Mutation returns the resolver of mutations.
func (r *Resolver) Mutation() MutationResolver { return mutation{r} }

// Subscription returns the resolver of subscriptions.
func (r *Resolver) Subscription() SubscriptionResolver { return subscription{r} }

// Entry returns the resolver of entries.
func (r *Resolver) Entry() EntryResolver { return entry{r} }

// Room returns the resolver of rooms.
func (r *Resolver) Room() RoomResolver { return room{} }

type query struct{ *Resolver }

func (query) Hello(_ context.Context, name *string) (string, error) { return "hello " + *name, nil }

func (query) Room(_ context.Context, id string) (*Room, error) { return &Room{ID: id, Name: id}, nil }

func (query) Rooms(_ context.Context, first *int, _ *string, _ *int, _ *string) (*RoomConnection, error) {
	return connection(first), nil
}

func (query) Nodes(_ context.Context, ids []string) ([]*Room, error) {
	return make([]*Room, len(ids)), nil
}

func (query) Viewer(ctx context.Context) (string, error) {
	return transport.SessionKey(ctx) + "@" + transport.Address(ctx), nil
}

func (query) Panics(context.Context) (*string, error) { panic("the inside") }

func (query) Fails(context.Context) (*string, error) { return nil, errors.New("the inside") }

func (q query) Waits(ctx context.Context) (*string, error) {
	q.Started <- "waits"
	defer func() { q.Ended <- "waits" }()
	<-ctx.Done()
	return nil, ctx.Err()
}

func (q query) Looks(ctx context.Context, file upload.File) (string, error) {
	return q.Resolver.Share(ctx, file)
}

func contents(_ context.Context, file upload.File) (string, error) {
	all, err := io.ReadAll(file)
	return string(all), err
}

type mutation struct{ *Resolver }

func (m mutation) Share(ctx context.Context, file *upload.File, _ *string) (string, error) {
	if file == nil {
		return "no file", nil
	}
	return m.Resolver.Share(ctx, *file)
}

func (m mutation) ShareIn(ctx context.Context, input ShareInput) (string, error) {
	for _, file := range append(input.Files, input.File) {
		if file != nil {
			return m.Resolver.Share(ctx, *file)
		}
	}
	return "no file", nil
}

func (m mutation) ShareFirst(ctx context.Context, files []*upload.File) (string, error) {
	return m.Resolver.Share(ctx, *files[0])
}

func (mutation) SignIn(_ context.Context, input SignInInput) (string, error) {
	return strings.Repeat("*", len(input.Password)), nil
}

func (m mutation) Post(ctx context.Context, body string) (string, error) {
	m.Started <- "post"
	defer func() { m.Ended <- "post" }()
	select {
	case <-m.Release:
		return body, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

type subscription struct{ *Resolver }

func (subscription) Takes(context.Context, upload.File) (<-chan int, error) {
	panic("a subscription takes no file")
}

func (s subscription) Posted(ctx context.Context) (<-chan *Room, error) {
	return alone(ctx, func(ctx context.Context, yield func(*Room, error) bool) {
		ch := s.enter(ctx)
		defer s.leave(ch)
		for {
			select {
			case room := <-ch:
				if !yield(room, nil) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	})
}

func (s subscription) enter(ctx context.Context) chan *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan *Room)
	s.subscribers[ch] = ctx
	s.Started <- "posted"
	return ch
}

func (s subscription) leave(ch chan *Room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subscribers, ch)
	s.Ended <- "posted"
}

func (s subscription) Count(ctx context.Context, to int) (<-chan int, error) {
	return alone(ctx, func(_ context.Context, yield func(int, error) bool) {
		for i := 1; i <= to && yield(i, nil); i++ {
		}
	})
}

func (subscription) Refused(ctx context.Context) (<-chan int, error) {
	return transport.Follow(ctx, func() (*feed.Feed[int], error) {
		return nil, apierr.New(apierr.NotFound, "There is no such thing.")
	})
}

func (subscription) Panics(context.Context) (<-chan int, error) { panic("the inside") }

func (subscription) Unfollowed(context.Context) (<-chan int, error) { return make(chan int), nil }

func (subscription) Broken(ctx context.Context) (<-chan *Room, error) {
	return alone(ctx, func(_ context.Context, yield func(*Room, error) bool) { yield(&Room{ID: "1", Name: "one"}, nil) })
}

func (subscription) Ends(ctx context.Context) (<-chan int, error) {
	return alone(ctx, func(_ context.Context, yield func(int, error) bool) {
		if yield(1, nil) {
			yield(0, apierr.New(apierr.CursorExpired, "Refetch."))
		}
	})
}

func (subscription) Breaks(ctx context.Context) (<-chan int, error) {
	return alone(ctx, func(_ context.Context, yield func(int, error) bool) {
		if yield(1, nil) {
			panic("the inside")
		}
	})
}

func (s subscription) Flood(ctx context.Context) (<-chan string, error) {
	large := strings.Repeat("x", 32<<10)
	return alone(ctx, func(_ context.Context, yield func(string, error) bool) {
		s.Started <- "flood"
		defer func() { s.Ended <- "flood" }()
		for yield(large, nil) {
		}
	})
}

func (s subscription) Entries(ctx context.Context, topic string, after *int) (<-chan *Entry, error) {
	return transport.Follow(ctx, func() (*feed.Feed[*Entry], error) { return s.Logs.follow(topic, after) })
}

// alone follows something that is live only, and not shared.
func alone[T any](ctx context.Context, follow func(ctx context.Context, yield func(T, error) bool)) (<-chan T, error) {
	return transport.Follow(ctx, func() (*feed.Feed[T], error) {
		return &feed.Feed[T]{Live: func(ctx context.Context, _ int64, begun func()) iter.Seq2[feed.Item[T], error] {
			return func(yield func(feed.Item[T], error) bool) {
				begun()
				follow(ctx, func(v T, err error) bool { return ctx.Err() == nil && yield(feed.Item[T]{Value: v}, err) })
			}
		}}, nil
	})
}

type room struct{}

func (room) Panics(context.Context, *Room) (string, error) { panic("the inside") }

func (room) Members(context.Context, *Room, *int, *int) ([]*Room, error) { return nil, nil }

func (room) Rooms(_ context.Context, _ *Room, first *int, _ *int) (*RoomConnection, error) {
	return connection(first), nil
}

func connection(first *int) *RoomConnection {
	c := &RoomConnection{PageInfo: &PageInfo{}}
	if first != nil {
		c.TotalCount = *first
	}
	return c
}
