package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/graph"
	"parley/graph/transport"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/call"
	"parley/internal/carrier"
	"parley/internal/conversation"
	"parley/internal/database"
	"parley/internal/document"
	"parley/internal/eventlog"
	"parley/internal/inbox"
	"parley/internal/notify"
	"parley/internal/notify/simulator"
	"parley/internal/notify/twilio"
	"parley/internal/number"
	"parley/internal/optout"
	"parley/internal/organization"
	"parley/internal/presence"
	"parley/internal/room"
	"parley/internal/search"
	"parley/internal/session"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// app is everything that runs.
type app struct {
	config   *config
	store    *store
	log      *slog.Logger
	listener net.Listener

	bus           *bus.Carried
	tokens        *auth.Tokens
	events        *eventlog.Log
	presence      *presence.Presence
	search        *search.Index
	outbox        *notify.Outbox
	simulator     *simulator.Simulator // nil where nothing is simulated
	twilio        *twilio.Account      // nil where the simulator stands in
	counter       *throttle.Counter
	audit         *audit.Log
	organizations *organization.Service
	numbers       *number.Service
	calls         *call.Service
	conversations *conversation.Service
	documents     *document.Service
	rooms         *room.Service
	sessions      *session.Service
	inbox         *inbox.Service
	graphql       *transport.Handler
	stopping      atomic.Bool
}

// wire makes everything, and nothing runs yet.
func wire(ctx context.Context, c *config, s *store, listener net.Listener, log *slog.Logger) (_ *app, err error) {
	a := &app{config: c, store: s, listener: listener, log: log}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + reachable(a.listener.Addr())
	}
	links := auth.NewLinks(c.secret, c.PublicURL)
	a.counter = throttle.NewCounter(s.db)
	if a.bus, err = a.carrier(ctx); err != nil {
		return nil, err
	}
	a.tokens = auth.NewTokens(s.ent, c.limits, a.bus)
	if a.events, err = eventlog.Open(ctx, s.db, a.bus, log); err != nil {
		return nil, err
	}
	a.presence = presence.New(a.bus, c.limits.PresenceGrace)
	a.search = search.New(s.ent, log)
	senders, numbers := a.carriers()
	a.outbox = notify.New(notify.Config{
		Ent: s.ent, Senders: senders, Logger: log,
		Link: func(id string) string { return address(links, id) },
	})
	a.audit = audit.New(a.events, s.ent, c.limits.PageSize)
	a.calls = call.New(s.ent, c.limits, a.events)
	a.organizations = organization.New(organization.Parts{
		Ent: s.ent, Limits: c.limits, Tokens: a.tokens, Passwords: auth.NewPasswords(c.passwords), Counter: a.counter, Links: links, Outbox: a.outbox,
		Audit: a.audit, Leaves: a.calls.LeaveTx,
	})
	a.numbers = number.New(number.Parts{
		Ent: s.ent, Limits: c.limits, Carrier: numbers, Counter: a.counter, Audit: a.audit, Log: log,
	})
	a.conversations = conversation.New(conversation.Parts{
		Ent: s.ent, Limits: c.limits, Log: a.events, Outbox: a.outbox, Counter: a.counter,
		Words: optout.NewListener(c.limits, a.outbox, a.counter), Calls: a.calls, Logger: log,
	})
	a.calls.Tell(a.conversations.Ring)
	a.organizations.Tell(a.conversations.Ring)
	a.documents = document.New(document.Parts{
		Ent: s.ent, Blobs: s.blobs, Limits: c.limits, Secret: c.secret, PublicURL: c.PublicURL, Log: log,
	})
	a.rooms, err = room.New(ctx, room.Parts{
		DB: s.db, Ent: s.ent, Limits: c.limits, Log: a.events, Links: links, Tokens: a.tokens, Outbox: a.outbox, Counter: a.counter,
		Presence: a.presence, Search: a.search, Documents: a.documents, Audit: a.audit, Now: c.now,
	})
	if err != nil {
		return nil, err
	}
	a.outbox.Tell(a.told)
	a.outbox.Hear(a.conversations.Received)
	a.outbox.Ask(a.refuse)
	a.documents.Tell(a.rooms.DocumentDoneTx)
	a.sessions = session.New(session.Parts{
		Ent: s.ent, Limits: c.limits, Rooms: a.rooms, Links: links, Tokens: a.tokens, Outbox: a.outbox, Counter: a.counter,
		Log:           a.events,
		Organizations: a.organizations,
	})
	a.rooms.Host(a.sessions)
	a.inbox = inbox.New(a.events, a.rooms, a.calls, a.conversations, c.limits.Heartbeat, log)
	a.graphql = a.api()
	return a, nil
}

// address is what a message says where the link goes: who is sent it comes in by it.
func address(links *auth.Links, id string) string {
	switch prefix, _ := typeid.Prefix(id); prefix {
	case session.InvitationPrefix:
		return links.CodeURL(session.LinkPath, id)
	case organization.LinkPrefix:
		return links.URL(organization.JoinPath, id)
	}
	return links.URL(room.LinkPath, id)
}

