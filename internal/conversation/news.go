package conversation

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/ent/smsconversation"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
)

// OfferedSince says when the member was told of what is offered to them at this moment; nil where nothing is.
func (s *Service) OfferedSince(ctx context.Context, v auth.Viewer) (*time.Time, error) {
	offered, err := s.ent.SmsConversation.Query().Where(smsconversation.OfferedToID(v.ID())).Exist(ctx)
	if err != nil || !offered {
		return nil, err
	}
	m, err := s.ent.Member.Get(ctx, v.ID())
	if err != nil || m.ChatStreamID == nil {
		return nil, err
	}
	log, err := s.ent.Stream.Get(ctx, *m.ChatStreamID)
	if err != nil {
		return nil, err
	}
	return &log.LastAt, nil
}

// OfStreams returns the conversations that have these logs, by log; what is another kind of log is left out.
func (s *Service) OfStreams(ctx context.Context, streamIDs []int64) (map[int64]*ent.SmsConversation, error) {
	rows, err := s.list(ctx, smsconversation.StreamIDIn(streamIDs...))
	if err != nil {
		return nil, err
	}
	conversations := make(map[int64]*ent.SmsConversation, len(rows))
	for _, c := range rows {
		conversations[c.StreamID] = c
	}
	return conversations, nil
}

// Offer is what a member was last told of requests that are offered to them.
type Offer struct {
	MemberID     string
	Stands       bool      // and is not withdrawn
	Until        time.Time // where it stands
	Conversation *ent.SmsConversation
}

// Offers returns what the newest events in logs of what is offered to members say, by log. What is another kind of log is left out,
// and so is what a member has accepted: the conversation's log says that.
func (s *Service) Offers(ctx context.Context, grown []eventlog.Growth) (map[int64]*Offer, error) {
	grown, members, err := s.asked(ctx, grown)
	if err != nil || len(grown) == 0 {
		return nil, err
	}
	var events map[int64]eventlog.Event
	err = database.Again(ctx, func() (err error) {
		events, err = s.log.Newest(ctx, grown)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.offers(ctx, members, events)
}

// offers are what events in logs of what is offered to members say, by log.
func (s *Service) offers(ctx context.Context, members map[int64]string, events map[int64]eventlog.Event) (map[int64]*Offer, error) {
	of, ids := map[int64]offer{}, []string{}
	for stream, e := range events {
		if e.Kind == chatAccepted {
			continue
		}
		o, err := told[offer](e)
		if err != nil {
			return nil, err
		}
		of[stream], ids = o, append(ids, o.ConversationID)
	}
	rows, err := s.list(ctx, smsconversation.IDIn(ids...))
	if err != nil {
		return nil, err
	}
	conversations := make(map[string]*ent.SmsConversation, len(rows))
	for _, c := range rows {
		conversations[c.ID] = c
	}
	offers := make(map[int64]*Offer, len(of))
	for stream, o := range of {
		if c := conversations[o.ConversationID]; c != nil {
			offers[stream] = &Offer{members[stream], events[stream].Kind == chatOffered, o.Until, c}
		}
	}
	return offers, nil
}

// asked picks those growths that are of logs of what is offered to members, and returns the ids of those members, by log.
func (s *Service) asked(ctx context.Context, grown []eventlog.Growth) ([]eventlog.Growth, map[int64]string, error) {
	streams := make([]int64, len(grown))
	for i, g := range grown {
		streams[i] = g.Stream
	}
	var rows []*ent.Member
	err := database.Again(ctx, func() (err error) {
		rows, err = s.ent.Member.Query().Where(member.ChatStreamIDIn(streams...)).Select(member.FieldChatStreamID).All(ctx)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("get members who are asked: %w", err)
	}
	members := make(map[int64]string, len(rows))
	for _, m := range rows {
		members[*m.ChatStreamID] = m.ID
	}
	var theirs []eventlog.Growth
	for _, g := range grown {
		if members[g.Stream] != "" {
			theirs = append(theirs, g)
		}
	}
	return theirs, members, nil
}

// list returns some conversations with what belongs to them.
func (s *Service) list(ctx context.Context, which predicate.SmsConversation) (rows []*ent.SmsConversation, err error) {
	err = database.Again(ctx, func() error {
		rows, err = s.ent.SmsConversation.Query().Where(which).WithStream().WithService().WithCustomer().WithAgent().All(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get conversations: %w", err)
	}
	return rows, nil
}
