package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/ent/specialist"
	"parley/internal/apierr"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/limits"
)

// fresh is how long a token that was looked up is believed without another look.
const fresh = 5 * time.Second

// lookup is how long a look may take. What has ended is kept for longer, so that a look that began before cannot
// bring it back.
const lookup = 10 * time.Second

// Tokens are the access tokens: opaque, random, kept as hashes.
type Tokens struct {
	ent    *ent.Client
	limits limits.Limits
	bus    bus.Bus
	look   chan struct{} // holds a value when the database is to be asked at once

	mu       sync.Mutex
	sessions map[[32]byte]*session
	byID     map[string]*session
	ended    map[string]time.Time // tokens that have ended lately
}

// session is a token that this process has seen lately. The lock of Tokens guards it.
type session struct {
	hash    [32]byte
	current *atomic.Pointer[Viewer]   // as contexts see them without the lock
	before  []*atomic.Pointer[Viewer] // as those do that were made before the session was forgotten for a while
	life    context.Context           // ends with the token
	end     context.CancelFunc
	checked time.Time // when the database was last asked
	stale   bool      // the member has changed since
	used    bool      // since idle_at was last moved
	held    int       // by open connections
}

// NewTokens returns the tokens kept in the database. Processes tell each other over the bus of those that are revoked. Run
// must be called for all to end in time.
func NewTokens(client *ent.Client, l limits.Limits, b bus.Bus) *Tokens {
	t := &Tokens{
		ent: client, limits: l, bus: b, look: make(chan struct{}, 1),
		sessions: map[[32]byte]*session{}, byID: map[string]*session{}, ended: map[string]time.Time{},
	}
	b.Hear(topicRevoked, t.heard, t.missed)
	b.Hear(topicChanged, t.changed, t.missed)
	return t
}

// Session is what a token stands for.
type Session struct {
	Viewer Viewer          // at the time of asking
	Life   context.Context // ends with the token; that of nobody never does

	// Hold keeps the session known, and its token in use, while a connection is open. Release is to be called when
	// the connection is gone. Nil for nobody.
	Hold func() (release func())

	current *atomic.Pointer[Viewer] // nil for nobody
}

// Issued is a new token; the text is shown once.
type Issued struct {
	Text      string
	ExpiresAt time.Time
}

// IssueToMemberTx makes a token for a member.
func (t *Tokens) IssueToMemberTx(ctx context.Context, tx *ent.Tx, memberID string) (Issued, error) {
	create := tx.AccessToken.Create().SetMemberID(memberID)
	return t.issue(ctx, create, t.limits.TokenLife, t.limits.TokenIdle)
}

// IssueToCustomerTx makes a token for a customer who came in by a link.
func (t *Tokens) IssueToCustomerTx(ctx context.Context, tx *ent.Tx, customerID, linkID string) (Issued, error) {
	create := tx.AccessToken.Create().SetCustomerID(customerID).SetLinkID(linkID)
	return t.issue(ctx, create, t.limits.CustomerToken, t.limits.CustomerToken)
}

// IssueToSpecialistTx makes a token for a specialist who came in by a code.
func (t *Tokens) IssueToSpecialistTx(ctx context.Context, tx *ent.Tx, specialistID string) (Issued, error) {
	create := tx.AccessToken.Create().SetSpecialistID(specialistID)
	return t.issue(ctx, create, t.limits.SpecialistToken, t.limits.SpecialistToken)
}

func (t *Tokens) issue(ctx context.Context, create *ent.AccessTokenCreate, life, idle time.Duration) (Issued, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the process instead
	text := "parley_" + base64.RawURLEncoding.EncodeToString(raw)
	hash := sha256.Sum256([]byte(text))
	expires := end(life)
	err := create.SetHash(hash[:]).SetExpiresAt(expires).SetIdleAt(end(idle)).Exec(ctx)
	if err != nil {
		return Issued{}, fmt.Errorf("keep access token: %w", err)
	}
	return Issued{Text: text, ExpiresAt: expires}, nil
}

// end is when a time that begins now is over, as exact as the database keeps it.
func end(d time.Duration) time.Time {
	return limits.End(time.Now(), d).UTC().Truncate(time.Microsecond)
}

// Authenticate returns what an Authorization header stands for. No header is nobody.
func (t *Tokens) Authenticate(ctx context.Context, authorization string) (Session, error) {
	if authorization == "" {
		return Session{Life: context.Background()}, nil
	}
	scheme, text, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Session{}, badToken()
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(text)))
	if s, ok := t.known(hash); ok {
		return s, nil
	}
	v, err := t.load(ctx, hash)
	if err != nil {
		return Session{}, err
	}
	return t.remember(hash, v)
}

