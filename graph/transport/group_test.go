package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"golang.org/x/sync/errgroup"

	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/limits"
)

// entry is what a subscriber to entries gets.
type entry struct {
	Place    int
	Text     string
	Times    int
	Repeated string
	Audience string
	Viewer   string
	Fails    *string
}

// member is a subscriber to entries, as the session with the key.
type member struct {
	*socket
	id string
}

// enter subscribes and reads to the end of what is stored.
func (b *bundle) enter(t testing.TB, key, query string, variables map[string]any) *member {
	t.Helper()
	m := b.subscribe(t, key, query, variables)
	for m.next().Text != "caught up" {
	}
	return m
}

func (b *bundle) subscribe(t testing.TB, key, query string, variables map[string]any) *member {
	t.Helper()
	m := &member{b.open(t, "Authorization", "Bearer "+key), fmt.Sprint(rand.IntN(1000))}
	m.subscribe(t, query, variables)
	return m
}

func (m *member) subscribe(t testing.TB, query string, variables map[string]any) {
	t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables, "operationName": variables["operation"]})
	if err != nil {
		t.Fatal(err)
	}
	m.send(`{"id":"` + m.id + `","type":"subscribe","payload":` + string(payload) + `}`)
}

// next reads the next entry, whatever alias it has.
func (m *member) next() entry {
	m.t.Helper()
	e, err := m.try()
	if err != nil {
		m.t.Fatal(err)
	}
	return e
}

func (m *member) try() (entry, error) {
	f, err := m.read()
	if err != nil {
		return entry{}, err
	}
	var message struct {
		ID, Type string
		Payload  struct{ Data map[string]entry }
	}
	if err := json.Unmarshal(f.Payload, &message); err != nil || message.Type != "next" || message.ID != m.id {
		return entry{}, fmt.Errorf("got %s", f.Payload)
	}
	for _, e := range message.Payload.Data {
		return e, nil
	}
	return entry{}, fmt.Errorf("no data in %s", f.Payload)
}

func (m *member) wants(texts ...string) {
	m.t.Helper()
	for _, want := range texts {
		if e := m.next(); e.Text != want {
			m.t.Fatalf("got %+v, want %s", e, want)
		}
	}
}

const entries = `subscription($topic:String!,$after:Int){entries(topic:$topic,after:$after){place text times}}`

func on(topic string, more ...any) map[string]any {
	v := map[string]any{"topic": topic}
	for i := 0; i < len(more); i += 2 {
		v[more[i].(string)] = more[i+1]
	}
	return v
}

