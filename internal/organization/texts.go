package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/predefinedmessage"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/page"
	"parley/internal/typeid"
)

// textPrefix is the type of the ids of predefined messages.
const textPrefix = "pre"

// CreatePredefinedMessageInput is the input of createPredefinedMessage.
type CreatePredefinedMessageInput struct {
	Title          string
	Body           string
	ServiceID      *string
	IdempotencyKey *string
}

// CreatePredefinedMessagePayload is the answer of createPredefinedMessage.
type CreatePredefinedMessagePayload struct {
	apierr.Payload
	PredefinedMessage *ent.PredefinedMessage
}

// CreatePredefinedMessage keeps a text that is written often (rule M4): the viewer's own, for members who serve customers, or one
// of a service, for administrators.
func (s *Service) CreatePredefinedMessage(ctx context.Context, in CreatePredefinedMessageInput) (*CreatePredefinedMessagePayload, error) {
	action := auth.Serve
	if in.ServiceID != nil {
		action = auth.Administer
	}
	v, err := auth.Allowed(ctx, action)
	if err != nil {
		return nil, err
	}
	title, body, err := s.checkMessage(&in.Title, &in.Body)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createPredefinedMessage", in.Title, in.Body, in.ServiceID)
	if err != nil {
		return nil, err
	}
	id, err := s.createMessage(ctx, v, key, in.ServiceID, *title, *body)
	if err != nil {
		return nil, fmt.Errorf("create predefined message: %w", err)
	}
	row, err := found(s.ent.PredefinedMessage.Get(ctx, id))("predefined message")
	if err != nil {
		return nil, err
	}
	return &CreatePredefinedMessagePayload{PredefinedMessage: row}, nil
}

func (s *Service) createMessage(ctx context.Context, v auth.Viewer, key idempotency.Key, serviceID *string, title, body string) (string, error) {
	if serviceID != nil {
		return s.createOnce(ctx, v, key, textPrefix, audit.PredefinedMessageCreated, title, func(tx *ent.Tx, id string) error {
			if _, err := serviceTx(ctx, tx, v, *serviceID); err != nil {
				return err
			}
			return createMessageTx(ctx, tx, v, id, title, body, func(c *ent.PredefinedMessageCreate) { c.SetServiceID(*serviceID) })
		})
	}
	id := typeid.New(textPrefix)
	err := database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		standing, err := key.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id = standing
			return err
		}
		return createMessageTx(ctx, tx, v, id, title, body, func(c *ent.PredefinedMessageCreate) { c.SetMemberID(v.ID()) })
	})
	return id, err
}

func createMessageTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id, title, body string, own func(*ent.PredefinedMessageCreate)) error {
	create := tx.PredefinedMessage.Create().SetID(id).SetOrganizationID(v.OrganizationID()).SetTitle(title).SetBody(body)
	own(create)
	return create.Exec(ctx)
}

// checkMessage checks the title and the body of a predefined message, of which nil is left out. How long it may be once it is
// filled in is said where it is sent.
func (s *Service) checkMessage(title, body *string) (goodTitle, goodBody *string, err error) {
	goodTitle, badTitle := s.checkNewLabel("title", title)
	goodBody, badBody := checkText("body", body, s.limits.PredefinedCharacters, "predefined-characters")
	if goodBody != nil && badBody == nil && identifier.Blank(*goodBody) {
		badBody = apierr.Blank("body")
	}
	return goodTitle, goodBody, apierr.Join(badTitle, badBody)
}

// UpdatePredefinedMessageInput is the input of updatePredefinedMessage. What is nil stays as it is.
type UpdatePredefinedMessageInput struct {
	ID    string
	Title *string
	Body  *string
}

// UpdatePredefinedMessagePayload is the answer of updatePredefinedMessage.
type UpdatePredefinedMessagePayload struct {
	apierr.Payload
	PredefinedMessage *ent.PredefinedMessage
}

// UpdatePredefinedMessage changes a predefined message: the viewer's own, or one of a service, for administrators.
func (s *Service) UpdatePredefinedMessage(ctx context.Context, in UpdatePredefinedMessageInput) (*UpdatePredefinedMessagePayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	title, body, err := s.checkMessage(in.Title, in.Body)
	if err != nil {
		return nil, err
	}
	var row *ent.PredefinedMessage
	err = s.withMessage(ctx, v, in.ID, func(tx *ent.Tx, was *ent.PredefinedMessage) (err error) {
		if row, err = tx.PredefinedMessage.UpdateOne(was).SetNillableTitle(title).SetNillableBody(body).Save(ctx); err != nil {
			return fmt.Errorf("keep predefined message: %w", err)
		}
		if was.ServiceID == nil {
			return nil
		}
		var c changes
		c.note("title", differs(title, was.Title))
		c.note("body", differs(body, was.Body))
		return s.recordTx(ctx, tx, v, audit.PredefinedMessageUpdated, row.ID, c)
	})
	if err != nil {
		return nil, fmt.Errorf("update predefined message: %w", err)
	}
	return &UpdatePredefinedMessagePayload{PredefinedMessage: row}, nil
}

