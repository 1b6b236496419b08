//go:build !unix

package embedded

import (
	"context"
	"errors"
)

var errUnsupported = errors.New("the private PostgreSQL needs a Unix: set DATABASE_URL to a server of your own")

// Server is a running private PostgreSQL; there are none on this system.
type Server struct{}

// Start refuses.
func Start(context.Context, Config) (*Server, error) { return nil, errUnsupported }

// Remove refuses.
func Remove(context.Context, string) error { return errUnsupported }

// URL returns nothing.
func (*Server) URL(string) string { return "" }

// Create refuses.
func (*Server) Create(context.Context, string) error { return errUnsupported }

// Done returns a channel that is never closed.
func (*Server) Done() <-chan struct{} { return nil }

// Stop does nothing.
func (*Server) Stop() error { return nil }
