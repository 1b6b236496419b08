package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/document"
	"parley/internal/eventlog"
)

// Document is a file that was shared in a room.
type Document struct {
	*ent.Document
	rooms *Service
}

// IsNode marks a Node.
func (*Document) IsNode() {}

// Size is in bytes.
func (d *Document) Size() int { return int(d.Document.Size) }

// URL is an address at which the document can be read, for a minute. Whoever has got the document may see its room.
func (d *Document) URL() string { return d.rooms.documents.URL(d.Document) }

// ThumbnailURL is likewise that of a small picture; nil where there is none.
func (d *Document) ThumbnailURL() *string { return d.rooms.documents.ThumbnailURL(d.Document) }

// SharedBy is who shared it.
func (d *Document) SharedBy(ctx context.Context) (ent.Actor, error) {
	found, err := d.rooms.people.find(ctx, []string{d.PersonID})
	return found[d.PersonID], err
}

// Document is the document that the entry is about; nil for other entries.
func (m *Message) Document(ctx context.Context) (*Document, error) {
	if m.documentID == "" {
		return nil, nil
	}
	return m.scene.document(ctx, m.documentID)
}

// Document is the document, as it is now.
func (e *DocumentChanged) Document(ctx context.Context) (*Document, error) {
	return e.scene.document(ctx, e.documentID)
}

// documentID is the document that an event is about; "" for none.
func documentID(e eventlog.Event) string {
	if e.Kind != kindDocument && e.Kind != kindDocumentChanged {
		return ""
	}
	var d data
	if err := json.Unmarshal([]byte(e.Data), &d); err != nil {
		return "" // event says that it cannot be read
	}
	return d.Document
}

// props are the documents that were shared in some events. They are looked up once for all of them, when the first is
// asked for.
type props struct {
	documents *document.Service
	ids       []string

	fetching sync.Once
	found    map[string]*ent.Document
	err      error
}

func (p *props) get(ctx context.Context) (map[string]*ent.Document, error) {
	p.fetching.Do(func() { p.found, p.err = p.documents.Find(ctx, p.ids) })
	return p.found, p.err
}

// document is one of the documents of the scene.
func (sc *scene) document(ctx context.Context, id string) (*Document, error) {
	found, err := sc.props.get(ctx)
	if err != nil {
		return nil, err
	}
	d := found[id]
	if d == nil {
		return nil, fmt.Errorf("document %s was shared and is not there", id)
	}
	return &Document{d, sc.rooms}, nil
}

// documentNode returns the document with the id, where the viewer may see its room.
func (s *Service) documentNode(ctx context.Context, id string) (*Document, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.documents.Find(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	roomID := ""
	if d := found[id]; d != nil {
		roomID = d.RoomID
	}
	if _, err := s.find(ctx, v, room.ID(roomID)); err != nil {
		if apierr.Is(err, apierr.NotFound) {
			err = apierr.MissingThing("document")
		}
		return nil, err
	}
	return &Document{found[id], s}, nil
}

// DocumentDoneTx tells in the room that it is known what a document is. A room that is closed is told nothing any more.
func (s *Service) DocumentDoneTx(ctx context.Context, tx *ent.Tx, d *ent.Document) error {
	for range tries {
		r, err := tx.Room.Query().Where(room.ID(d.RoomID)).WithMergedInto().Only(ctx)
		if err != nil {
			return fmt.Errorf("get room of a document: %w", err)
		}
		if r.MergedIntoID != nil {
			r = r.Edges.MergedInto
		}
		if r.Status == room.StatusClosed {
			return nil
		}
		_, err = s.log.AppendTx(ctx, tx, r.StreamID, by(auth.Viewer{}, kindDocumentChanged, data{Document: d.ID}))
		if !errors.Is(err, eventlog.ErrSealed) { // else it has gone into another just now, or was closed
			return err
		}
	}
	return errMoved
}