func TestWhoAsksForTheSameShares(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := b.resolver.Logs.Topic("a")
	log.Write("one")
	var all []*member
	for i := range 10 {
		all = append(all, b.enter(t, fmt.Sprintf("m-%d", i), entries, on("a", "after", i%2)))
	}
	e := b.listen(t, request{body: `{"query":"` + entries + `","variables":{"topic":"a"}}`, authorization: "Bearer m-sse"})
	for !strings.Contains(e.next(), "caught up") {
	}
	before := log.Times()
	log.Write("two", "~live", "_silent", "three")
	for _, m := range all {
		for i, want := range []entry{{Place: 2, Text: "two"}, {Text: "~live"}, {Place: 5, Text: "three"}} {
			want.Times = before + i + 1
			if got := m.next(); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	}
	for i, want := range []string{`"place":2,"text":"two"`, `~live`, `"place":5,"text":"three"`} {
		want := want + map[bool]string{true: fmt.Sprintf(`,"times":%d`, before+i+1)}[i != 1]
		if got := e.next(); !strings.HasPrefix(got, anEvent) || !strings.Contains(got, want) {
			t.Errorf("a stream got %s, want %s", got, want)
		}
	}
	if n := log.Times() - before; n != 3 {
		t.Errorf("entries were resolved %d times for 11 subscribers, want 3", n)
	}
	if n := log.Lives(); n != 1 {
		t.Errorf("the log is followed %d times", n)
	}
}

// Two who do not ask for the same, or may not see the same, never get one result. Each row is a pair of subscribers
// who differ in one thing only.
func TestHostilePairsDoNotShare(t *testing.T) {
	t.Parallel()
	const (
		plain    = `subscription($topic:String!){entries(topic:$topic){text times}}`
		repeated = `subscription($topic:String!,$n:Int!){entries(topic:$topic){text times repeated(times:$n)}}`
		skipped  = `subscription($topic:String!,$x:Boolean!){entries(topic:$topic){text times ...@skip(if:$x){audience}}}`
		deep     = `subscription($topic:String!,$n:Int!){entries(topic:$topic){text times itself{...F}}} fragment F on Entry{itself{repeated(times:$n)}}`
		aliased  = `subscription($topic:String!){other:entries(topic:$topic){text times}}`
		two      = `subscription A($topic:String!){entries(topic:$topic){text times}} subscription B($topic:String!){entries(topic:$topic){text times audience}}`
		default1 = `subscription($topic:String!,$n:Int=1){entries(topic:$topic){text times repeated(times:$n)}}`
		viewer   = `subscription($topic:String!){entries(topic:$topic){text times viewer}}`
		hidden   = `subscription($topic:String!){entries(topic:$topic){text times itself{...F}}} fragment F on Entry{...{itself{viewer}}}`
	)
	type who struct {
		key, query string
		variables  map[string]any
	}
	for name, pair := range map[string][2]who{
		"audience":               {{"m-1", plain, on("a")}, {"c-1", plain, on("a")}},
		"audience's name":        {{"m-1", plain, on("a")}, {"mm-1", plain, on("a")}},
		"topic":                  {{"m-1", plain, on("a")}, {"m-2", plain, on("b")}},
		"argument":               {{"m-1", repeated, on("a", "n", 1)}, {"m-2", repeated, on("a", "n", 2)}},
		"argument in a fragment": {{"m-1", deep, on("a", "n", 1)}, {"m-2", deep, on("a", "n", 2)}},
		"directive":              {{"m-1", skipped, on("a", "x", true)}, {"m-2", skipped, on("a", "x", false)}},
		"default":                {{"m-1", default1, on("a")}, {"m-2", default1, on("a", "n", 2)}},
		"alias":                  {{"m-1", plain, on("a")}, {"m-2", aliased, on("a")}},
		"operation's name":       {{"m-1", two, on("a", "operation", "A")}, {"m-2", two, on("a", "operation", "B")}},
		"person":                 {{"m-1", viewer, on("a")}, {"m-2", viewer, on("a")}},
		"person, deep":           {{"m-1", hidden, on("a")}, {"m-2", hidden, on("a")}},
		"no audience":            {{"one", plain, on("a")}, {"two", plain, on("a")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			var members [2]*member
			for i, w := range pair {
				members[i] = b.enter(t, w.key, w.query, w.variables)
			}
			seen := map[int]bool{}
			for _, topic := range []string{"a", "b"} {
				b.resolver.Logs.Topic(topic).Write("one")
			}
			for i, m := range members {
				e := m.next()
				seen[e.Times*10+len(pair[i].variables["topic"].(string)+e.Audience)] = true
				if strings.HasPrefix(name, "person") && e.Viewer != "" && e.Viewer != pair[i].key {
					t.Errorf("%s got what is for %s", pair[i].key, e.Viewer)
				}
				if n, ok := pair[i].variables["n"].(int); ok && e.Repeated != "" && e.Repeated != strings.Repeat("one", n) {
					t.Errorf("got %s, want it %d times", e.Repeated, n)
				}
			}
			if lives := b.resolver.Logs.Topic("a").Lives() + b.resolver.Logs.Topic("b").Lives(); lives != 2 {
				t.Errorf("the logs are followed %d times, want each for itself", lives)
			}
		})
	}
}

// Where a field is taken for shareable by mistake, what asks for the viewer gets nobody, and never one of the members.
func TestAGroupIsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *transport.Options) { o.Shareable = func(string, string) bool { return true } })
	const query = `subscription($topic:String!){entries(topic:$topic){text viewer audience}}`
	one, two := b.enter(t, "m-1", query, on("a")), b.enter(t, "m-2", query, on("a"))
	b.resolver.Logs.Topic("a").Write("x")
	for _, m := range []*member{one, two} {
		if e := m.next(); e.Viewer != "" || e.Audience != "m" {
			t.Errorf("got %+v", e)
		}
	}
}

func TestARefusedSubscriberJoinsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := b.subscribe(t, "m-1", entries, on("foreign"))
	m.expectPart(`"type":"error"`, `NOT_FOUND`)
	m.subscribe(t, `subscription{unfollowed}`, nil)
	m.expectPart(`"type":"error"`, `INTERNAL`)
	m.expectAlive()
}

