package document

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"parley/ent"
	"parley/internal/limits"
)

const (
	// FilesPath is where Files is to be served.
	FilesPath = "/files/"

	original  = "original"
	thumbnail = "thumbnail"
	uploading = "upload"
)

// URL is an address at which the document can be read for a minute. Whoever is given it may see the document.
func (s *Service) URL(d *ent.Document) string { return s.address(d, original) }

// ThumbnailURL is likewise the address of its thumbnail; nil where there is none.
func (s *Service) ThumbnailURL(d *ent.Document) *string {
	if d.Thumbnail == "" {
		return nil
	}
	address := s.address(d, thumbnail)
	return &address
}

// UploadURL is the address to which the bytes of a document go that was announced, for as long as it is kept.
func (s *Service) UploadURL(d *ent.Document) string {
	return s.publicURL + FilesPath + d.ID + "/" + uploading + "?signature=" + s.signature(d.ID, uploading, "")
}

// address is one for something of a document, until it ends. What is behind that is for people.
func (s *Service) address(d *ent.Document, what string) string {
	expires := strconv.FormatInt(limits.End(time.Now(), s.limits.FileAddress).Unix(), 10)
	return fmt.Sprintf("%s%s%s/%s/%s?expires=%s&signature=%s",
		s.publicURL, FilesPath, d.ID, what, url.PathEscape(d.Filename), expires, s.signature(d.ID, what, expires))
}

// signature is a keyed hash of 128 bits.
func (s *Service) signature(id, what, expires string) string {
	h := hmac.New(sha256.New, s.secret)
	fmt.Fprintf(h, "parley file %s %s %s", id, what, expires)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// mayRead tells whether an address at which something is read is one of ours, and whether it has ended.
func (s *Service) mayRead(id, what string, q url.Values) (genuine, ended bool) {
	expires := q.Get("expires")
	at, err := strconv.ParseInt(expires, 10, 64)
	if err != nil || what == uploading || !hmac.Equal([]byte(q.Get("signature")), []byte(s.signature(id, what, expires))) {
		return false, false
	}
	return true, time.Now().Unix() >= at
}

// maySend tells whether an address to which bytes are sent is one of ours.
func (s *Service) maySend(id string, q url.Values) bool {
	return hmac.Equal([]byte(q.Get("signature")), []byte(s.signature(id, uploading, "")))
}
