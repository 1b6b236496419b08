// Package conversation is what members and customers text each other.
//
// It guarantees, besides the rules M:
//
//   - A pair of numbers, one of ours and one of a customer's, has one conversation that lives: the database's constraint.
//   - A message is its event in the conversation's log, so what is answered without an error is on disk, once, and its place
//     in the order is that of its commit. What has become of it is kept with its delivery alone.
//   - Whatever changes a conversation or adds to it locks it first, but for what becomes of messages, which its log's lock keeps
//     before the end. So nothing comes behind it, and nothing is lost that came before.
//   - Colleagues may read a conversation; its agent alone writes in it. What is of another organisation is not found (X2).
//   - A request of a customer's is offered to one member at a time, and a member is offered one at a time, by whichever process;
//     what a member, or a process, leaves undone goes to the next.
//   - Nothing is sent to a customer before the transaction that says so has committed, and nothing to one who had opted out
//     when it was sent (package optout says how that is meant).
//
// It does not know how a message leaves the house (package notify), nor how the log is kept (package eventlog).
package conversation

import (
	"context"
	"fmt"
	"log/slog"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/smsconversation"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/call"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/optout"
	"parley/internal/organization"
	"parley/internal/throttle"
)

// Prefix is the type of ids of conversations.
const Prefix = "sms"

// Service answers for conversations.
type Service struct {
	ent     *ent.Client
	limits  limits.Limits
	log     *eventlog.Log
	outbox  *notify.Outbox
	counter *throttle.Counter
	words   *optout.Listener
	calls   *call.Service
	logger  *slog.Logger
	bell    chan struct{} // rings when requests are to be looked for
}

// Parts are what a Service is made of.
type Parts struct {
	Ent     *ent.Client
	Limits  limits.Limits
	Log     *eventlog.Log
	Outbox  *notify.Outbox
	Counter *throttle.Counter
	Words   *optout.Listener
	Calls   *call.Service
	Logger  *slog.Logger
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{
		ent: p.Ent, limits: p.Limits, log: p.Log, outbox: p.Outbox, counter: p.Counter, words: p.Words, calls: p.Calls, logger: p.Logger,
		bell: make(chan struct{}, 1),
	}
}

// Get returns a conversation of the viewer's organisation; for members.
func (s *Service) Get(ctx context.Context, id string) (*ent.SmsConversation, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	return find(ctx, s.ent, v, id)
}

// find returns a conversation of the viewer's organisation, with its log.
func find(ctx context.Context, client *ent.Client, v auth.Viewer, id string) (*ent.SmsConversation, error) {
	c, err := client.SmsConversation.Query().
		Where(smsconversation.ID(id), smsconversation.OrganizationID(v.OrganizationID())).WithStream().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("get conversation: %w", err)
	}
	return c, nil
}

// lockTx returns a conversation of the viewer's organisation, locked until the transaction ends; other rows may refer to it all
// the same.
func lockTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string) (*ent.SmsConversation, error) {
	c, err := tx.SmsConversation.Query().
		Where(smsconversation.ID(id), smsconversation.OrganizationID(v.OrganizationID())).
		ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE")).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("lock conversation: %w", err)
	}
	return c, nil
}

func missing() error { return apierr.MissingThing("conversation") }

// serve runs work in a transaction as the viewer, who is a member that serves customers, until it ends.
func (s *Service) serve(ctx context.Context, v auth.Viewer, work func(tx *ent.Tx, v auth.Viewer) error) error {
	return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		v, err := organization.ServingTx(ctx, tx, v)
		if err != nil {
			return err
		}
		return work(tx, v)
	})
}