// DeletePredefinedMessageInput is the input of deletePredefinedMessage.
type DeletePredefinedMessageInput struct{ ID string }

// DeletePredefinedMessagePayload is the answer of deletePredefinedMessage.
type DeletePredefinedMessagePayload struct {
	apierr.Payload
	DeletedID *string
}

// DeletePredefinedMessage forgets a predefined message: the viewer's own, or one of a service, for administrators.
func (s *Service) DeletePredefinedMessage(ctx context.Context, in DeletePredefinedMessageInput) (*DeletePredefinedMessagePayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.withMessage(ctx, v, in.ID, func(tx *ent.Tx, row *ent.PredefinedMessage) error {
		if err := tx.PredefinedMessage.DeleteOne(row).Exec(ctx); err != nil {
			return fmt.Errorf("forget predefined message: %w", err)
		}
		if row.ServiceID == nil {
			return nil
		}
		return s.audit.RecordTx(ctx, tx, v, audit.PredefinedMessageDeleted, row.ID, row.Title)
	})
	if err != nil {
		return nil, fmt.Errorf("delete predefined message: %w", err)
	}
	return &DeletePredefinedMessagePayload{DeletedID: &in.ID}, nil
}

// withMessage runs work in a transaction in which a predefined message that the viewer may change is locked.
func (s *Service) withMessage(ctx context.Context, v auth.Viewer, id string, work func(tx *ent.Tx, row *ent.PredefinedMessage) error) error {
	row, err := s.message(ctx, v, id)
	if err != nil {
		return err
	}
	within := func(work func(tx *ent.Tx) error) error { return database.WithTx(ctx, s.ent, work) }
	if row.ServiceID != nil {
		if _, err := auth.Allowed(ctx, auth.Administer); err != nil {
			return err
		}
		within = func(work func(tx *ent.Tx) error) error { return Administer(ctx, s.ent, v, work) }
	}
	return within(func(tx *ent.Tx) error {
		locked, err := found(tx.PredefinedMessage.Query().Where(predefinedmessage.ID(id)).ForUpdate().Only(ctx))("predefined message")
		if err != nil {
			return err
		}
		return work(tx, locked)
	})
}

// message returns a predefined message that the viewer may see: their own, or one of a service of their organisation.
func (s *Service) message(ctx context.Context, v auth.Viewer, id string) (*ent.PredefinedMessage, error) {
	return found(s.ent.PredefinedMessage.Query().Where(
		predefinedmessage.ID(id), predefinedmessage.OrganizationID(v.OrganizationID()),
		predefinedmessage.Or(predefinedmessage.ServiceIDNotNil(), predefinedmessage.MemberID(v.ID())),
	).Only(ctx))("predefined message")
}

// MessagesOfService are the predefined messages of a service, by title; for members.
func (s *Service) MessagesOfService(ctx context.Context, x *ent.Service, a page.Args) ([]*ent.PredefinedMessage, error) {
	q := s.ent.PredefinedMessage.Query().Where(predefinedmessage.ServiceID(x.ID))
	return list(ctx, s, x.OrganizationID, a, q, predefinedmessage.FieldTitle)
}

// MessagesOfMember are a member's own predefined messages, by title; nil to all others.
func (s *Service) MessagesOfMember(ctx context.Context, m *ent.Member, a page.Args) ([]*ent.PredefinedMessage, error) {
	if auth.From(ctx).ID() != m.ID {
		return nil, nil
	}
	q := s.ent.PredefinedMessage.Query().Where(predefinedmessage.MemberID(m.ID))
	return list(ctx, s, m.OrganizationID, a, q, predefinedmessage.FieldTitle)
}

// ServiceOf is the service that a predefined message is one of; nil for a member's own.
func (s *Service) ServiceOf(ctx context.Context, p *ent.PredefinedMessage) (*ent.Service, error) {
	if p.ServiceID == nil {
		return nil, nil
	}
	return found(s.ent.Service.Get(ctx, *p.ServiceID))("service")
}
