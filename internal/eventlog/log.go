package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/stream"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/typeid"
)

// ErrSealed says that nothing is appended to the stream any more.
var ErrSealed = errors.New("the stream is sealed")

// Log reads and writes streams, and follows them.
type Log struct {
	db    *sql.DB
	log   *slog.Logger
	epoch atomic.Uint32
	hub   *hub

	reached time.Time // when the database last answered a check; of check alone
}

// Open returns the log in the database. Run must be called for followers to be served.
func Open(ctx context.Context, db *sql.DB, b bus.Bus, log *slog.Logger) (*Log, error) {
	epoch, err := findEpoch(ctx, db)
	if err != nil {
		return nil, err
	}
	l := &Log{db: db, log: log, reached: time.Now()}
	l.epoch.Store(epoch)
	l.hub = newHub(l.read, b, log)
	return l, nil
}

// Cursor returns the cursor of a place in a stream.
func (l *Log) Cursor(streamID, seq int64) string {
	return Cursor{Epoch: l.epoch.Load(), Stream: streamID, Seq: seq}.String()
}

// Seq returns the place in the stream that a cursor stands for; lastSeq is the newest. A cursor of another stream is
// BAD_USER_INPUT, one of a lost history CURSOR_EXPIRED.
func (l *Log) Seq(cursor string, streamID, lastSeq int64) (int64, error) {
	c, err := ParseCursor(cursor)
	switch {
	case err != nil:
		return 0, err
	case c.Stream != streamID:
		return 0, badCursor()
	case c.Epoch != l.epoch.Load() || c.Seq > lastSeq:
		return 0, expiredCursor()
	}
	return c.Seq, nil
}

// Stride is by how much a stream's column active_at may be behind last_at. Whoever raises a stream moves it when it is
// further behind, and not before; to the time at which the statement began, so that it is never after last_at.
const Stride = 10 * time.Minute

// CreateTx makes an empty stream of the owner's.
func CreateTx(ctx context.Context, tx *ent.Tx, ownerID string) (int64, error) {
	id, now := rand.Int64(), time.Now()
	if err := tx.Stream.Create().SetID(id).SetOwnerID(ownerID).SetLastAt(now).SetActiveAt(now).Exec(ctx); err != nil {
		return 0, fmt.Errorf("create stream: %w", err)
	}
	return id, nil
}

// EnsureTx makes an empty stream with the id, unless it is there.
func EnsureTx(ctx context.Context, tx *ent.Tx, id int64, ownerID string) error {
	now := time.Now()
	err := tx.Stream.Create().SetID(id).SetOwnerID(ownerID).SetLastAt(now).SetActiveAt(now).
		OnConflict(entsql.ConflictColumns(stream.FieldID), entsql.DoNothing()).Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // no row: it is there
		return fmt.Errorf("ensure stream: %w", err)
	}
	return nil
}

// AppendTx appends entries to a stream and locks it until the transaction ends. After the commit, followers are rung.
// It is ErrSealed where the stream takes nothing any more.
func (l *Log) AppendTx(ctx context.Context, tx *ent.Tx, streamID int64, entries ...Entry) ([]Event, error) {
	lastSeq, at, err := raise(ctx, tx, streamID, len(entries))
	if err != nil {
		return nil, err
	}
	events := make([]Event, len(entries))
	rows := make([]*ent.EventCreate, len(entries))
	for i, e := range entries {
		events[i] = e.event(streamID, lastSeq-int64(len(entries)-i)+1, at)
		rows[i] = create(tx, events[i])
	}
	if err := tx.Event.CreateBulk(rows...).Exec(ctx); err != nil {
		return nil, fmt.Errorf("append to stream: %w", err)
	}
	database.AfterCommit(tx, func() { l.hub.ring(streamID) })
	return events, nil
}

// SealTx ends a stream.
func SealTx(ctx context.Context, tx *ent.Tx, streamID int64) error {
	if err := tx.Stream.UpdateOneID(streamID).SetSealed(true).Exec(ctx); err != nil {
		return fmt.Errorf("seal stream: %w", err)
	}
	return nil
}

// forgetAtOnce is how many entries are forgotten by one statement, so that none takes longer than one may.
const forgetAtOnce = 2_000

// ForgetTx takes out of the events of a stream, up to a place, what they say. Who reads them finds them empty; who has read
// them, or follows at that moment, may have them still.
func ForgetTx(ctx context.Context, tx *ent.Tx, streamID, upTo int64) error {
	const q = `UPDATE events SET body = NULL, data = NULL WHERE stream_id = $1 AND seq > $2 AND seq <= $3`
	for done := int64(0); done < upTo; done += forgetAtOnce {
		if _, err := tx.ExecContext(ctx, q, streamID, done, min(done+forgetAtOnce, upTo)); err != nil {
			return fmt.Errorf("forget what a stream says: %w", err)
		}
	}
	return nil
}

// Epoch is the number of the database's present history.
func (l *Log) Epoch() uint32 { return l.epoch.Load() }

// raise takes the next n places of a stream. The transaction has its number before it takes the time (Horizon).
func raise(ctx context.Context, tx *ent.Tx, streamID int64, n int) (lastSeq int64, at time.Time, err error) {
	const q = `UPDATE streams s SET last_seq = last_seq + $2, last_at = greatest(last_at, clock_timestamp()),
		active_at = CASE WHEN s.active_at < clock_timestamp() - interval '10 minutes' THEN statement_timestamp() ELSE s.active_at END
		WHERE pg_current_xact_id() IS NOT NULL AND id = $1 AND NOT sealed RETURNING last_seq, last_at`
	rows, err := tx.QueryContext(ctx, q, streamID, n)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("raise stream: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return 0, time.Time{}, fmt.Errorf("raise stream: %w", err)
		}
		return 0, time.Time{}, ErrSealed
	}
	if err := rows.Scan(&lastSeq, &at); err != nil {
		return 0, time.Time{}, fmt.Errorf("raise stream: %w", err)
	}
	return lastSeq, at.UTC(), nil
}

func (e Entry) event(streamID, seq int64, at time.Time) Event {
	id := e.ID
	if id == "" {
		id = typeid.New("evt")
	}
	return Event{id, streamID, seq, e.Kind, e.Side, e.ActorID, at, e.Body, e.Data}
}

func create(tx *ent.Tx, e Event) *ent.EventCreate {
	c := tx.Event.Create().SetID(e.ID).SetStreamID(e.Stream).SetSeq(e.Seq).SetKind(e.Kind).SetSide(e.Side).SetAt(e.At)
	if e.ActorID != "" {
		c.SetActorID(e.ActorID)
	}
	if e.Body != "" {
		c.SetBody(e.Body)
	}
	if e.Data != "" {
		c.SetData(e.Data)
	}
	return c
}

// Posted hands over events of one stream, in order, that a statement outside of this package has appended and
// committed together.
func (l *Log) Posted(events ...Event) {
	if len(events) > 0 {
		l.hub.hand(events)
	}
}
