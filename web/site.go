package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

const (
	notBuilt = "The pages are not built: run make web\n"
	// named is where what is built lies: the name of a file says what is in it.
	named = "app/"
)

// A site is a set of pages and the assets they load.
type site struct {
	pages  fileSet
	assets fileSet
	built  bool
}

// newSite reads pages/, assets/ and dist/. HTML is a page, anything else an asset.
func newSite(files fs.FS) *site {
	s := &site{pages: fileSet{}, assets: fileSet{}}
	s.add(files, "pages")
	s.add(files, "assets")
	s.built = s.add(files, "dist") > 0
	return s
}

// page serves one HTML file under a content security policy.
func (s *site) page(name, policy string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		page, ok := s.pages[name]
		if !s.built || !ok {
			http.Error(w, notBuilt, http.StatusServiceUnavailable)
			return
		}
		page.serve(w, r)
	})
}

// serveAssets serves what lies under /assets/.
func (s *site) serveAssets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asset, ok := s.assets[strings.TrimPrefix(r.URL.Path, "/assets/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(r.URL.Path, "/assets/"+named) {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		asset.serve(w, r)
	})
}

// add reads a folder, leaving out files whose name begins with a dot, and says how many there were.
func (s *site) add(files fs.FS, folder string) int {
	count := 0
	err := fs.WalkDir(files, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		set := s.assets
		if path.Ext(name) == ".html" {
			set = s.pages
		}
		set[strings.TrimPrefix(name, folder+"/")] = newFile(name, content)
		count++
		return nil
	})
	if err != nil {
		panic("web: embedded files cannot be read: " + err.Error())
	}
	return count
}

// A fileSet holds files by their path below the folder they were read from.
type fileSet map[string]file

// A file is served from memory, compressed where that is worth it and the browser takes it.
type file struct {
	name       string
	etag       string
	content    []byte
	compressed func() []byte // gives nil where it is not worth it
}

func newFile(name string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{
		name: path.Base(name), etag: hex.EncodeToString(sum[:16]), content: content,
		compressed: sync.OnceValue(func() []byte { return compress(content) }),
	}
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h, content, etag := w.Header(), f.content, f.etag
	h.Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		if compressed := f.compressed(); compressed != nil {
			h.Set("Content-Encoding", "gzip")
			content, etag = compressed, etag+"-gzip"
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, f.name, time.Time{}, bytes.NewReader(content))
}

// takesGzip tells whether a browser takes gzip. A part of a file is a part of it as it is.
func takesGzip(r *http.Request) bool {
	return r.Header.Get("Range") == "" && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// compress returns nil for what hardly gets smaller: fonts and pictures are compressed already.
func compress(content []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil || out.Len() > len(content)*9/10 {
		return nil
	}
	return out.Bytes()
}
