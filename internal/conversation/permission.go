package conversation

import (
	"context"
	"slices"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/organization"
)

// channelSMS is the channel that a member needs.
const channelSMS = "SMS"

// granted tells whether the viewer has the channel (rule M1).
func granted(v auth.Viewer) error {
	if !slices.Contains(v.Member.Channels, channelSMS) {
		return apierr.New(apierr.ChannelNotGranted, "You may not reach customers by SMS; an administrator can grant it.")
	}
	return nil
}

// mayTextTx returns a service of the organisation under which the viewer may text (rule M1). A refusal names the field of the input
// that led to the service.
func mayTextTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, serviceID, field string) (*ent.Service, error) {
	of, err := organization.ServedTx(ctx, tx, v.Member, serviceID, field)
	if err != nil {
		return nil, err
	}
	if !of.SupportsSms() {
		return nil, noSMS(field)
	}
	return of, nil
}

func noSMS(field string) error {
	return apierr.New(apierr.ServiceHasNoSms, "No text messages can be exchanged here: the service has no number, or it was released. Choose another service, or have an administrator give this one a number.").On(field)
}

// couldTakeTx tells whether a conversation that waits could have been offered to the viewer (rule M8), whether they are ready or
// not.
func couldTakeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) (could bool, err error) {
	err = scan(ctx, tx, &could, suitsNow, serving(), c.ID, v.ID())
	return could, err
}

// desertedTx tells whether the agent of a conversation may not text in it any more: they have left, or lost what it takes.
func desertedTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (bool, error) {
	var served bool
	err := scan(ctx, tx, &served, isServed, serving(), c.ID)
	return !served, err
}
