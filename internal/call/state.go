package call

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/call"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/identifier"
)

// SetAgentStateInput is the input of setAgentState.
type SetAgentStateInput struct {
	State  member.State
	Reason *string
}

// SetAgentStatePayload is the answer of setAgentState.
type SetAgentStatePayload struct {
	apierr.Payload
	Member *ent.Member
}

// SetState says that the viewer is ready or not (rule M11); for members. During a call it says what they are afterwards.
func (s *Service) SetState(ctx context.Context, in SetAgentStateInput) (*SetAgentStatePayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	next, err := s.chosen(in)
	if err != nil {
		return nil, err
	}
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		m, err := lockTx(ctx, tx, v.ID())
		if err != nil {
			return err
		}
		c, err := current(ctx, tx.Client(), m.ID)
		if err != nil {
			return err
		}
		if c != nil {
			return afterwardsTx(ctx, tx, c, next)
		}
		return s.moveTx(ctx, tx, m, next)
	})
	if err != nil {
		return nil, fmt.Errorf("set the state of a member: %w", err)
	}
	m, err := s.ent.Member.Get(ctx, v.ID())
	if err != nil {
		return nil, fmt.Errorf("get member: %w", err)
	}
	return &SetAgentStatePayload{Member: m}, nil
}

// state is what a member is, and why they are not ready; nil for no reason.
type state struct {
	State  member.State `json:"state"`
	Reason *string      `json:"reason,omitempty"`
}

// chosen checks a state that a member gives themselves.
func (s *Service) chosen(in SetAgentStateInput) (state, error) {
	switch in.State {
	case member.StateReady:
		return state{State: in.State}, nil
	case member.StateNotReady:
		reason, refusal := checkReason(in.Reason, s.limits.ReasonCharacters)
		if refusal != nil {
			return state{}, refusal
		}
		return state{in.State, reason}, nil
	}
	return state{}, apierr.New(apierr.StateNotAllowed, "Busy and after-call work come of calls; choose READY or NOT_READY.").On("state")
}

// checkReason checks why a member is not ready. One that shows nothing is none.
func checkReason(typed *string, longest int) (*string, *apierr.Error) {
	if typed == nil || identifier.Blank(*typed) {
		return nil, nil
	}
	reason := strings.TrimSpace(*typed)
	if n := utf8.RuneCountInString(reason); longest > 0 && n > longest {
		return nil, apierr.New(apierr.TooLong, "A reason has at most %d characters (limit reason-characters).", longest).On("reason").Over(longest, n)
	}
	if strings.ContainsFunc(reason, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return nil, apierr.New(apierr.TextInvalid, "A reason cannot hold control characters.").On("reason")
	}
	return &reason, nil
}

// NotReadyTx has a member who is ready be so no more, for a reason, of which Parley is the author: nobody's rights are asked. Who is
// in a call, is not ready already, or has left, stays as they are.
func (s *Service) NotReadyTx(ctx context.Context, tx *ent.Tx, memberID, reason string) error {
	m, err := tx.Member.Query().Where(member.ID(memberID)).ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE")).Only(ctx)
	if err != nil {
		return fmt.Errorf("lock member: %w", err)
	}
	if m.State != member.StateReady || m.DeactivatedAt != nil {
		return nil
	}
	return s.enterTx(ctx, tx, m, state{member.StateNotReady, &reason}, eventlog.Entry{Side: "SYSTEM"})
}

// moveTx gives a member who is locked a state that comes of what they do.
func (s *Service) moveTx(ctx context.Context, tx *ent.Tx, m *ent.Member, to state) error {
	return s.enterTx(ctx, tx, m, to, eventlog.Entry{Side: "MEMBER", ActorID: m.ID})
}

// enterTx gives a member who is locked a state, and tells their colleagues, by an entry that says whose doing it is. The same
// state once more changes nothing, so that it is known since when they are in it.
func (s *Service) enterTx(ctx context.Context, tx *ent.Tx, m *ent.Member, to state, e eventlog.Entry) error {
	if m.State == to.State && text(m.StateReason) == text(to.Reason) {
		return nil
	}
	stream, err := streamTx(ctx, tx, m)
	if err != nil {
		return err
	}
	data, err := json.Marshal(to)
	if err != nil {
		return fmt.Errorf("write a state: %w", err)
	}
	change := tx.Member.UpdateOne(m).SetState(to.State).SetStateChangedAt(time.Now()).SetStateStreamID(stream)
	if change.SetNillableStateReason(to.Reason); to.Reason == nil {
		change.ClearStateReason()
	}
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("keep the state of a member: %w", err)
	}
	e.Kind, e.Data = "AGENT_STATE", string(data)
	if _, err := s.events.AppendTx(ctx, tx, stream, e); err != nil {
		return err
	}
	database.AfterCommit(tx, s.moved)
	return nil
}

// streamTx is the log of a member's states, which begins with the first change.
func streamTx(ctx context.Context, tx *ent.Tx, m *ent.Member) (int64, error) {
	if m.StateStreamID != nil {
		return *m.StateStreamID, nil
	}
	return eventlog.CreateTx(ctx, tx, m.OrganizationID)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// afterwardsTx notes what a member is when a call and its work are done.
func afterwardsTx(ctx context.Context, tx *ent.Tx, c *ent.Call, next state) error {
	change := tx.Call.UpdateOne(c).SetNextState(call.NextState(next.State))
	if change.SetNillableNextReason(next.Reason); next.Reason == nil {
		change.ClearNextReason()
	}
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("note the state after a call: %w", err)
	}
	return nil
}

// State returns a member as they are now, for the fields of their state: to members of the same organisation, and nil to all
// others. Of the viewer, who may be remembered from before, it asks the database.
func (s *Service) State(ctx context.Context, m *ent.Member) (*ent.Member, error) {
	v, err := auth.Member(ctx)
	if err != nil || v.OrganizationID() != m.OrganizationID {
		return nil, nil
	}
	if m.ID != v.ID() {
		return m, nil
	}
	now, err := s.ent.Member.Get(ctx, m.ID)
	if err != nil {
		return nil, fmt.Errorf("get member: %w", err)
	}
	return now, nil
}

// OfStreams returns the members whose states are told by streams, by stream; what is another kind of stream is left out.
func (s *Service) OfStreams(ctx context.Context, streamIDs []int64) (map[int64]*ent.Member, error) {
	var rows []*ent.Member
	err := database.Again(ctx, func() (err error) {
		rows, err = s.ent.Member.Query().Where(member.StateStreamIDIn(streamIDs...)).All(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get members of streams: %w", err)
	}
	members := make(map[int64]*ent.Member, len(rows))
	for _, m := range rows {
		members[*m.StateStreamID] = m
	}
	return members, nil
}
