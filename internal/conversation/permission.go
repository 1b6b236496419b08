package conversation

import (
	"context"
	"fmt"
	"slices"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/service"
	"parley/ent/skill"
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

// couldTakeTx tells whether a conversation that waits could have been offered to the member (rule M8), whether they are ready or
// not.
func couldTakeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) (bool, error) {
	could, err := tx.Service.Query().Where(
		service.ID(c.ServiceID),
		service.HasMembersWith(member.ID(v.ID())),
		service.Not(service.HasSkillsWith(skill.Not(skill.HasMembersWith(member.ID(v.ID()))))),
	).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("find who may take a conversation: %w", err)
	}
	return could && slices.Contains(v.Member.Channels, channelSMS), nil
}

// desertedTx tells whether the agent of a conversation has no seat any more.
func desertedTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (bool, error) {
	if c.AgentID == nil {
		return false, nil
	}
	gone, err := tx.Member.Query().Where(member.ID(*c.AgentID), member.DeactivatedAtNotNil()).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("find the agent of a conversation: %w", err)
	}
	return gone, nil
}
