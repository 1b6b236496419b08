package optout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/ent/phonenumber"
	"parley/internal/apierr"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/optout"
	"parley/internal/throttle"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const ours, theirs = "+441200000001", "+447400123456"

// house is a database with an organisation that holds a number.
type house struct {
	t        *testing.T
	db       *dbtest.DB
	number   *ent.PhoneNumber
	listener *optout.Listener
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	db := dbtest.New(t)
	h := &house{t: t, db: db}
	h.listener = optout.NewListener(limits.Default(), notify.New(notify.Config{Ent: db.Ent}), throttle.NewCounter(db.SQL))
	h.number = h.holds("Acme", ours)
	return h
}

// holds has a new organisation hold a number.
func (h *house) holds(name, number string) *ent.PhoneNumber {
	h.t.Helper()
	o, err := h.db.Ent.Organization.Create().SetName(name).Save(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	n, err := h.db.Ent.PhoneNumber.Create().SetOrganizationID(o.ID).SetNumber(number).SetCountry("GB").Save(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// hears takes a message from a customer, and tells whether it was a word.
func (h *house) hears(from, to, body string) (handled bool) {
	h.t.Helper()
	err := database.WithTx(h.t.Context(), h.db.Ent, func(tx *ent.Tx) (err error) {
		handled, err = h.listener.HeardTx(h.t.Context(), tx, &ent.InboundMessage{Sender: from, Recipient: to, Body: body})
		return err
	})
	if err != nil {
		h.t.Fatalf("%q: %v", body, err)
	}
	return handled
}

// isOut tells whether a customer has opted out.
func (h *house) isOut(from, to string) bool {
	h.t.Helper()
	err := database.WithTx(h.t.Context(), h.db.Ent, func(tx *ent.Tx) error { return optout.CheckTx(h.t.Context(), tx, "to", from, to) })
	if err == nil {
		return false
	}
	if all := apierr.As(err); len(all) != 1 || all[0].Code != apierr.OptedOut || !slices.Equal(all[0].Field, []string{"to"}) {
		h.t.Fatalf("sending is refused by %v", err)
	}
	return true
}

// answers are what was sent to the customer.
func (h *house) answers() (all []string) {
	h.t.Helper()
	sent, err := h.db.Ent.Delivery.Query().All(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, d := range sent {
		all = append(all, fmt.Sprintf("%s to %s of %s: %s", d.Sender, d.Recipient, d.OrganizationID, d.Text))
	}
	return all
}

func TestM9_StopOptsOutAndStartBackIn(t *testing.T) {
	h := newHouse(t)
	other := h.holds("Other", "+441200000002")
	if h.isOut(ours, theirs) {
		t.Error("a customer who has said nothing is out")
	}
	for range 2 { // the second time changes nothing
		if !h.hears(theirs, ours, "Stop.") || !h.isOut(ours, theirs) {
			t.Error("STOP was not heard")
		}
	}
	if h.isOut(other.Number, theirs) || h.isOut(ours, "+447400654321") {
		t.Error("it counts for another number, or another customer")
	}
	if h.hears(theirs, ours, "Please start again") || !h.isOut(ours, theirs) {
		t.Error("a sentence opted the customer in")
	}
	if !h.hears(theirs, ours, "yes") || h.isOut(ours, theirs) {
		t.Error("YES was not heard")
	}
	if all := h.answers(); len(all) != 0 {
		t.Errorf("was answered: %q", all)
	}
}

// To one who is not out, YES and START are answers to what a person has asked.
func TestM9_YesIsForPeopleUnlessTheCustomerIsOut(t *testing.T) {
	h := newHouse(t)
	for _, word := range []string{"Yes!", "START", "hello"} {
		if h.hears(theirs, ours, word) {
			t.Errorf("%q did not reach anybody", word)
		}
	}
}

func TestM9_HelpGetsTheOrganisationsText(t *testing.T) {
	h := newHouse(t)
	h.hears(theirs, ours, "STOP")
	if !h.hears(theirs, ours, "help") {
		t.Error("HELP was not heard")
	}
	prefix := ours + " to " + theirs + " of " + h.number.OrganizationID + ": "
	if all := h.answers(); len(all) != 1 || !strings.HasPrefix(all[0], prefix) || !strings.Contains(all[0], "Acme") || len(all[0]) > len(prefix)+160 {
		t.Fatalf("was answered: %q", all)
	}
	h.db.Ent.Organization.UpdateOneID(h.number.OrganizationID).SetSmsHelpText("Call 123").ExecX(t.Context())
	h.hears(theirs, ours, "HELP")
	if all := h.answers(); len(all) != 2 || !slices.Contains(all, prefix+"Call 123") {
		t.Errorf("was answered: %q", all)
	}
}

// Machines that answer each other would go on for ever.
func TestM9_HelpIsGivenSoOften(t *testing.T) {
	h := newHouse(t)
	for range 5 {
		if !h.hears(theirs, ours, "HELP") {
			t.Error("HELP was not heard")
		}
	}
	if all := h.answers(); len(all) != limits.Default().HelpReplies {
		t.Errorf("%d answers", len(all))
	}
	h.hears("+447400654321", ours, "HELP")
	if all := h.answers(); len(all) != limits.Default().HelpReplies+1 {
		t.Errorf("%d answers with the one to another customer", len(all))
	}
}

// Nothing crosses from one organisation to the next.
func TestX2_WhoBuysANumberLearnsNothingOfWhoHasOptedOutBefore(t *testing.T) {
	h := newHouse(t)
	h.hears(theirs, ours, "STOP")
	h.number.Update().SetStatus(phonenumber.StatusReleasing).SetSettleAt(h.number.CreatedAt).ExecX(t.Context())
	for _, word := range []string{"STOP", "START", "HELP"} {
		h.hears(theirs, ours, word)
	}
	if h.isOut(ours, theirs) || len(h.answers()) > 0 {
		t.Error("a number that nobody holds answers")
	}
	h.number.Update().SetStatus(phonenumber.StatusReleased).ClearSettleAt().SetReleasedAt(h.number.CreatedAt).ExecX(t.Context())
	h.holds("Next", ours)
	if h.isOut(ours, theirs) || h.hears(theirs, ours, "START") {
		t.Error("the next one knows")
	}
	h.hears(theirs, ours, "STOP")
	if !h.isOut(ours, theirs) {
		t.Error("STOP was not heard by the next one")
	}
}

func TestM9_ManyAtOnceOptOutOnce(t *testing.T) {
	h := newHouse(t)
	var all errgroup.Group
	for range 20 {
		all.Go(func() error {
			return database.WithTx(t.Context(), h.db.Ent, func(tx *ent.Tx) error { return optout.OutTx(t.Context(), tx, ours, theirs) })
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	if n := h.db.Ent.OptOut.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d opt-outs of one", n)
	}
}
