package conversation

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/chatrejection"
	"parley/internal/apierr"
	"parley/internal/auth"
)

// AcceptChatInput is the input of acceptChat.
type AcceptChatInput struct{ ConversationID string }

// AcceptChatPayload is the answer of acceptChat.
type AcceptChatPayload struct {
	apierr.Payload
	Conversation *ent.SmsConversation
}

// Accept makes a request that is offered to the viewer theirs (rule M8); for members who serve customers. Accepting it once more
// changes nothing.
func (s *Service) Accept(ctx context.Context, in AcceptChatInput) (*AcceptChatPayload, error) {
	c, err := s.answer(ctx, in.ConversationID, func(tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) error {
		if isAgent(v, c) {
			return nil
		}
		could, err := couldTakeTx(ctx, tx, v, c)
		if err != nil {
			return err
		}
		if !could || !isOffered(v, c) {
			return notOffered()
		}
		_, err = s.acceptTx(ctx, tx, v, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accept a chat: %w", err)
	}
	return &AcceptChatPayload{Conversation: c}, nil
}

// RejectChatInput is the input of rejectChat.
type RejectChatInput struct{ ConversationID string }

// RejectChatPayload is the answer of rejectChat.
type RejectChatPayload struct {
	apierr.Payload
	Conversation *ent.SmsConversation
}

// Reject has a request that is offered to the viewer offered to the next one (rule M8); for members who serve customers. Rejecting
// it once more changes nothing.
func (s *Service) Reject(ctx context.Context, in RejectChatInput) (*RejectChatPayload, error) {
	c, err := s.answer(ctx, in.ConversationID, func(tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) error {
		if isOffered(v, c) {
			return s.rejectTx(ctx, tx, v, c)
		}
		rejected, err := tx.ChatRejection.Query().
			Where(chatrejection.ConversationID(c.ID), chatrejection.MemberID(v.ID())).Exist(ctx)
		if err != nil {
			return fmt.Errorf("find rejection: %w", err)
		}
		if !rejected || isAgent(v, c) {
			return notOffered()
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reject a chat: %w", err)
	}
	return &RejectChatPayload{Conversation: c}, nil
}

// answer changes a conversation of the viewer's organisation, locked, and returns it as it is then.
func (s *Service) answer(ctx context.Context, id string, f func(*ent.Tx, auth.Viewer, *ent.SmsConversation) error) (*ent.SmsConversation, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.serve(ctx, v, func(tx *ent.Tx, v auth.Viewer) error {
		c, err := lockTx(ctx, tx, v, id)
		if err != nil {
			return err
		}
		return f(tx, v, c)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// rejectTx notes that the viewer does not want a request that is locked, and offered to them. By no clock was it before they became
// ready.
func (s *Service) rejectTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) error {
	m, err := tx.Member.Get(ctx, v.ID())
	if err != nil {
		return fmt.Errorf("get member: %w", err)
	}
	at := time.Now()
	if at.Before(m.StateChangedAt) {
		at = m.StateChangedAt
	}
	err = tx.ChatRejection.Create().SetConversationID(c.ID).SetMemberID(m.ID).SetAt(at).
		OnConflict(sql.ConflictColumns(chatrejection.FieldConversationID, chatrejection.FieldMemberID)).UpdateAt().Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep rejection: %w", err)
	}
	if err := s.settleTx(ctx, tx, c, chatWithdrawn, m.ID); err != nil {
		return err
	}
	if err := tx.SmsConversation.UpdateOne(c).ClearOfferedToID().ClearOfferedUntil().Exec(ctx); err != nil {
		return fmt.Errorf("withdraw offer: %w", err)
	}
	return nil
}

// isOffered tells whether the viewer is asked to accept a conversation.
func isOffered(v auth.Viewer, c *ent.SmsConversation) bool {
	return c.OfferedToID != nil && *c.OfferedToID == v.ID()
}

func notOffered() error {
	return apierr.New(apierr.ChatNotOffered, "This conversation is not offered to you any more.").On("conversationId")
}
