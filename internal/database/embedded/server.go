//go:build unix

package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Server is a running private PostgreSQL. Its methods may be called by several goroutines.
type Server struct {
	place   *place
	process *process
	socket  string
	signal  syscall.Signal // that ends it
	stop    func() error
}

// Start starts the server of cfg.Dir and returns when it takes connections; the first time it makes the cluster.
// The caller stops it. The context is for starting only.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	owner, err := ordinaryAccount()
	if err != nil {
		return nil, err
	}
	held, err := claim(ctx, cfg.Dir, owner, cfg.say)
	if err != nil {
		return nil, fmt.Errorf("taking the folder of PostgreSQL: %w", err)
	}
	server, err := start(ctx, cfg, held)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting PostgreSQL: %w", err), held.release())
	}
	return server, nil
}

func start(ctx context.Context, cfg Config, held *place) (*Server, error) {
	if err := stopLeftover(held.data()); err != nil {
		return nil, err
	}
	major, err := held.version()
	if err != nil {
		return nil, err
	}
	programs, err := findBinaries(ctx, cfg, held.owner, major)
	if err != nil {
		return nil, err
	}
	cfg.say(fmt.Sprintf("starting %v …", programs))
	if err := held.initialise(ctx, programs, cfg.Durable); err != nil {
		return nil, err
	}
	return held.serveWhenFree(ctx, programs, cfg)
}

// Remove deletes the cluster of the folder and the folder. It stops a server that a killed process left there, and
// returns ErrInUse where one is in use.
func Remove(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	owner, err := ordinaryAccount()
	if err != nil {
		return err
	}
	held, err := claim(ctx, dir, owner, func(string) {})
	if err != nil {
		return fmt.Errorf("taking the folder of PostgreSQL: %w", err)
	}
	err = errors.Join(stopLeftover(held.data()), held.removeSocketDir())
	if err == nil {
		err = errors.Join(os.RemoveAll(held.home), os.RemoveAll(dir))
	}
	return errors.Join(err, held.release())
}

// initialise makes the cluster where there is none yet.
func (p *place) initialise(ctx context.Context, programs binaries, durable bool) error {
	if _, err := os.Stat(p.data()); err == nil {
		return nil
	}
	// Made under another name: a cluster that was cut short would look finished.
	unfinished := p.data() + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("removing an unfinished cluster: %w", err)
	}
	if err := p.initdb(ctx, programs, unfinished, durable); err != nil {
		return err
	}
	return os.Rename(unfinished, p.data())
}

func (p *place) initdb(ctx context.Context, programs binaries, dir string, durable bool) error {
	var err error
	for _, locale := range locales(programs.major) {
		if err = errors.Join(os.RemoveAll(dir), p.owner.makeDir(dir)); err != nil {
			return fmt.Errorf("making the folder of the data: %w", err)
		}
		args := append([]string{"-D", dir, "-U", User, "-A", "trust", "-E", "UTF8", "--no-instructions"}, locale...)
		if !durable {
			args = append(args, "--no-sync")
		}
		if err = output(p.owner.command(ctx, p.home, programs.path("initdb"), args...)); err == nil {
			return nil
		}
	}
	return fmt.Errorf("running initdb: %w", err)
}

