package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/internal/apierr"
	"parley/internal/limits"
)

// fresh is how long a token that was looked up is believed without another look. Within this process revocation
// does not wait for it; Run makes other processes follow within a second.
const fresh = 5 * time.Second

// Tokens are the access tokens: opaque, random, kept as hashes.
type Tokens struct {
	ent    *ent.Client
	limits limits.Limits

	mu       sync.Mutex
	sessions map[[32]byte]*session
	byID     map[string]*session
}

// session is a token that this process has seen lately.
type session struct {
	hash    [32]byte
	viewer  Viewer
	life    context.Context // ends with the token
	end     context.CancelFunc
	checked time.Time // when the database was last asked
	used    bool      // since idle_at was last moved
	watched int       // open connections
}

// NewTokens returns the tokens kept in the database. Run must be called for them to end in time.
func NewTokens(client *ent.Client, l limits.Limits) *Tokens {
	return &Tokens{ent: client, limits: l, sessions: map[[32]byte]*session{}, byID: map[string]*session{}}
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

// end is a time from now; a lifted limit means a century.
func end(d time.Duration) time.Time {
	if d == 0 {
		d = 100 * 365 * 24 * time.Hour
	}
	return time.Now().Add(d).UTC().Truncate(time.Microsecond)
}

// Authenticate returns who an Authorization header stands for, and a context that ends with their token. No header is
// nobody, whose context never ends.
func (t *Tokens) Authenticate(ctx context.Context, authorization string) (Viewer, context.Context, error) {
	if authorization == "" {
		return Viewer{}, context.Background(), nil
	}
	scheme, text, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Viewer{}, nil, badToken()
	}
	hash := sha256.Sum256([]byte(strings.TrimSpace(text)))
	if s := t.known(hash); s != nil {
		return s.viewer, s.life, nil
	}
	s, err := t.load(ctx, hash)
	if err != nil {
		return Viewer{}, nil, err
	}
	return s.viewer, s.life, nil
}

// known returns the session where the database was asked of it a moment ago.
func (t *Tokens) known(hash [32]byte) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[hash]
	if s == nil || time.Since(s.checked) > fresh || time.Now().After(s.viewer.ExpiresAt) {
		return nil
	}
	s.used = true
	return s
}

func (t *Tokens) load(ctx context.Context, hash [32]byte) (*session, error) {
	row, err := t.ent.AccessToken.Query().
		Where(accesstoken.Hash(hash[:]), alive()).
		WithMember().WithCustomer().WithLink().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, badToken()
	}
	if err != nil {
		return nil, fmt.Errorf("look up access token: %w", err)
	}
	v := Viewer{Member: row.Edges.Member, Customer: row.Edges.Customer, TokenID: row.ID, ExpiresAt: row.ExpiresAt}
	if row.Edges.Link != nil {
		v.RoomID = row.Edges.Link.RoomID
	}
	return t.remember(hash, v), nil
}

func (t *Tokens) remember(hash [32]byte, v Viewer) *session {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[hash]
	if s == nil {
		s = &session{hash: hash}
		s.life, s.end = context.WithCancel(context.Background())
		t.sessions[hash], t.byID[v.TokenID] = s, s
	}
	s.viewer, s.checked, s.used = v, time.Now(), true
	return s
}

// alive keeps tokens that have not ended, of people who have not left.
func alive() predicate.AccessToken {
	now := time.Now()
	return accesstoken.And(accesstoken.RevokedAtIsNil(), accesstoken.ExpiresAtGT(now), accesstoken.IdleAtGT(now),
		accesstoken.Not(accesstoken.HasMemberWith(member.DeactivatedAtNotNil())))
}

// RevokeTx ends the tokens; connections opened with them in this process end when the transaction has committed.
func (t *Tokens) RevokeTx(ctx context.Context, tx *ent.Tx, which ...predicate.AccessToken) error {
	which = append(which, accesstoken.RevokedAtIsNil())
	ids, err := tx.AccessToken.Query().Where(which...).IDs(ctx)
	if err != nil {
		return fmt.Errorf("find access tokens to revoke: %w", err)
	}
	err = tx.AccessToken.Update().Where(accesstoken.IDIn(ids...)).SetRevokedAt(time.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke access tokens: %w", err)
	}
	tx.OnCommit(func(next ent.Committer) ent.Committer {
		return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error {
			err := next.Commit(ctx, tx)
			if err == nil {
				t.end(ids...)
			}
			return err
		})
	})
	return nil
}

// end forgets the sessions and tells their connections.
func (t *Tokens) end(ids ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if s := t.byID[id]; s != nil {
			s.end()
			delete(t.sessions, s.hash)
			delete(t.byID, id)
		}
	}
}

func badToken() error {
	return apierr.New(apierr.Unauthenticated, "The access token is wrong or has ended; sign in again.")
}