// told passes on what has become of a message, to whom it is about.
func (a *app) told(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	switch prefix, _ := typeid.Prefix(d.AboutID); prefix {
	case organization.LinkPrefix:
		return a.organizations.Told(ctx, tx, d)
	case conversation.MessagePrefix:
		return a.conversations.Told(ctx, tx, d)
	case number.Prefix: // an answer to HELP, which nobody follows
		return nil
	}
	return a.rooms.Told(ctx, tx, d)
}

// refuse keeps a text from a customer who has opted out since it was written. An answer to HELP is for them as well.
func (a *app) refuse(ctx context.Context, m notify.Outgoing, aboutID string) error {
	if prefix, _ := typeid.Prefix(aboutID); m.Channel != delivery.ChannelSMS || prefix == number.Prefix {
		return nil
	}
	out, err := optout.Out(ctx, a.store.ent, m.From, m.To)
	if err == nil && out {
		err = notify.Refused{Reason: "The customer has opted out of text messages from this number.", Code: "opted out"}
	}
	return err
}

// carrier is the bus that is set: how processes on one database tell each other of news.
func (a *app) carrier(ctx context.Context) (*bus.Carried, error) {
	if a.config.Bus == busPostgres {
		return bus.Postgres(a.store.url), nil
	}
	return bus.NATS(ctx, a.config.Bus, a.store.db)
}

// reachable is where a browser on this machine finds the server.
func reachable(addr net.Addr) string {
	host, port, _ := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// carriers are the carrier, of which numbers are bought, and the mail server that are set; the simulator stands in where one
// is not.
func (a *app) carriers() (senders map[delivery.Channel]notify.Sender, numbers carrier.Numbers) {
	senders = map[delivery.Channel]notify.Sender{}
	if a.config.twilio != nil {
		a.twilio = twilio.New(*a.config.twilio, a.config.PublicURL, a.log)
		senders[delivery.ChannelSMS], numbers = a.twilio, a.twilio
	} else {
		numbers = simulator.NewNumbers(a.store.ent)
	}
	if a.config.mail != nil {
		senders[delivery.ChannelEmail] = a.config.mail
	}
	var simulated []delivery.Channel
	for _, channel := range []delivery.Channel{delivery.ChannelSMS, delivery.ChannelEmail} {
		if senders[channel] == nil {
			simulated = append(simulated, channel)
		}
	}
	if len(simulated) > 0 {
		a.simulator = simulator.New(simulator.Config{Ent: a.store.ent, Logger: a.log, Channels: simulated})
	}
	for _, channel := range simulated {
		senders[channel] = a.simulator
	}
	return senders, numbers
}

// guesses are the root fields that take a password, a code or a token.
var guesses = []string{"signIn", "enterRoom", "joinSupportSession", "acceptMemberInvitation"}

func (a *app) api() *transport.Handler {
	schema := graph.NewSchema(&graph.Resolver{
		Rooms: a.rooms, Organizations: a.organizations, Audit: a.audit, Numbers: a.numbers, Calls: a.calls, Conversations: a.conversations,
		Sessions: a.sessions, Inbox: a.inbox,
	})
	return transport.New(schema, transport.Options{
		Limits:       a.config.limits,
		Authenticate: a.authenticate,
		Present:      graph.Presenter(a.log, database.Busy),
		Audience:     graph.Audience,
		Shareable:    graph.Shareable,
		AllowOrigin:  a.allowOrigin,
		Address:      a.address,
		Logger:       a.log,
		GuessFields:  guesses,
		Suggestions:  a.config.demo(),
		Extensions:   []graphql.HandlerExtension{graph.Admission{}},
	})
}

// authenticate puts the viewer and the client's address into the context.
func (a *app) authenticate(ctx context.Context, authorization string) (context.Context, transport.Session, error) {
	ctx = auth.WithAddress(ctx, transport.Address(ctx))
	s, err := a.tokens.Authenticate(ctx, authorization)
	if err != nil || s.Viewer.ID() == "" {
		return ctx, transport.Session{}, err
	}
	return auth.WithSession(ctx, s), transport.Session{Key: s.Viewer.TokenID, Life: s.Life, Hold: s.Hold}, nil
}

// allowOrigin lets pages of our own and of the allowed origins open a WebSocket; clients that are not browsers send
// no origin.
func (a *app) allowOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || strings.EqualFold(origin, a.config.PublicURL) {
		return true
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return a.listedOrigin(origin)
}

// listedOrigin tells whether an origin is one of those that are set. Browsers write origins in lower case.
func (a *app) listedOrigin(origin string) bool {
	return slices.ContainsFunc(a.config.Origins, func(listed string) bool { return strings.EqualFold(origin, listed) })
}
