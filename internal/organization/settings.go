package organization

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/identifier"
)

// Settings are how an organisation does things. An empty text stands for the built-in one.
type Settings struct {
	SmsInvitationText   string
	EmailInvitationText string
	SmsHelpText         string
	RoomTimeoutDays     int
	RoomTimedOutText    string
}

func settingsOf(o *ent.Organization) *Settings {
	return &Settings{o.SmsInvitationText, o.EmailInvitationText, o.SmsHelpText, o.RoomTimeoutDays, o.RoomTimedOutText}
}

// Settings are those of the organisation; for its members.
func (s *Service) Settings(ctx context.Context, o *ent.Organization) (*Settings, error) {
	if err := s.belongs(ctx, o.ID); err != nil {
		return nil, err
	}
	return settingsOf(o), nil
}

// UpdateSettingsInput is the input of updateSettings. What is nil stays as it is.
type UpdateSettingsInput struct {
	SmsInvitationText   *string
	EmailInvitationText *string
	SmsHelpText         *string
	RoomTimeoutDays     *int
	RoomTimedOutText    *string
}

// UpdateSettingsPayload is the answer of updateSettings.
type UpdateSettingsPayload struct {
	apierr.Payload
	Settings *Settings
}

// UpdateSettings changes how the viewer's organisation does things (rules R7, R17, M9); for administrators. Everything that
// is wrong is said at once, and then nothing changes.
func (s *Service) UpdateSettings(ctx context.Context, in UpdateSettingsInput) (*UpdateSettingsPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	longest, limit := s.limits.SettingCharacters, "setting-characters"
	sms, badSms := checkText("smsInvitationText", in.SmsInvitationText, longest, limit)
	email, badEmail := checkText("emailInvitationText", in.EmailInvitationText, longest, limit)
	help, badHelp := checkText("smsHelpText", in.SmsHelpText, longest, limit)
	over, badOver := checkText("roomTimedOutText", in.RoomTimedOutText, longest, limit)
	if err := apierr.Join(badSms, badEmail, badHelp, checkDays("roomTimeoutDays", in.RoomTimeoutDays), badOver); err != nil {
		return nil, err
	}
	var o *ent.Organization
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		if o, err = tx.Organization.Get(ctx, v.OrganizationID()); err != nil {
			return err
		}
		var c changes
		c.note("smsInvitationText", differs(sms, o.SmsInvitationText))
		c.note("emailInvitationText", differs(email, o.EmailInvitationText))
		c.note("smsHelpText", differs(help, o.SmsHelpText))
		c.note("roomTimeoutDays", differs(in.RoomTimeoutDays, o.RoomTimeoutDays))
		c.note("roomTimedOutText", differs(over, o.RoomTimedOutText))
		o, err = tx.Organization.UpdateOne(o).
			SetNillableSmsInvitationText(sms).SetNillableEmailInvitationText(email).SetNillableSmsHelpText(help).
			SetNillableRoomTimeoutDays(in.RoomTimeoutDays).SetNillableRoomTimedOutText(over).Save(ctx)
		if err != nil {
			return err
		}
		return s.recordTx(ctx, tx, v, audit.SettingsUpdated, o.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update settings: %w", err)
	}
	return &UpdateSettingsPayload{Settings: settingsOf(o)}, nil
}

// checkText checks a text that goes to customers. One that shows nothing becomes empty, which stands for the built-in one.
func checkText(field string, typed *string, longest int, limit string) (*string, *apierr.Error) {
	if typed == nil {
		return nil, nil
	}
	text := strings.TrimSpace(strings.ReplaceAll(*typed, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(text); {
	case longest > 0 && n > longest:
		return nil, apierr.New(apierr.TooLong, "This text has at most %d characters (limit %s).", longest, limit).On(field).Over(longest, n)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		return nil, apierr.New(apierr.TextInvalid, "This text cannot hold control characters other than line breaks.").On(field)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }):
		return nil, apierr.New(apierr.TextInvalid, "This text cannot hold marks that turn the direction of writing.").On(field)
	case identifier.Blank(text):
		text = ""
	}
	return &text, nil
}

// A room is timed out after so many days without activity (rule R17).
const (
	fewestDays = 3
	mostDays   = 3650
)

func checkDays(field string, days *int) *apierr.Error {
	refuse := func(limit int) *apierr.Error {
		return apierr.New(apierr.OutOfRange, "Rooms are timed out after %d to %d days, not %d.", fewestDays, mostDays, *days).On(field).Over(limit, *days)
	}
	switch {
	case days == nil:
		return nil
	case *days < fewestDays:
		return refuse(fewestDays)
	case *days > mostDays:
		return refuse(mostDays)
	}
	return nil
}
