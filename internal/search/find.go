package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"parley/internal/page"
)

// reach is among how many of the newest entries a word is looked for first: one that is everywhere is found there, and
// for one that is not, the index of words has few.
const reach = 5_000

// Query is words of which an entry must have all: each as the beginning of a word, in any case.
type Query string

// Query returns the words of a text, "" where it has none. Whatever the text is, it is words and nothing else.
func (x *Index) Query(ctx context.Context, text string) (Query, error) {
	var found pq.StringArray
	err := one(ctx, x.ent, []any{&found}, `SELECT tsvector_to_array(`+words+`) FROM (SELECT $1::text AS body) b`, text)
	if err != nil {
		return "", err
	}
	for i, word := range found {
		found[i] = "'" + quote.Replace(word) + "':*"
	}
	return Query(strings.Join(found, " & ")), nil
}

// quote keeps a word within quotes.
var quote = strings.NewReplacer(`\`, `\\`, `'`, `''`)

// Where says which entries are searched.
type Where struct {
	entries string // those, of which $1 is whose they are
	of      any
}

// InOrganization are all that were written in an organisation.
func InOrganization(id string) Where {
	return Where{`FROM search_entries e WHERE e.organization_id = $1`, id}
}

// InStream are those of one stream.
func InStream(id int64) Where {
	return Where{`FROM events e JOIN search_entries w ON w.id = e.id
		WHERE e.stream_id = $1 AND e.kind IN ('TEXT', 'DOCUMENT', 'NOTICE')`, id}
}

// Find returns the places of entries that have the words, newest first, for a window that is read from its beginning.
// What was committed before is found.
func (x *Index) Find(ctx context.Context, where Where, q Query, w page.Keyset) ([]page.Key, error) {
	if err := x.catchUp(ctx); err != nil {
		return nil, err
	}
	at, id := any("infinity"), ""
	if after := w.Begin(); after != nil {
		at, id = after.At, after.ID
	}
	args := []any{where.of, at, id, string(q), w.Fetch()}
	found, err := x.keys(ctx, where.amongNewest(), args)
	if err != nil || len(found) == w.Fetch() {
		return found, err
	}
	return x.keys(ctx, where.amongAll(), args)
}

// Count counts the entries that have the words.
func (x *Index) Count(ctx context.Context, where Where, q Query) (n int, err error) {
	err = one(ctx, x.ent, []any{&n}, `SELECT count(*) `+where.entries+` AND words @@ $2::tsquery`, where.of, string(q))
	return n, err
}

const newestFirst = ` ORDER BY at DESC, id DESC LIMIT `

// amongNewest looks at the newest entries, one after the other.
func (w Where) amongNewest() string {
	return `SELECT id, at FROM (SELECT e.id, e.at, words ` + w.entries + ` AND (e.at, e.id) < ($2, $3)
		ORDER BY e.at DESC, e.id DESC LIMIT ` + fmt.Sprint(reach) + `) newest
		WHERE words @@ $4::tsquery` + newestFirst + `$5`
}

// amongAll takes all that have the words, and then the newest of them. The planner, who believes that words are spread
// evenly, is kept from going through all entries in order of time until it has enough, by OFFSET 0.
func (w Where) amongAll() string {
	return `SELECT id, at FROM (SELECT e.id, e.at ` + w.entries + ` AND (e.at, e.id) < ($2, $3)
		AND words @@ $4::tsquery OFFSET 0) found` + newestFirst + `$5`
}

func (x *Index) keys(ctx context.Context, q string, args []any) ([]page.Key, error) {
	rows, err := x.ent.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	defer rows.Close()
	var found []page.Key
	for rows.Next() {
		var k page.Key
		if err := rows.Scan(&k.ID, &k.At); err != nil {
			return nil, fmt.Errorf("read what was found: %w", err)
		}
		found = append(found, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}
