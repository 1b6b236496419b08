package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	trusted := []string{"10.0.0.0/8", " 2001:db8:f::/48"}
	for name, c := range map[string]struct {
		trusted   []string
		peer      string
		forwarded []string
		want      string
	}{
		"a client":                           {nil, "192.0.2.1:4711", nil, "192.0.2.1"},
		"a household":                        {nil, "[2001:db8:1:2:3:4:5:6]:4711", nil, "2001:db8:1:2::/64"},
		"the same household":                 {nil, "[2001:db8:1:2:ffff::1]:4711", nil, "2001:db8:1:2::/64"},
		"a neighbour":                        {nil, "[2001:db8:1:3::1]:4711", nil, "2001:db8:1:3::/64"},
		"IPv4 written as IPv6":               {nil, "[::ffff:192.0.2.1]:4711", nil, "192.0.2.1"},
		"a link-local client":                {nil, "[fe80::1%eth0]:4711", nil, "fe80::/64"},
		"no network":                         {nil, "@", nil, "@"},
		"no network, forwarding":             {trusted, "@", []string{"192.0.2.1"}, "@"},
		"a header, and nobody is trusted":    {nil, "192.0.2.1:4711", []string{"198.51.100.7"}, "192.0.2.1"},
		"a header of an untrusted peer":      {trusted, "192.0.2.1:4711", []string{"198.51.100.7, 10.0.0.2"}, "192.0.2.1"},
		"a header that names a proxy":        {trusted, "192.0.2.1:4711", []string{"10.0.0.2"}, "192.0.2.1"},
		"behind a proxy":                     {trusted, "10.0.0.2:80", []string{"198.51.100.7"}, "198.51.100.7"},
		"behind two":                         {trusted, "10.0.0.2:80", []string{"198.51.100.7, 10.0.0.3"}, "198.51.100.7"},
		"behind two with a header each":      {trusted, "10.0.0.2:80", []string{"198.51.100.7", "10.0.0.3"}, "198.51.100.7"},
		"spoofed before the proxy":           {trusted, "10.0.0.2:80", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"spoofed with a proxy's address":     {trusted, "10.0.0.2:80", []string{"203.0.113.9, 10.0.0.9, 198.51.100.7, 10.0.0.3"}, "198.51.100.7"},
		"spoofed with nonsense":              {trusted, "10.0.0.2:80", []string{"nonsense, 198.51.100.7"}, "198.51.100.7"},
		"a proxy that says nonsense":         {trusted, "10.0.0.2:80", []string{"198.51.100.7, unknown"}, "10.0.0.2"},
		"a proxy that says nothing":          {trusted, "10.0.0.2:80", nil, "10.0.0.2"},
		"a client among the proxies":         {trusted, "10.0.0.2:80", []string{"10.0.0.4"}, "10.0.0.4"},
		"behind a proxy, with a port":        {trusted, "10.0.0.2:80", []string{"198.51.100.7:5000"}, "198.51.100.7"},
		"behind a proxy by IPv6":             {trusted, "[2001:db8:f::1]:80", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::/64"},
		"behind a proxy, IPv6 in brackets":   {trusted, "10.0.0.2:80", []string{"[2001:db8:1:2::9]"}, "2001:db8:1:2::/64"},
		"behind a proxy, brackets and port":  {trusted, "10.0.0.2:80", []string{"[2001:db8:1:2::9]:5000"}, "2001:db8:1:2::/64"},
		"behind a proxy written as IPv6":     {trusted, "[::ffff:10.0.0.2]:80", []string{"198.51.100.7"}, "198.51.100.7"},
		"a household next to the proxies'":   {trusted, "[2001:db8:e::1]:80", []string{"198.51.100.7"}, "2001:db8:e::/64"},
		"everyone is trusted, by a mistake":  {[]string{"0.0.0.0/0"}, "10.0.0.2:80", []string{"203.0.113.9, 198.51.100.7"}, "203.0.113.9"},
		"IPv6 is not in all of IPv4's space": {[]string{"0.0.0.0/0"}, "[2001:db8::1]:80", []string{"203.0.113.9"}, "2001:db8::/64"},
	} {
		known, err := parseProxies(c.trusted)
		if err != nil {
			t.Fatal(err)
		}
		a := &app{config: &config{proxies: known}}
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := a.address(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAddressOfWrongProxiesStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"10.0.0.1", "10.0.0.0/33", "proxy.example", "10.0.0.0/8,,", "::ffff:10.0.0.0/104"} {
		env := map[string]string{"PARLEY_TRUSTED_PROXIES": wrong, "PARLEY_DATA": t.TempDir()}
		_, err := configure(nil, func(name string) string { return env[name] }, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "PARLEY_TRUSTED_PROXIES") || !strings.Contains(err.Error(), "10.0.0.0/8") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	env := map[string]string{"PARLEY_TRUSTED_PROXIES": "10.0.0.0/8, 2001:db8::/32", "PARLEY_DATA": t.TempDir()}
	c, err := configure(nil, func(name string) string { return env[name] }, io.Discard)
	if err != nil || len(c.proxies) != 2 {
		t.Errorf("two networks: %v", err)
	}
}

// Behind a proxy all clients have one peer, and yet each has an allowance of its own.
func TestAddressIsTheClientsBehindAProxy(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("sign-in-per-address=2"), withProxies("127.0.0.0/8"))
	from := func(client string) *reply {
		body := []byte(`{"query": "mutation { signIn(input: {email: \"a@b.example\", password: \"x\"}) { userErrors { code } } }"}`)
		return h.post("", body, "X-Forwarded-For", "203.0.113.9, "+client)
	}
	for range 2 {
		from("198.51.100.7").ok()
	}
	if from("198.51.100.7").code() != "THROTTLED" {
		t.Error("a client has no limit")
	}
	from("198.51.100.8").ok()
}
