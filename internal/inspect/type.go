package inspect

import (
	"bytes"

	"github.com/gabriel-vasile/mimetype"
)

// HeadBytes is how much of the beginning of a document Sniff looks at.
const HeadBytes = 3072

// Kind is how clients show a document.
type Kind string

const (
	Image Kind = "IMAGE"
	PDF   Kind = "PDF"
	Other Kind = "OTHER"
)

const (
	mimePNG     = "image/png"
	mimeJPEG    = "image/jpeg"
	mimeGIF     = "image/gif"
	mimeWebP    = "image/webp"
	mimePDF     = "application/pdf"
	mimeUnknown = "application/octet-stream"
)

// Type is what the bytes of a document are. A type that was kept by its MIME type alone is Type{MIME: …}.
type Type struct {
	MIME      string // without parameters
	Refused   bool   // it could run in a browser or on a machine (rule C5)
	extension string // ".pdf", or "" where the type has none
}

// Sniff tells the type of a document from its first HeadBytes bytes, whatever its name says.
func Sniff(head []byte) Type {
	head = head[:min(len(head), HeadBytes)]
	found := mimetype.Detect(head)
	t := Type{MIME: bare(found), extension: found.Extension(), Refused: runs(head) || isRunnable(found)}
	switch {
	case found.Is("image/vnd.mozilla.apng"):
		t.MIME, t.extension = mimePNG, ".png" // the first frame of an animated PNG is a PNG
	case t.MIME == mimePDF && !bytes.HasPrefix(head, []byte("%PDF-")):
		// Readers look for the header in the first kilobyte, so something else may begin there, and be what it is taken for elsewhere.
		t.MIME, t.extension = mimeUnknown, ""
	}
	return t
}

// bare is the MIME type without its parameters: a charset that was guessed is no news to anyone.
func bare(m *mimetype.MIME) string {
	name, _, _ := bytes.Cut([]byte(m.String()), []byte(";"))
	return string(name)
}

// Kind says how clients show a document of the type.
func (t Type) Kind() Kind {
	switch t.MIME {
	case mimePNG, mimeJPEG, mimeGIF, mimeWebP:
		return Image
	case mimePDF:
		return PDF
	}
	return Other
}

// Inline tells whether a browser may show a document of the type in place; all others are saved (rule C6).
func (t Type) Inline() bool { return t.Kind() != Other && !t.Refused }
