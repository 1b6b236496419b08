package room_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent/member"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/organization"
	"parley/internal/presence"
	"parley/internal/room"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// load is who sends where.
type load struct {
	rooms, clients int
	keyed          bool // with an idempotency key
}

// BenchmarkSend sends messages by the service method, and by pgbench with the same statement: what the machine and its
// PostgreSQL could do at most with one commit for each message. The two take turns in the same rooms, so what else the
// machine does hits both.
func BenchmarkSend(b *testing.B) {
	h := newHouse(b)
	for _, rooms := range []int{manyRooms, 1} {
		for _, clients := range []int{8, 32} {
			for _, keyed := range []bool{false, true} {
				l := load{rooms, clients, keyed}
				b.Run(fmt.Sprintf("rooms=%d/clients=%d/keyed=%t", rooms, clients, keyed), func(b *testing.B) { h.compare(b, l) })
			}
		}
	}
}

const (
	manyRooms = 10_000

	// turn is how long one side sends before the other one does.
	turn = time.Second
)

// compare reports the messages a second of both sides, and what part of pgbench's the service reaches.
func (h *house) compare(b *testing.B, l load) {
	pgbench := h.pgbench(b)
	h.send(b, l) // into a cold cache: it does not count
	var ours, theirs, turns float64
	for b.Loop() {
		ours += h.send(b, l)
		b.StopTimer()
		if pgbench != "" {
			theirs += h.sendBy(b, pgbench, l)
		}
		turns++
		b.StartTimer()
	}
	b.ReportMetric(0, "ns/op") // an op is a turn, which says nothing
	b.ReportMetric(ours/turns, "msgs/s")
	if pgbench != "" {
		b.ReportMetric(theirs/turns, "pgbench-msgs/s")
		b.ReportMetric(ours/theirs, "ratio")
	}
}

// house is an organisation with many rooms, in which one member writes without limits.
type house struct {
	db     *dbtest.DB
	rooms  *room.Service
	writer auth.Viewer
	turns  int // of pgbench, so that no two make the same ids
}

