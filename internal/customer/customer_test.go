package customer_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/internal/apierr"
	"parley/internal/customer"
	"parley/internal/database"
	"parley/internal/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const sms, email = customerinvitation.ChannelSMS, customerinvitation.ChannelEmail

func TestR3_EverythingIsMandatoryAndSaidAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		channel         customerinvitation.Channel
		to, first, last string
		want            []string
	}{
		{sms, "", " ", "\t", []string{"REQUIRED to", "REQUIRED firstName", "REQUIRED lastName"}},
		{email, " ", "", "Gauss", []string{"REQUIRED to", "REQUIRED firstName"}},
		{sms, "+41791234567", "Carl", "", []string{"REQUIRED lastName"}},
		{sms, "0791234567", "Carl", "Gauss", []string{"PHONE_PREFIX_MISSING to"}},
		{sms, "carl@example.com", "Carl", "Gauss", []string{"PHONE_PREFIX_MISSING to"}},
		{email, "+41791234567", "evil.com", "Gauss", []string{"EMAIL_INVALID to", "NAME_INVALID firstName"}},
		{email, "carl@example.com", "Carl", strings.Repeat("ö", 65), []string{"TOO_LONG lastName"}},
	} {
		_, err := customer.Check(c.channel, c.to, c.first, c.last, 64)
		var got []string
		for _, e := range apierr.As(err) {
			got = append(got, string(e.Code)+" "+strings.Join(e.Field, "."))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c, got, c.want)
		}
	}
}

func TestR4_WhatIsKeptOfACustomer(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	o := db.Ent.Organization.Create().SetName("Demo").SaveX(t.Context())
	phone, err := customer.Check(sms, "+41 79 123 45 67", " Carl  Friedrich ", "Gauss", 64)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := customer.Check(email, " Carl@Example.com ", "Carl", "Gauss", 64)
	if err != nil {
		t.Fatal(err)
	}
	if phone.Name() != "Carl Friedrich Gauss" || phone.Key != "+41791234567" || mail.Key != "carl@example.com" {
		t.Errorf("checked %+v and %+v", phone, mail)
	}
	var byPhone, byMail *ent.Customer
	err = database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) (err error) {
		if byPhone, err = customer.CreateTx(t.Context(), tx, o.ID, phone); err != nil {
			return err
		}
		byMail, err = customer.CreateTx(t.Context(), tx, o.ID, mail)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	byPhone, byMail = db.Ent.Customer.GetX(t.Context(), byPhone.ID), db.Ent.Customer.GetX(t.Context(), byMail.ID)
	if byPhone.OrganizationID != o.ID || byPhone.FirstName != "Carl Friedrich" || *byPhone.Phone != "+41791234567" || byPhone.Email != nil {
		t.Errorf("kept %v", byPhone)
	}
	if *byMail.Email != "Carl@Example.com" || *byMail.EmailKey != "carl@example.com" || byMail.Phone != nil {
		t.Errorf("kept %v", byMail)
	}
	err = database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error {
		_, err := customer.CreateTx(t.Context(), tx, "org_none", mail)
		return err
	})
	if err == nil {
		t.Error("a customer of no organisation was kept")
	}
}

// The name is that of the older, each identifier that of who stays, or the other's.
func TestR13_TwoCustomersBecomeOne(t *testing.T) {
	t.Parallel()
	type sketch struct {
		id, name, phone, email string
		since                  int64
	}
	draw := func(k sketch) *ent.Customer {
		c := &ent.Customer{ID: k.id, OrganizationID: "org", FirstName: k.name, LastName: "of " + k.name, NameWords: "'" + k.name + "'", CreatedAt: time.Unix(k.since, 0)}
		if k.phone != "" {
			c.Phone = &k.phone
		}
		if k.email != "" {
			key := strings.ToLower(k.email)
			c.Email, c.EmailKey = &k.email, &key
		}
		return c
	}
	for name, c := range map[string]struct{ stays, goes, want sketch }{
		"who stays is older":           {sketch{"1", "Ada", "+1", "", 1}, sketch{"2", "Eve", "", "Eve@x", 2}, sketch{"1", "Ada", "+1", "Eve@x", 1}},
		"who goes is older":            {sketch{"1", "Ada", "", "Ada@x", 2}, sketch{"2", "Eve", "+2", "", 1}, sketch{"1", "Eve", "+2", "Ada@x", 2}},
		"each has all":                 {sketch{"1", "Ada", "+1", "Ada@x", 1}, sketch{"2", "Eve", "+2", "Eve@x", 2}, sketch{"1", "Ada", "+1", "Ada@x", 1}},
		"only who goes has":            {sketch{"1", "Ada", "", "", 1}, sketch{"2", "Eve", "+2", "Eve@x", 2}, sketch{"1", "Ada", "+2", "Eve@x", 1}},
		"nobody has an address":        {sketch{"1", "Ada", "+1", "", 1}, sketch{"2", "Eve", "+2", "", 2}, sketch{"1", "Ada", "+1", "", 1}},
		"of one moment, by their ids":  {sketch{"2", "Ada", "+1", "", 1}, sketch{"1", "Eve", "", "", 1}, sketch{"2", "Eve", "+1", "", 1}},
		"of one moment, the other way": {sketch{"1", "Ada", "+1", "", 1}, sketch{"2", "Eve", "", "", 1}, sketch{"1", "Ada", "+1", "", 1}},
	} {
		stays, goes, want := draw(c.stays), draw(c.goes), draw(c.want)
		if got := customer.United(stays, goes); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if !reflect.DeepEqual(stays, draw(c.stays)) || !reflect.DeepEqual(goes, draw(c.goes)) {
			t.Errorf("%s: who was looked at has changed: %v and %v", name, stays, goes)
		}
	}
}