// Whoever comes, leaves and comes back while a log grows gets each entry once and in order, over each transport.
func TestNothingIsLostOrDoubledInAGroup(t *testing.T) {
	t.Parallel()
	const total, members = 2000, 12
	for name, start := range map[string]func(*bundle){"plain": func(*bundle) {}, "TLS": restartWithTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, limit(func(l *limits.Limits) { l.AddressConnections = 0 }))
			start(b)
			log := b.resolver.Logs.Topic("a")
			var all errgroup.Group
			for i := range members {
				all.Go(func() error { return b.wander(t, fmt.Sprintf("m-%d", i), i%3 == 0, total) })
			}
			for i := 1; i <= total; i++ {
				switch {
				case i%50 == 0:
					log.Write(fmt.Sprintf("_%d", i))
				default:
					log.Write(fmt.Sprint(i))
				}
			}
			log.Write("end")
			if err := all.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// wander follows the log to its end and leaves now and then.
func (b *bundle) wander(t testing.TB, key string, restless bool, total int) error {
	after := 0
	for {
		s, err := b.tryDial(t, "Authorization", "Bearer "+key)
		if err != nil {
			return err
		}
		m := &member{s, "7"}
		m.send(`{"type":"connection_init"}`)
		m.expect(`{"type":"connection_ack"}`)
		m.subscribe(t, entries, on("a", "after", after))
		stay := total
		if restless {
			stay = 1 + rand.IntN(400)
		}
		for range stay {
			e, err := m.try()
			if err != nil {
				return fmt.Errorf("%s behind %d: %w", key, after, err)
			}
			next := after + 1
			if next%50 == 0 {
				next++
			}
			switch {
			case e.Text == "caught up":
			case e.Text == "end":
				if after < total-1 {
					return fmt.Errorf("%s came to the end behind %d", key, after)
				}
				return s.conn.Close()
			case e.Place != next:
				return fmt.Errorf("%s got %d behind %d", key, e.Place, after)
			default:
				after = e.Place
			}
		}
		if restless {
			_ = s.conn.Close()
		}
	}
}

// Those who come back all at once get what the group has kept: nothing is read or resolved again.
func TestAStormOfReconnectsReadsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	log := b.resolver.Logs.Topic("a")
	first := b.enter(t, "m-1", entries, on("a"))
	for i := range 300 {
		log.Write(fmt.Sprint(i))
		first.wants(fmt.Sprint(i))
	}
	_ = first.conn.Close()
	times := log.Times()
	for i := range 20 {
		again := b.subscribe(t, fmt.Sprintf("m-%d", i), entries, on("a", "after", 250))
		for want := 250; want < 300; want++ {
			again.wants(fmt.Sprint(want))
		}
		again.wants("caught up")
	}
	if reads, resolved := b.resolver.Logs.Reads(), log.Times()-times; reads != 0 || resolved != 20 {
		t.Errorf("%d entries were read and %d resolved, want none and CaughtUp of each", reads, resolved)
	}
}

// A member that does not read is cut off with a code to come back after, and the others get everything meanwhile.
func TestASlowMemberIsCutOffAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.SocketQueueBytes = 256 << 10 }))
	log := b.resolver.Logs.Topic("a")
	quick, slow := b.enter(t, "m-1", entries, on("a")), b.enter(t, "m-2", entries, on("a"))
	large := strings.Repeat("x", 16<<10)
	for range 1000 {
		log.Write(large)
		quick.wants(large)
	}
	slow.expectClose(1013)
}

// What is stored goes out as fast as the client takes it: however much it is, it is no reason to be cut off.
func TestALongBacklogWaitsForItsReader(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.SocketQueueBytes = 64 << 10 }))
	log := b.resolver.Logs.Topic("a")
	large := strings.Repeat("x", 4<<10)
	for range 3000 {
		log.Write(large)
	}
	m := b.subscribe(t, "m-1", entries, on("a", "after", 0))
	e := b.listen(t, request{body: `{"query":"` + entries + `","variables":{"topic":"a","after":0}}`, authorization: "Bearer m-sse"})
	for i := range 3000 {
		if got := m.next(); got.Place != i+1 {
			t.Fatalf("got %d behind %d", got.Place, i)
		}
	}
	m.wants("caught up")
	for place := 1; place <= 3000; {
		if event := e.next(); strings.HasPrefix(event, anEvent) {
			if !strings.Contains(event, fmt.Sprintf(`"place":%d,`, place)) {
				t.Fatalf("a stream got %.100s, want %d", event, place)
			}
			place++
		}
	}
}

