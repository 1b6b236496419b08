package conversation_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/smsconversation"
	"parley/internal/bus"
	"parley/internal/call"
	"parley/internal/conversation"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// desk is an organisation with a service, which needs skills, and whoever a test puts there.
type desk struct {
	t        *testing.T
	db       *dbtest.DB
	chats    *conversation.Service
	org      *ent.Organization
	service  *ent.Service
	skills   []*ent.Skill
	requests int
}

func newDesk(t *testing.T, needs int) *desk {
	t.Helper()
	d := &desk{t: t, db: dbtest.New(t)}
	events, err := eventlog.Open(t.Context(), d.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	d.must(err)
	l := limits.Default()
	d.chats = conversation.New(conversation.Parts{
		Ent: d.db.Ent, Limits: l, Log: events, Calls: call.New(d.db.Ent, l, events), Logger: slog.New(slog.DiscardHandler),
	})
	d.org, err = d.db.Ent.Organization.Create().SetName("Here").Save(t.Context())
	d.must(err)
	for i := range 2 {
		s, err := d.db.Ent.Skill.Create().SetOrganizationID(d.org.ID).SetName(fmt.Sprint("Skill ", i)).Save(t.Context())
		d.must(err)
		d.skills = append(d.skills, s)
	}
	number, err := d.db.Ent.PhoneNumber.Create().SetOrganizationID(d.org.ID).SetNumber("+447480000100").SetCountry("GB").Save(t.Context())
	d.must(err)
	d.service, err = d.db.Ent.Service.Create().SetOrganizationID(d.org.ID).SetName("Sales").SetPhoneNumberID(number.ID).
		AddSkills(d.skills[:needs]...).Save(t.Context())
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// ago is a time so many minutes ago.
func ago(minutes int) time.Time { return time.Now().Add(-time.Duration(minutes) * time.Minute) }

// sits puts a member there, who can all that is needed and has been ready for some minutes, unless they are changed.
func (d *desk) sits(name string, ready int, change ...func(*ent.MemberCreate)) {
	d.t.Helper()
	c := d.db.Ent.Member.Create().SetOrganizationID(d.org.ID).SetEmail(name).SetEmailKey(name).SetFirstName(name).SetLastName("Agent").
		SetPasswordHash("none").SetRole(member.RoleAgent).SetClassOfService(member.ClassOfServiceInternal).
		SetChannels([]string{"EMAIL", "SMS"}).SetState(member.StateReady).SetStateChangedAt(ago(ready))
	c.AddServices(d.service).AddSkills(d.skills...)
	for _, f := range change {
		f(c)
	}
	d.must(c.Exec(d.t.Context()))
}

// request has a customer ask for somebody, some minutes ago.
func (d *desk) request(minutes int) *ent.SmsConversation {
	d.t.Helper()
	d.requests++
	var c *ent.SmsConversation
	d.must(database.WithTx(d.t.Context(), d.db.Ent, func(tx *ent.Tx) error {
		stream, err := eventlog.CreateTx(d.t.Context(), tx, d.org.ID)
		if err != nil {
			return err
		}
		c, err = tx.SmsConversation.Create().SetOrganizationID(d.org.ID).SetServiceID(d.service.ID).SetNumber("+447480000100").
			SetCustomerNumber(fmt.Sprintf("+4474001%05d", d.requests)).SetStatus(smsconversation.StatusOffered).
			SetOrigin(smsconversation.OriginCustomer).SetStreamID(stream).SetCreatedAt(ago(minutes)).Save(d.t.Context())
		return err
	}))
	return c
}

// asked is who is asked, by the order of requests; "-" for nobody.
func (d *desk) asked(requests ...*ent.SmsConversation) string {
	d.t.Helper()
	d.must(d.chats.OfferAll(d.t.Context()))
	var names []string
	for _, r := range requests {
		now, err := d.db.Ent.SmsConversation.Query().Where(smsconversation.ID(r.ID)).WithOfferedTo().Only(d.t.Context())
		d.must(err)
		name := "-"
		if m := now.Edges.OfferedTo; m != nil {
			name = m.FirstName
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestM8_WhoseTurnItIs(t *testing.T) {
	t.Parallel()
	offered := func(minutes int) func(*ent.MemberCreate) {
		return func(m *ent.MemberCreate) { m.SetLastOfferedAt(ago(minutes)) }
	}
	for _, c := range []struct {
		what  string
		needs int
		sit   func(d *desk)
		want  string // of three requests, oldest first
	}{
		{"nobody is there", 0, func(*desk) {}, "- - -"},
		{"longest ready first", 0, func(d *desk) { d.sits("ada", 1); d.sits("ben", 3); d.sits("cy", 2) }, "ben cy ada"},
		{"one at a time", 0, func(d *desk) { d.sits("ada", 1); d.sits("ben", 3) }, "ben ada -"},
		{"who was asked lately is not idle", 0, func(d *desk) { d.sits("ada", 5, offered(1)); d.sits("ben", 3) }, "ben ada -"},
		{"who was asked before they became ready is", 0, func(d *desk) { d.sits("ada", 5, offered(9)); d.sits("ben", 3) }, "ada ben -"},
		{"the last time counts", 0, func(d *desk) { d.sits("ada", 9, offered(4)); d.sits("ben", 8, offered(5)); d.sits("cy", 3) }, "ben ada cy"},
		{"ready ones only", 0, func(d *desk) {
			for i, s := range []member.State{member.StateNotReady, member.StateBusy, member.StateAfterCallWork} {
				d.sits(fmt.Sprint("x", i), 9, func(m *ent.MemberCreate) { m.SetState(s) })
			}
			d.sits("ada", 1)
		}, "ada - -"},
		{"with the channel", 0, func(d *desk) {
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.SetChannels([]string{"VOICE", "EMAIL", "CHAT"}) })
			d.sits("cy", 9, func(m *ent.MemberCreate) { m.SetChannels([]string{}) })
			d.sits("ada", 1)
		}, "ada - -"},
		{"with a seat", 0, func(d *desk) {
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.SetDeactivatedAt(ago(1)) })
			d.sits("ada", 1)
		}, "ada - -"},
		{"with a role that serves", 0, func(d *desk) {
			for i, r := range []member.Role{member.RoleQualityAssessor, member.RoleTeamLeader, member.RoleAdministrator} {
				d.sits(fmt.Sprint("r", i), 9-i, func(m *ent.MemberCreate) { m.SetRole(r) })
			}
		}, "r1 r2 -"},
		{"who work for the service", 0, func(d *desk) {
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.Mutation().ResetServices() })
			d.sits("ada", 1)
		}, "ada - -"},
		{"with the skill", 1, func(d *desk) {
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.Mutation().ResetSkills(); m.AddSkills(d.skills[1]) })
			d.sits("cy", 8, func(m *ent.MemberCreate) { m.Mutation().ResetSkills(); m.AddSkills(d.skills[0]) })
			d.sits("ada", 1)
		}, "cy ada -"},
		{"with all skills", 2, func(d *desk) {
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.Mutation().ResetSkills(); m.AddSkills(d.skills[1]) })
			d.sits("cy", 9, func(m *ent.MemberCreate) { m.Mutation().ResetSkills() })
			d.sits("ada", 1)
		}, "ada - -"},
		{"of the organisation", 0, func(d *desk) {
			other, err := d.db.Ent.Organization.Create().SetName("There").Save(d.t.Context())
			d.must(err)
			d.sits("ben", 9, func(m *ent.MemberCreate) { m.SetOrganizationID(other.ID) })
			d.sits("ada", 1)
		}, "ada - -"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, c.needs)
			c.sit(d)
			newest, oldest, middle := d.request(1), d.request(9), d.request(5)
			if got := d.asked(oldest, middle, newest); got != c.want {
				t.Errorf("asked are %s, want %s", got, c.want)
			}
			if got := d.asked(oldest, middle, newest); got != c.want {
				t.Errorf("after another look asked are %s, want %s", got, c.want)
			}
		})
	}
}

// A rejection holds until its member is ready anew.
func TestM8_ARejectionHoldsUntilTheyAreReadyAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0)
	d.sits("ada", 5)
	r, next := d.request(9), d.request(8)
	ada := d.db.Ent.Member.Query().OnlyX(t.Context())
	reject := d.db.Ent.ChatRejection.Create().SetConversation(r).SetMember(ada).SetAt(ada.StateChangedAt).SaveX(t.Context())
	if got := d.asked(r, next); got != "- ada" {
		t.Errorf("asked are %s", got)
	}
	d.must(d.db.Ent.SmsConversation.UpdateOne(next).SetStatus(smsconversation.StatusEnded).SetEndedAt(time.Now()).ClearOfferedToID().ClearOfferedUntil().Exec(t.Context()))
	if got := d.asked(r); got != "-" {
		t.Errorf("asked is %s", got)
	}
	d.must(reject.Update().SetAt(ada.StateChangedAt.Add(-time.Microsecond)).Exec(t.Context()))
	if got := d.asked(r); got != "ada" {
		t.Errorf("asked is %s", got)
	}
}
