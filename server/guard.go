package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// hurried gives each request a time in which its body has to arrive and its answer has to be taken; none for 0. Who
// does neither would keep a connection for ever.
func hurried(within time.Duration, next http.Handler) http.Handler {
	if within == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control, end := http.NewResponseController(w), time.Now().Add(within)
		_ = control.SetReadDeadline(end) // net/http lifts both after the request
		_ = control.SetWriteDeadline(end)
		next.ServeHTTP(w, r)
	})
}

// unhurried is for a handler with deadlines of its own. That of a body stays until the handler sets another: what it
// does not want to read, net/http does.
func unhurried(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Time{})
		if r.Body == http.NoBody {
			_ = control.SetReadDeadline(time.Time{})
		}
		next.ServeHTTP(w, r)
	})
}

// ownHost refuses what was sent to a name that is not ours. A page of a foreign origin is kept from reading answers by
// its browser, unless its own name is made to lead here (DNS rebinding).
func (a *app) ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.isOwn(r.Host) {
			http.Error(w, "The simulator is there at localhost, at an IP address and at the host of PARLEY_PUBLIC_URL.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *app) isOwn(host string) bool {
	name := hostname(host)
	if _, err := netip.ParseAddr(name); err == nil || strings.EqualFold(name, "localhost") {
		return true
	}
	public, err := url.Parse(a.config.PublicURL)
	return err == nil && name != "" && strings.EqualFold(name, public.Hostname())
}

// hostname is a host without its port and without the brackets of IPv6.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}