func newHouse(b *testing.B) *house {
	b.Helper()
	h := &house{db: dbtest.New(b, dbtest.Durable())}
	lifted, err := limits.Parse("rates=0")
	must(b, err)
	tokens := auth.NewTokens(h.db.Ent, lifted, bus.Alone{})
	counter := throttle.NewCounter(h.db.SQL)
	events, err := eventlog.Open(b.Context(), h.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	must(b, err)
	h.rooms, err = room.New(b.Context(), room.Parts{
		DB: h.db.SQL, Ent: h.db.Ent, Limits: lifted, Log: events, Tokens: tokens, Counter: counter,
		Presence: presence.New(bus.Alone{}, 0),
	})
	must(b, err)
	must(b, organization.New(organization.Parts{Ent: h.db.Ent, Limits: lifted, Tokens: tokens, Passwords: auth.NewPasswords(auth.Cost{Memory: 8, Passes: 1}), Counter: counter}).Found(b.Context(), organization.Plan{
		Name: "Bench", Members: []organization.MemberPlan{{
			Email: "agent@bench.example", FirstName: "Ari", LastName: "Agent", Password: "secret password",
			Role: member.RoleAgent, ClassOfService: member.ClassOfServiceInternal,
		}},
	}))
	h.writer.Member, err = h.db.Ent.Member.Query().Only(b.Context())
	must(b, err)
	h.furnish(b)
	return h
}

// furnish makes the rooms. Their ids are numbers, so that pgbench can draw one.
func (h *house) furnish(b *testing.B) {
	b.Helper()
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO streams (id, owner_id, last_at, active_at) SELECT n, 'owner', now(), now() FROM generate_series(1, %d) n`, manyRooms),
		fmt.Sprintf(`INSERT INTO rooms (id, name, created_at, organization_id, created_by_id, stream_id)
			SELECT 'room_' || lpad(s.id::text, 26, '0'), 'Collaboration Room', now(), '%s', '%s', s.id FROM streams s`,
			h.writer.OrganizationID(), h.writer.ID()),
		`VACUUM ANALYZE`, `CHECKPOINT`,
	} {
		_, err := h.db.SQL.ExecContext(b.Context(), statement)
		must(b, err)
	}
}

const body = "Thank you for waiting. I have your contract in front of me: what would you like to change in it?"

// send sends messages by the service method for a turn, and returns how many a second.
func (h *house) send(b *testing.B, l load) float64 {
	b.Helper()
	ctx := auth.With(b.Context(), h.writer)
	var sent atomic.Int64
	began := time.Now()
	clients, ctx := errgroup.WithContext(ctx)
	for range l.clients {
		clients.Go(func() error {
			for time.Since(began) < turn {
				if _, err := h.rooms.Send(ctx, l.message()); err != nil {
					return err
				}
				sent.Add(1)
			}
			return nil
		})
	}
	must(b, clients.Wait())
	return float64(sent.Load()) / time.Since(began).Seconds()
}

func (l load) message() room.SendMessageInput {
	in := room.SendMessageInput{RoomID: fmt.Sprintf("room_%026d", 1+rand.IntN(l.rooms)), Body: body}
	if l.keyed {
		key := typeid.New("key")
		in.IdempotencyKey = &key
	}
	return in
}

// pgbench returns the path of the pgbench that belongs to the server, or "" where there is none.
func (h *house) pgbench(b *testing.B) string {
	b.Helper()
	var dir string
	must(b, h.db.SQL.QueryRowContext(b.Context(), `SELECT setting FROM pg_config WHERE name = 'BINDIR'`).Scan(&dir))
	path := filepath.Join(dir, "pgbench")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		b.Logf("there is no pgbench in %s, so there is nothing to compare with: install PostgreSQL's own tools, or set PG_BINDIR "+
			"to a folder that has them", dir)
		return ""
	}
	return path
}

// sendBy is send by pgbench. Its connections are made before its clock runs, as ours are.
func (h *house) sendBy(b *testing.B, pgbench string, l load) float64 {
	b.Helper()
	h.turns++
	cmd := exec.CommandContext(b.Context(), pgbench, "--no-vacuum", "--protocol=prepared", "--file=-",
		"--client="+strconv.Itoa(l.clients), "--jobs=2", fmt.Sprintf("--time=%.0f", turn.Seconds()),
		"-Drooms="+strconv.Itoa(l.rooms), "-Dturn="+strconv.Itoa(h.turns), "-Dmessage=0",
		"-Dorganization="+h.writer.OrganizationID(), "-Dmember="+h.writer.ID(), "-Dside=MEMBER", "-Dbody="+body,
		`-Dfingerprint=\x`+strings.Repeat("5a", 32), h.db.URL)
	cmd.Stdin = strings.NewReader(script(b, l))
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	found := regexp.MustCompile(`tps = ([\d.]+) \(without initial connection time\)`).FindSubmatch(out)
	if found == nil {
		b.Fatalf("pgbench says no tps:\n%s", out)
	}
	perSecond, err := strconv.ParseFloat(string(found[1]), 64)
	must(b, err)
	return perSecond
}

// script is post.sql with pgbench's variables for its parameters. Variables cannot be empty, so emptiness is computed.
func script(b *testing.B, l load) string {
	b.Helper()
	const empty = `left(:side, 0)`
	values := map[string]string{
		"$1": `'room_' || lpad(:room, 26, '0')`, "$2": `:organization`, "$3": empty,
		"$4": `'msg_' || lpad(:id, 26, '0')`, "$5": `:side`, "$6": `:member`, "$7": `:body`,
		"$8": empty, "$9": `NULL`,
	}
	if l.keyed {
		values["$8"], values["$9"] = `'key_' || lpad(:id, 26, '0')`, `:fingerprint`
	}
	statement, err := os.ReadFile("post.sql")
	must(b, err)
	code := regexp.MustCompile(`(?m)^--.*\n`).ReplaceAllString(string(statement), "")
	code = regexp.MustCompile(`\$\d`).ReplaceAllStringFunc(code, func(p string) string { return "(" + values[p] + ")" })
	return `\set room random(1, :rooms)
\set message :message + 1
\set id (:turn * 1000000 + :message) * 1000 + :client_id
` + strings.TrimSpace(code) + ";\n"
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
