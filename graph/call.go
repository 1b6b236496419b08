package graph

import (
	"context"
	"time"

	"parley/ent"
	entcall "parley/ent/call"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/call"
)

func (q query) CallPermission(ctx context.Context, number string, flow entcall.Flow) (*call.Permission, error) {
	return q.Calls.Permission(ctx, number, flow)
}

func (m mutation) StartCall(ctx context.Context, input call.StartCallInput) (*call.StartCallPayload, error) {
	return apierr.Answer(m.Calls.Start(ctx, input))
}

func (m mutation) EndCall(ctx context.Context, input call.EndCallInput) (*call.EndCallPayload, error) {
	return apierr.Answer(m.Calls.End(ctx, input))
}

func (m mutation) FinishAfterCallWork(ctx context.Context, input call.FinishAfterCallWorkInput) (*call.FinishAfterCallWorkPayload, error) {
	return apierr.Answer(m.Calls.FinishWork(ctx, input))
}

func (m mutation) SetAgentState(ctx context.Context, input call.SetAgentStateInput) (*call.SetAgentStatePayload, error) {
	return apierr.Answer(m.Calls.SetState(ctx, input))
}

func (f callFields) Service(ctx context.Context, c *ent.Call) (*ent.Service, error) {
	return f.Calls.ServiceOf(ctx, c)
}

func (f memberFields) Call(ctx context.Context, m *ent.Member) (*ent.Call, error) {
	return f.Calls.Current(ctx, m)
}

func (f memberFields) State(ctx context.Context, m *ent.Member) (*member.State, error) {
	m, err := f.Calls.State(ctx, m)
	if m == nil {
		return nil, err
	}
	return &m.State, nil
}

func (f memberFields) StateReason(ctx context.Context, m *ent.Member) (*string, error) {
	m, err := f.Calls.State(ctx, m)
	if m == nil {
		return nil, err
	}
	return m.StateReason, nil
}

func (f memberFields) StateChangedAt(ctx context.Context, m *ent.Member) (*time.Time, error) {
	m, err := f.Calls.State(ctx, m)
	if m == nil {
		return nil, err
	}
	return &m.StateChangedAt, nil
}
