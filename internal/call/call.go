package call

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/organization"
	"parley/internal/typeid"
)

// StartCallInput is the input of startCall.
type StartCallInput struct {
	Number         string
	ServiceID      *string
	Flow           call.Flow
	IdempotencyKey *string
}

// StartCallPayload is the answer of startCall.
type StartCallPayload struct {
	apierr.Payload
	Call *ent.Call
}

// Start reports that the viewer is in a call; for members. They are busy from then on.
func (s *Service) Start(ctx context.Context, in StartCallInput) (*StartCallPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if in.Flow != call.FlowContactCenter {
		in.ServiceID = nil
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "startCall", in.Number, text(in.ServiceID), in.Flow)
	if err != nil {
		return nil, err
	}
	id, standing := typeid.New(Prefix), ""
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		m, err := lockTx(ctx, tx, v.ID())
		if err != nil {
			return err
		}
		if standing, err = key.ClaimTx(ctx, tx, id); err != nil || standing != id {
			return err
		}
		return s.startTx(ctx, tx, m, id, in)
	})
	if err != nil {
		return nil, fmt.Errorf("start call: %w", err)
	}
	c, err := s.Get(ctx, standing)
	if err != nil {
		return nil, err
	}
	return &StartCallPayload{Call: c}, nil
}

// startTx keeps a call of a member who is locked.
func (s *Service) startTx(ctx context.Context, tx *ent.Tx, m *ent.Member, id string, in StartCallInput) error {
	line, p, err := mayCallTx(ctx, tx, m, in)
	if err != nil {
		return err
	}
	standing, err := current(ctx, tx.Client(), m.ID)
	if err != nil {
		return err
	}
	if standing != nil {
		return apierr.New(apierr.CallAlreadyActive, "You have a call already (Member.call): end it, and finish its after-call work, first.")
	}
	err = tx.Call.Create().SetID(id).SetOrganizationID(m.OrganizationID).SetMemberID(m.ID).
		SetNumber(line.Number).SetNillableServiceID(in.ServiceID).SetFlow(in.Flow).SetRecorded(p.Recorded).
		SetNextState(call.NextState(m.State)).SetNillableNextReason(m.StateReason).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep call: %w", err)
	}
	return s.moveTx(ctx, tx, m, state{State: member.StateBusy})
}

// mayCallTx tells whether a member may make a call: by their class of service, their services and their channels.
func mayCallTx(ctx context.Context, tx *ent.Tx, m *ent.Member, in StartCallInput) (identifier.Line, Permission, error) {
	line, refusal := identifier.ParseLine(in.Number)
	if refusal != nil {
		return line, Permission{}, refusal
	}
	p, err := judge(ctx, tx.Client(), m, line, in.Flow)
	if err == nil {
		err = servesTx(ctx, tx, m, in)
	}
	switch {
	case err != nil:
		return line, p, err
	case !p.Allowed:
		return line, p, apierr.New(apierr.CallNotAllowed, "%s", p.Reason).On("number")
	case !slices.Contains(m.Channels, channelVoice):
		return line, p, apierr.New(apierr.ChannelNotGranted, "You may not make calls; an administrator can grant it.")
	}
	return line, p, nil
}

// servesTx tells whether a call of a contact-centre flow is for a service that the member serves.
func servesTx(ctx context.Context, tx *ent.Tx, m *ent.Member, in StartCallInput) error {
	if in.Flow != call.FlowContactCenter {
		return nil
	}
	if in.ServiceID == nil {
		return apierr.Blank("serviceId")
	}
	_, err := organization.ServedTx(ctx, tx, m, *in.ServiceID, "serviceId")
	return err
}

// EndCallInput is the input of endCall.
type EndCallInput struct{ CallID string }

// EndCallPayload is the answer of endCall.
type EndCallPayload struct {
	apierr.Payload
	Call *ent.Call
}

// End reports that a call of the viewer's own has ended; for members. Behind a contact-centre call comes after-call work.
// Ending one that has ended changes nothing.
func (s *Service) End(ctx context.Context, in EndCallInput) (*EndCallPayload, error) {
	c, err := s.change(ctx, in.CallID, func(tx *ent.Tx, m *ent.Member, c *ent.Call) error {
		switch {
		case c.Status != call.StatusActive:
			return nil
		case c.Flow == call.FlowContactCenter:
			return s.putTx(ctx, tx, m, c, call.StatusAfterCallWork, state{State: member.StateAfterCallWork})
		}
		return s.putTx(ctx, tx, m, c, call.StatusEnded, afterwards(c))
	})
	if err != nil {
		return nil, fmt.Errorf("end call: %w", err)
	}
	return &EndCallPayload{Call: c}, nil
}

// FinishAfterCallWorkInput is the input of finishAfterCallWork.
type FinishAfterCallWorkInput struct{ CallID string }

// FinishAfterCallWorkPayload is the answer of finishAfterCallWork.
type FinishAfterCallWorkPayload struct {
	apierr.Payload
	Call *ent.Call
}

// FinishWork reports that the work behind a call of the viewer's own is done; for members. Where it is already, that changes
// nothing.
func (s *Service) FinishWork(ctx context.Context, in FinishAfterCallWorkInput) (*FinishAfterCallWorkPayload, error) {
	c, err := s.change(ctx, in.CallID, func(tx *ent.Tx, m *ent.Member, c *ent.Call) error {
		switch c.Status {
		case call.StatusEnded:
			return nil
		case call.StatusActive:
			return apierr.New(apierr.CallNotEnded, "This call is still going on: end it first.").On("callId")
		}
		return s.putTx(ctx, tx, m, c, call.StatusEnded, afterwards(c))
	})
	if err != nil {
		return nil, fmt.Errorf("finish after-call work: %w", err)
	}
	return &FinishAfterCallWorkPayload{Call: c}, nil
}

// change has a call of the viewer's own changed, who is locked meanwhile, and returns it as it is then.
func (s *Service) change(ctx context.Context, id string, f func(*ent.Tx, *ent.Member, *ent.Call) error) (*ent.Call, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		m, err := lockTx(ctx, tx, v.ID())
		if err != nil {
			return err
		}
		c, err := own(ctx, tx.Client(), m.ID, id)
		if err != nil {
			return err
		}
		return f(tx, m, c)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// putTx brings a call and its member further.
func (s *Service) putTx(ctx context.Context, tx *ent.Tx, m *ent.Member, c *ent.Call, to call.Status, of state) error {
	change := tx.Call.UpdateOne(c).SetStatus(to)
	if c.EndedAt == nil {
		change.SetEndedAt(time.Now())
	}
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("bring call further: %w", err)
	}
	return s.moveTx(ctx, tx, m, of)
}

// afterwards is the state in which a call leaves its member.
func afterwards(c *ent.Call) state { return state{member.State(c.NextState), c.NextReason} }
