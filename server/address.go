package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// household is the network that one customer of a provider has for themselves: 2^64 addresses to count as one.
const household = 64

// address is what a request's client is counted by: the network address, of IPv6 the household's.
func (a *app) address(r *http.Request) string {
	client, err := a.config.proxies.client(r)
	if err != nil {
		return r.RemoteAddr // of something that is no network
	}
	if client.Is6() {
		return netip.PrefixFrom(client, household).Masked().String()
	}
	return client.String()
}

// proxies are the networks of the proxies that are believed when they say whose request they pass on.
type proxies []netip.Prefix

// parseProxies reads networks such as 10.0.0.0/8.
func parseProxies(networks []string) (proxies, error) {
	var all proxies
	for _, text := range networks {
		network, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil || network.Addr().Is4In6() { // no address that is compared is one
			return nil, fmt.Errorf("%q is not a network such as 10.0.0.0/8 or 2001:db8::/32", text)
		}
		all = append(all, network)
	}
	return all, nil
}

func (p proxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(address) })
}

// client is the address of who sent the request: the peer, but for a trusted proxy the one before it. Each proxy adds
// its peer at the end of X-Forwarded-For, so that what comes before the last untrusted address was made up by anyone.
func (p proxies) client(r *http.Request) (netip.Addr, error) {
	client, err := parseAddress(r.RemoteAddr)
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, before := range slices.Backward(forwarded) {
		if !p.trust(client) {
			break
		}
		address, unknown := parseAddress(strings.TrimSpace(before))
		if unknown != nil {
			break
		}
		client = address
	}
	return client, err
}

// parseAddress reads an address with or without a port, and makes those that can be written in several ways the same.
func parseAddress(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), nil
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err
}
