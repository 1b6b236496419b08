package scalar_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"parley/graph/scalar"
	"parley/internal/apierr"
	"parley/internal/upload"
)

func TestTextsAndIDs(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "hello", "häl\nlo 🐴", `"quoted" \ <b>`, "\u2028"} {
		if got, err := scalar.UnmarshalString(s); got != s || err != nil {
			t.Errorf("UnmarshalString(%q) = %q, %v", s, got, err)
		}
		if got, err := scalar.UnmarshalID(s); got != s || err != nil {
			t.Errorf("UnmarshalID(%q) = %q, %v", s, got, err)
		}
		for _, m := range []graphql.Marshaler{scalar.MarshalString(s), scalar.MarshalID(s)} {
			var back string
			if err := json.Unmarshal([]byte(written(m)), &back); err != nil || back != s {
				t.Errorf("%q is written as %s", s, written(m))
			}
		}
	}
	for _, v := range []any{"a\x00b", "\x00", "caf\xe9", "\xff", []any{"a"}, map[string]any{}} {
		if _, err := scalar.UnmarshalString(v); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("UnmarshalString(%q): have %v, want BAD_USER_INPUT", v, err)
		}
	}
	// What cannot be an id is not found, like one that does not exist.
	for v, want := range map[any]apierr.Code{"a\x00b": apierr.NotFound, "\xff": apierr.NotFound, struct{}{}: apierr.BadUserInput} {
		if _, err := scalar.UnmarshalID(v); !apierr.Is(err, want) {
			t.Errorf("UnmarshalID(%q): have %v, want %s", v, err, want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-01T09:30:00Z":             `"2026-03-01T09:30:00Z"`,
		"2026-03-01T09:30:00.123456+01:00": `"2026-03-01T08:30:00.123456Z"`,
		"2026-03-01T23:30:00-05:00":        `"2026-03-02T04:30:00Z"`,
	} {
		got, err := scalar.UnmarshalDateTime(in)
		if err != nil || got.Location() != time.UTC || written(scalar.MarshalDateTime(got)) != want {
			t.Errorf("%s is %s, %v, want %s", in, written(scalar.MarshalDateTime(got)), err, want)
		}
	}
	local := time.Date(2026, 3, 1, 10, 30, 0, 0, time.FixedZone("CET", 3600))
	if got := written(scalar.MarshalDateTime(local)); got != `"2026-03-01T09:30:00Z"` {
		t.Errorf("%s is written as %s", local, got)
	}
	for _, v := range []any{"", "today", "2026-03-01", "2026-03-01 09:30:00", "2026-13-01T09:30:00Z", 1772357400, nil} {
		if _, err := scalar.UnmarshalDateTime(v); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("UnmarshalDateTime(%v): have %v, want BAD_USER_INPUT", v, err)
		}
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	file := upload.File{Name: "a.txt", Length: 1, Reader: strings.NewReader("a")}
	if got, err := scalar.UnmarshalUpload(file); got != file || err != nil {
		t.Errorf("a file is %v, %v", got, err)
	}
	if got := written(scalar.MarshalUpload(file)); got != "null" {
		t.Errorf("it is written as %s", got)
	}
	for _, v := range []any{nil, "a.txt", 1, map[string]any{"Name": "a.txt"}, []upload.File{file}, &file} {
		if _, err := scalar.UnmarshalUpload(v); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("UnmarshalUpload(%v): have %v, want BAD_USER_INPUT", v, err)
		}
	}
}

func written(m graphql.Marshaler) string {
	var b strings.Builder
	m.MarshalGQL(&b)
	return b.String()
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, v := range []any{json.Number("-7"), int64(-7), -7} {
		if n, err := scalar.UnmarshalInt(v); n != -7 || err != nil {
			t.Errorf("%T: %d %v", v, n, err)
		}
	}
	for _, v := range []any{"7", json.Number("7.5"), 7.5, json.Number("3000000000"), true, []any{}} {
		if n, err := scalar.UnmarshalInt(v); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("%T %v: %d %v", v, v, n, err)
		}
	}
	for _, v := range []any{json.Number("7"), 7, true, nil} {
		if s, err := scalar.UnmarshalString(v); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("%T %v: %q %v", v, v, s, err)
		}
	}
}
