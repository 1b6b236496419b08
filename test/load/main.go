// Command load measures Parley beside other ways to do the same: over real sockets, as processes of their own, in one run
// in which they take turns, so that whatever else the machine does hits all of them.
//
//	parley   the real server with its limits on rates lifted, as everyone reaches it: sendMessage over HTTP, roomEvents
//	         over graphql-transport-ws
//	limit    the fastest broadcast that Go makes: writer loops over raw sockets, one prepared frame (package bare)
//	gorilla  a broadcast after gorilla/websocket's chat example (package bare)
//	stock    gqlgen's own server with ent, as people write it (package stock)
//
// It guarantees that every message is sent and checked by number at every subscriber: none is lost, doubled or out of
// order without being counted. What the servers cost is taken from outside. It leaves nothing behind but its report: the
// private PostgreSQL, on disk and with every commit synced, and all servers end with it. It needs Linux.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"parley/test/load/internal/bare"
	"parley/test/load/internal/child"
	"parley/test/load/internal/stock"
)

func main() {
	if err := begin(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// begin is either the tool or one of the servers that it starts, which a signal ends at once.
func begin(args []string) error {
	if len(args) == 2 && args[0] == serveRole {
		return serve(context.Background(), args[1], os.Stdout)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process
	return run(ctx, args, os.Stdout, os.Stderr)
}

// serveRole is the argument by which the tool runs itself as a server.
const serveRole = "serve"

// serve is one of the servers other than Parley.
func serve(ctx context.Context, name string, out io.Writer) error {
	h, err := other(ctx, name)
	if err != nil {
		return fmt.Errorf("serve %s: %w", name, err)
	}
	return bare.Serve(h, func(address string) { fmt.Fprintf(out, child.Announcement, address) })
}

func other(ctx context.Context, name string) (http.Handler, error) {
	switch name {
	case limitName:
		return bare.Limit(), nil
	case gorillaName:
		return bare.Gorilla(), nil
	case stockName:
		return stock.New(ctx, os.Getenv(databaseVariable))
	}
	return nil, fmt.Errorf("there is no server of that name")
}
