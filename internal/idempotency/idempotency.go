// Package idempotency makes a mutation that is repeated with the same key happen once (rule X1).
//
// It guarantees that of any number of requests of one person with the same key, at the same moment too and in any
// process, one takes effect, and the others get its result; with other arguments they are refused. The key is
// remembered in the transaction of what it stands for, so a request that was refused leaves no trace.
package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/idempotencykey"
	"parley/internal/apierr"
)

// Key is one request's key with what it may be repeated with.
type Key struct {
	actor, key  string
	fingerprint []byte
}

// For returns the key of a request by the actor; arguments are all that the request is about. A request without a
// key (nil) gets the zero Key, which stands for nothing.
func For(actor string, key *string, operation string, arguments ...any) (Key, error) {
	if key == nil {
		return Key{}, nil
	}
	if strings.TrimSpace(*key) == "" {
		return Key{}, apierr.Blank("idempotencyKey")
	}
	if len(*key) > 255 {
		return Key{}, apierr.New(apierr.TooLong, "An idempotency key has at most 255 bytes.").On("idempotencyKey").Over(255, len(*key))
	}
	raw, err := json.Marshal(append([]any{operation}, arguments...))
	if err != nil {
		return Key{}, fmt.Errorf("fingerprint of %s: %w", operation, err)
	}
	sum := sha256.Sum256(raw)
	return Key{actor: actor, key: *key, fingerprint: sum[:]}, nil
}

// Columns returns what a statement that inserts the key itself needs beside the actor; an empty key is to be left out.
func (k Key) Columns() (key string, fingerprint []byte) { return k.key, k.fingerprint }

// ClaimTx takes the key for what is about to be made with the id, or returns the id of what was made when it was taken
// before. While another transaction holds the key, it waits for its end.
func (k Key) ClaimTx(ctx context.Context, tx *ent.Tx, id string) (standing string, err error) {
	if k.key == "" {
		return id, nil
	}
	err = tx.IdempotencyKey.Create().SetActorID(k.actor).SetKey(k.key).SetFingerprint(k.fingerprint).SetResultID(id).
		OnConflict(sql.ConflictColumns(idempotencykey.FieldActorID, idempotencykey.FieldKey), sql.DoNothing()).
		Exec(ctx)
	if err == nil {
		return id, nil
	}
	if !errors.Is(err, stdsql.ErrNoRows) { // no row: the key is taken
		return "", fmt.Errorf("claim idempotency key: %w", err)
	}
	standing, _, err = k.Made(ctx, tx.Client())
	return standing, err
}

// Made returns the id of what was made with the key, and false where it was not taken.
func (k Key) Made(ctx context.Context, client *ent.Client) (id string, found bool, err error) {
	if k.key == "" {
		return "", false, nil
	}
	row, err := client.IdempotencyKey.Query().
		Where(idempotencykey.ActorID(k.actor), idempotencykey.Key(k.key)).Only(ctx)
	if ent.IsNotFound(err) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read idempotency key: %w", err)
	}
	if !bytes.Equal(row.Fingerprint, k.fingerprint) {
		return "", false, Reused()
	}
	return row.ResultID, true, nil
}

// Reused refuses a key that was used before for something else.
func Reused() error {
	return apierr.New(apierr.IdempotencyKeyReused,
		"This idempotency key was used before with other arguments; use a new key for a new request.").On("idempotencyKey")
}

// InheritTx has a person repeat what another has done, as whom they go on.
func InheritTx(ctx context.Context, tx *ent.Tx, from, to string) error {
	const q = `INSERT INTO idempotency_keys (actor_id, key, fingerprint, result_id, created_at)
		SELECT $2, key, fingerprint, result_id, created_at FROM idempotency_keys WHERE actor_id = $1
		ON CONFLICT (actor_id, key) DO NOTHING`
	if _, err := tx.ExecContext(ctx, q, from, to); err != nil {
		return fmt.Errorf("pass idempotency keys on: %w", err)
	}
	return nil
}

// Sweep forgets keys that are older than the age; none where the age is zero, which lifts the limit.
func Sweep(ctx context.Context, client *ent.Client, age time.Duration) error {
	if age == 0 {
		return nil
	}
	_, err := client.IdempotencyKey.Delete().Where(idempotencykey.CreatedAtLT(time.Now().Add(-age))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("sweep idempotency keys: %w", err)
	}
	return nil
}
