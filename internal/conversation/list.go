package conversation

import (
	"context"
	"fmt"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/predicate"
	"parley/ent/smsconversation"
	"parley/ent/stream"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/identifier"
	"parley/internal/page"
)

// Pages, by the names that they have in the schema.
type (
	SmsConversationConnection = page.Connection[*ent.SmsConversation]
	SmsConversationEdge       = page.Edge[*ent.SmsConversation]
	SmsMessageConnection      = page.Connection[*Message]
	SmsMessageEdge            = page.Edge[*Message]
)

// SmsConversationFilter says which conversations are listed: those for which all that is given holds.
type SmsConversationFilter struct {
	Status         []smsconversation.Status
	AgentID        *string
	ServiceID      *string
	CustomerNumber *string
}

// List is a page of the organisation's conversations that pass the filter, newest activity first; for members.
func (s *Service) List(ctx context.Context, a page.Args, filter *SmsConversationFilter) (*page.Connection[*ent.SmsConversation], error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	which, err := filter.predicates(s.limits.FilterCharacters)
	if err != nil {
		return nil, err
	}
	which = append(which, smsconversation.OrganizationID(v.OrganizationID()))
	rows, err := s.ent.SmsConversation.Query().Where(which...).Where(func(q *sql.Selector) {
		log := sql.Table(stream.Table)
		q.Join(log).On(q.C(smsconversation.FieldStreamID), log.C(stream.FieldID))
		w.Order(q, log.C(stream.FieldLastAt), q.C(smsconversation.FieldID), true)
	}).WithStream().WithService().WithCustomer().WithAgent().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	key := func(c *ent.SmsConversation) string { return page.Key{At: c.Edges.Stream.LastAt, ID: c.ID}.Cursor() }
	count := func(ctx context.Context) (int, error) {
		return s.ent.SmsConversation.Query().Where(which...).Count(ctx)
	}
	return page.Of(w.Window, rows, key, count), nil
}

// predicates are what the filter says.
func (f *SmsConversationFilter) predicates(longest int) (which []predicate.SmsConversation, err error) {
	if f == nil {
		return nil, nil
	}
	if len(f.Status) > 0 {
		which = append(which, smsconversation.StatusIn(f.Status...))
	}
	if f.AgentID != nil {
		which = append(which, smsconversation.AgentID(*f.AgentID))
	}
	if f.ServiceID != nil {
		which = append(which, smsconversation.ServiceID(*f.ServiceID))
	}
	number := value(f.CustomerNumber)
	if n := utf8.RuneCountInString(number); longest > 0 && n > longest {
		return nil, apierr.New(apierr.BadUserInput, "The filter customerNumber has at most %d characters (limit filter-characters), not %d.", longest, n)
	}
	if !identifier.Blank(number) {
		which = append(which, smsconversation.CustomerNumberHasPrefix(identifier.PhoneBeginning(number)))
	}
	return which, nil
}
