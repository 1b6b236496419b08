package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the repository, from the folder of the tests.
const root = "../.."

// edit changes a line of the source.
type edit struct {
	file     string // from the root of the repository
	old, new string
}

// errStale says that a mutant no longer fits the source.
var errStale = errors.New("the source has moved on: adapt the table")

// apply returns the file's text with the edit made.
func (e edit) apply(text string) (string, error) {
	if n := strings.Count(text, e.old); n != 1 {
		return "", fmt.Errorf("%s has %q %d times, want it once: %w", e.file, e.old, n, errStale)
	}
	return strings.Replace(text, e.old, e.new, 1), nil
}

// building keeps two links from running at once: each takes all of a small machine.
var building = make(chan struct{}, 1)

// shared is the folder of the server that all tests share. It is global because TestMain, which makes and removes it, and
// the tests have nothing else in common.
var shared string

// plain builds the server as it is, once.
var plain = sync.OnceValues(func() (string, error) { return build(context.Background(), shared) })

// server is the program as it is.
func server(t testing.TB) string {
	t.Helper()
	path, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// mutated builds the server with edits.
func mutated(t testing.TB, edits ...edit) string {
	t.Helper()
	path, err := build(t.Context(), t.TempDir(), edits...)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// build builds the server into the folder; the source is read with the edits in it, and stays as it is.
func build(ctx context.Context, dir string, edits ...edit) (string, error) {
	building <- struct{}{}
	defer func() { <-building }()
	path := filepath.Join(dir, "parley")
	args := append([]string{"build", "-buildvcs=false", "-o", path}, buildFlags...)
	if len(edits) > 0 {
		overlay, err := overlay(dir, edits)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./server")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the server: %w\n%s", err, out)
	}
	return path, nil
}

// overlay writes what "go build -overlay" wants: changed copies of files, and a list of them.
func overlay(dir string, edits []edit) (string, error) {
	texts := map[string]string{}
	for _, e := range edits {
		text, ok := texts[e.file]
		if !ok {
			raw, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return "", errors.Join(err, errStale)
			}
			text = string(raw)
		}
		changed, err := e.apply(text)
		if err != nil {
			return "", err
		}
		texts[e.file] = changed
	}
	return writeOverlay(dir, texts)
}

func writeOverlay(dir string, texts map[string]string) (string, error) {
	list := struct{ Replace map[string]string }{map[string]string{}}
	for file, text := range texts {
		original, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			return "", err
		}
		changed := filepath.Join(dir, fmt.Sprintf("%d-%s", len(list.Replace), filepath.Base(file)))
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			return "", err
		}
		list.Replace[original] = changed
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, raw, 0o600)
}
