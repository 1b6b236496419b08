package web

import (
	"io/fs"
	"net/http"
)

// Files are what the package embeds.
var Files fs.FS = embedded

// RoomOf is Room, of other files than the embedded ones.
func RoomOf(files fs.FS) http.Handler { return newSite(files).page("room.html", strict) }

// AssetsOf is Assets, of other files than the embedded ones.
func AssetsOf(files fs.FS) http.Handler { return newSite(files).serveAssets() }
