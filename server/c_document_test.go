package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	mathrand "math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// picture is a PNG.
func picture(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 99, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise is a file of which nothing is known.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	b[0] = 1 // nothing that is known begins so
	return b
}

const documentFields = `id filename contentType size kind url thumbnailUrl width height pageCount status sharedBy { ... on Member { name } ... on Customer { name } } sharedAt`

// TryUpload announces a file.
func (p *user) TryUpload(room place, name string, size int) *reply {
	return p.mutate("createUpload", vars{"roomId": room.ID, "filename": name, "size": size}, "uploadId url expiresAt")
}

// TryShare shares an upload.
func (p *user) TryShare(room place, uploadID string) *reply {
	return p.mutate("shareDocument", vars{"roomId": room.ID, "uploadId": uploadID}, "message { id cursor kind body document { id } } document { "+documentFields+" } confirmation")
}

// Shares uploads a file and shares it.
func (p *user) Shares(room place, name string, content []byte) *reply {
	p.h.t.Helper()
	up := p.TryUpload(room, name, len(content)).ok()
	p.h.put(up.text("url"), content).is(http.StatusNoContent)
	return p.TryShare(room, up.text("uploadId")).ok()
}

// answer is what came of a request for a file.
type answered struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (a *answered) is(status int) *answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("the answer is %d, want %d: %.300s", a.status, status, a.body)
	}
	return a
}

// refused checks what is said of an upload that is not taken.
func (a *answered) refused(status int, code string) {
	a.t.Helper()
	var said struct{ Code, Message string }
	if err := json.Unmarshal([]byte(a.is(status).body), &said); err != nil || said.Code != code || said.Message == "" {
		a.t.Errorf("it says %s, want %s", a.body, code)
	}
}

func (h *house) request(method, url string, content io.Reader, headers ...string) *answered {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, url, content)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, url, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, url, err)
	}
	return &answered{h.t, response.StatusCode, response.Header, string(body)}
}

func (h *house) put(url string, content []byte) *answered {
	h.t.Helper()
	return h.request(http.MethodPut, url, bytes.NewReader(content))
}

func (h *house) get(url string, headers ...string) *answered {
	h.t.Helper()
	return h.request(http.MethodGet, url, nil, headers...)
}

// document is a document as a person sees it now.
func (p *user) document(id string) *reply {
	p.h.t.Helper()
	return p.ask(`query ($id: ID!) { node(id: $id) { ... on Document { `+documentFields+` } } }`, vars{"id": id})
}

// files are what is kept.
func (h *house) files() (names []string) {
	h.t.Helper()
	entries, err := os.ReadDir(h.folder)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestC4_APictureIsSharedFromEitherSide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	theirs := agent.follow(room, overSocket)
	for _, p := range []*user{agent, ada} {
		content := picture(t, 800, 400)
		a := p.Shares(room, "house.png", content)
		if a.text("confirmation") != "house.png was shared." || a.text("message.kind") != "DOCUMENT" || a.text("message.body") != "house.png" {
			t.Errorf("the answer is %s", a.body)
		}
		id := a.text("document.id")
		changed := theirs.until("DocumentChanged").Document
		if changed.ID != id || changed.Status != "READY" {
			t.Errorf("it was told that %+v", changed)
		}
		d := ada.document(id).ok()
		if d.text("node.kind") != "IMAGE" || d.text("node.contentType") != "image/png" || d.find("node.width") != 800.0 || d.find("node.height") != 400.0 ||
			d.find("node.size") != float64(len(content)) || d.text("node.sharedBy.name") != p.name {
			t.Errorf("the document is %s", d.body)
		}
		whole := h.get(d.text("node.url")).is(http.StatusOK)
		if whole.body != string(content) || whole.header.Get("Content-Type") != "image/png" || whole.header.Get("Content-Disposition") != `inline; filename="house.png"` {
			t.Errorf("got %d bytes with %v", len(whole.body), whole.header)
		}
		small := h.get(d.text("node.thumbnailUrl")).is(http.StatusOK)
		if c, err := png.DecodeConfig(strings.NewReader(small.body)); err == nil && (c.Width != 320 || c.Height != 160) {
			t.Errorf("the thumbnail is %d by %d", c.Width, c.Height)
		}
	}
	entries := ada.ask(`query ($id: ID!) { room(id: $id) { messages(first: 9) { nodes { kind body document { filename url } } } } }`, vars{"id": room.ID}).ok()
	if got := entries.texts("room.messages.nodes", "document.filename"); !slices.Equal(got, []string{"house.png", "house.png"}) {
		t.Errorf("the timeline has %v", got)
	}
}

func TestC4_OfADocumentPartsCanBeRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	content := noise(100_000)
	url := agent.Shares(agent.CreateRoom(), "data.dat", content).text("document.url")
	part := h.get(url, "Range", "bytes=1000-1999").is(http.StatusPartialContent)
	if part.body != string(content[1000:2000]) || part.header.Get("Content-Range") != "bytes 1000-1999/100000" {
		t.Errorf("got %d bytes, %s", len(part.body), part.header.Get("Content-Range"))
	}
	h.get(url, "Range", "bytes=200000-").is(http.StatusRequestedRangeNotSatisfiable)
	if head := h.request(http.MethodHead, url, nil).is(http.StatusOK); head.header.Get("Content-Length") != "100000" || head.body != "" {
		t.Errorf("HEAD says %v", head.header)
	}
}

func TestC5_WhatIsNotAllowedIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("file-bytes=1000,image-pixels=10000,room-file-bytes=3000"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	agent.TryUpload(room, "empty.txt", 0).refused("FILE_EMPTY", "size")
	agent.TryUpload(room, "large.txt", 1001).refused("FILE_TOO_LARGE", "size")
	agent.TryUpload(room, "setup.exe", 10).refused("FILE_TYPE_REFUSED", "filename")
	for name, c := range map[string]struct {
		content []byte
		status  int
		code    string
	}{
		"page.txt":  {[]byte("<!doctype html><script>alert(1)</script>"), http.StatusUnsupportedMediaType, "FILE_TYPE_REFUSED"},
		"image.png": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), http.StatusUnsupportedMediaType, "FILE_TYPE_REFUSED"},
		"bomb.png":  {picture(t, 200, 200), http.StatusRequestEntityTooLarge, "FILE_TOO_LARGE"},
	} {
		up := agent.TryUpload(room, name, len(c.content)).ok()
		h.put(up.text("url"), c.content).refused(c.status, c.code)
		agent.TryShare(room, up.text("uploadId")).failed("NOT_FOUND")
	}
	up := agent.TryUpload(room, "grows.dat", 10).ok()
	h.put(up.text("url"), noise(11)).refused(http.StatusRequestEntityTooLarge, "FILE_TOO_LARGE")
	h.request(http.MethodPut, up.text("url"), struct{ io.Reader }{bytes.NewReader(noise(11))}).refused(http.StatusRequestEntityTooLarge, "FILE_TOO_LARGE")
	for i := range 3 {
		agent.Shares(room, fmt.Sprintf("%d.dat", i), noise(900))
	}
	if r := agent.TryUpload(room, "more.dat", 400).refused("ROOM_FILES_EXCEEDED", "size"); r.Limit != 3000 {
		t.Errorf("it is refused with %+v", r)
	}
	if n, rows := len(h.files()), h.number(`SELECT count(*) FROM documents WHERE status <> 'DOOMED'`); n != 3 || rows != 3 {
		t.Errorf("%d files and %d documents are left", n, rows)
	}
	if got := agent.timeline(room); len(got) != 3 {
		t.Errorf("the timeline has %v", got)
	}
}

func TestC6_AnAddressIsSignedAndEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("file-address=2s"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	id := agent.Shares(room, "offer.dat", noise(10)).text("document.id")
	url := agent.document(id).ok().text("node.url")
	good := h.get(url).is(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Disposition": `attachment; filename="offer.dat"`, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Content-Type": "application/octet-stream",
	} {
		if got := good.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	other := agent.Shares(room, "other.dat", noise(10)).text("document.id")
	later := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
	_, expires, _ := strings.Cut(url, "expires=")
	expires, _, _ = strings.Cut(expires, "&")
	for _, forged := range []string{
		strings.Replace(url, id, other, 1), strings.Replace(url, "/original/", "/thumbnail/", 1), strings.Replace(url, expires, later, 1),
		strings.Replace(url, "expires="+expires, "expires=", 1), url[:len(url)-1] + "x", strings.SplitN(url, "?", 2)[0],
	} {
		if forged != url {
			h.get(forged).is(http.StatusNotFound)
		}
	}
	await(t, "the address to end", func() bool { return h.get(url).status == http.StatusGone })

	up := agent.TryUpload(room, "sent.dat", 10).ok()
	h.put(up.text("url"), noise(10)).is(http.StatusNoContent)
	agent.TryShare(room, up.text("uploadId")).ok()
	h.get(strings.Replace(up.text("url"), "/upload?", "/upload/sent.dat?", 1)).is(http.StatusNotFound)
	h.SignIn("agent@other.example").document(id).failed("NOT_FOUND")
	ada := h.user("nobody", "")
	ada.document(id).failed("UNAUTHENTICATED")
}

func TestC6_AnUploadsAddressIsSigned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	url, other := agent.TryUpload(room, "a.dat", 10).ok().text("url"), agent.TryUpload(room, "b.dat", 10).ok().text("url")
	_, mine, _ := strings.Cut(url, "signature=")
	_, theirs, _ := strings.Cut(other, "signature=")
	for _, forged := range []string{strings.Replace(url, mine, theirs, 1), strings.Replace(url, mine, "", 1), url[:len(url)-1] + "x", strings.SplitN(url, "?", 2)[0]} {
		if forged == url {
			continue
		}
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodHead} {
			h.request(method, forged, bytes.NewReader(noise(10)), "Upload-Offset", "0").is(http.StatusNotFound)
		}
	}
	if n := len(h.files()); n != 0 {
		t.Errorf("%d files were kept", n)
	}
	h.put(url, noise(10)).is(http.StatusNoContent)
}

// Of those who send to one upload at once one goes on, and the others are told where; nothing is left of what did not count.
func TestC4_ManyWhoSendAtOnceMakeOneDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	content := noise(200_000)
	room := agent.CreateRoom()
	up := agent.TryUpload(room, "a.dat", len(content)).ok()
	for came := 0; came < len(content); {
		to := min(came+50_000, len(content))
		for _, a := range together(5, func(int) *answered {
			return h.request(http.MethodPatch, up.text("url"), bytes.NewReader(content[came:to]), "Upload-Offset", strconv.Itoa(came))
		}) {
			if a.status != http.StatusNoContent && a.status != http.StatusConflict && a.status != http.StatusRequestTimeout {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		came, _ = strconv.Atoi(h.request(http.MethodHead, up.text("url"), nil).header.Get("Upload-Offset"))
	}
	shared := agent.TryShare(room, up.text("uploadId")).ok()
	if h.get(shared.text("document.url")).is(http.StatusOK).body != string(content) {
		t.Error("the bytes are others")
	}
	h.exec(`UPDATE documents SET sweep_at = now() - interval '1 hour'`)
	if err := h.app.documents.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(h.files()); n != 1 {
		t.Errorf("%d files are left", n)
	}
}

func TestC4_AnUploadGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	content := noise(300_000)
	up := agent.TryUpload(room, "large.dat", len(content)).ok()
	url := up.text("url")
	h.breakOff(url, content, 100_000)
	came := 0
	await(t, "what came to be kept", func() bool {
		came, _ = strconv.Atoi(h.request(http.MethodHead, url, nil).is(http.StatusNoContent).header.Get("Upload-Offset"))
		return came > 0
	})
	agent.TryShare(room, up.text("uploadId")).refused("UPLOAD_INCOMPLETE", "uploadId")
	h.request(http.MethodPatch, url, bytes.NewReader(content), "Upload-Offset", "0").is(http.StatusConflict)
	h.request(http.MethodPatch, url, bytes.NewReader(content)).refused(http.StatusBadRequest, "BAD_USER_INPUT")
	h.request(http.MethodPatch, url, bytes.NewReader(content[came:]), "Upload-Offset", strconv.Itoa(came)).is(http.StatusNoContent)
	shared := agent.TryShare(room, up.text("uploadId")).ok()
	if h.get(shared.text("document.url")).is(http.StatusOK).body != string(content) {
		t.Error("the bytes are others")
	}
	again := agent.TryShare(room, up.text("uploadId")).ok()
	if again.text("message.id") != shared.text("message.id") {
		t.Error("it was shared twice")
	}
	h.exec(`UPDATE documents SET sweep_at = now() - interval '1 hour'`)
	if err := h.app.documents.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if files := h.files(); len(files) != 1 || h.get(shared.text("document.url")).is(http.StatusOK).body != string(content) {
		t.Errorf("after sweeping there are %v", files)
	}
}

