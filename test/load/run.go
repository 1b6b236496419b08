package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"parley/test/load/internal/client"
	"parley/test/load/internal/kernel"
	"parley/test/load/internal/report"
)

// measure is one of the things that are measured: a turn of it, by its number.
type measure struct {
	name string
	turn func(l *lab, ctx context.Context, round int) error
	once bool // a second turn would say nothing new
}

func measures() []measure {
	return []measure{
		{name: "broadcast", turn: (*lab).broadcast},
		{name: "memory", turn: (*lab).memory, once: true},
		{name: "sending", turn: (*lab).sending},
		{name: "bus", turn: (*lab).bus},
		{name: "catchup", turn: (*lab).catchup},
		{name: "reconnect", turn: (*lab).reconnect},
	}
}

func names() []string {
	var all []string
	for _, m := range measures() {
		all = append(all, m.name)
	}
	return all
}

// lab is all that the measures work with.
type lab struct {
	options
	say      func(format string, a ...any)
	folder   string // of this run alone
	self     string // this program
	database *cluster
	crowd    *client.Readers
	book     report.Book
	backlog  *place // a room with events to catch up with, once it is made
}

// run is the tool: it measures and writes the report.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	l := &lab{options: o, say: func(format string, a ...any) { fmt.Fprintf(out, format+"\n", a...) }}
	err = l.open(ctx)
	if err == nil {
		err = l.measureAll(ctx)
	}
	if err = errors.Join(err, l.close()); err != nil {
		return err
	}
	l.say("%s", l.book.Markdown())
	if err := l.write(); err != nil {
		return err
	}
	if !l.book.Sound() {
		return errors.New("of Parley's, messages were lost, doubled, out of order, or subscribers cut off: see the tables")
	}
	return nil
}

// open gets everything ready.
func (l *lab) open(ctx context.Context) (err error) {
	if l.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if err := l.raiseFiles(); err != nil {
		return err
	}
	if l.folder, err = makeFolder(ctx); err != nil {
		return err
	}
	if l.server == "" {
		if err := l.build(ctx); err != nil {
			return err
		}
	}
	if l.database, err = startCluster(ctx, l.folder, l.say); err != nil {
		return err
	}
	l.crowd, err = client.NewReaders(l.readers)
	return err
}

// spare is how many files a process needs besides its sockets.
const spare = 500

// raiseFiles holds fewer subscriptions where so many files cannot be open.
func (l *lab) raiseFiles() error {
	want := max(l.held, slices.Max(l.crowds)) + spare
	got, err := kernel.RaiseFiles(uint64(want))
	if err != nil || got >= uint64(want) {
		return err
	}
	most := int(got) - spare
	l.say("this account may have only %d files open, so there are %d subscribers at most: raise ulimit -n", got, most)
	l.held = min(l.held, most)
	for i := range l.crowds {
		l.crowds[i] = min(l.crowds[i], most)
	}
	return nil
}

func (l *lab) build(ctx context.Context) error {
	l.say("building the server")
	l.server = filepath.Join(l.folder, "parley")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", l.server, "parley/server").CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return nil
}

// measureAll has everything take its turn, round by round.
func (l *lab) measureAll(ctx context.Context) error {
	began := time.Now()
	for round := range l.rounds {
		for _, m := range measures() {
			if !slices.Contains(l.measures, m.name) || m.once && round > 0 {
				continue
			}
			l.say("round %d of %d, %s (%.0f s so far)", round+1, l.rounds, m.name, time.Since(began).Seconds())
			if err := m.turn(l, ctx, round+1); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	return nil
}

// write writes the report.
func (l *lab) write() error {
	if l.out == "" {
		return nil
	}
	if err := l.book.Write(l.out, machine(), l.quick); err != nil {
		return err
	}
	l.say("the report is in %s", l.out)
	return nil
}

func (l *lab) close() error {
	var errs []error
	if l.crowd != nil {
		errs = append(errs, l.crowd.Close())
	}
	if l.database != nil {
		errs = append(errs, l.database.stop())
	}
	if l.folder != "" {
		errs = append(errs, removeFolder(l.folder))
	}
	return errors.Join(errs...)
}