// locales returns initdb's options in order of preference: sorted by bytes, letters of all languages known.
func locales(major int) [][]string {
	if major >= 17 {
		return [][]string{{"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}}
	}
	return [][]string{{"--locale=C.UTF-8"}, {"--locale=C"}} // not every system has the first
}

// errOrphans says that processes of an earlier server are still at work on the cluster.
var errOrphans = errors.New("processes of a PostgreSQL that was killed are still at work")

// serveWhenFree starts postgres on the cluster. Where an earlier one was killed by force, its processes need a moment to
// notice, and the new one refuses to start beside them.
func (p *place) serveWhenFree(ctx context.Context, programs binaries, cfg Config) (*Server, error) {
	patience := time.Now().Add(10 * time.Second)
	for {
		s, err := p.serve(ctx, programs, cfg)
		if !errors.Is(err, errOrphans) || time.Now().After(patience) {
			return s, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// serve starts postgres on the cluster and waits until it takes connections.
func (p *place) serve(ctx context.Context, programs binaries, cfg Config) (*Server, error) {
	socket, err := p.socketDir()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(p.home, logName), os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log of PostgreSQL: %w", err)
	}
	defer log.Close() // the child has its own
	s := &Server{place: p, socket: socket, signal: endSignal(cfg.Durable)}
	s.stop = sync.OnceValue(s.end)
	cmd := p.postgres(programs, cfg, socket, s.signal)
	cmd.Stdout, cmd.Stderr = log, log
	if s.process, err = launch(cmd); err != nil {
		return nil, fmt.Errorf("running postgres: %w", err)
	}
	if err := s.waitReady(ctx); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

// endSignal returns the signal for a shutdown that leaves nothing to recover, or, where nothing is worth it, for a quick one.
func endSignal(durable bool) syscall.Signal {
	if durable {
		return syscall.SIGINT
	}
	return syscall.SIGQUIT
}

func (p *place) postgres(programs binaries, cfg Config, socket string, endsBy syscall.Signal) *exec.Cmd {
	args := []string{"-D", p.data(), "-k", socket}
	settings := defaults(cfg.Durable)
	maps.Copy(settings, cfg.Settings)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	// The server outlives the context: that one is for starting.
	cmd := p.owner.command(context.Background(), p.home, programs.path("postgres"), args...)
	dieWithParent(cmd.SysProcAttr, endsBy)
	// A group of its own: Ctrl-C is for the parent, which stops PostgreSQL after everything that uses it.
	cmd.SysProcAttr.Setpgid = true
	return cmd
}

func defaults(durable bool) map[string]string {
	settings := map[string]string{
		"listen_addresses":                "",
		"unix_socket_permissions":         "0700",
		"port":                            "5432",
		"cluster_name":                    "parley",
		"max_connections":                 "300",
		"timezone":                        "UTC",
		"log_timezone":                    "UTC",
		"lc_messages":                     "C",
		"jit":                             "off",
		"max_parallel_workers_per_gather": "0",
	}
	if !durable {
		maps.Copy(settings, map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
		})
	}
	return settings
}

// waitReady returns when the server takes connections, or why it never will.
func (s *Server) waitReady(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		pid, ready := readPidFile(s.place.data())
		if ready && pid == s.process.handle.Pid {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for PostgreSQL: %w", ctx.Err())
		case <-s.process.done:
			return s.place.whyEnded()
		case <-tick.C:
		}
	}
}

// whyEnded returns what the log says about a server that ended while it was starting.
func (p *place) whyEnded() error {
	log, err := os.ReadFile(filepath.Join(p.home, logName))
	if err != nil {
		return fmt.Errorf("PostgreSQL ended at once: %w", err)
	}
	err = fmt.Errorf("PostgreSQL ended at once; its log says:\n%s", tail(string(log)))
	if strings.Contains(string(log), "pre-existing shared memory block") {
		return errors.Join(errOrphans, err)
	}
	return err
}

// URL returns the address of a database, as lib/pq, psql and pgbench take it.
func (s *Server) URL(database string) string {
	query := url.Values{"host": {s.socket}, "user": {User}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Create makes the database where it does not exist yet.
func (s *Server) Create(ctx context.Context, database string) error {
	db, err := sql.Open("postgres", s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("opening the private PostgreSQL: %w", err)
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(database))
	if err != nil && pq.As(err, pqerror.DuplicateDatabase) == nil {
		return fmt.Errorf("creating database %s: %w", database, err)
	}
	return nil
}

// Done returns a channel that is closed when the server has ended, whoever ended it.
func (s *Server) Done() <-chan struct{} { return s.process.done }

// Stop ends the server and gives the folder free. Connections are cut; what was committed is kept. Further calls return the
// result of the first.
func (s *Server) Stop() error { return s.stop() }

func (s *Server) end() error { return errors.Join(s.kill(), s.place.release()) }

// kill ends the process and removes what it left outside of the home.
func (s *Server) kill() error {
	if s.process.alive() {
		if err := end(s.process.handle, s.signal, func() bool { return !s.process.alive() }); err != nil {
			return err
		}
	}
	return s.place.removeSocketDir()
}