// What has come of an upload when a process ends is kept.
func TestC4_AnUploadOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	content := noise(100_000)
	up := agent.TryUpload(agent.CreateRoom(), "a.dat", len(content)).ok()
	_, path, _ := strings.Cut(strings.TrimPrefix(up.text("url"), "http://"), "/")
	conn, _ := h.raw(fmt.Sprintf("PUT /%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", path, len(content), content[:60_000]))
	defer conn.Close()
	await(t, "bytes to come", func() bool {
		coming, err := os.ReadDir(h.folder + "/.incoming")
		return err == nil && len(coming) > 0
	})
	if err := h.stop(); err != nil {
		t.Error(err)
	}
	if n := h.number(`SELECT received FROM documents`); n != 60_000 {
		t.Errorf("%d bytes were kept", n)
	}
}

// breakOff sends some bytes of an upload, and closes the connection.
func (h *house) breakOff(url string, content []byte, after int) {
	h.t.Helper()
	_, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	conn, _ := h.raw(fmt.Sprintf("PUT /%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", path, len(content), content[:after]))
	_ = conn.Close()
}

// file is a GraphQL multipart request that shares a file.
func (p *user) file(room place, name string, content io.Reader, key ...string) *reply {
	p.h.t.Helper()
	body, w := io.Pipe()
	parts := multipart.NewWriter(w)
	variables := vars{"input": vars{"roomId": room.ID, "file": nil}}
	if len(key) > 0 {
		variables["input"].(vars)["idempotencyKey"] = key[0]
	}
	operations, err := json.Marshal(vars{
		"query":     `mutation ($input: ShareDocumentInput!) { shareDocument(input: $input) { message { id } document { ` + documentFields + ` } confirmation userErrors { code message field limit count } } }`,
		"variables": variables,
	})
	if err != nil {
		p.h.t.Fatal(err)
	}
	go func() {
		err := errors.Join(parts.WriteField("operations", string(operations)), parts.WriteField("map", `{"0": ["variables.input.file"]}`))
		part, partErr := parts.CreateFormFile("0", name)
		if err = errors.Join(err, partErr); err == nil {
			_, err = io.Copy(part, content)
		}
		_ = w.CloseWithError(errors.Join(err, parts.Close()))
	}()
	a := p.h.request(http.MethodPost, p.h.url()+"/graphql", body,
		"Content-Type", parts.FormDataContentType(), "Authorization", "Bearer "+p.token, "Apollo-Require-Preflight", "1")
	r := &reply{t: p.h.t, status: a.status, body: []byte(a.body), field: "shareDocument"}
	if err := json.Unmarshal(r.body, r); err != nil {
		p.h.t.Fatalf("%d %s", a.status, a.body)
	}
	return r
}

