package auth_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/limits"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// bundle is an organisation with a member, and a customer who was invited to a room.
type bundle struct {
	db       *dbtest.DB
	tokens   *auth.Tokens
	member   *ent.Member
	customer *ent.Customer
	link     *ent.RoomLink
}

func setup(t *testing.T, change ...func(*limits.Limits)) *bundle {
	t.Helper()
	t.Parallel()
	l := limits.Default()
	for _, f := range change {
		f(&l)
	}
	b := &bundle{db: dbtest.New(t)}
	b.tokens = auth.NewTokens(b.db.Ent, l, bus.Alone{})
	b.tx(t, func(tx *ent.Tx) error { return b.populate(t.Context(), tx) })
	return b
}

func (b *bundle) populate(ctx context.Context, tx *ent.Tx) error {
	o, err := tx.Organization.Create().SetName("Demo").Save(ctx)
	if err != nil {
		return err
	}
	b.member, err = tx.Member.Create().SetOrganizationID(o.ID).
		SetEmail("ada@example.com").SetEmailKey("ada@example.com").SetFirstName("Ada").SetLastName("Lovelace").SetPasswordHash("").
		SetRole(member.RoleAgent).SetClassOfService(member.ClassOfServiceInternal).Save(ctx)
	if err != nil {
		return err
	}
	b.customer, err = tx.Customer.Create().SetOrganizationID(o.ID).SetFirstName("Carl").SetLastName("Gauss").SetPhone("+41791234567").Save(ctx)
	if err != nil {
		return err
	}
	stream, err := tx.Stream.Create().SetID(1).SetOwnerID("owner").SetLastAt(time.Now()).SetActiveAt(time.Now()).Save(ctx)
	if err != nil {
		return err
	}
	r, err := tx.Room.Create().SetOrganizationID(o.ID).SetCreatedByID(b.member.ID).SetName("Carl Gauss").SetStreamID(stream.ID).
		SetCustomerID(b.customer.ID).Save(ctx)
	if err != nil {
		return err
	}
	b.link, err = tx.RoomLink.Create().SetRoomID(r.ID).SetExpiresAt(time.Now().Add(time.Hour)).Save(ctx)
	return err
}

func (b *bundle) tx(t *testing.T, work func(tx *ent.Tx) error) {
	t.Helper()
	if err := database.WithTx(t.Context(), b.db.Ent, work); err != nil {
		t.Fatal(err)
	}
}

// issue gives the member a token, as the text of an Authorization header.
func (b *bundle) issue(t *testing.T) string {
	t.Helper()
	var issued auth.Issued
	b.tx(t, func(tx *ent.Tx) (err error) {
		issued, err = b.tokens.IssueToMemberTx(t.Context(), tx, b.member.ID)
		return err
	})
	return "Bearer " + issued.Text
}

func (b *bundle) issueToCustomer(t *testing.T) string {
	t.Helper()
	var issued auth.Issued
	b.tx(t, func(tx *ent.Tx) (err error) {
		issued, err = b.tokens.IssueToCustomerTx(t.Context(), tx, b.customer.ID, b.link.ID)
		return err
	})
	return "Bearer " + issued.Text
}

// revoke ends a token from this process.
func (b *bundle) revoke(t *testing.T, v auth.Viewer) {
	t.Helper()
	b.tx(t, func(tx *ent.Tx) error { return b.tokens.RevokeTx(t.Context(), tx, accesstoken.ID(v.TokenID)) })
}

// revokeElsewhere ends a token from another process.
func (b *bundle) revokeElsewhere(t *testing.T, v auth.Viewer) {
	t.Helper()
	other := auth.NewTokens(b.db.Ent, limits.Default(), bus.Alone{})
	b.tx(t, func(tx *ent.Tx) error { return other.RevokeTx(t.Context(), tx, accesstoken.ID(v.TokenID)) })
}

func (b *bundle) known(t *testing.T, authorization string) (auth.Viewer, context.Context) {
	t.Helper()
	s := b.session(t, authorization)
	return s.Viewer, s.Life
}

func (b *bundle) session(t *testing.T, authorization string) auth.Session {
	t.Helper()
	s, err := b.tokens.Authenticate(t.Context(), authorization)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bundle) refused(t *testing.T, authorization string) {
	t.Helper()
	s, err := b.tokens.Authenticate(t.Context(), authorization)
	if !apierr.Is(err, apierr.Unauthenticated) {
		t.Errorf("have %v as %q, want UNAUTHENTICATED", err, s.Viewer.ID())
	}
}

func (b *bundle) check(t *testing.T) {
	t.Helper()
	if err := b.tokens.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// run runs the tokens until the test ends.
func (b *bundle) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.tokens.Run(ctx, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// await looks until a query finds something. It is for what nobody tells of.
func (b *bundle) await(t *testing.T, what, query string) {
	t.Helper()
	for end, found := time.Now().Add(patience), false; !found; {
		if err := b.db.SQL.QueryRowContext(t.Context(), query).Scan(&found); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(end) {
			t.Fatal("waited in vain for", what)
		}
	}
}

func (b *bundle) setIdle(t *testing.T, v auth.Viewer, at time.Time) {
	t.Helper()
	if err := b.db.Ent.AccessToken.UpdateOneID(v.TokenID).SetIdleAt(at).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) idle(t *testing.T, v auth.Viewer) time.Time {
	t.Helper()
	return b.db.Ent.AccessToken.GetX(t.Context(), v.TokenID).IdleAt
}

func alive(t *testing.T, life context.Context) {
	t.Helper()
	if life.Err() != nil {
		t.Error("the session has ended")
	}
}

func ended(t *testing.T, life context.Context) {
	t.Helper()
	if life.Err() == nil {
		t.Error("the session lives on")
	}
}

func endsSoon(t *testing.T, life context.Context) {
	t.Helper()
	select {
	case <-life.Done():
	case <-time.After(patience):
		t.Error("the session lives on")
	}
}
