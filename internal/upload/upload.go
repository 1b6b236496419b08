// Package upload is what a file is while a client sends it.
//
// It guarantees that a file in the arguments of an operation is never printed: not by package fmt, not in a log, not as JSON.
// It does not know where a file comes from (package transport), nor where it goes.
package upload

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// File is a file that a client is sending. It is read as it arrives, once, by one goroutine at a time, and not after the
// resolver that was given it has returned. Read returns io.EOF only when the whole request has arrived and was in order;
// a file that breaks off, or takes too long, ends with an error that is io.ErrUnexpectedEOF and says what to tell the client.
type File struct {
	// Name is what the client calls it, without a path: UTF-8 without NUL, and else whatever the client likes; may be empty.
	Name string
	// Length is what the client announces, or -1 where it does not. A few bytes more may come, or less.
	Length int64

	io.Reader
}

const printed = "(a file)"

// Format implements fmt.Formatter.
func (File) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, printed) }

// LogValue implements slog.LogValuer.
func (File) LogValue() slog.Value { return slog.StringValue(printed) }

// MarshalJSON refuses: what is made of the JSON of arguments, such as a fingerprint, would leave out what is in the file.
func (File) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a file that is being sent has no JSON")
}
