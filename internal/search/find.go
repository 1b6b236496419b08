package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"parley/internal/page"
)

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
	of    any      // whose they are: $1 of the statements
	finds []string // tried in turn until the page is full
	count string
}

// InOrganization are all that were written in an organisation.
func InOrganization(id string) Where {
	return Where{id, []string{amongNewest, amongAll}, `SELECT count(*) FROM search_entries WHERE organization_id = $1 AND words @@ $2::tsquery`}
}

// InStream are those of one stream.
func InStream(id int64) Where { return Where{id, []string{throughStream}, countStream} }

// Find returns the places of entries that have the words, newest first, for a window that is read from its beginning.
// What was committed before is found.
func (x *Index) Find(ctx context.Context, where Where, q Query, w page.Keyset) (found []page.Key, err error) {
	if err := x.catchUp(ctx); err != nil {
		return nil, err
	}
	at, id := any("infinity"), ""
	if after := w.Begin(); after != nil {
		at, id = after.At, after.ID
	}
	for _, find := range where.finds {
		found, err = x.keys(ctx, find, where.of, at, id, string(q), w.Fetch())
		if err != nil || len(found) == w.Fetch() {
			break
		}
	}
	return found, err
}

// Count counts the entries that have the words.
func (x *Index) Count(ctx context.Context, where Where, q Query) (n int, err error) {
	err = one(ctx, x.ent, []any{&n}, where.count, where.of, string(q))
	return n, err
}

// amongNewest goes through the newest five thousand entries of an organisation: a word that is everywhere is found there,
// and one that is not has few entries in the index of words.
const amongNewest = `
SELECT id, at FROM (
	SELECT id, at, words FROM search_entries WHERE organization_id = $1 AND (at, id) < ($2, $3)
	ORDER BY at DESC, id DESC LIMIT 5000
) newest
WHERE words @@ $4::tsquery
ORDER BY at DESC, id DESC LIMIT $5`

// amongAll takes all entries of an organisation that have the words, and then the newest of them. OFFSET 0 keeps the
// planner, who takes words for evenly spread, from going through all entries in order of time until it has enough.
const amongAll = `
SELECT id, at FROM (
	SELECT id, at FROM search_entries WHERE organization_id = $1 AND (at, id) < ($2, $3) AND words @@ $4::tsquery OFFSET 0
) found
ORDER BY at DESC, id DESC LIMIT $5`

// throughStream goes through a stream. Its entries are told by the log: they change streams, and the words need not know.
const throughStream = `
SELECT e.id, e.at FROM events e
WHERE e.stream_id = $1 AND e.kind IN ('TEXT', 'DOCUMENT', 'NOTICE') AND (e.at, e.id) < ($2, $3)
	AND (SELECT w.words @@ $4::tsquery FROM search_entries w WHERE w.id = e.id)
ORDER BY e.at DESC, e.id DESC LIMIT $5`

const countStream = `
SELECT count(*) FROM events e
WHERE e.stream_id = $1 AND e.kind IN ('TEXT', 'DOCUMENT', 'NOTICE')
	AND (SELECT w.words @@ $2::tsquery FROM search_entries w WHERE w.id = e.id)`

func (x *Index) keys(ctx context.Context, q string, args ...any) ([]page.Key, error) {
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
