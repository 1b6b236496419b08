// Package web serves the pages that come with Parley, out of the binary and without the internet:
// GraphiQL, the members' desk, the pages of customers and specialists, the registration of members, and the simulator.
//
// GraphiQL and the simulator are plain HTML, CSS and JavaScript modules in pages/ and assets/. The others are applications in
// TypeScript, each in a folder with an index.html; client/, parts/ and room/ is what they share. `npm run build` builds them into
// dist/app and copies into dist/vendor what GraphiQL needs from npm; both are embedded. A binary built without that step works, but
// answers for every page that they are not built.
//
// It guarantees that no page holds inline script, that no page may be framed, and that a link's token goes nowhere:
// pages send no referrer, are not indexed and not stored. It knows nothing of the API, and decides nothing.
package web

import (
	"embed"
	"net/http"
	"sync"
)

//go:embed pages assets all:dist
var embedded embed.FS

var own = sync.OnceValue(func() *site { return newSite(embedded) })

const (
	// strict lets a page use nothing but files of this server.
	strict = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// styled is strict, but for what GraphiQL does: it makes style elements and has its fonts and images inside its CSS.
	styled = strict + "; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:"
)

// GraphiQL serves the page to try the API with, for "GET /{$}".
func GraphiQL() http.Handler { return own().page("graphiql.html", styled) }

// Desk serves the application of members, for "GET /desk". Where one is in it is said behind the # of its address.
func Desk() http.Handler { return own().page("app/desk/index.html", strict) }

// Customer serves the page behind a customer's link, for "GET /r/{token}". Serving it changes nothing: the page itself reports
// with a POST to its own address that it was seen.
func Customer() http.Handler { return own().page("app/customer/index.html", strict) }

// Specialist serves the page at which a specialist joins a support session, for "GET /s/{code}". Serving it uses nothing up.
func Specialist() http.Handler { return own().page("app/specialist/index.html", strict) }

// Join serves the page behind the link of an invitation to become a member, for "GET /join/{token}". Serving it changes nothing.
func Join() http.Handler { return own().page("app/join/index.html", strict) }

// Simulator serves the phone and the mailbox of the simulated carrier, for "GET /simulator".
func Simulator() http.Handler { return own().page("simulator.html", strict) }

// Assets serves the scripts and styles of the pages, for "GET /assets/". Browsers keep them, and ask each time whether they
// are still the same, but for files that are named by what is in them.
func Assets() http.Handler { return own().serveAssets() }
