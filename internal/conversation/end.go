package conversation

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/smsconversation"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
)

// EndSmsConversationInput is the input of endSmsConversation.
type EndSmsConversationInput struct{ ConversationID string }

// EndSmsConversationPayload is the answer of endSmsConversation.
type EndSmsConversationPayload struct {
	apierr.Payload
	Conversation *ent.SmsConversation
}

// End ends a conversation for good (rule M7); for its agent, team leaders and administrators. Ending it again changes nothing.
func (s *Service) End(ctx context.Context, in EndSmsConversationInput) (*EndSmsConversationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.serve(ctx, v, func(tx *ent.Tx, v auth.Viewer) error {
		c, err := lockTx(ctx, tx, v, in.ConversationID)
		if err != nil {
			return err
		}
		if !mayEnd(v, c) {
			return apierr.New(apierr.Forbidden, "Only the agent of a conversation, team leaders and administrators may end it.")
		}
		if c.Status == smsconversation.StatusEnded {
			return nil
		}
		_, err = s.endTx(ctx, tx, v, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("end conversation: %w", err)
	}
	c, err := s.Get(ctx, in.ConversationID)
	if err != nil {
		return nil, err
	}
	return &EndSmsConversationPayload{Conversation: c}, nil
}

func mayEnd(v auth.Viewer, c *ent.SmsConversation) bool {
	leads := v.Member.Role == member.RoleAdministrator || v.Member.Role == member.RoleTeamLeader
	return leads || c.AgentID != nil && *c.AgentID == v.ID()
}

// endTx ends a conversation that is locked, and its log.
func (s *Service) endTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) (*ent.SmsConversation, error) {
	if err := s.settleTx(ctx, tx, c, chatWithdrawn, v.ID()); err != nil {
		return nil, err
	}
	c, err := tx.SmsConversation.UpdateOne(c).SetStatus(smsconversation.StatusEnded).SetEndedAt(time.Now()).
		ClearOfferedToID().ClearOfferedUntil().Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("mark conversation as ended: %w", err)
	}
	if _, err := s.log.AppendTx(ctx, tx, c.StreamID, by(v, kindEnded)); err != nil {
		return nil, err
	}
	return c, eventlog.SealTx(ctx, tx, c.StreamID)
}
