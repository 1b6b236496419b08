package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// childArgument is the first argument of the process that examines a document.
const childArgument = "examine-a-document"

// task is what the process is to do; it is its second argument, and the document is its standard input.
type task struct {
	MIME   string
	Bounds Bounds
}

// Main examines a document and ends the process where that is what it was started for, and returns otherwise. It is the first
// thing that main, and the TestMain of a package whose tests share documents, call.
func Main(args []string) {
	if len(args) != 3 || args[1] != childArgument {
		return
	}
	if err := serve(args[2], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve is the whole life of the process. But for PDFs, it recovers from nothing: its end is the answer.
func serve(order string, in io.Reader, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(order), &t); err != nil {
		return fmt.Errorf("reading what to examine: %w", err)
	}
	debug.SetMemoryLimit(t.Bounds.Memory / 4 * 3) // collect rather than reach the end
	if err := confine(t.Bounds); err != nil {
		return fmt.Errorf("bounding the process: %w", err)
	}
	content, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("reading the document: %w", err)
	}
	found, err := examine(t, content)
	said, err := asAnswer(found, err)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(said)
}

func examine(t task, content []byte) (Findings, error) {
	switch (Type{MIME: t.MIME}).Kind() {
	case Image:
		return examineImage(t.MIME, content, t.Bounds.Pixels)
	case PDF:
		return Findings{Pages: pages(content)}, nil
	}
	return Findings{}, nil
}

func asAnswer(found Findings, err error) (answer, error) {
	for code, refusal := range refusals() {
		if errors.Is(err, refusal) {
			return answer{Refusal: code}, nil
		}
	}
	return answer{Findings: found}, err
}