func TestC4_AFileCanComeWithTheRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	content := noise(5 << 20)
	for _, p := range []*user{agent, ada} {
		a := p.file(room, `C:\fakepath\Ängebot "neu".dat`, bytes.NewReader(content)).ok()
		if a.text("document.filename") != "Ängebot _neu_.dat" || a.text("confirmation") != "Ängebot _neu_.dat was shared." || a.text("document.sharedBy.name") != p.name {
			t.Errorf("the answer is %s", a.body)
		}
		got := h.get(a.text("document.url")).is(http.StatusOK)
		if got.body != string(content) || !strings.Contains(got.header.Get("Content-Disposition"), "filename*=UTF-8''%C3%84ngebot") {
			t.Errorf("got %d bytes with %v", len(got.body), got.header)
		}
	}
	first := ada.file(room, "once.dat", bytes.NewReader(content), "k").ok()
	if again := ada.file(room, "once.dat", bytes.NewReader(content), "k").ok(); again.text("message.id") != first.text("message.id") {
		t.Error("with the same key it was shared twice")
	}
	ada.file(room, "once.dat", bytes.NewReader(content[1:]), "k").refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	ada.file(room, "once.dat", bytes.NewReader(append([]byte("x"), content[1:]...)), "k").refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	if n, rows := len(h.files()), h.number(`SELECT count(*) FROM documents WHERE status <> 'DOOMED'`); n != 3 || rows != 3 {
		t.Errorf("there are %d files of %d documents", n, rows)
	}
}

func TestC5_AFileThatComesWithTheRequestIsRefusedLikewise(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("file-bytes=100000,image-pixels=10000,room-file-bytes=150000"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	agent.file(room, "empty.dat", strings.NewReader("")).refused("FILE_EMPTY", "file")
	if r := agent.file(room, "large.dat", bytes.NewReader(noise(100_001))).refused("FILE_TOO_LARGE", "file"); r.Limit != 100_000 {
		t.Errorf("it is refused with %+v", r)
	}
	agent.file(room, "huge.dat", bytes.NewReader(noise(20<<20))).refused("FILE_TOO_LARGE", "file")
	agent.file(room, "run.bat", strings.NewReader("format c:")).refused("FILE_TYPE_REFUSED", "file")
	agent.file(room, "page.txt", strings.NewReader("<html><script>")).refused("FILE_TYPE_REFUSED", "file")
	agent.file(room, "bomb.png", bytes.NewReader(picture(t, 200, 200))).refused("FILE_TOO_LARGE", "file")
	agent.file(room, "exact.dat", bytes.NewReader(noise(100_000))).ok()
	agent.file(room, "quota.dat", bytes.NewReader(noise(60_000))).refused("ROOM_FILES_EXCEEDED", "file")
	agent.Merge(room, agent.CreateRoom())
	agent.file(room, "quota.dat", bytes.NewReader(noise(60_000))).refused("ROOM_FILES_EXCEEDED", "file")
	agent.Close(room)
	agent.file(room, "late.dat", bytes.NewReader(noise(10))).refused("ROOM_CLOSED", "roomId")
	agent.TryUpload(room, "late.dat", 10).refused("ROOM_CLOSED", "roomId")
	h.SignIn("agent@other.example").file(room, "foreign.dat", bytes.NewReader(noise(10))).failed("NOT_FOUND")
	if n, rows := len(h.files()), h.number(`SELECT count(*) FROM documents WHERE status <> 'DOOMED'`); n != 1 || rows != 1 {
		t.Errorf("%d files of %d documents are left", n, rows)
	}
}

// A customer of a room that is timed out cannot upload, and what was shared can be read.
func TestR17_NothingIsSharedInARoomThatIsTimedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	up := ada.TryUpload(room, "a.dat", 10).ok()
	h.put(up.text("url"), noise(10)).is(http.StatusNoContent)
	h.exec(`UPDATE rooms SET status = 'TIMED_OUT' WHERE id = $1`, room.ID)
	ada.TryUpload(room, "b.dat", 10).refused("ROOM_TIMED_OUT", "roomId")
	ada.TryShare(room, up.text("uploadId")).refused("ROOM_TIMED_OUT", "roomId")
	ada.file(room, "c.dat", bytes.NewReader(noise(10))).refused("ROOM_TIMED_OUT", "roomId")
	agent.file(room, "d.dat", bytes.NewReader(noise(10))).ok()
}

