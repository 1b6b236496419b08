package parley_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "parley"

// A layer says what packages may import of this module, and why. The first layer whose prefix matches a package holds.
var layers = []struct {
	prefix string
	may    []string // prefixes; "!" before one forbids it where a later one would allow it
	why    string
}{
	{"server", []string{""}, "it wires everything"},
	{"graph/generated", []string{"ent", "graph/scalar", "internal/"}, "it is generated from the schema and its bindings"},
	{"graph/scalar", []string{"internal/apierr", "internal/typeid", "internal/upload"}, "scalars are only read and written"},
	{"graph/precheck", []string{"internal/apierr", "internal/limits"}, "it judges documents, and knows no domain"},
	{"graph/transport/internal/testschema", []string{"graph/scalar", "graph/transport", "internal/apierr", "internal/feed", "internal/upload"}, "a schema for tests has scalars as the real one has them"},
	{"graph/transport", []string{"graph/precheck", "graph/transport", "internal/apierr", "internal/feed", "internal/limits", "internal/upload"}, "protocols know no domain, so that they serve any schema"},
	{"graph", []string{"!internal/database", "!internal/bus", "!internal/presence", "!internal/notify", "!internal/throttle", "!internal/idempotency", "ent", "graph/", "internal/"}, "it translates and decides nothing: it calls services, and never touches rows"},

	{"internal/session", []string{"internal/room", "internal/organization", base}, "a session is in a room, which knows only who has come in by it"},
	{"internal/inbox", []string{"internal/room", "internal/call", "internal/conversation", base}, "an inbox tells of rooms, conversations and members' states, which do not know it"},
	{"internal/conversation", []string{"internal/call", "internal/customer", "internal/organization", base}, "a conversation is between an agent and a customer, and knows no rooms"},
	{"internal/number", []string{"internal/organization", base}, "a number is bought for an organisation, and does not know what it is used for"},
	{"internal/call", []string{"internal/organization", base}, "a call is a member's and reaches a number: it knows no rooms"},
	{"internal/room", []string{"internal/customer", "internal/document", "internal/organization", base}, "domains depend downwards only: room → customer → organization"},
	{"internal/document", []string{"ent", "internal/apierr", "internal/blob", "internal/database", "internal/inspect", "internal/limits", "internal/typeid"}, "a document does not know what it is shared in, nor with whom"},
	{"internal/customer", []string{"internal/organization", base}, "customers know no rooms"},
	{"internal/organization", []string{base}, "an organisation knows neither customers nor rooms"},

	{"internal/notify/simulator", []string{"internal/notify", "internal/apierr", "internal/carrier", "internal/database", "internal/typeid", "ent"}, "a carrier knows the outbox's ports; the simulated one keeps its phone in the database"},
	{"internal/notify/twilio/twiliotest", nil, "what stands in for Twilio is not built of what is tested against it"},
	{"internal/notify/twilio", []string{"internal/notify", "internal/apierr", "internal/carrier", "ent/delivery"}, "a carrier knows the ports only"},
	{"internal/notify/smtp", []string{"internal/notify", "internal/apierr", "ent/delivery"}, "a carrier knows the outbox's ports only"},
	{"internal/optout", []string{"ent", "internal/apierr", "internal/identifier", "internal/limits", "internal/notify", "internal/sms", "internal/throttle"}, "who wants no messages is known without knowing what they say"},
	{"internal/notify", []string{"ent", "internal/apierr", "internal/database", "internal/supervise"}, "the outbox carries messages and does not know what they are about"},
	{"internal/bus", []string{"internal/database", "internal/supervise"}, "a bus carries news and does not know what they mean"},
	{"internal/presence", []string{"internal/bus"}, "who is where is counted without knowing what a place is"},
	{"internal/eventlog", []string{"ent", "internal/apierr", "internal/bus", "internal/database", "internal/feed", "internal/supervise", "internal/typeid"}, "the log does not know what events mean"},
	{"internal/audit", []string{"ent", "internal/apierr", "internal/auth", "internal/eventlog", "internal/page", "internal/typeid"}, "who did what is kept without knowing what it was done to"},
	{"internal/search", []string{"ent", "internal/database", "internal/eventlog", "internal/page"}, "words are found without knowing what they are in, nor who may see it"},
	{"internal/auth", []string{"ent", "internal/apierr", "internal/bus", "internal/database", "internal/limits", "internal/typeid"}, "who asks is known before any domain"},
	{"internal/idempotency", []string{"ent", "internal/apierr", "internal/database"}, "it stands under all domains"},
	{"internal/throttle", []string{"ent", "internal/apierr", "internal/database"}, "it stands under all domains"},
	{"internal/page", []string{"internal/apierr", "internal/typeid"}, "it stands under all domains"},
	{"internal/identifier", []string{"internal/apierr"}, "identifiers are pure rules"},
	{"internal/sms", []string{"internal/apierr", "internal/identifier"}, "what a text message is, is pure rules"},
	{"internal/blob", nil, "bytes are kept without knowing what they are of"},
	{"internal/inspect", nil, "what bytes are is told without knowing whose they are"},
	{"internal/database", []string{"ent", "internal/database"}, "the database knows tables, and no domain"},
	{"internal/dbtest", []string{"ent", "internal/database"}, "tests need the database, and no domain"},
	{"internal/", nil, "the floor of the house imports nothing of it"},

	{"ent/migrate", []string{"ent"}, "migrations belong to the model"},
	{"ent", []string{"ent", "internal/typeid"}, "the model has ids and no rules"},
	{"web", nil, "pages are served as they are"},
	{"test", []string{""}, "tests may look everywhere"},
	{"", nil, "the root holds the schema alone"},
}

