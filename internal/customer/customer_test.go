package customer_test

import (
	"slices"
	"strings"
	"testing"

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