func TestTheEndOfAFeedIsTheEndOfAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"without an error": {nil, `"type":"complete"`},
		"with an error":    {apierr.New(apierr.CursorExpired, "Refetch."), `CURSOR_EXPIRED`},
		"of the inside":    {errors.New("the inside"), `INTERNAL`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			log := b.resolver.Logs.Topic("a")
			var all []*member
			for i := range 5 {
				all = append(all, b.enter(t, fmt.Sprintf("m-%d", i), entries, on("a")))
			}
			log.Write("last")
			log.End(c.err)
			for _, m := range all {
				m.wants("last")
				m.expectPart(c.want)
				m.expectAlive()
			}
			late := b.subscribe(t, "m-late", entries, on("a", "after", 0))
			late.wants("last", "caught up")
			late.expectPart(`"type":"complete"`)
		})
	}
}

func TestWhoLeavesAGroupGetsNothingMore(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(b *bundle, m *member){
		"complete": func(_ *bundle, m *member) {
			m.send(`{"id":"` + m.id + `","type":"complete"}`)
			m.expectAlive()
		},
		"revoked": func(b *bundle, m *member) {
			b.sessions.revoke("m-1")
			m.expectClose(4401)
		},
		"gone": func(_ *bundle, m *member) { _ = m.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			log := b.resolver.Logs.Topic("a")
			m, other := b.enter(t, "m-1", entries, on("a")), b.enter(t, "m-2", entries, on("a"))
			leave(b, m)
			log.Write("one", "two")
			other.wants("one", "two")
			if name == "complete" {
				m.expectAlive()
				m.subscribe(t, entries, on("a", "after", 0)) // with the same id
				m.wants("one", "two", "caught up")
			}
		})
	}
}

// A member has no goroutine but the one that reads its socket.
func TestMembersCostNoGoroutine(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := b.enter(t, "m-0", entries, on("a"))
	for i := range 19 {
		m.send(subscribe(fmt.Sprint("x", i), `subscription{entries(topic:\"a\"){text}}`))
		m.expectPart("caught up")
	}
	eventually(t, "the operations' goroutines to end", func() bool { return goroutinesIn("(*socket).run") == 0 })
	b.resolver.Logs.Topic("a").Write("one")
	for range 20 {
		m.expectPart("one")
	}
}

func TestFailuresAreShared(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const query = `subscription($topic:String!){entries(topic:$topic){text fails}}`
	one, two := b.enter(t, "m-1", query, on("a")), b.enter(t, "m-2", query, on("a"))
	b.resolver.Logs.Topic("a").Write("x")
	for _, m := range []*member{one, two} {
		m.expectPart(`"errors":[{"message":"Something went wrong."`, `"INTERNAL"`, `"text":"x"`)
	}
}

// Members of many groups, on sockets that have several of them, while all of them grow.
func TestManyGroupsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.AddressConnections = 0 }))
	const topics, each, total = 10, 8, 200
	var all errgroup.Group
	for i := range each {
		m := b.open(t, "Authorization", fmt.Sprintf("Bearer m-%d", i))
		for topic := range topics {
			m.send(subscribe(fmt.Sprint(topic), fmt.Sprintf(`subscription{entries(topic:\"%d\",after:0){place}}`, topic)))
		}
		all.Go(func() error { return inOrder(m, topics, total) })
	}
	for range total {
		for topic := range topics {
			b.resolver.Logs.Topic(fmt.Sprint(topic)).Write("x")
		}
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

// inOrder reads all places of all topics.
func inOrder(s *socket, topics, total int) error {
	at := map[string]int{}
	for done := 0; done < topics; {
		f, err := s.read()
		if err != nil {
			return err
		}
		var message struct {
			ID      string
			Payload struct{ Data struct{ Entries entry } }
		}
		if err := json.Unmarshal(f.Payload, &message); err != nil {
			return err
		}
		switch place := message.Payload.Data.Entries.Place; {
		case place < 0: // caught up
		case place != at[message.ID]+1:
			return fmt.Errorf("topic %s: %d behind %d", message.ID, place, at[message.ID])
		default:
			at[message.ID] = place
			if place == total {
				done++
			}
		}
	}
	return nil
}

func TestShutdownEndsGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := b.enter(t, "m-1", entries, on("a"))
	lingering := b.enter(t, "c-1", entries, on("a"))
	_ = lingering.conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := b.handler.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	m.expectClose(ws.StatusCode(1012))
	if n := b.resolver.Logs.Topic("a").Lives(); n != 0 {
		t.Errorf("the log is followed %d times after the shutdown", n)
	}
}
