// Package audit keeps who did what and when to an organisation, for its administrators.
//
// It guarantees that an entry is there exactly where what it tells has happened: it is recorded in the same transaction. Entries
// are never changed, and their order is the order of commits: they are a stream of the event log, one for each organisation.
//
// It does not know what the things are that something was done to, and holds nothing that must stay secret: who records says
// what has changed, and never a password, a code or a link.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/typeid"
)

// Action is what somebody did.
type Action string

// All actions.
const (
	MemberInvited           Action = "MEMBER_INVITED"
	MemberInvitationResent  Action = "MEMBER_INVITATION_RESENT"
	MemberInvitationRevoked Action = "MEMBER_INVITATION_REVOKED"
	MemberJoined            Action = "MEMBER_JOINED"
	MemberUpdated           Action = "MEMBER_UPDATED"
	MemberDeactivated       Action = "MEMBER_DEACTIVATED"

	ServiceCreated Action = "SERVICE_CREATED"
	ServiceUpdated Action = "SERVICE_UPDATED"
	SiteCreated    Action = "SITE_CREATED"
	SiteUpdated    Action = "SITE_UPDATED"
	SkillCreated   Action = "SKILL_CREATED"
	SkillUpdated   Action = "SKILL_UPDATED"
	PortalCreated  Action = "PORTAL_CREATED"
	PortalUpdated  Action = "PORTAL_UPDATED"

	PhoneNumberPurchased Action = "PHONE_NUMBER_PURCHASED"
	PhoneNumberReleased  Action = "PHONE_NUMBER_RELEASED"
	SettingsUpdated      Action = "SETTINGS_UPDATED"

	PredefinedMessageCreated Action = "PREDEFINED_MESSAGE_CREATED"
	PredefinedMessageUpdated Action = "PREDEFINED_MESSAGE_UPDATED"
	PredefinedMessageDeleted Action = "PREDEFINED_MESSAGE_DELETED"

	RoomsMerged  Action = "ROOMS_MERGED"
	LinksRevoked Action = "LINKS_REVOKED"
	RoomClosed   Action = "ROOM_CLOSED"
)

// Prefix is the type of ids of entries.
const Prefix = "aud"

// sideMember is the side that what members do comes from, as in all streams.
const sideMember = "MEMBER"

// Log records what is done, and shows it.
type Log struct {
	events *eventlog.Log
	ent    *ent.Client
	most   int // entries in a page
}

// New returns the log. A page of it has at most so many entries; zero is no limit.
func New(events *eventlog.Log, client *ent.Client, most int) *Log {
	return &Log{events: events, ent: client, most: most}
}

// about is what an entry tells beside its kind and author.
type about struct {
	Subject string `json:"subject"`
	Detail  string `json:"detail,omitempty"`
}

// RecordTx records what a member has done to the thing with the id; the detail says what of it in a few words. It locks the
// organisation's stream until the transaction ends, behind everything else: call it last.
func (l *Log) RecordTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, action Action, subjectID, detail string) error {
	raw, err := json.Marshal(about{Subject: subjectID, Detail: detail})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	stream := streamOf(v.OrganizationID())
	entry := eventlog.Entry{ID: typeid.New(Prefix), Kind: string(action), Side: sideMember, ActorID: v.ID(), Data: string(raw)}
	_, err = l.events.AppendTx(ctx, tx, stream, entry)
	if errors.Is(err, eventlog.ErrSealed) { // there is none yet
		if err = eventlog.EnsureTx(ctx, tx, stream, ownerOf(v.OrganizationID())); err == nil {
			_, err = l.events.AppendTx(ctx, tx, stream, entry)
		}
	}
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}

// ownerOf is the owner of an organisation's stream: not the organisation, whose streams are its rooms'.
func ownerOf(organizationID string) string { return "audit of " + organizationID }

// streamOf is the id of an organisation's stream, by which it is found without being kept anywhere. It tells as little as a
// random one.
func streamOf(organizationID string) int64 {
	sum := sha256.Sum256([]byte(ownerOf(organizationID)))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1) // which is not negative
}

