package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/access.txt as the server answers now")

const accessFile = "testdata/access.txt"

// columns are the viewers of the matrix, in the order of the file. Those that begin with "other" are of another
// organisation than what they ask for; a stranger is a specialist in another room, and one who was removed is one no more.
var columns = []string{
	"admin", "lead", "agent", "quality", "customer", "specialist",
	"stranger", "other-admin", "other-lead", "other-agent", "other-quality", "other-customer", "other-specialist",
	"signed-out", "removed", "nobody",
}

// Where the groups of columns end: those who are there, and those who are elsewhere. The rest is not known any more.
const (
	here  = 6
	known = 13
)

// Every field of the API is asked for by everyone, of both organisations; who gets what is in a file. What is of
// another organisation is answered like what does not exist, and nothing of it is in any answer.
func TestAccess(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0,heartbeat=200ms,presence-grace=1ms,specialist-seats=0"))
	worlds := []*world{newWorld(h, "Demo", "demo.example"), newWorld(h, "Other", "other.example")}
	worlds[1].things["$inbox"] = worlds[0].things["$inbox"] // from before the first news of both
	want := readMatrix(t)
	h.expected["matrix@customer.example"] = 1000 // those that the matrix itself invites
	var got strings.Builder
	for _, o := range operations(t) {
		cells := askAll(t, o, worlds[0], worlds[1])
		if again := askAll(t, o, worlds[1], worlds[0]); !slices.Equal(cells, again) {
			t.Errorf("%s: the two organisations differ:\n%v\n%v", o.name, cells, again)
		}
		fmt.Fprintf(&got, "%-38s %s\n", o.name, strings.Join(cells, " "))
		switch row, ok := want[o.name]; {
		case *update:
		case !ok:
			t.Errorf("%s is not in %s: say who may", o.name, accessFile)
		case !slices.Equal(row, cells):
			t.Errorf("%s\n got %v\nwant %v", o.name, cells, row)
		}
		delete(want, o.name)
	}
	if *update {
		writeMatrix(t, got.String())
		return
	}
	for name := range want {
		t.Errorf("%s is in %s, and not in the schema", name, accessFile)
	}
}

// askAll asks for one operation on things of a world as everyone, and returns a cell for each column.
func askAll(t *testing.T, o operation, own, other *world) []string {
	t.Helper()
	asked := make([]asking, len(columns))
	for i, column := range columns {
		asked[i] = own.prepare(o, column, other)
	}
	return together(len(columns), func(i int) string {
		a := asked[i]
		outcome, body := own.h.perform(o, a.token, a.things.Replace(o.document), func() { own.happen(o) })
		foreign := strings.HasPrefix(columns[i], "other-")
		if i >= here {
			own.checkSilence(o, columns[i], body)
		}
		if foreign && o.mentionsIDs() {
			if _, missing := own.h.perform(o, a.token, a.nothing.Replace(o.document), func() {}); missing != body {
				t.Errorf("%s as %s: foreign is answered\n%s\nand missing\n%s", o.name, columns[i], body, missing)
			}
		}
		return outcome
	})
}

func readMatrix(t *testing.T) map[string][]string {
	t.Helper()
	file, err := os.Open(accessFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	defer file.Close()
	rows := map[string][]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Fields(strings.ReplaceAll(lines.Text(), "|", " "))
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		rows[words[0]] = words[1:]
	}
	return rows
}

const accessHeader = `# Who may do what. One row for each field of the API that has a resolver or leads to another thing, T.* for the plain
# fields of a type, one column for each viewer. The test TestAccess asks for all of it, for things of both organisations.
#
# ok    there is an answer       401  UNAUTHENTICATED
# null  the answer is null       403  FORBIDDEN
# CODE  of a user error          404  NOT_FOUND: the answer for what does not exist
# nothing: all that was missed is told, and none of it is that
#
`

func writeMatrix(t *testing.T, rows string) {
	t.Helper()
	var out strings.Builder
	out.WriteString(accessHeader)
	table := append([]string{"# " + strings.Join(columns, " ")}, strings.Split(strings.TrimSpace(rows), "\n")...)
	widths := make([]int, len(columns)+1)
	for i, line := range table {
		words := strings.Fields(line)
		if i == 0 {
			words = append([]string{"#"}, words[1:]...)
		}
		for j, w := range words {
			widths[j] = max(widths[j], len(w))
		}
	}
	for _, line := range table {
		words := strings.Fields(line)
		for j, w := range words {
			if j == here+1 || j == known+1 {
				out.WriteString("| ")
			}
			fmt.Fprintf(&out, "%-*s ", widths[j], w)
		}
		out.WriteString("\n")
	}
	text := strings.ReplaceAll(out.String(), " \n", "\n")
	for strings.Contains(text, " \n") {
		text = strings.ReplaceAll(text, " \n", "\n")
	}
	if err := os.WriteFile(accessFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