// An upload is its person's and its room's, and is shared once, however many want to at once.
func TestC5_AnUploadIsSharedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	up := ada.TryUpload(room, "a.dat", 10).ok()
	h.put(up.text("url"), noise(10)).is(http.StatusNoContent)
	agent.TryShare(room, up.text("uploadId")).failed("NOT_FOUND")
	theirs := agent.TryUpload(agent.CreateRoom(), "b.dat", 10).ok()
	h.put(theirs.text("url"), noise(10)).is(http.StatusNoContent)
	agent.TryShare(room, theirs.text("uploadId")).failed("NOT_FOUND")
	ids := map[string]bool{}
	for _, a := range together(8, func(int) *reply { return ada.TryShare(room, up.text("uploadId")) }) {
		ids[a.ok().text("message.id")] = true
	}
	if n := h.number(`SELECT count(*) FROM events WHERE kind = 'DOCUMENT'`); n != 1 || len(ids) != 1 {
		t.Errorf("it is there %d times, with the ids %v", n, ids)
	}
	h.put(up.text("url"), noise(10)).is(http.StatusConflict) // it cannot be changed any more
}

// What broke off, or was never shared, is swept, and nothing else.
func TestC5_LeftoversAreSwept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("upload-life=1h"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	kept := agent.Shares(room, "kept.dat", noise(10))
	var uploads []*reply
	for _, whole := range []bool{true, false} {
		up := agent.TryUpload(room, "left.dat", 100_000).ok()
		uploads = append(uploads, up)
		if whole {
			h.put(up.text("url"), noise(100_000)).is(http.StatusNoContent)
		} else {
			h.breakOff(up.text("url"), noise(100_000), 50_000)
		}
	}
	await(t, "what broke off to be kept", func() bool {
		return h.number(`SELECT count(*) FROM documents WHERE received = 100000 OR received > 0 AND blob = ''`) == 2
	})
	sweep := func(want int) {
		t.Helper()
		if err := h.app.documents.Sweep(t.Context()); err != nil {
			t.Error(err)
		}
		if n := len(h.files()); n != want {
			t.Errorf("%d files are left, want %d", n, want)
		}
	}
	sweep(3)
	h.exec(`UPDATE documents SET sweep_at = sweep_at - interval '61 minutes'`)
	for _, up := range uploads { // which have ended, swept or not
		agent.TryShare(room, up.text("uploadId")).failed("NOT_FOUND")
		h.put(up.text("url"), noise(100_000)).is(http.StatusNotFound)
	}
	sweep(1)
	h.exec(`UPDATE documents SET sweep_at = sweep_at - interval '1 day'`)
	sweep(1)
	h.get(agent.document(kept.text("document.id")).ok().text("node.url")).is(http.StatusOK)
	if n := h.number(`SELECT count(*) FROM documents`); n != 1 {
		t.Errorf("%d documents are left", n)
	}
}

// Documents are told and read by whoever may see the room that theirs has become.
func TestR13_DocumentsGoWithTheirRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	into, ada := agent.invited()
	from := agent.CreateRoom()
	up := agent.TryUpload(from, "later.dat", 10).ok()
	h.put(up.text("url"), noise(10)).is(http.StatusNoContent)
	id := agent.Shares(from, "paper.dat", noise(10)).text("document.id")
	ada.document(id).failed("NOT_FOUND")
	agent.Merge(from, into)
	h.get(ada.document(id).ok().text("node.url")).is(http.StatusOK)
	agent.TryShare(from, up.text("uploadId")).ok()
	if got := ada.timeline(into); !slices.Equal(got, []string{"paper.dat", "later.dat"}) {
		t.Errorf("the timeline has %v", got)
	}
}

