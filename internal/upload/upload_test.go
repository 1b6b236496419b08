package upload_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"parley/internal/upload"
)

// What formats the arguments of an operation shows nothing of a file in them, and reads nothing of it.
func TestAFileIsNotPrinted(t *testing.T) {
	t.Parallel()
	content := strings.NewReader("secret")
	file := upload.File{Name: "secret", Length: 4711, Reader: content}
	variables := map[string]any{"file": file, "pointer": &file, "inside": struct{ Files []upload.File }{[]upload.File{file}}}
	var logs bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logs, nil), slog.NewJSONHandler(&logs, nil)} {
		slog.New(handler).Info("here", "file", file, "variables", variables)
	}
	raw, err := json.Marshal(variables)
	if err == nil {
		t.Error("it has JSON:", string(raw))
	}
	all := logs.String() + string(raw) + fmt.Sprint(err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all += fmt.Sprintf(verb+verb, file, variables)
	}
	for _, secret := range []string{"secret", "4711", fmt.Sprintf("%x", "secret")} {
		if strings.Contains(all, secret) {
			t.Errorf("%s shows: %s", secret, all)
		}
	}
	if content.Len() != len("secret") {
		t.Error("it was read")
	}
}
