package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"parley/internal/limits"
)

// unshared is for each subscriber alone.
const unshared = `subscription($topic:String!,$after:Int){entries(topic:$topic,after:$after){place text viewer}}`

// Whoever has subscribed attends, once, until the subscription ends, once, in whatever way. That it does in all other
// ways, too, each test of the package looks at when it ends.
func TestASubscriptionAttendsUntilItEnds(t *testing.T) {
	t.Parallel()
	queries := map[string]string{"shared": entries, "alone": unshared}
	for name, end := range map[string]func(t *testing.T, b *bundle, m *member){
		"complete": func(_ *testing.T, _ *bundle, m *member) { m.send(`{"id":"` + m.id + `","type":"complete"}`) },
		"complete, and again with the same id": func(_ *testing.T, _ *bundle, m *member) {
			m.send(`{"id":"`+m.id+`","type":"complete"}`, `{"id":"`+m.id+`","type":"complete"}`)
		},
		"closed by the client": func(_ *testing.T, _ *bundle, m *member) { m.frame(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, ""))) },
		"gone":                 func(_ *testing.T, _ *bundle, m *member) { _ = m.conn.Close() },
		"revoked":              func(_ *testing.T, b *bundle, _ *member) { b.sessions.revoke("m-1") },
		"the feed has ended":   func(_ *testing.T, b *bundle, _ *member) { b.resolver.Logs.Topic("a").End(nil) },
		"the feed has failed":  func(_ *testing.T, b *bundle, _ *member) { b.resolver.Logs.Topic("a").End(errors.New("the inside")) },
		"slow": func(_ *testing.T, b *bundle, _ *member) {
			for range 1000 {
				b.resolver.Logs.Topic("a").Write(strings.Repeat("x", 16<<10))
			}
		},
		"drained": func(t *testing.T, b *bundle, m *member) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := b.handler.Shutdown(ctx); err != nil {
				t.Error(err)
			}
		},
		"against the protocol": func(_ *testing.T, _ *bundle, m *member) { m.send(`{"type":"nonsense"}`) },
	} {
		for how, query := range queries {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				b := setup(t, limit(func(l *limits.Limits) { l.SocketQueueBytes = 256 << 10 }))
				log := b.resolver.Logs.Topic("a")
				log.Write("one", "two")
				m := b.enter(t, "m-1", query, on("a", "after", 0))
				if now, ever := log.Attendees(); now != 1 || ever != 1 {
					t.Errorf("%d attend of %d, want 1", now, ever)
				}
				end(t, b, m)
				eventually(t, "the end", func() bool { now, _ := log.Attendees(); return now == 0 })
				if _, ever := log.Attendees(); ever != 1 {
					t.Errorf("%d have attended", ever)
				}
			})
		}
	}
}

func TestAStreamAttendsUntilItEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, b *bundle, body io.Closer){
		"closed by the client": func(_ *testing.T, _ *bundle, body io.Closer) { _ = body.Close() },
		"revoked":              func(_ *testing.T, b *bundle, _ io.Closer) { b.sessions.revoke("m-1") },
		"the feed has ended":   func(_ *testing.T, b *bundle, _ io.Closer) { b.resolver.Logs.Topic("a").End(nil) },
		"drained": func(t *testing.T, b *bundle, _ io.Closer) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := b.handler.Shutdown(ctx); err != nil {
				t.Error(err)
			}
		},
	} {
		for how, query := range map[string]string{"shared": entries, "alone": unshared} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				log := b.resolver.Logs.Topic("a")
				e := b.listen(t, request{body: fmt.Sprintf(`{"query":%q,"variables":{"topic":"a"}}`, query), authorization: "Bearer m-1"})
				for !strings.Contains(e.next(), "caught up") {
				}
				if now, ever := log.Attendees(); now != 1 || ever != 1 {
					t.Errorf("%d attend of %d, want 1", now, ever)
				}
				end(t, b, e.answer.Body)
				eventually(t, "the end", func() bool { now, _ := log.Attendees(); return now == 0 })
			})
		}
	}
}

// Nor who reads what has ended, any longer than that.
func TestWhoIsRefusedDoesNotAttend(t *testing.T) {
	t.Parallel()
	b := setup(t)
	m := b.subscribe(t, "m-1", entries, on("foreign"))
	m.expectPart("NOT_FOUND")
	if _, ever := b.resolver.Logs.Topic("foreign").Attendees(); ever != 0 {
		t.Errorf("%d have attended", ever)
	}
	over := b.resolver.Logs.Topic("over")
	over.Write("one")
	over.End(nil)
	m.subscribe(t, entries, on("over", "after", 0))
	m.wants("one", "caught up")
	m.expectPart(`"type":"complete"`)
	eventually(t, "the end", func() bool { now, _ := over.Attendees(); return now == 0 })
}

// Who is told that what follows is live gets it, also what is nowhere stored: so it is not told before.
func TestCaughtUpIsSaidWhenWhatFollowsIsFollowed(t *testing.T) {
	t.Parallel()
	for how, query := range map[string]string{"shared": entries, "alone": unshared} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			log := b.resolver.Logs.Topic("a")
			log.Write("one")
			release := log.Hold()
			defer release()
			m := b.subscribe(t, "m-1", query, on("a", "after", 0))
			m.wants("one")
			for range 100 {
				m.expectAlive()
			}
			release()
			m.wants("caught up")
			log.Write("two")
			m.wants("two")
		})
	}
}