// paper is a PDF with so many empty pages.
func paper(pages int) []byte {
	var b bytes.Buffer
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	kids := make([]string, pages)
	for i := range kids {
		kids[i] = fmt.Sprintf("%d 0 R", 3+i)
	}
	object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), pages)
	for range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 300] >>")
	}
	index := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, index)
	return b.Bytes()
}

func TestC4_APDFSaysHowManyPagesItHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	f := agent.follow(room, overSocket)
	for pages, want := range map[int]any{1: 1.0, 300: 300.0} {
		id := agent.Shares(room, "offer.pdf", paper(pages)).text("document.id")
		f.until("DocumentChanged")
		d := agent.document(id).ok()
		if d.text("node.kind") != "PDF" || d.text("node.status") != "READY" || d.find("node.pageCount") != want || d.find("node.thumbnailUrl") != nil {
			t.Errorf("the document is %s", d.body)
		}
		whole := h.get(d.text("node.url")).is(http.StatusOK)
		if whole.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(whole.header.Get("Content-Disposition"), "inline") {
			t.Errorf("it comes with %v", whole.header)
		}
	}
	id := agent.Shares(room, "broken.pdf", paper(3)[:60]).text("document.id")
	f.until("DocumentChanged")
	if d := agent.document(id).ok(); d.find("node.pageCount") != nil || h.get(d.text("node.url")).status != http.StatusOK {
		t.Errorf("the broken one is %s", d.body)
	}
}

// What is live is as old as the moment at which it happened: who replays it gets the document as it is now.
func TestC4_WhoComesLaterSeesTheDocumentAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	id := agent.Shares(room, "a.png", picture(t, 4, 4)).text("document.id")
	agent.follow(room, overSocket).until("DocumentChanged")
	s, err := overStream(h, agent.token, `subscription ($room: ID!, $after: Cursor) { messagePosted(roomId: $room, after: $after) { document { id status url thumbnailUrl } } }`,
		vars{"room": room.ID, "after": room.Start})
	if err != nil {
		t.Fatal(err)
	}
	defer s.cut()
	got, err := s.next()
	if err != nil || !strings.Contains(string(got), id) || !strings.Contains(string(got), "READY") || !strings.Contains(string(got), "/thumbnail/") {
		t.Errorf("it is told as %s %v", got, err)
	}
}

// Ten files of 24 MB at once, with the request and by themselves, are never in memory.
func TestC5_LargeFilesAreNotHeldInMemory(t *testing.T) {
	h := newHouse(t, withLimits("rates=0,room-file-bytes=0"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	const size, most = 24 << 20, 64 << 20
	runtime.GC()
	before, peak, stop, stopped := heap(), uint64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				peak = max(peak, heap())
			}
		}
	}()
	replies := together(10, func(i int) *reply {
		content := io.LimitReader(mathrand.NewChaCha8([32]byte{byte(i)}), size)
		if i%2 == 0 {
			return agent.file(room, "large.dat", content)
		}
		up := agent.TryUpload(room, "large.dat", size)
		h.request(http.MethodPut, up.text("url"), content).is(http.StatusNoContent)
		return agent.TryShare(room, up.text("uploadId"))
	})
	close(stop)
	<-stopped
	for _, r := range replies {
		if r.ok(); r.find("document.size") != float64(size) {
			t.Errorf("it is %s", r.body)
		}
	}
	t.Logf("the heap grew by %d KB at most", (peak-min(peak, before))>>10)
	if peak > before+most {
		t.Errorf("the heap grew by %d MB", (peak-before)>>20)
	}
}

// heap is how many bytes are in use, and not yet collected.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
