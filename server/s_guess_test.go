package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const guessing = `mutation ($code: String!) { joinSupportSession(input: {code: $code, name: "Eve"}) { accessToken userErrors { code } } }`

// wrongCodes are codes of the right form, all of them different.
func wrongCodes(n int) []string {
	const letters = "34679CDFGHJKMNPQRTVWXY"
	all := make([]string, n)
	for i := range all {
		var code []byte
		for j, rest := 0, i; j < 9; j++ {
			if j == 3 || j == 6 {
				code = append(code, '-')
			}
			code = append(code, letters[(rest+j)%len(letters)])
			rest /= len(letters)
		}
		all[i] = string(code)
	}
	return all
}

func TestS4_AThousandWrongCodes(t *testing.T) {
	t.Parallel()
	word := func(body string) string {
		switch {
		case strings.Contains(body, "CODE_INVALID"):
			return "CODE_INVALID"
		case strings.Contains(body, "THROTTLED") && strings.Contains(body, "retryAfterMs"):
			return "THROTTLED"
		}
		return body
	}
	for transport, guess := range map[string]func(h *house, codes []string) []string{
		"HTTP": func(h *house, codes []string) []string {
			return together(len(codes), func(i int) string { return word(string(h.ask("", guessing, vars{"code": codes[i]}).body)) })
		},
		"SSE": func(h *house, codes []string) (words []string) {
			for _, code := range codes {
				words = append(words, word(h.askOverStream(guessing, vars{"code": code})))
			}
			return words
		},
		"one WebSocket": func(h *house, codes []string) (words []string) {
			for _, payload := range h.askOverSocket(guessing, codes) {
				words = append(words, word(payload))
			}
			return words
		},
	} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			agent := h.SignIn("agent@demo.example")
			c := agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
			words := map[string]int{}
			for codes := range slices.Chunk(wrongCodes(1000), 100) {
				for _, w := range guess(h, codes) {
					words[w]++
				}
			}
			if words["CODE_INVALID"] != 10 || words["THROTTLED"] != 990 {
				t.Errorf("answered %v", words)
			}
			h.tryJoin(c.short, "Grace Hopper").throttled(15 * time.Minute) // or a guess would show that it is right
		})
	}
}

// askOverStream executes an operation over SSE and returns its one result, or its errors.
func (h *house) askOverStream(query string, variables vars) string {
	h.t.Helper()
	s, err := overStream(h, "", query, variables)
	if err != nil {
		h.t.Fatal(err)
	}
	defer s.cut()
	var results []string
	for {
		payload, err := s.next()
		var end *ending
		if errors.As(err, &end) {
			errs, _ := json.Marshal(end.errors)
			return strings.Join(results, " ") + strings.ReplaceAll(string(errs), "RetryAfterMs", "retryAfterMs")
		}
		if err != nil {
			h.t.Fatal(err)
		}
		results = append(results, string(payload))
	}
}

// askOverSocket executes an operation with each code, some of them at once, and returns the results.
func (h *house) askOverSocket(query string, codes []string) (results []string) {
	h.t.Helper()
	s, err := h.dial("")
	if err != nil {
		h.t.Fatal(err)
	}
	defer s.cut()
	for some := range slices.Chunk(codes, 20) {
		for i, code := range some {
			if err := s.start(fmt.Sprint(i), query, vars{"code": code}); err != nil {
				h.t.Fatal(err)
			}
		}
		for ends := 0; ends < len(some); {
			m, err := s.receive()
			if err != nil {
				h.t.Fatal(err)
			}
			if m.Type == "next" {
				results = append(results, string(m.Payload))
			} else {
				ends++
			}
		}
	}
	return results
}

func TestS4_GuessesAreOneAnOperation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	c := agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	guess := func(code string) string {
		return `joinSupportSession(input: {code: "` + code + `", name: "Eve"}) { accessToken userErrors { code } }`
	}
	for _, more := range []string{guess(c.short), guess("CCC-CCC-CCC"), `enterRoom(input: {token: "x"}) { userErrors { code } }`} {
		a := h.ask("", `mutation { a: `+guess("DDD-DDD-DDD")+` b: `+more+` }`, nil)
		a.failed("QUERY_TOO_COMPLEX")
		if strings.Contains(string(a.body), "parley_") {
			t.Errorf("an alias was answered: %s", a.body)
		}
	}
	if n := h.number(`SELECT (SELECT count(*) FROM specialists) + (SELECT count(*) FROM attempts WHERE id LIKE 'code-%')`); n != 0 {
		t.Errorf("%d have joined or were counted", n)
	}
}

// Right ones keep nobody out, however many come at the same moment, and do not count.
func TestS4_RightCodesAreNotCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("specialist-seats=0"))
	agent := h.SignIn("agent@demo.example")
	c := agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	for _, a := range together(30, func(int) *reply { return h.tryJoin(c.short, "Grace Hopper") }) {
		a.ok()
	}
	if n := h.number(`SELECT coalesce(sum(count), 0) FROM attempts WHERE id LIKE 'code-failures%' OR id LIKE 'code-guesses%'`); n != 0 {
		t.Errorf("%d failures are counted", n)
	}
}

