package room

import (
	"context"
	"fmt"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/search"
)

// Search is a page of the messages that have all the words of a text, newest first; for everyone, of what they may see.
func (s *Service) Search(ctx context.Context, text string, a page.Args) (*page.Connection[*Message], error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	where, err := s.searchable(ctx, v)
	if err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	words, err := s.searchWords(ctx, text)
	if err != nil {
		return nil, err
	}
	found, err := s.search.Find(ctx, where, words, w)
	if err != nil {
		return nil, err
	}
	messages, err := s.messagesAt(ctx, v, found)
	if err != nil {
		return nil, err
	}
	key := func(m *Message) string { return page.Key{At: m.SentAt, ID: m.ID}.Cursor() }
	count := func(ctx context.Context) (int, error) { return s.search.Count(ctx, where, words) }
	return page.Of(w.Window, messages, key, count), nil
}

// searchable is what the viewer may search: members their organisation, a customer their room.
func (s *Service) searchable(ctx context.Context, v auth.Viewer) (search.Where, error) {
	if v.Member != nil {
		return search.InOrganization(v.OrganizationID()), nil
	}
	r, err := s.find(ctx, v, room.ID(v.RoomID))
	if err != nil {
		return search.Where{}, err
	}
	return search.InStream(r.StreamID), nil
}

func (s *Service) searchWords(ctx context.Context, text string) (search.Query, error) {
	longest := s.limits.SearchCharacters
	if n := utf8.RuneCountInString(text); longest > 0 && n > longest {
		return "", apierr.New(apierr.BadUserInput, "What is searched for has at most %d characters (limit search-characters), this has %d.", longest, n).Over(longest, n)
	}
	words, err := s.search.Query(ctx, text)
	if err == nil && words == "" {
		err = apierr.New(apierr.BadUserInput, "There is no word to search for: give letters or digits.")
	}
	return words, err
}

// messagesAt returns the messages at the places, with their rooms.
func (s *Service) messagesAt(ctx context.Context, v auth.Viewer, places []page.Key) ([]*Message, error) {
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	events, err := s.log.MessagesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	rooms, err := s.roomsOf(ctx, v, events)
	if err != nil {
		return nil, err
	}
	cast, byID := s.cast(events...), map[string]*Message{}
	for _, e := range events {
		if r := rooms[e.Stream]; r != nil {
			sc := &scene{rooms: s, streamID: e.Stream, cast: cast}
			byID[e.ID] = s.message(e, sc.in(r))
		}
	}
	messages := make([]*Message, 0, len(ids))
	for _, id := range ids {
		if m := byID[id]; m != nil {
			messages = append(messages, m)
		}
	}
	return messages, nil
}

// roomsOf returns the rooms that events happened in, by stream; without those that the viewer may not see.
func (s *Service) roomsOf(ctx context.Context, v auth.Viewer, events []eventlog.Event) (map[int64]*ent.Room, error) {
	streams := make([]int64, len(events))
	for i, e := range events {
		streams[i] = e.Stream
	}
	rows, err := s.ent.Room.Query().Where(room.StreamIDIn(streams...), room.OrganizationID(v.OrganizationID())).WithStream().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("get rooms of messages: %w", err)
	}
	rooms := make(map[int64]*ent.Room, len(rows))
	for _, r := range rows {
		if openTo(v, r) {
			rooms[r.StreamID] = r
		}
	}
	return rooms, nil
}
