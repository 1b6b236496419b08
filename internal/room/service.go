// Package room is where members and a customer meet: rooms, the invitations and links by which a customer comes in,
// and the timeline of what is written.
//
// It guarantees, besides the rules R and C:
//
//   - What is answered without an error is on disk, and is in the room's log exactly once (X1, X4).
//   - Whoever asks is checked first, in every method, against the organisation and the room; what is of another
//     organisation is not found (X2). What may be followed is checked when it is asked for and ends when the room's
//     log or the token ends (X3).
//   - Who is typing and who is here is told to those who follow at that moment, in all processes, and to nobody later (C7).
//   - Nothing is sent to a customer before the transaction that says so has committed.
//
// It does not know how a message leaves the house (package notify), nor how the log is kept (package eventlog).
package room

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/document"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/presence"
	"parley/internal/search"
	"parley/internal/throttle"
)

// Service answers for rooms.
type Service struct {
	ent    *ent.Client
	limits limits.Limits
	log    *eventlog.Log
	links  *auth.Links
	tokens *auth.Tokens
	outbox *notify.Outbox
	here   *presence.Presence // people at streams
	now    func() time.Time
	search *search.Index

	documents *document.Service
	sessions  Sessions
	audit     *audit.Log

	counter *throttle.Counter
	writing *throttle.Bucket // messages of a person
	typing  *throttle.Bucket // what a person says of their typing
	people  *people
	lines   *lines
	unread  *tally

	one, many *sql.Stmt // post.sql, post_many.sql
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *sql.DB
	Ent      *ent.Client
	Limits   limits.Limits
	Log      *eventlog.Log
	Links    *auth.Links
	Tokens   *auth.Tokens
	Outbox   *notify.Outbox
	Counter  *throttle.Counter
	Presence *presence.Presence
	Now      func() time.Time // by which rooms are timed out
	Search   *search.Index

	Documents *document.Service
	Audit     *audit.Log
}

// New returns the service.
func New(ctx context.Context, p Parts) (*Service, error) {
	one, err := p.DB.PrepareContext(ctx, postSQL)
	if err != nil {
		return nil, fmt.Errorf("prepare the statement that posts a message: %w", err)
	}
	many, err := p.DB.PrepareContext(ctx, postManySQL)
	if err != nil {
		return nil, fmt.Errorf("prepare the statement that posts messages: %w", errors.Join(err, one.Close()))
	}
	s := &Service{
		ent: p.Ent, limits: p.Limits, log: p.Log, links: p.Links, tokens: p.Tokens, outbox: p.Outbox,
		here: p.Presence, now: p.Now, search: p.Search, documents: p.Documents, audit: p.Audit, counter: p.Counter,
		writing: throttle.NewBucket("messages-burst", p.Limits.MessagesPerSecond, p.Limits.MessagesBurst),
		typing:  throttle.NewBucket("typing-burst", p.Limits.TypingPerSecond, p.Limits.TypingBurst),
		people:  newPeople(p.Ent),
		one:     one,
		many:    many,
	}
	s.lines = newLines(s.post, p.Limits.Operation)
	s.unread = newTally(s.countUnread, p.Limits.Operation)
	s.here.Tell(s.presenceChanged)
	return s, nil
}
