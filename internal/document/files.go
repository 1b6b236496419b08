package document

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/apierr"
	"parley/internal/blob"
	"parley/internal/inspect"
	"parley/internal/limits"
)

// Files serves the addresses of documents: GET and HEAD where they are read, with ranges; and where they are uploaded PUT for
// all bytes, HEAD for how many have come, and PATCH for those behind them.
func (s *Service) Files() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+FilesPath+"{id}/{what}/{name}", s.serve)
	mux.HandleFunc("HEAD "+FilesPath+"{id}/upload", s.uploads(s.progress))
	mux.HandleFunc("PUT "+FilesPath+"{id}/upload", s.uploads(s.receive))
	mux.HandleFunc("PATCH "+FilesPath+"{id}/upload", s.uploads(s.receive))
	return mux
}

// serve gives a document, or its thumbnail, to whoever has an address whose time is not over.
func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	genuine, ended := s.mayRead(r.PathValue("id"), r.PathValue("what"), r.URL.Query())
	switch {
	case !genuine:
		http.Error(w, "There is nothing here.", http.StatusNotFound)
		return
	case ended:
		http.Error(w, "This address has ended. Open the document in its room once more.", http.StatusGone)
		return
	}
	b, t, name, err := s.open(r.Context(), r.PathValue("id"), r.PathValue("what"))
	if err != nil {
		status, body := s.statusOf(r, err)
		http.Error(w, body.Message, status)
		return
	}
	defer b.Close()
	protect(w.Header(), t, name)
	w.Header().Set("ETag", strconv.Quote(r.PathValue("id")+"-"+r.PathValue("what"))) // which never changes

	_ = http.NewResponseController(w).SetWriteDeadline(limits.End(time.Now(), s.limits.UploadTime))
	http.ServeContent(w, r, "", time.Time{}, b)
}

// open opens what an address is for.
func (s *Service) open(ctx context.Context, id, what string) (b blob.Blob, t inspect.Type, name string, err error) {
	ctx, cancel := limits.Within(ctx, s.limits.Operation)
	defer cancel()
	found, err := s.Find(ctx, []string{id})
	if err != nil {
		return nil, t, "", err
	}
	d := found[id]
	if d == nil {
		return nil, t, "", apierr.MissingThing("document")
	}
	blobName, t := d.Blob, inspect.Type{MIME: d.ContentType}
	if what == thumbnail {
		blobName, t = d.Thumbnail, inspect.Type{MIME: d.ThumbnailType}
	}
	b, err = s.blobs.Open(context.WithoutCancel(ctx), blobName)
	return b, t, d.Filename, err
}

