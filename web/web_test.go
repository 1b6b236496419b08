package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"parley/web"
)

func TestPagesCarryTheHeadersThatProtectLinks(t *testing.T) {
	t.Parallel()
	for name, page := range allPages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := get(t, page, "/r/secret").Header()
			for key, want := range map[string]string{
				"Referrer-Policy":        "no-referrer",
				"X-Content-Type-Options": "nosniff",
				"X-Robots-Tag":           "noindex",
				"Cache-Control":          "no-store",
			} {
				if got := header.Get(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
		})
	}
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	for name, page := range allPages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := get(t, page, "/").Header().Get("Content-Security-Policy")
			for _, directive := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} {
				if !strings.Contains(policy, directive) {
					t.Errorf("policy %q lacks %q", policy, directive)
				}
			}
			if strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe-eval") {
				t.Errorf("policy %q allows more scripts than this server's", policy)
			}
		})
	}
}

func TestOnlyGraphiQLMayMakeStyles(t *testing.T) {
	t.Parallel()
	for name, page := range allPages() {
		policy := get(t, page, "/").Header().Get("Content-Security-Policy")
		if got, want := strings.Contains(policy, "unsafe-inline"), name == "GraphiQL"; got != want {
			t.Errorf("%s: unsafe-inline allowed: %v, want %v", name, got, want)
		}
	}
}

var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle=|\son\w+=|javascript:|https?://`)

func TestPagesHoldNoInlineScriptOrStyleOrForeignAddress(t *testing.T) {
	t.Parallel()
	for name, html := range sources(t, ".html") {
		if found := inline.FindString(html); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
	}
}

var reference = regexp.MustCompile(`["'](/assets/[^"']+)["']`)

func TestEverythingThatPagesLoadIsServed(t *testing.T) {
	t.Parallel()
	mustBeBuilt(t)
	for name, source := range sources(t, ".html", ".js") {
		for _, match := range reference.FindAllStringSubmatch(source, -1) {
			if status := get(t, web.Assets(), match[1]).Code; status != http.StatusOK {
				t.Errorf("%s loads %s: %d", name, match[1], status)
			}
		}
	}
}

// mostBytes is how large the customer's page may be, compressed: it opens on phones, on the road.
const mostBytes = 60_000

func TestCustomersPageIsSmall(t *testing.T) {
	t.Parallel()
	mustBeBuilt(t)
	sizes := map[string]int{}
	load(t, sizes, "app/customer/index.html")
	sum := 0
	for _, size := range sizes {
		sum += size
	}
	t.Logf("%d bytes: %v", sum, sizes)
	if sum > mostBytes || len(sizes) < 4 {
		t.Errorf("the customer's page loads %d bytes in %d files, at most %d are wanted: %v", sum, len(sizes), mostBytes, sizes)
	}
}

// loaded finds what a page, or a module, has loaded before it begins. What a module imports later is in parentheses.
var loaded = regexp.MustCompile(`(?:src|href)="/assets/([^"]+)"|(?:import|from)\s*"(\./[^"]+)"`)

// load adds the compressed sizes of a built file and of all that comes with it.
func load(t *testing.T, sizes map[string]int, name string) {
	t.Helper()
	if _, known := sizes[name]; known {
		return
	}
	content, err := fs.ReadFile(web.Files, "dist/"+name)
	if err != nil {
		t.Fatal(err)
	}
	sizes[name] = compressed(content)
	for _, match := range loaded.FindAllSubmatch(content, -1) {
		if len(match[1]) > 0 {
			load(t, sizes, string(match[1]))
		} else {
			load(t, sizes, path.Join(path.Dir(name), string(match[2])))
		}
	}
}

func compressed(content []byte) int {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	_, _ = w.Write(content) // into memory
	_ = w.Close()
	return buffer.Len()
}

func TestPagesThatAreNotBuiltSaySo(t *testing.T) {
	t.Parallel()
	answer := get(t, web.CustomerOf(unbuilt()), "/r/secret")
	if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), "run make web") {
		t.Errorf("got %d %q", answer.Code, answer.Body)
	}
	if got := answer.Header().Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy is %q", got)
	}
}

func TestPagesThatAreBuiltAreServed(t *testing.T) {
	t.Parallel()
	files := unbuilt()
	files["dist/app/customer/index.html"] = &fstest.MapFile{Data: []byte("<p>room</p>")}
	answer := get(t, web.CustomerOf(files), "/r/secret")
	if answer.Code != http.StatusOK || answer.Body.String() != "<p>room</p>" {
		t.Errorf("got %d %q", answer.Code, answer.Body)
	}
	if got := answer.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
}

