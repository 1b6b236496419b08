package database_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"parley/internal/database"
	"parley/internal/dbtest"
)

func TestAgainReadsOnceMoreWhereTheConnectionWasLost(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		fails int
		err   error
		tries int
		want  bool // an error in the end
	}{
		"at once":          {t.Context(), 0, nil, 1, false},
		"a bad connection": {t.Context(), 1, fmt.Errorf("read: %w", driver.ErrBadConn), 2, false},
		"its end":          {t.Context(), 2, io.ErrUnexpectedEOF, 3, false},
		"no more":          {t.Context(), 2, io.EOF, 3, false},
		"the network":      {t.Context(), 9, &net.OpError{Op: "read", Err: errors.New("reset")}, 3, true},
		"anything else":    {t.Context(), 1, errors.New("no such table"), 1, true},
		"nobody waits":     {over, 1, driver.ErrBadConn, 1, true},
	} {
		n := 0
		err := database.Again(c.ctx, func() error {
			if n++; n <= c.fails {
				return c.err
			}
			return nil
		})
		if n != c.tries || (err != nil) != c.want {
			t.Errorf("%s: %d tries, %v", name, n, err)
		}
	}
}

func TestABackendThatIsTerminatedIsALostConnection(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	_, err := db.SQL.ExecContext(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)
	if !database.Lost(err) {
		t.Errorf("%v is no lost connection", err)
	}
	_, err = db.SQL.ExecContext(t.Context(), `SELECT nothing`)
	if err == nil || database.Lost(err) {
		t.Errorf("%v is a lost connection", err)
	}
}
