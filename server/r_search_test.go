package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const searchQuery = `query ($query: String!, $first: Int, $after: Cursor) {
	searchMessages(query: $query, first: $first, after: $after) {
		totalCount pageInfo { hasNextPage endCursor }
		nodes { id body room { id name } author { ... on Member { name } ... on Customer { name } } }
	}
}`

func (p *user) search(query string) *reply { return p.ask(searchQuery, vars{"query": query}) }

// finds are the bodies of what a search finds.
func (p *user) finds(query string) []string {
	p.h.t.Helper()
	return p.search(query).ok().texts("searchMessages.nodes", "body")
}

func TestR18_WhatWasWrittenIsFoundByTheBeginningsOfItsWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	one, two := agent.CreateRoom(), agent.CreateRoom()
	agent.Says("Hello, World: it is ÄRGERLICH", one)
	agent.Says("hello again", two)
	agent.Says("The order 12-34/ab for ada@customer.example", two)
	agent.Says("<b>مرحبا بالعالم</b>, 你好，世界 and Привет 😀", one)
	for query, want := range map[string][]string{
		"hello":                    {"hello again", "Hello, World: it is ÄRGERLICH"},
		"HELLO":                    {"hello again", "Hello, World: it is ÄRGERLICH"},
		"hel wor":                  {"Hello, World: it is ÄRGERLICH"},
		"wor, hel!":                {"Hello, World: it is ÄRGERLICH"},
		"ärger":                    {"Hello, World: it is ÄRGERLICH"},
		"ello":                     {},
		"hello nobody":             {},
		"34":                       {"The order 12-34/ab for ada@customer.example"},
		"ab":                       {"The order 12-34/ab for ada@customer.example"},
		"12-34":                    {"The order 12-34/ab for ada@customer.example"},
		"customer.example":         {"The order 12-34/ab for ada@customer.example"},
		"مرحبا":                    {"<b>مرحبا بالعالم</b>, 你好，世界 and Привет 😀"},
		"世界":                       {"<b>مرحبا بالعالم</b>, 你好，世界 and Привет 😀"},
		"ПРИВЕТ":                   {"<b>مرحبا بالعالم</b>, 你好，世界 and Привет 😀"},
		strings.Repeat("hel ", 50): {"hello again", "Hello, World: it is ÄRGERLICH"},
	} {
		if got := agent.finds(query); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

// Whatever is typed is words, and never part of a query's language.
func TestR18_WhateverIsTypedIsWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	agent.Says("one two", room)
	for _, query := range []string{"one' | 'three", `one\`, `'one`, `''one''`, "one:*", "one:A", "one & ! three", "(one", "one <-> three", "!one", "one | three", "one\x01two", "one 😀", "'; DROP TABLE search_entries; --"} {
		a := agent.search(query)
		if a.err != nil || len(a.Errors) > 0 {
			t.Errorf("%q is answered %v %s", query, a.err, a.body)
		}
	}
	if got := agent.finds("one ' | two"); !slices.Equal(got, []string{"one two"}) {
		t.Errorf("words between operators find %q", got)
	}
	for _, query := range []string{"one | three", "one & !two | three", "one <-> three"} {
		if got := agent.finds(query); len(got) > 0 {
			t.Errorf("%q finds %q", query, got)
		}
	}
	for _, query := range []string{"", " ", "'", `\`, "&|!():*<->", "…—·", "one\u0000", strings.Repeat("x", 201)} {
		agent.search(query).failed("BAD_USER_INPUT")
	}
}

func TestR18_FoundAtOnceInEveryProcess(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		for i := range 30 {
			word := fmt.Sprintf("word%d", i)
			who := []*user{agent, ada}[i%2]
			who.TrySay(room, word).ok()
			for _, reader := range []*user{agent.at(two), ada.at(two)} {
				if got := reader.finds(word); !slices.Equal(got, []string{word}) {
					t.Fatalf("%s finds %q for %q", reader.name, got, word)
				}
			}
		}
	})
}

func TestR18_PagesOfWhatIsFoundHaveEachOnceNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	rooms := []place{agent.CreateRoom(), agent.CreateRoom(), agent.CreateRoom()}
	var want []string
	for i := range 23 {
		body := fmt.Sprintf("number n%d", i)
		agent.Says(body, rooms[i%3])
		want = append([]string{body + rooms[i%3].ID}, want...)
	}
	var got []string
	for after := any(nil); ; {
		a := agent.ask(searchQuery, vars{"query": "num", "first": 5, "after": after}).ok()
		bodies, ids := a.texts("searchMessages.nodes", "body"), a.texts("searchMessages.nodes", "room.id")
		for i := range bodies {
			got = append(got, bodies[i]+ids[i])
		}
		if n := a.find("searchMessages.totalCount"); n != 23.0 {
			t.Errorf("there are %v in all", n)
		}
		if a.find("searchMessages.pageInfo.hasNextPage") != true {
			break
		}
		after = a.text("searchMessages.pageInfo.endCursor")
	}
	if !slices.Equal(got, want) {
		t.Errorf("the pages have\n%q, want\n%q", got, want)
	}
	agent.ask(searchQuery, vars{"query": "num", "after": "x"}).failed("BAD_USER_INPUT")
	agent.ask(searchQuery, vars{"query": "num", "first": 101}).failed("BAD_USER_INPUT")
}

func TestX2_OnlyWhatOneMaySeeIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, other := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room, ada := agent.invited()
	elsewhere, theirs := agent.CreateRoom(), other.CreateRoom()
	agent.Says("canary in the room of Ada", room)
	agent.Says("canary in another room", elsewhere)
	other.Says("canary of another organisation", theirs)
	for who, want := range map[*user][]string{
		agent: {"canary in another room", "canary in the room of Ada"},
		ada:   {"canary in the room of Ada"},
		other: {"canary of another organisation"},
	} {
		a := who.search("canary").ok()
		if got := a.texts("searchMessages.nodes", "body"); !slices.Equal(got, want) || a.find("searchMessages.totalCount") != float64(len(want)) {
			t.Errorf("%s finds %s", who.name, a.body)
		}
	}
	h.ask("", searchQuery, vars{"query": "canary"}).failed("UNAUTHENTICATED")
	agent.Close(room)
	if got := agent.finds("canary room ada"); !slices.Equal(got, []string{"canary in the room of Ada"}) {
		t.Errorf("in a closed room a member finds %q", got)
	}
	if a := ada.search("canary"); len(a.Errors) == 0 {
		t.Errorf("the customer of a closed room is answered %s", a.body)
	}
}

// However many rooms and authors are on a page: one statement for each kind of thing.
func TestR18_APageOfWhatIsFoundCostsAFewStatements(t *testing.T) {
	t.Parallel()
	s := &spy{t: t}
	h := newHouse(t, withPool(s.pool), withLimits("rates=0"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	cost := func() (statements []string) {
		agent.finds("canary") // takes the words in, and knows the token
		s.statements()
		await(t, "those who are known to be forgotten", func() bool {
			agent.finds("canary")
			statements = s.statements()
			return slices.ContainsFunc(statements, func(q string) bool { return strings.Contains(q, `FROM "members"`) })
		})
		return statements
	}
	agent.Says("canary", agent.CreateRoom())
	one := cost()
	for i := range 15 {
		[]*user{agent, second}[i%2].Says("canary", agent.CreateRoom())
	}
	if many := cost(); len(many) > len(one) {
		t.Errorf("16 of them cost\n%s\nwhere one cost\n%s", strings.Join(many, "\n"), strings.Join(one, "\n"))
	}
}