// Entry is something that was done.
type Entry struct {
	ID        string
	At        time.Time
	Actor     ent.Actor // nil for Parley itself
	Action    Action
	SubjectID string
	Detail    string

	cursor string
}

// IsNode implements ent.Node.
func (*Entry) IsNode() {}

// Pages, by the names that they have in the schema.
type (
	EntryConnection = page.Connection[*Entry]
	EntryEdge       = page.Edge[*Entry]
)

// Node returns the entry with the id, of the viewer's organisation, as something that has an id; for administrators.
func (l *Log) Node(ctx context.Context, id string) (ent.Node, error) {
	v, err := auth.Allowed(ctx, auth.Audit)
	if err != nil {
		return nil, err
	}
	events, err := l.events.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 || events[0].Stream != streamOf(v.OrganizationID()) {
		return nil, apierr.MissingThing("entry")
	}
	entries, err := l.entries(ctx, events)
	if err != nil {
		return nil, err
	}
	return entries[0], nil
}

// Entries is a page of what was done in the viewer's organisation, newest first; for administrators.
func (l *Log) Entries(ctx context.Context, organizationID string, a page.Args) (*EntryConnection, error) {
	v, err := auth.Allowed(ctx, auth.Audit)
	if err != nil {
		return nil, err
	}
	if v.OrganizationID() != organizationID {
		return nil, apierr.MissingThing("organisation")
	}
	w, err := a.Window(l.most)
	if err != nil {
		return nil, err
	}
	stream := streamOf(organizationID)
	last, err := l.events.LastSeq(ctx, stream)
	if err != nil {
		return nil, err
	}
	newer, older, err := l.bounds(w, stream, last)
	if err != nil {
		return nil, err
	}
	events, err := l.events.Slice(ctx, stream, older, newer, w.Fetch(), !w.Backward)
	if err != nil {
		return nil, err
	}
	entries, err := l.entries(ctx, events)
	if err != nil {
		return nil, err
	}
	count := func(context.Context) (int, error) { return int(last), nil } // there are no gaps
	return page.Of(w, entries, func(e *Entry) string { return e.cursor }, count), nil
}

// bounds are the places between which a window is, both exclusive. The list is newest first, so what comes after a cursor is
// older.
func (l *Log) bounds(w page.Window, stream, last int64) (newer, older int64, err error) {
	newer = last + 1
	if w.After != "" {
		newer, err = l.events.Seq(w.After, stream, last)
	}
	if w.Before != "" && err == nil {
		older, err = l.events.Seq(w.Before, stream, last)
	}
	return newer, older, err
}

// entries makes entries of events, with the members who acted.
func (l *Log) entries(ctx context.Context, events []eventlog.Event) ([]*Entry, error) {
	actors, err := l.actors(ctx, events)
	if err != nil {
		return nil, err
	}
	entries := make([]*Entry, len(events))
	for i, e := range events {
		var told about
		if err := json.Unmarshal([]byte(e.Data), &told); err != nil {
			return nil, fmt.Errorf("read what an audit entry tells: %w", err)
		}
		entries[i] = &Entry{
			ID: e.ID, At: e.At, Actor: actors[e.ActorID], Action: Action(e.Kind), SubjectID: told.Subject, Detail: told.Detail,
			cursor: l.events.Cursor(e.Stream, e.Seq),
		}
	}
	return entries, nil
}

// actors are the members who acted in some events, by id.
func (l *Log) actors(ctx context.Context, events []eventlog.Event) (map[string]ent.Actor, error) {
	var ids []string
	for _, e := range events {
		ids = append(ids, e.ActorID)
	}
	rows, err := l.ent.Member.Query().Where(member.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find members who acted: %w", err)
	}
	actors := make(map[string]ent.Actor, len(rows))
	for _, m := range rows {
		actors[m.ID] = m
	}
	return actors, nil
}
