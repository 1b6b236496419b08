package web

import (
	"io/fs"
	"net/http"
)

// Files are what the package embeds.
var Files fs.FS = embedded

// CustomerOf is Customer, of other files than the embedded ones.
func CustomerOf(files fs.FS) http.Handler {
	return newSite(files).page("app/customer/index.html", strict)
}

// AssetsOf is Assets, of other files than the embedded ones.
func AssetsOf(files fs.FS) http.Handler { return newSite(files).serveAssets() }