// known returns the session where the database was asked of it a moment ago.
func (t *Tokens) known(hash [32]byte) (Session, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[hash]
	if s == nil || s.stale || time.Since(s.checked) > fresh || s.expired(time.Now()) {
		return Session{}, false
	}
	s.used = true
	return t.show(s), true
}

func (t *Tokens) load(ctx context.Context, hash [32]byte) (Viewer, error) {
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	row, err := t.ent.AccessToken.Query().
		Where(accesstoken.Hash(hash[:]), alive()).
		WithMember().WithCustomer().WithLink().WithSpecialist().Only(ctx)
	if ent.IsNotFound(err) {
		return Viewer{}, badToken()
	}
	if err != nil {
		return Viewer{}, fmt.Errorf("look up access token: %w", err)
	}
	v := Viewer{
		Member: row.Edges.Member, Customer: row.Edges.Customer, Specialist: row.Edges.Specialist,
		TokenID: row.ID, ExpiresAt: row.ExpiresAt,
	}
	switch {
	case v.Customer != nil:
		v.RoomID = row.Edges.Link.RoomID
	case v.Specialist != nil:
		v.RoomID = v.Specialist.RoomID
	}
	return v, nil
}

// remember keeps what was looked up, unless the token has ended meanwhile.
func (t *Tokens) remember(hash [32]byte, v Viewer) (Session, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, over := t.ended[v.TokenID]; over {
		return Session{}, badToken()
	}
	s := t.sessions[hash]
	if s == nil {
		s = &session{hash: hash, current: new(atomic.Pointer[Viewer])}
		s.life, s.end = context.WithCancel(context.Background())
		t.sessions[hash], t.byID[v.TokenID] = s, s
	}
	s.store(v)
	s.checked, s.stale, s.used = time.Now(), false, true
	return t.show(s), nil
}

// show copies what others may know of a session, under the lock.
func (t *Tokens) show(s *session) Session {
	return Session{Viewer: s.viewer(), Life: s.life, Hold: func() func() { return t.hold(s) }, current: s.current}
}

func (s *session) viewer() Viewer { return *s.current.Load() }

func (s *session) store(v Viewer) {
	s.current.Store(&v)
	for _, p := range s.before {
		p.Store(&v)
	}
}

func (s *session) expired(now time.Time) bool { return !now.Before(s.viewer().ExpiresAt) }

// alive keeps tokens that have not ended, of people who have not left.
func alive() predicate.AccessToken {
	now := time.Now()
	return accesstoken.And(accesstoken.RevokedAtIsNil(), accesstoken.ExpiresAtGT(now), accesstoken.IdleAtGT(now),
		accesstoken.Not(accesstoken.HasMemberWith(member.DeactivatedAtNotNil())),
		accesstoken.Not(accesstoken.HasSpecialistWith(specialist.LeftAtNotNil())))
}

// RevokeTx ends the tokens; connections opened with them end when the transaction has committed, those of other processes
// as soon as they hear of it.
func (t *Tokens) RevokeTx(ctx context.Context, tx *ent.Tx, which ...predicate.AccessToken) error {
	ids, err := revoke(ctx, tx, accesstoken.And(append(which, accesstoken.RevokedAtIsNil())...))
	if err != nil {
		return fmt.Errorf("revoke access tokens: %w", err)
	}
	database.AfterCommit(tx, func() {
		t.end(ids...)
		t.tell(ids)
	})
	return nil
}

// revoke marks tokens as revoked and returns their ids, in one statement: none can come in between.
func revoke(ctx context.Context, tx *ent.Tx, which predicate.AccessToken) (ids []string, err error) {
	build := sql.Dialect(dialect.Postgres)
	tokens := build.Select().From(build.Table(accesstoken.Table)).WithContext(ctx)
	which(tokens)
	query, args := build.Update(accesstoken.Table).Set(accesstoken.FieldRevokedAt, time.Now()).
		FromSelect(tokens).Returning(accesstoken.FieldID).Query()
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	err = sql.ScanSlice(rows, &ids)
	return ids, err
}

// end forgets the sessions and tells their connections.
func (t *Tokens) end(ids ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		t.ended[id] = time.Now()
		if s := t.byID[id]; s != nil {
			s.end()
			t.forget(s)
		}
	}
}

func (t *Tokens) forget(s *session) {
	delete(t.sessions, s.hash)
	delete(t.byID, s.viewer().TokenID)
}

func badToken() error {
	return apierr.New(apierr.Unauthenticated, "The access token is wrong or has ended; sign in again.")
}
