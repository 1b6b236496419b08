package eventlog_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"log/slog"
	"pgregory.net/rapid"

	"parley/internal/apierr"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/database/embedded"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
)

func TestCursorsComeBackAndSortAsTheirPlaces(t *testing.T) {
	t.Parallel()
	place := rapid.Int64Range(0, math.MaxInt64)
	rapid.Check(t, func(t *rapid.T) {
		a := eventlog.Cursor{Epoch: rapid.Uint32().Draw(t, "epoch"), Stream: place.Draw(t, "stream"), Seq: place.Draw(t, "seq")}
		if back, err := eventlog.ParseCursor(a.String()); err != nil || back != a {
			t.Fatalf("%+v came back as %+v (%v)", a, back, err)
		}
		b := a
		b.Seq = place.Draw(t, "other seq")
		if (a.String() < b.String()) != (a.Seq < b.Seq) {
			t.Fatalf("%s and %s do not sort as %d and %d", a, b, a.Seq, b.Seq)
		}
	})
}

func FuzzParseCursor(f *testing.F) {
	f.Add(eventlog.Cursor{Epoch: 1, Stream: 2, Seq: 3}.String())
	f.Add("")
	f.Add("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := eventlog.ParseCursor(s)
		if err != nil {
			wantCode(t, err, apierr.BadUserInput)
			return
		}
		if again, err := eventlog.ParseCursor(c.String()); err != nil || again != c || c.Stream < 0 || c.Seq < 0 {
			t.Errorf("%q is %+v, which comes back as %+v (%v)", s, c, again, err)
		}
	})
}

func TestSeqOfACursor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	valid := b.log.Cursor(b.stream, 5)
	other, err := eventlog.ParseCursor(valid)
	if err != nil {
		t.Fatal(err)
	}
	other.Epoch++
	for name, c := range map[string]struct {
		cursor  string
		stream  int64
		lastSeq int64
		want    string
	}{
		"the newest place":  {valid, b.stream, 5, "5"},
		"an older place":    {valid, b.stream, 9, "5"},
		"the very start":    {b.log.Cursor(b.stream, 0), b.stream, 9, "0"},
		"another stream":    {valid, b.stream + 1, 9, "BAD_USER_INPUT"},
		"nothing":           {"", b.stream, 9, "BAD_USER_INPUT"},
		"no cursor":         {"room_01h455vb4pex5vsknk084sn02q", b.stream, 9, "BAD_USER_INPUT"},
		"part of one":       {valid[1:], b.stream, 9, "BAD_USER_INPUT"},
		"ahead of the log":  {valid, b.stream, 4, "CURSOR_EXPIRED"},
		"another history":   {other.String(), b.stream, 9, "CURSOR_EXPIRED"},
		"foreign, and lost": {other.String(), b.stream + 1, 9, "BAD_USER_INPUT"},
	} {
		seq, err := b.log.Seq(c.cursor, c.stream, c.lastSeq)
		got := fmt.Sprint(seq)
		if refusals := apierr.As(err); len(refusals) > 0 {
			got = string(refusals[0].Code)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
}

func TestProcessesThatStartTogetherAgreeOnTheEpoch(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	cursors := make([]string, 12)
	var group errgroup.Group
	for i := range cursors {
		group.Go(func() error {
			log, err := eventlog.Open(t.Context(), db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
			if err == nil {
				cursors[i] = log.Cursor(1, 1)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, c := range cursors {
		if c != cursors[0] {
			t.Errorf("epochs differ: %s and %s", cursors[0], c)
		}
	}
}

// Copies of one backup know nothing of each other: a cursor of one is refused by the other.
func TestACopyOfADatabaseHasAnotherEpoch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	elsewhere := dbtest.New(t)
	b.db.SQL.SetMaxIdleConns(0) // a database that is copied is in use by nobody
	var source string
	if err := b.db.SQL.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&source); err != nil {
		t.Fatal(err)
	}
	cursor := b.log.Cursor(b.stream, 0)
	seen := map[string]string{cursor: "the original"}
	for _, name := range []string{source + "_a", source + "_b"} {
		if _, err := elsewhere.SQL.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+source); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if _, err := elsewhere.SQL.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
				t.Error(err)
			}
		})
		log := openAt(t, strings.Replace(b.db.URL, source, name, 1))
		_, err := log.Seq(cursor, b.stream, 9)
		wantCode(t, err, apierr.CursorExpired)
		if same := seen[log.Cursor(b.stream, 0)]; same != "" {
			t.Errorf("the copy %s has the epoch of %s", name, same)
		}
		seen[log.Cursor(b.stream, 0)] = name
	}
}

// After a restore or a failover, the server that has lived through it refuses old cursors and ends who follows.
func TestADatabaseThatIsSetBackHasAnotherEpoch(t *testing.T) {
	t.Parallel()
	config := embedded.Config{Dir: dbtest.Dir(t), BinDir: os.Getenv("PG_BINDIR"), Settings: map[string]string{"wal_level": "replica", "synchronous_commit": "on"}}
	server := start(t, config)
	if err := server.Create(t.Context(), "parley"); err != nil {
		t.Fatal(err)
	}
	if err := database.Migrate(t.Context(), server.URL("parley")); err != nil {
		t.Fatal(err)
	}
	b := &bundle{db: open(t, server.URL("parley"))}
	b.log = b.open(t, bus.Alone{})
	b.stream = b.newStream(t)
	old := b.log.Cursor(b.stream, 0)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	run(t, b.log)

	restore(t, b, server)
	config.Settings["restore_command"] = "false" // there is no archive: all that is left is at hand
	start(t, config)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := f.Next(ctx)
	wantCode(t, err, apierr.CursorExpired)
	if _, err = f.Next(ctx); err == nil {
		t.Error("a follower that was ended goes on")
	}
	_, err = b.log.Seq(old, b.stream, 9)
	wantCode(t, err, apierr.CursorExpired)

	again := b.log.Follow(b.stream, 0)
	defer again.Close()
	b.mustAppend(t, 1)
	collect(t, again, 0, 1)
}

// restore stops the server and has it recover to the end of its log at its next start, which begins a new timeline.
func restore(t *testing.T, b *bundle, server *embedded.Server) {
	t.Helper()
	var data string
	if err := b.db.SQL.QueryRowContext(t.Context(), "SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "recovery.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, c embedded.Config) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func open(t *testing.T, url string) *dbtest.DB {
	t.Helper()
	db, err := database.Open(t.Context(), url, database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // which fails where the server has gone before
	return &dbtest.DB{SQL: db, Ent: database.Client(db), URL: url}
}

func openAt(t *testing.T, url string) *eventlog.Log {
	t.Helper()
	return (&bundle{db: open(t, url)}).open(t, bus.Alone{})
}

// Who follows through a process that has lost its database is told, so that they go to another.
func TestFollowersOfALostDatabaseAreSentAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.log)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	if err := b.db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := f.Next(ctx)
	wantCode(t, err, apierr.Throttled)
}