// However many addresses there are, a code is guessed at so many times; then it has ended, for who has it right, too, and
// whoever hosts the session knows.
func TestS4_ACodeIsGuessedAtAFewTimesFromManyAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withProxies("127.0.0.0/8"))
	agent := h.SignIn("agent@demo.example")
	s := agent.starts(agent.CreateRoom())
	target, other := s.invites("VIEW_ONLY"), agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	for other.short[:5] == target.short[:5] {
		other = agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	}
	address := 0
	join := func(code string) string { // each time from another address
		address++
		body, _ := json.Marshal(map[string]any{"query": guessing, "variables": vars{"code": code}}) // of texts
		return string(h.post("", body, "X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", address/200, address%200+1)).body)
	}
	wrong := join("CCC-CCC-CCC")
	if !strings.Contains(wrong, "CODE_INVALID") {
		t.Fatalf("a wrong code is answered %s", wrong)
	}
	guesses := wrongCodes(60)
	for i, w := range guesses[:49] {
		spelled := target.short[:5] + w[5:]
		if i%2 == 0 {
			spelled = strings.ToLower(strings.ReplaceAll(spelled, "-", ""))
		}
		if got := join(spelled); got != wrong {
			t.Fatalf("guess %d is answered %s", i, got)
		}
	}
	if got := join(target.short); !strings.Contains(got, "parley_") {
		t.Fatalf("after 49 guesses the code is answered %s", got)
	}
	grace, feed := h.joins(target.short, "Grace Hopper"), agent.followAfter(s.room, "", overSocket)
	feed.expect("CaughtUp")
	for _, w := range append([]string{swapLast(target.short)}, guesses[50:]...) {
		if got := join(target.short[:5] + w[5:]); got != wrong {
			t.Errorf("a guess is answered %s", got)
		}
	}
	for range 2 {
		if got := join(target.short); got != wrong {
			t.Errorf("after 50 guesses the code is answered %s", got)
		}
	}
	if got := join(other.short); !strings.Contains(got, "parley_") {
		t.Errorf("another code is answered %s", got)
	}
	grace.Says("Who has joined stays")
	if e := feed.until("SpecialistInvitationCancelled"); e.Actor != nil {
		t.Errorf("%s is said to have ended the code", e.Actor.Name)
	}
	if got := join(s.invites("VIEW_ONLY").short); !strings.Contains(got, "parley_") {
		t.Errorf("the next code is answered %s", got)
	}
}

// What is done for a code that does not work is the same for every cause, so the time it takes tells nothing.
func TestS4_EveryCauseOfRefusalDoesTheSame(t *testing.T) {
	t.Parallel()
	spy := &spy{t: t}
	h := newHouse(t, withPool(spy.pool), withLimits("code-failures=1000,code-guesses=1000"))
	agent := h.SignIn("agent@demo.example")
	invited := func() *code { return agent.starts(agent.CreateRoom()).invites("VIEW_ONLY") }
	full, cancelled, over, expired := invited(), invited(), invited(), invited()
	for range 5 {
		h.joins(full.short, "Grace Hopper")
	}
	cancelled.cancels()
	over.of.ends()
	h.exec(`UPDATE specialist_invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, expired.id)
	spy.statements()
	done := func(typed string) []string {
		h.tryJoin(typed, "Eve").refused("CODE_INVALID", "code")
		return spy.statements()
	}
	want := done("CCC-CCC-CCC")
	if len(want) == 0 {
		t.Fatal("nothing is done for a wrong code")
	}
	for cause, typed := range map[string]string{
		"wrong": "DDD-DDD-DDD", "cancelled": cancelled.short, "ended": over.short, "expired": expired.short, "wrong at the end, of a full session": swapLast(full.short), "nothing": "",
	} {
		if got := done(typed); !slices.Equal(got, want) {
			t.Errorf("%s has\n%s\ndone, want\n%s", cause, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// Nor does it tell that a code is right which has been guessed at too often.
func TestS4_ForADeadCodeTheSameIsDoneWhetherOrNotItIsRight(t *testing.T) {
	t.Parallel()
	spy := &spy{t: t}
	h := newHouse(t, withPool(spy.pool), withLimits("code-failures=1000,code-guesses=3"))
	agent := h.SignIn("agent@demo.example")
	c := agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	done := func(typed string) []string {
		h.tryJoin(typed, "Eve").refused("CODE_INVALID", "code")
		return spy.statements()
	}
	var want []string
	for range 5 {
		spy.statements()
		want = done(swapLast(c.short))
	}
	if got := done(c.short); !slices.Equal(got, want) {
		t.Errorf("for the right one\n%s\nis done, for wrong ones\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
