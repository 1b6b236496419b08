package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	entdocument "parley/ent/document"
	"parley/ent/member"
	"parley/internal/blob"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/document"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/typeid"
)

// archive is a room with its documents, and those who look after them.
type archive struct {
	t     testing.TB
	db    *dbtest.DB
	blobs blob.Store
	room  string
	done  atomic.Int32 // how often it was told that a document is examined
}

func newArchive(t testing.TB) *archive {
	t.Helper()
	a := &archive{t: t, db: dbtest.New(t)}
	var err error
	if a.blobs, err = blob.OpenFolder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.blobs.Close() })
	a.room = a.another()
	return a
}

// another is another room.
func (a *archive) another() (id string) {
	a.t.Helper()
	t := a.t
	email := typeid.New("mail") + "@b.example"
	err := database.WithTx(t.Context(), a.db.Ent, func(tx *ent.Tx) error {
		o, err := tx.Organization.Create().SetName("O").Save(t.Context())
		if err != nil {
			return err
		}
		m, err := tx.Member.Create().SetOrganizationID(o.ID).SetEmail(email).SetEmailKey(email).SetFirstName("A").SetLastName("B").
			SetPasswordHash("none").SetRole(member.RoleAgent).SetClassOfService(member.ClassOfServiceInternal).SetChannels([]string{}).Save(t.Context())
		if err != nil {
			return err
		}
		stream, err := eventlog.CreateTx(t.Context(), tx, o.ID)
		if err != nil {
			return err
		}
		r, err := tx.Room.Create().SetOrganizationID(o.ID).SetCreatedByID(m.ID).SetName("R").SetStreamID(stream).Save(t.Context())
		if err == nil {
			id = r.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// service is what a process has.
func (a *archive) service(blobs blob.Store) *document.Service {
	s := document.New(document.Parts{
		Ent: a.db.Ent, Blobs: blobs, Limits: limits.Default(), Secret: []byte("secret"), PublicURL: "http://parley.example", Log: slog.New(slog.DiscardHandler),
	})
	s.Tell(func(context.Context, *ent.Tx, *ent.Document) error { a.done.Add(1); return nil })
	return s
}

// shared is a document with these bytes.
func (a *archive) shared(s *document.Service, name string, content []byte) *ent.Document {
	a.t.Helper()
	ctx, id := a.t.Context(), typeid.New(document.Prefix)
	var d *ent.Document
	err := database.WithTx(ctx, a.db.Ent, func(tx *ent.Tx) (err error) {
		d, err = s.AnnounceTx(ctx, tx, id, document.Announced{RoomID: a.room, PersonID: "mem_1", Filename: name})
		return err
	})
	if err == nil {
		d, err = s.Take(ctx, d, bytes.NewReader(content))
	}
	if err == nil {
		err = database.WithTx(ctx, a.db.Ent, func(tx *ent.Tx) error { return s.ShareTx(ctx, tx, d, typeid.New("msg")) })
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

func (a *archive) now(d *ent.Document) *ent.Document {
	a.t.Helper()
	d, err := a.db.Ent.Document.Get(a.t.Context(), d.ID)
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// due has the leases of all workers end.
func (a *archive) due() {
	a.t.Helper()
	if err := a.db.Ent.Document.Update().Where(entdocument.WorkAtNotNil()).SetWorkAt(time.Now().Add(-time.Second)).Exec(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Of several processes one examines a document, and it is told once.
func TestADocumentIsExaminedOnce(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	const many = 6
	var all []*ent.Document
	for i := range many {
		all = append(all, a.shared(a.service(a.blobs), fmt.Sprintf("%d.png", i), picture(t)))
	}
	var work errgroup.Group
	for range 3 {
		s := a.service(a.blobs)
		work.Go(func() error {
			for {
				if worked, err := s.Work(t.Context()); err != nil || !worked {
					return err
				}
			}
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d = a.now(d); d.Status != entdocument.StatusReady || d.Width == nil || *d.Width != 40 || *d.Height != 30 || d.Thumbnail == "" || d.Attempts != 1 {
			t.Errorf("it is %+v", d)
		}
	}
	if n := a.done.Load(); n != many {
		t.Errorf("it was told %d times", n)
	}
}

// flaky is a store that cannot be reached for some calls.
type flaky struct {
	blob.Store
	failures, puts, removals atomic.Int32
}

var errAway = errors.New("the store is away")

func (f *flaky) Put(ctx context.Context, name string, r io.Reader, size int64) (int64, error) {
	if f.puts.Add(-1) >= 0 {
		return 0, errAway
	}
	return f.Store.Put(ctx, name, r, size)
}

func (f *flaky) Remove(ctx context.Context, names ...string) error {
	if f.removals.Add(-1) >= 0 {
		return errAway
	}
	return f.Store.Remove(ctx, names...)
}

func (f *flaky) Open(ctx context.Context, name string) (blob.Blob, error) {
	if f.failures.Add(-1) >= 0 {
		return nil, errAway
	}
	return f.Store.Open(ctx, name)
}

// What is not the document's fault is tried again, but not for ever.
func TestWhatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	store := &flaky{Store: a.blobs}
	s := a.service(store)
	once := a.shared(s, "once.png", picture(t))
	store.failures.Store(2)
	for range 3 {
		a.due()
		_, _ = s.Work(t.Context())
	}
	if d := a.now(once); d.Status != entdocument.StatusReady || d.Attempts != 3 {
		t.Errorf("it is %+v", d)
	}
	never := a.shared(s, "never.png", picture(t))
	store.failures.Store(1000)
	for range document.MostAttempts + 1 {
		a.due()
		_, _ = s.Work(t.Context())
	}
	if d := a.now(never); d.Status != entdocument.StatusFailed || d.Attempts != document.MostAttempts || d.WorkAt != nil {
		t.Errorf("it is %+v", d)
	}
	if n := a.done.Load(); n != 2 {
		t.Errorf("it was told %d times", n)
	}
}

// A document that was claimed by a process that ended is another one's when the lease has ended, and not before.
func TestALeaseEnds(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	store := &flaky{Store: a.blobs}
	s := a.service(store)
	d := a.shared(s, "a.png", picture(t))
	store.failures.Store(1)
	if worked, err := s.Work(t.Context()); !worked || !errors.Is(err, errAway) {
		t.Fatal(worked, err)
	}
	if worked, err := s.Work(t.Context()); worked || err != nil {
		t.Errorf("under a lease it was tried: %v %v", worked, err)
	}
	a.due()
	if worked, err := s.Work(t.Context()); !worked || err != nil || a.now(d).Status != entdocument.StatusReady {
		t.Errorf("it was not tried: %v %v", worked, err)
	}
}

// What cannot be examined is FAILED at once, and what is no picture is a link.
func TestWhatCannotBeExaminedIsALink(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	s := a.service(a.blobs)
	for name, c := range map[string]struct {
		content []byte
		kind    entdocument.Kind
		want    entdocument.Status
	}{
		"broken.png": {append([]byte("\x89PNG\r\n\x1a\n"), strings.Repeat("x", 100)...), entdocument.KindOther, entdocument.StatusReady},
		"half.png":   {picture(t)[:60], entdocument.KindImage, entdocument.StatusReady},
		"broken.pdf": {[]byte("%PDF-1.7\nnothing of the kind"), entdocument.KindPDF, entdocument.StatusReady},
		"text.txt":   {[]byte("Hello"), entdocument.KindOther, entdocument.StatusReady},
	} {
		d := a.shared(s, name, c.content)
		if _, err := s.Work(t.Context()); err != nil && c.want != entdocument.StatusFailed {
			t.Error(err)
		}
		if d = a.now(d); d.Kind != c.kind || d.Status != c.want || d.Attempts > 1 || d.PageCount != nil {
			t.Errorf("%s is %+v", name, d)
		}
		b, err := a.blobs.Open(t.Context(), d.Blob)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, c.content) {
			t.Errorf("%s is %q %v", name, got, err)
		}
		_ = b.Close()
	}
}

// announced is an upload that is to come.
func (a *archive) announced(s *document.Service, size int) *ent.Document {
	a.t.Helper()
	var d *ent.Document
	err := database.WithTx(a.t.Context(), a.db.Ent, func(tx *ent.Tx) (err error) {
		d, err = s.AnnounceTx(a.t.Context(), tx, typeid.New(document.Prefix), document.Announced{RoomID: a.room, PersonID: "mem_1", Filename: "a.dat", Size: int64(size)})
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// A store that fails for a moment costs an upload nothing that has come before.
func TestAnUploadSurvivesAStoreThatFails(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	store := &flaky{Store: a.blobs}
	s := a.service(store)
	d := a.announced(s, 6)
	d, err := s.GoOn(t.Context(), d, 0, strings.NewReader("one"))
	if err != nil {
		t.Fatal(err)
	}
	store.puts.Store(1)
	if _, err := s.GoOn(t.Context(), d, 3, strings.NewReader("two")); !errors.Is(err, errAway) {
		t.Errorf("it failed with %v", err)
	}
	store.failures.Store(1)
	if _, err := s.GoOn(t.Context(), d, 3, strings.NewReader("two")); !errors.Is(err, errAway) {
		t.Errorf("it failed with %v", err)
	}
	if d, err = s.Complete(t.Context(), d.ID, d.PersonID); err != nil || d.Status != entdocument.StatusStored || d.Size != 6 {
		t.Errorf("it is %+v %v", d, err)
	}
}

// What is swept cannot be shared any more, even where the store did not say that it is gone; and one that cannot be removed
// holds up no other.
func TestWhatIsSweptIsNotShared(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	store := &flaky{Store: a.blobs}
	s := a.service(store)
	var all []*ent.Document
	for range 3 {
		d, err := s.GoOn(t.Context(), a.announced(s, 3), 0, strings.NewReader("one"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	if err := a.db.Ent.Document.Update().SetSweepAt(time.Now().Add(-time.Second)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	store.removals.Store(1)
	if err := s.Sweep(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("it says %v", err)
	}
	for _, d := range all {
		err := database.WithTx(t.Context(), a.db.Ent, func(tx *ent.Tx) error { return s.ShareTx(t.Context(), tx, d, typeid.New("msg")) })
		if _, upload := s.Upload(t.Context(), d.ID, d.PersonID); err == nil || upload == nil {
			t.Error("it can be shared")
		}
	}
	if err := a.db.Ent.Document.Update().SetSweepAt(time.Now().Add(-time.Second)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	if n := a.db.Ent.Document.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}

// A document that has ended a process each time is not tried for ever.
func TestADocumentThatEndsProcessesIsGivenUp(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	s := a.service(a.blobs)
	d := a.shared(s, "a.png", picture(t))
	if err := a.db.Ent.Document.UpdateOneID(d.ID).SetAttempts(document.MostAttempts).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if worked, err := s.Work(t.Context()); !worked || err != nil || a.now(d).Status != entdocument.StatusFailed {
		t.Errorf("it is %+v: %v %v", a.now(d), worked, err)
	}
}

// A room with much to examine does not hold up the others.
func TestRoomsAreExaminedInTurn(t *testing.T) {
	t.Parallel()
	a, b := newArchive(t), &archive{t: t}
	b.db, b.blobs, b.room = a.db, a.blobs, a.another()
	s := a.service(a.blobs)
	for i := range 4 {
		a.shared(s, fmt.Sprintf("%d.png", i), picture(t))
	}
	late := b.shared(s, "late.png", picture(t))
	for range 2 {
		if worked, err := s.Work(t.Context()); !worked || err != nil {
			t.Fatal(worked, err)
		}
	}
	if d := a.now(late); d.Status != entdocument.StatusReady {
		t.Errorf("it waits behind a room's: %s", d.Status)
	}
}
