package testschema

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"parley/graph/transport"
	"parley/internal/apierr"
)

// Resolver answers the schema. Make it with New.
type Resolver struct {
	// Started and Ended get the name of a field that takes time, when it begins and when it has ended.
	Started, Ended chan string
	// Release lets one post answer.
	Release chan struct{}

	mu          sync.Mutex
	subscribers map[chan *Room]context.Context
}

// New returns a resolver on which any number of operations may start and end without anyone listening.
func New() *Resolver {
	return &Resolver{
		Started:     make(chan string, 10000),
		Ended:       make(chan string, 10000),
		Release:     make(chan struct{}),
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

type mutation struct{ *Resolver }

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

func (s subscription) Posted(ctx context.Context) (<-chan *Room, error) {
	ch := make(chan *Room)
	s.mu.Lock()
	s.subscribers[ch] = ctx
	s.mu.Unlock()
	s.Started <- "posted"
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		delete(s.subscribers, ch)
		s.mu.Unlock()
		s.Ended <- "posted"
	})
	return ch, nil
}

func (s subscription) Count(ctx context.Context, to int) (<-chan int, error) {
	return produce(ctx, func(send func(int) bool) {
		for i := range to {
			if !send(i + 1) {
				return
			}
		}
	}), nil
}

func (subscription) Refused(context.Context) (<-chan int, error) {
	return nil, apierr.New(apierr.NotFound, "There is no such thing.")
}

func (subscription) Panics(context.Context) (<-chan int, error) { panic("the inside") }

func (subscription) Broken(ctx context.Context) (<-chan *Room, error) {
	return produce(ctx, func(send func(*Room) bool) { send(&Room{ID: "1", Name: "one"}) }), nil
}

func (subscription) Ends(ctx context.Context) (<-chan int, error) {
	return produce(ctx, func(send func(int) bool) {
		send(1)
		transport.End(ctx, apierr.New(apierr.CursorExpired, "Refetch."))
	}), nil
}

func (s subscription) Flood(ctx context.Context) (<-chan string, error) {
	s.Started <- "flood"
	large := strings.Repeat("x", 32<<10)
	return produce(ctx, func(send func(string) bool) {
		defer func() { s.Ended <- "flood" }()
		for send(large) {
		}
	}), nil
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

// produce runs the producer until it returns, and sends what it makes for as long as ctx is not done.
func produce[T any](ctx context.Context, producer func(send func(T) bool)) <-chan T {
	ch := make(chan T)
	go func() {
		defer close(ch)
		producer(func(v T) bool {
			select {
			case ch <- v:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return ch
}
