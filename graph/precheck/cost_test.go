package precheck_test

import (
	"encoding/json"
	"testing"

	"parley/graph/precheck"
	"parley/internal/apierr"
)

func TestCost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query     string
		variables map[string]any
		cost      int
	}{
		{"{a}", nil, 1},
		{"{a b:a}", nil, 2},
		{"{__typename a b:a}", nil, 2},
		{"{__schema{types{name}} __type(name:\"Room\"){name kind} a b:a}", nil, 2},
		{"{room{id name}}", nil, 3},
		{"{rooms{totalCount pageInfo{hasNextPage}}}", nil, 4},
		{"{rooms{nodes{id}}}", nil, 1 + 20*2},
		{"{rooms{edges{node{id}}}}", nil, 1 + 20*3},
		{"{rooms(first:3){nodes{id} totalCount}}", nil, 1 + 3*2 + 1},
		{"{rooms(first:2 last:3){nodes{id}}}", nil, 1 + 3*2},
		{"{rooms(first:null){nodes{id}}}", nil, 1 + 20*2},
		{"{rooms(first:-1){nodes{id}}}", nil, 1 + 20*2},
		{"{rooms(first:1000){nodes{id}}}", nil, 1 + 100*2},
		{"{rooms(first:2147483647){nodes{id}}}", nil, 1 + 100*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{"n": int64(4)}, 1 + 4*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{"n": json.Number("4")}, 1 + 4*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{"n": 4.0}, 1 + 4*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{"n": 1e300}, 1 + 100*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{"n": "4"}, 1 + 4*2},
		{"query($n:Int){rooms(first:$n){nodes{id}}}", map[string]any{}, 1 + 20*2},
		{"{rooms(first:2){...f}} fragment f on RoomConnection{nodes{id} totalCount}", nil, 1 + 2*2 + 1},
		{"{rooms(first:2){nodes{rooms(first:3){nodes{id}}}}}", nil, 1 + 2*(1+1+3*2)},
		{"{numbers(first:3){id}}", nil, 1 + 3},
		{"{nodes(ids:[1 2 3]){id}}", nil, 1 + 3},
		{"query($l:[ID!]!){nodes(ids:$l){id}}", map[string]any{"l": []any{1, 2}}, 1 + 2},
	} {
		if got := cost(t, test.query, test.variables); got != test.cost {
			t.Errorf("%s costs %d, want %d", test.query, got, test.cost)
		}
	}
}

// cost is what a query is said to cost when it is refused, and 1 for what costs no more.
func cost(t *testing.T, query string, variables map[string]any) int {
	t.Helper()
	c := setup(t, func(o *precheck.Options) { o.Limits.Cost = 1 })
	doc, errs := c.Document(query, true)
	if len(errs) > 0 {
		t.Fatal(query, errs)
	}
	refused := apierr.As(c.Cost(doc, doc.Operations[0], variables))
	if len(refused) == 0 {
		return 1
	}
	return *refused[0].Count
}