// base stands for what every domain may use.
const base = "internal/(base)"

var basePackages = []string{
	"ent", "internal/eventlog", "internal/notify", "internal/audit", "internal/auth", "internal/apierr", "internal/blob", "internal/bus", "internal/carrier",
	"internal/database", "internal/idempotency",
	"internal/feed", "internal/identifier", "internal/inspect", "internal/limits", "internal/optout", "internal/page", "internal/presence", "internal/search", "internal/sms", "internal/supervise",
	"internal/throttle", "internal/typeid", "internal/upload",
}

type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func TestImportsGoDownwardsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := inside(p.ImportPath)
		for _, i := range p.Imports {
			if i == module || strings.HasPrefix(i, module+"/") {
				check(t, from, inside(i))
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		generated := strings.HasPrefix(inside(p.ImportPath), "ent/") || strings.HasSuffix(p.ImportPath, "/generated") ||
			strings.Contains(p.ImportPath, "testschema")
		if len(p.GoFiles) > 0 && p.Doc == "" && !generated {
			t.Errorf("%s has no package comment: say what it is, what it guarantees and what it does not do", p.ImportPath)
		}
	}
}

func TestOnlyTestsImportWhatIsForTests(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, i := range p.Imports {
			if i := inside(i); i == "internal/dbtest" || i == "internal/notify/twilio/twiliotest" {
				t.Errorf("%s imports %s, which is for tests only", p.ImportPath, i)
			}
		}
	}
}

func check(t *testing.T, from, to string) {
	t.Helper()
	for _, l := range layers {
		if !matches(from, l.prefix) {
			continue
		}
		if !allowed(l.may, to) {
			t.Errorf("%s may not import %s: %s", from, to, l.why)
		}
		return
	}
}

func allowed(may []string, to string) bool {
	for _, m := range may {
		switch forbidden, negated := strings.CutPrefix(m, "!"); {
		case negated && matches(to, forbidden):
			return false
		case m == base && isBase(to):
			return true
		case !negated && m != base && matches(to, m):
			return true
		}
	}
	return false
}

func isBase(to string) bool {
	for _, b := range basePackages {
		if to == b || b == "ent" && strings.HasPrefix(to, "ent/") {
			return true
		}
	}
	return false
}

// matches tells whether a package is the one named or below it. The empty name is every package; a name that ends in
// a slash is those below it alone.
func matches(name, prefix string) bool {
	below := strings.TrimSuffix(prefix, "/") + "/"
	return prefix == "" || name == prefix || strings.HasPrefix(name, below)
}

// inside is a package's path within the module.
func inside(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,Imports,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}