func TestAssetsAreCheckedByTheirContent(t *testing.T) {
	t.Parallel()
	files := unbuilt()
	files["assets/a.js"] = &fstest.MapFile{Data: []byte("a")}
	files["dist/app/b.js"] = &fstest.MapFile{Data: []byte("b")}
	assets := web.AssetsOf(files)
	first := get(t, assets, "/assets/a.js")
	if first.Code != http.StatusOK || !strings.HasPrefix(first.Header().Get("Content-Type"), "text/javascript") {
		t.Fatalf("got %d %q", first.Code, first.Header())
	}
	etag := first.Header().Get("ETag")
	if etag == "" || etag == get(t, assets, "/assets/app/b.js").Header().Get("ETag") {
		t.Errorf("ETag %q does not tell files apart", etag)
	}
	again := httptest.NewRequest(http.MethodGet, "/assets/a.js", nil)
	again.Header.Set("If-None-Match", etag)
	if status := do(assets, again).Code; status != http.StatusNotModified {
		t.Errorf("the same again: got %d", status)
	}
}

func TestFilesAreCompressedForWhoTakesIt(t *testing.T) {
	t.Parallel()
	files := unbuilt()
	text := strings.Repeat("Parley ", 1000)
	files["dist/app/a-1.js"] = &fstest.MapFile{Data: []byte(text)}
	files["dist/app/b-2.woff2"] = &fstest.MapFile{Data: []byte{0, 1, 2, 3}}
	assets := web.AssetsOf(files)
	ask := func(path, encoding, part string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("Accept-Encoding", encoding)
		request.Header.Set("Range", part)
		return do(assets, request)
	}
	plain, small := ask("/assets/app/a-1.js", "", ""), ask("/assets/app/a-1.js", "gzip, br", "")
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() > len(text)/10 {
		t.Errorf("got %d bytes, %q", small.Body.Len(), small.Header())
	}
	if got := small.Header().Get("Content-Type"); got != plain.Header().Get("Content-Type") {
		t.Errorf("Content-Type is %q", got)
	}
	if small.Header().Get("ETag") == plain.Header().Get("ETag") || small.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("a cache would mix them up: %q, %q", small.Header(), plain.Header())
	}
	unpacked, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(unpacked); err != nil || string(got) != text {
		t.Errorf("unpacked it is %d bytes, %v", len(got), err)
	}
	for name, answer := range map[string]*httptest.ResponseRecorder{
		"who does not take it": plain, "a part": ask("/assets/app/a-1.js", "gzip", "bytes=0-9"), "a font": ask("/assets/app/b-2.woff2", "gzip", ""),
	} {
		if got := answer.Header().Get("Content-Encoding"); got != "" {
			t.Errorf("%s gets %q", name, got)
		}
	}
}

func TestAssetsThatAreNamedByTheirContentAreKept(t *testing.T) {
	t.Parallel()
	files := unbuilt()
	files["dist/app/b-123.js"] = &fstest.MapFile{Data: []byte("b")}
	files["dist/vendor/c.js"] = &fstest.MapFile{Data: []byte("c")}
	assets := web.AssetsOf(files)
	for path, want := range map[string]bool{"app/b-123.js": true, "vendor/c.js": false, "room.js": false} {
		kept := get(t, assets, "/assets/"+path).Header().Get("Cache-Control")
		if got := strings.Contains(kept, "immutable"); got != want {
			t.Errorf("%s: Cache-Control is %q", path, kept)
		}
	}
}

func TestAssetsServeNothingElse(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/assets/", "/assets/.gitkeep", "/assets/vendor", "/assets/../web.go", "/assets/join.html", "/assets/app/desk/index.html"} {
		if status := get(t, web.Assets(), path).Code; status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, status)
		}
	}
}

func allPages() map[string]http.Handler {
	return map[string]http.Handler{
		"GraphiQL": web.GraphiQL(), "Desk": web.Desk(), "Customer": web.Customer(), "Specialist": web.Specialist(), "Join": web.Join(), "Simulator": web.Simulator(),
	}
}

func unbuilt() fstest.MapFS {
	return fstest.MapFS{
		"pages/join.html": {Data: []byte("<p>join</p>")},
		"assets/room.js":  {Data: []byte("")},
		"dist/.gitkeep":   {},
	}
}

// mustBeBuilt fails where `npm run build` has not filled dist/: what is built is tested, too.
func mustBeBuilt(t *testing.T) {
	t.Helper()
	if _, err := fs.Stat(web.Files, "dist/vendor"); err != nil {
		t.Fatal("the pages are not built: run make web")
	}
}

// sources are the embedded files with one of these endings, without those that come from npm as they are.
func sources(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(web.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if name == "dist/vendor" {
			return fs.SkipDir
		}
		if err != nil || !slices.Contains(endings, path.Ext(name)) {
			return err
		}
		content, err := fs.ReadFile(web.Files, name)
		found[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func get(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return do(handler, httptest.NewRequest(http.MethodGet, path, nil))
}

func do(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}
