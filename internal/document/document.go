// Package document keeps the files that are shared in rooms: how their bytes come, what they are, and where they are read.
//
// It guarantees that
//
//   - a document is shared only when all of its bytes are safe, and not if it is one that is refused (rule C5): too large,
//     empty, or of a type that could run in a browser or on a machine;
//   - what it is is what its bytes say, and they cannot harm whoever looks at them: pictures and PDFs are examined in a
//     process of their own, within bounds, and what cannot be examined is a link like any other;
//   - bytes are never in memory as a whole, and what is left of an upload that broke is swept;
//   - an address is signed for one document and a minute (rule C6). Whoever asks for one must have been let in to it.
//
// It does not know who may share or see: that is told by who calls it (package room). Of rooms it knows that one can go into
// another.
package document

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/document"
	"parley/internal/blob"
	"parley/internal/database"
	"parley/internal/limits"
)

// Prefix is the type of the ids of documents.
const Prefix = "doc"

// Service keeps documents. Make it with New.
type Service struct {
	ent       *ent.Client
	blobs     blob.Store
	limits    limits.Limits
	secret    []byte
	publicURL string
	log       *slog.Logger
	arrivals  *arrivals
	bell      chan struct{} // holds one ring for the worker
	done      func(context.Context, *ent.Tx, *ent.Document) error
}

// Parts are what a Service is made of.
type Parts struct {
	Ent       *ent.Client
	Blobs     blob.Store
	Limits    limits.Limits
	Secret    []byte // that addresses are signed with
	PublicURL string // that they begin with
	Log       *slog.Logger
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{
		ent: p.Ent, blobs: p.Blobs, limits: p.Limits, secret: p.Secret, publicURL: strings.TrimSuffix(p.PublicURL, "/"), log: p.Log,
		arrivals: &arrivals{most: p.Limits.Uploads, of: map[string]*body{}}, bell: make(chan struct{}, 1),
	}
}

// Tell has done called in the transaction in which a document that was shared is READY or FAILED, before Run is called.
func (s *Service) Tell(done func(ctx context.Context, tx *ent.Tx, d *ent.Document) error) {
	s.done = done
}

// Find returns the documents that were shared, by id.
func (s *Service) Find(ctx context.Context, ids []string) (map[string]*ent.Document, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []*ent.Document
	err := database.Again(ctx, func() (err error) {
		rows, err = s.ent.Document.Query().Where(document.IDIn(ids...), document.SharedAtNotNil()).All(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find documents: %w", err)
	}
	found := make(map[string]*ent.Document, len(rows))
	for _, d := range rows {
		found[d.ID] = d
	}
	return found, nil
}

// now is the time as rows keep it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
