package database_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/database"
	"parley/internal/dbtest"
)

// listen listens until the context ends, and tells when it began, what it heard and how it ended.
func listen(ctx context.Context, url string) (began chan struct{}, heard chan string, ended chan error) {
	began, heard, ended = make(chan struct{}), make(chan string, 1000), make(chan error, 1)
	go func() {
		ended <- database.Listen(ctx, url, "news", func() { close(began) }, func(payload string) { heard <- payload })
	}()
	return began, heard, ended
}

func TestListenHearsAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	began, heard, ended := listen(ctx, db.URL)
	<-began
	if _, err := db.SQL.ExecContext(t.Context(), "SELECT pg_notify('news', i::text) FROM generate_series(1, 500) i"); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		<-heard
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestListenEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	began, _, ended := listen(t.Context(), db.URL)
	<-began
	if _, err := db.SQL.ExecContext(t.Context(),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"); err != nil {
		t.Fatal(err)
	}
	wantText(t, <-ended, "terminating connection")
}

func TestListenNoticesSilence(t *testing.T) {
	t.Parallel()
	network, address := dbtest.New(t).Network(t)
	began, _, ended := listen(t.Context(), address)
	<-began
	network.Cut()
	cut := time.Now()
	wantText(t, <-ended, "timeout")
	if took := time.Since(cut); took > 10*time.Second {
		t.Errorf("it took %s to notice", took)
	}
	_, _, ended = listen(t.Context(), address)
	wantText(t, <-ended, "timeout")
}

func TestListenEndsWithItsContextOnASilentNetwork(t *testing.T) {
	t.Parallel()
	network, address := dbtest.New(t).Network(t)
	for name, listening := range map[string]bool{"while it listens": true, "while it connects": false} {
		ctx, cancel := context.WithCancel(t.Context())
		began, _, ended := listen(ctx, address)
		if listening {
			<-began
		}
		network.Cut()
		cancel()
		canceled := time.Now()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(canceled); took > time.Second {
			t.Errorf("%s: it ended only after %s", name, took)
		}
		network.Heal()
	}
}

func TestListenNeedsAnAddress(t *testing.T) {
	t.Parallel()
	_, _, ended := listen(t.Context(), "postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
	wantText(t, <-ended, "refused")
}
