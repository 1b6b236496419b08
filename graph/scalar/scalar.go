// Package scalar is how the schema's scalars are read and written.
//
// It guarantees that no text that the database cannot keep (with a NUL character, or not UTF-8) gets past the API, and
// that times are written in UTC; and that a file is one that arrives with the request, and nothing else.
package scalar

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/apierr"
	"parley/internal/upload"
)

// MarshalString writes a text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a text. What is none is not made one: the specification refuses it.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", apierr.New(apierr.BadUserInput, "This is not a text.")
	}
	if !storable(s) {
		return "", apierr.New(apierr.BadUserInput, "A text has to be UTF-8, and cannot hold a NUL character.")
	}
	return s, nil
}

// MarshalInt writes a number.
func MarshalInt(n int) graphql.Marshaler { return graphql.MarshalInt(n) }

// UnmarshalInt reads a whole number of 32 bits; a text that looks like one is none.
func UnmarshalInt(v any) (int, error) {
	if _, text := v.(string); text {
		return 0, apierr.New(apierr.BadUserInput, "This is a text, not a number.")
	}
	n, err := graphql.UnmarshalInt32(v)
	if err != nil {
		return 0, apierr.New(apierr.BadUserInput, "This is not a whole number of 32 bits.")
	}
	return int(n), nil
}

// MarshalID writes an id.
func MarshalID(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalID reads an id. Whether it is one of ours shows when it is looked for: what is no id is simply not found.
func UnmarshalID(v any) (string, error) {
	s, err := graphql.UnmarshalID(v)
	if err != nil {
		return "", apierr.New(apierr.BadUserInput, "This is not an id.")
	}
	if !storable(s) {
		return "", apierr.MissingThing("thing")
	}
	return s, nil
}

// storable tells whether the database can keep the text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// MarshalDateTime writes a time as RFC 3339 in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
	})
}

// UnmarshalDateTime reads a time in RFC 3339.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, apierr.New(apierr.BadUserInput, "This is not a time in RFC 3339, such as 2026-03-01T09:30:00Z.")
	}
	return t.UTC(), nil
}

// MarshalUpload writes null: a file is only ever sent to us.
func MarshalUpload(upload.File) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads a file that arrives with the request. What stands in JSON or in the document is none.
func UnmarshalUpload(v any) (upload.File, error) {
	f, ok := v.(upload.File)
	if !ok {
		return upload.File{}, apierr.New(apierr.BadUserInput, "A file is sent as multipart/form-data, by the GraphQL multipart "+
			"request specification: null stands for it in the variables, and map says where.")
	}
	return f, nil
}
