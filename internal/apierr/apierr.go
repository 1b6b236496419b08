// Package apierr is the closed set of answers that a refused request gets.
//
// It guarantees that only what is made here is ever shown to a client: every other error is answered as INTERNAL
// by the presenter (package graph), with nothing of the inside in it. A refusal that a person can act on is a
// user error and appears in the payload's userErrors; all others are GraphQL errors with extensions.code.
package apierr

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Error is a refusal. Message says what was wrong and what to do; it is shown as it is.
type Error struct {
	Code       Code
	Message    string
	Field      []string      // path inside the mutation's input, for user errors
	Limit      *int          // the limit that was exceeded
	Count      *int          // how many there were
	RoomID     *string       // the room that is meant, where the viewer may see it
	RetryAfter time.Duration // for THROTTLED
}

// Error implements error.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// New returns a refusal with the code and a message for people.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// On returns the refusal with the path of the input field that caused it.
func (e *Error) On(field ...string) *Error {
	e.Field = field
	return e
}

// Over returns the refusal with the limit and how many there were.
func (e *Error) Over(limit, count int) *Error {
	e.Limit, e.Count = &limit, &count
	return e
}

// Of returns the refusal with the room that is meant.
func (e *Error) Of(roomID string) *Error {
	e.RoomID = &roomID
	return e
}

// After returns the refusal with the time after which to try again.
func (e *Error) After(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// As returns the refusals in err, or nil where err is nil or of the inside.
func As(err error) []*Error {
	var many Many
	if errors.As(err, &many) {
		return many
	}
	var one *Error
	if errors.As(err, &one) {
		return []*Error{one}
	}
	return nil
}

// Is tells whether err is a refusal with the code.
func Is(err error, code Code) bool {
	for _, e := range As(err) {
		if e.Code == code {
			return true
		}
	}
	return false
}

// Many is several refusals of one input, so that a person can mend all at once.
type Many []*Error

// Error implements error.
func (m Many) Error() string {
	if len(m) == 0 {
		return "no refusals"
	}
	return m[0].Error()
}

// Join returns the refusals that are not nil as one error, or nil where there are none.
func Join(all ...*Error) error {
	var many Many
	for _, e := range all {
		if e != nil {
			many = append(many, e)
		}
	}
	if len(many) == 0 {
		return nil
	}
	return many
}

// MissingThing returns the one answer for what does not exist, is of another organisation, or may not be known of.
func MissingThing(what string) *Error {
	return New(NotFound, "There is no such %s.", what)
}

// Blank returns REQUIRED for an input field that was left empty.
func Blank(field string) *Error {
	return New(Required, "Give the %s.", inWords(field)).On(field)
}

// inWords is what people call an input field: `firstName` is the first name.
func inWords(field string) string {
	switch field {
	case "to":
		return "number or address"
	case "body":
		return "text"
	}
	var words strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return words.String()
}
