package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// device is a customer's phone or mailbox: it reads what the simulator holds.
type device struct {
	h       *house
	channel string // SMS or EMAIL
	address string
	read    map[string]bool
}

// Phone is the phone with the number.
func (h *house) Phone(number string) *device { return h.device("SMS", number) }

// Mailbox is the mailbox with the address.
func (h *house) Mailbox(address string) *device { return h.device("EMAIL", address) }

func (h *house) device(channel, address string) *device {
	h.keepSecret("a number or address", address)
	return &device{h: h, channel: channel, address: address, read: map[string]bool{}}
}

// received is a message as the simulator lists it.
type received struct {
	ID, Channel, From, To, Subject, Text, HTML, Status string
}

// messages are those that have arrived, oldest first.
func (d *device) messages() (all []received) {
	d.h.t.Helper()
	response, err := d.h.client.Get(d.h.url() + "/simulator/messages?to=" + url.QueryEscape(d.address))
	if err != nil {
		d.h.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&all); err != nil {
		d.h.t.Fatal(err)
	}
	return all
}

// Expect waits for a message that was not read yet and has the words in it.
func (d *device) Expect(words ...string) *letter {
	d.h.t.Helper()
	var next *received
	await(d.h.t, "a message to "+d.address, func() bool {
		for _, m := range d.messages() {
			if !d.read[m.ID] {
				next = &m
				return true
			}
		}
		return false
	})
	d.read[next.ID] = true
	d.h.expected[d.address]++
	for _, w := range append(words, d.channel) {
		if !strings.Contains(next.Text+next.Channel, w) {
			d.h.t.Fatalf("the message %q does not say %q", next.Text, w)
		}
	}
	return d.h.letter(*next)
}

var linkPattern = regexp.MustCompile(`https?://\S+/r/[\w-]+`)

func (h *house) letter(m received) *letter {
	link := linkPattern.FindString(m.Text)
	h.keepSecret("a link", tokenOf(link))
	return &letter{received: m, h: h, link: link}
}

// letter is a message that a customer has received.
type letter struct {
	received
	h    *house
	link string
}

func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// Open opens the link in a browser: the page is fetched, and says that it is seen.
func (l *letter) Open() *page {
	l.h.t.Helper()
	return l.h.open(l.link)
}

func (h *house) open(link string) *page {
	h.t.Helper()
	if response, body := h.fetch(http.MethodGet, link); response.StatusCode != http.StatusOK && response.StatusCode != http.StatusServiceUnavailable || len(body) == 0 {
		h.t.Fatalf("GET %s: %d", link, response.StatusCode) // without its pages the server says 503
	}
	if response, _ := h.fetch(http.MethodPost, link); response.StatusCode != http.StatusNoContent {
		h.t.Fatalf("POST %s: %d", link, response.StatusCode)
	}
	return &page{h: h, token: tokenOf(link)}
}

func (h *house) fetch(method, address string) (*http.Response, string) {
	h.t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return response, string(body)
}

// page is the page behind a link, open in a customer's browser.
type page struct {
	h     *house
	token string
}

const enterSelection = "accessToken expiresAt room { id name status lastCursor } customer { id name firstName lastName phone email }"

// TryEnter enters the room, which may be refused.
func (p *page) TryEnter() *reply {
	return p.h.mutate("", "enterRoom", vars{"token": p.token}, enterSelection)
}

// Enter enters the room.
func (p *page) Enter() *user {
	p.h.t.Helper()
	a := p.TryEnter().ok()
	customer := p.h.user(a.text("customer.name"), a.text("accessToken"))
	customer.room = place{ID: a.text("room.id"), Start: a.text("room.lastCursor")}
	customer.id = a.text("customer.id")
	return customer
}

// report makes the carrier say something of a message.
func (h *house) report(m received, status, reason string) {
	h.t.Helper()
	body, _ := json.Marshal(map[string]string{"id": m.ID, "status": status, "reason": reason}) // of texts
	response, err := h.client.Post(h.url()+"/simulator/status", "application/json", strings.NewReader(string(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		h.t.Fatalf("report %s: %d %s", status, response.StatusCode, text)
	}
}