// protect says how a browser is to take the bytes: as what they are and nothing else, without scripts, and what is not known
// to be harmless as a file.
func protect(h http.Header, t inspect.Type, name string) {
	h.Set("Content-Type", t.MIME)
	h.Set("Content-Disposition", inspect.Disposition(t.Inline(), name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
}

// Shutdown ends the uploads that are coming, and returns when what has come of them is noted: one can go on in another process.
func (s *Service) Shutdown() { s.arrivals.stopAll() }

// uploads lets in who has the address of an upload.
func (s *Service) uploads(next func(w http.ResponseWriter, r *http.Request, id string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := r.PathValue("id"), error(missing())
		if s.maySend(id, r.URL.Query()) {
			err = next(w, r, id)
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	}
}

// What is said of an upload: how many bytes have come, and of how many.
const (
	OffsetHeader = "Upload-Offset"
	LengthHeader = "Upload-Length"
)

// progress says how many bytes have come. Who asks has stopped sending: what is still on its way does not count.
func (s *Service) progress(w http.ResponseWriter, r *http.Request, id string) error {
	s.arrivals.stop(id)
	d, err := s.expected(r.Context(), document.ID(id))
	if err == nil {
		answer(w, d)
	}
	return err
}

func answer(w http.ResponseWriter, d *ent.Document) {
	came := d.Received
	if d.Status != document.StatusExpected {
		came = d.Size
	}
	w.Header().Set(OffsetHeader, strconv.FormatInt(came, 10))
	w.Header().Set(LengthHeader, strconv.FormatInt(d.Size, 10))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// receive takes bytes. What has come when the connection breaks is kept.
func (s *Service) receive(w http.ResponseWriter, r *http.Request, id string) error {
	from, err := offset(r)
	if err != nil {
		return err
	}
	bytes := s.bodyOf(w, r)
	if err := s.arrivals.begin(id, bytes); err != nil {
		return err
	}
	defer s.arrivals.end(id, bytes)
	d, err := s.expected(r.Context(), document.ID(id))
	if err == nil && r.Method == http.MethodPut {
		d, err = s.Restart(r.Context(), d)
	}
	if err == nil {
		err = fits(d, from, r.ContentLength)
	}
	if err == nil {
		d, err = s.GoOn(r.Context(), d, from, bytes)
	}
	if err == nil {
		answer(w, d)
	}
	return err
}

// fits refuses what says that it is too long before it is read.
func fits(d *ent.Document, from, length int64) error {
	if length > d.Size-from {
		return apierr.New(apierr.FileTooLarge, "The upload was announced with %d bytes.", d.Size).Over(int(d.Size), int(from+length))
	}
	return nil
}

// offset is where bytes go on: PUT sends all of them.
func offset(r *http.Request) (int64, error) {
	if r.Header.Get("Content-Range") != "" {
		return 0, apierr.New(apierr.BadUserInput, "Send the rest by PATCH, and say in %s where it begins; not in Content-Range.", OffsetHeader)
	}
	if r.Method == http.MethodPut {
		return 0, nil
	}
	from, err := strconv.ParseInt(r.Header.Get(OffsetHeader), 10, 64)
	if err != nil || from < 0 {
		return 0, apierr.New(apierr.BadUserInput, "Say in %s where the bytes go on; HEAD says how many have come.", OffsetHeader)
	}
	return from, nil
}

// refusal is what is answered to an upload that is refused.
type refusal struct {
	Code    apierr.Code `json:"code"`
	Message string      `json:"message"`
	Limit   *int        `json:"limit,omitempty"`
	Count   *int        `json:"count,omitempty"`
}

// refuse says why bytes are not taken. Those that are still coming are read for a moment, since many clients read an answer
// only when they have sent everything.
func (s *Service) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, body := s.statusOf(r, err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Connection", "close")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that left cannot be helped
	control := http.NewResponseController(w)
	_ = control.Flush()
	if errors.Is(err, errBroken) { // nothing comes
		return
	}
	_ = control.SetReadDeadline(limits.End(time.Now(), s.limits.Transfer))
	_, _ = io.CopyN(io.Discard, r.Body, restBytes)
}

// restBytes is how much of a body is read and thrown away behind an answer.
const restBytes = 64 << 20

func (s *Service) statusOf(r *http.Request, err error) (int, refusal) {
	if errors.Is(err, errBroken) {
		return http.StatusRequestTimeout, refusal{Code: apierr.BadUserInput, Message: "The bytes have stopped coming. HEAD says how many have come: go on behind them."}
	}
	if errors.Is(err, errOffset) {
		return http.StatusConflict, refusal{Code: apierr.BadUserInput, Message: "The bytes do not go on where those have ended that have come. HEAD says how many have come."}
	}
	all := apierr.As(err)
	if len(all) == 0 {
		if r.Context().Err() == nil {
			s.log.ErrorContext(r.Context(), "serve files", "error", err)
		}
		return http.StatusInternalServerError, refusal{Code: apierr.Internal, Message: "Something went wrong here. Try again."}
	}
	e := all[0]
	return status(e.Code), refusal{e.Code, e.Message, e.Limit, e.Count}
}

func status(c apierr.Code) int {
	switch c {
	case apierr.NotFound:
		return http.StatusNotFound
	case apierr.FileTooLarge:
		return http.StatusRequestEntityTooLarge
	case apierr.FileTypeRefused:
		return http.StatusUnsupportedMediaType
	case apierr.Throttled:
		return http.StatusTooManyRequests
	}
	return http.StatusBadRequest
}
