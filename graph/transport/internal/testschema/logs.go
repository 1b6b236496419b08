package testschema

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"

	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/feed"
)

// Logs are logs by topic, as a test writes them.
type Logs struct {
	mu    sync.Mutex
	of    map[string]*Log
	reads int
}

// Log is what was written to one topic.
type Log struct {
	mu    sync.Mutex
	texts []string
	grown chan struct{}
	err   error // ends it
	ended bool
	times int           // entries resolved
	lives int           // how often it is followed live at this moment
	came  int           // subscriptions that have begun
	left  int           // and ended
	held  chan struct{} // following it live does not begin before it is closed; nil for at once
}

func newLogs() *Logs { return &Logs{of: map[string]*Log{}} }

// Topic returns the log of the topic.
func (l *Logs) Topic(topic string) *Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[topic] == nil {
		l.of[topic] = &Log{grown: make(chan struct{})}
	}
	return l.of[topic]
}

// Reads is how many stored entries have been read.
func (l *Logs) Reads() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

// Write appends a text. What begins with ~ is live only and not stored, and what begins with _ is silent.
func (l *Log) Write(texts ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.texts = append(l.texts, texts...)
	close(l.grown)
	l.grown = make(chan struct{})
}

// End ends the log, with an error or without.
func (l *Log) End(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended, l.err = true, err
	close(l.grown)
	l.grown = make(chan struct{})
}

// Lives is how often the log is followed live at this moment.
func (l *Log) Lives() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lives
}

// Hold keeps what follows the log live from beginning until release is called.
func (l *Log) Hold() (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := make(chan struct{})
	l.held = held
	return sync.OnceFunc(func() { close(held) })
}

func (l *Log) await(ctx context.Context) {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held == nil {
		return
	}
	select {
	case <-held:
	case <-ctx.Done():
	}
}

// Attendees is how many subscriptions have begun and not ended, and how many have begun.
func (l *Log) Attendees() (now, ever int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.came - l.left, l.came
}

// attend counts a subscription.
func (l *Log) attend() (leave func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came++
	gone := false
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if gone {
			panic("a subscription has ended twice")
		}
		gone = true
		l.left++
	}
}

// Attendees is how many subscriptions, of all logs, have begun and not ended.
func (l *Logs) Attendees() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, log := range l.of {
		now, _ := log.Attendees()
		n += now
	}
	return n
}

// Times is how often entries have been resolved.
func (l *Log) Times() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times
}

func (l *Log) resolved() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.times++
	return l.times
}

func (l *Log) live(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lives += n
}

func (l *Log) since(after int64) (texts []string, grown chan struct{}, ended bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.texts[min(after, int64(len(l.texts))):], l.grown, l.ended, l.err
}

func (l *Logs) follow(topic string, after *int) (*feed.Feed[*Entry], error) {
	if strings.HasPrefix(topic, "foreign") {
		return nil, apierr.New(apierr.NotFound, "There is no such log.")
	}
	log := l.Topic(topic)
	texts, _, ended, _ := log.since(0)
	head := int64(len(texts))
	f := &feed.Feed[*Entry]{
		Topic: topic, From: head, Head: head, Ended: ended,
		Attend:   log.attend,
		Stored:   func(_ context.Context, after, upTo int64) items { return l.stored(log, after, upTo) },
		Live:     log.follow,
		CaughtUp: func() *Entry { return &Entry{Place: -1, Text: "caught up", log: log} },
	}
	if after != nil {
		f.From = int64(*after)
	}
	return f, nil
}

type items = iter.Seq2[feed.Item[*Entry], error]

func (l *Log) item(place int64, text string) feed.Item[*Entry] {
	if strings.HasPrefix(text, "~") {
		return feed.Item[*Entry]{Value: &Entry{Text: text, log: l}}
	}
	return feed.Item[*Entry]{Place: place, Value: &Entry{Place: int(place), Text: text, log: l}, Silent: strings.HasPrefix(text, "_")}
}

func (l *Logs) stored(log *Log, after, upTo int64) items {
	return func(yield func(feed.Item[*Entry], error) bool) {
		texts, _, _, _ := log.since(after)
		for i, text := range texts[:upTo-after] {
			l.mu.Lock()
			l.reads++
			l.mu.Unlock()
			if item := log.item(after+int64(i)+1, text); item.Place > 0 && !yield(item, nil) {
				return
			}
		}
	}
}

func (l *Log) follow(ctx context.Context, after int64, begun func()) items {
	return func(yield func(feed.Item[*Entry], error) bool) {
		l.await(ctx)
		l.live(1)
		defer l.live(-1)
		begun()
		for {
			texts, grown, ended, err := l.since(after)
			for _, text := range texts {
				after++
				if !yield(l.item(after, text), nil) {
					return
				}
			}
			switch {
			case len(texts) > 0:
				continue
			case ended:
				if err != nil {
					yield(feed.Item[*Entry]{}, err)
				}
				return
			}
			select {
			case <-grown:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Entry is an entry of a log.
type Entry struct {
	Place int
	Text  string

	log *Log
}

// Itself is the entry.
func (e *Entry) Itself() *Entry { return e }

type entry struct{ *Resolver }

func (entry) Times(_ context.Context, e *Entry) (int, error) { return e.log.resolved(), nil }

func (entry) Repeated(_ context.Context, e *Entry, times int) (string, error) {
	return strings.Repeat(e.Text, times), nil
}

func (entry) Audience(ctx context.Context, _ *Entry) (string, error) {
	a, _ := AudienceOf(ctx)
	return a.Key, nil
}

func (entry) Viewer(ctx context.Context, _ *Entry) (string, error) {
	return transport.SessionKey(ctx), nil
}

func (entry) Fails(context.Context, *Entry) (*string, error) { return nil, errors.New("the inside") }

type audienceKey struct{}

// AudienceOf is the audience of sessions: what is before the dash in their keys. Those without a dash have none.
func AudienceOf(ctx context.Context) (transport.Audience, bool) {
	key, ok := ctx.Value(audienceKey{}).(string)
	if !ok {
		key, _, ok = strings.Cut(transport.SessionKey(ctx), "-")
	}
	return transport.Audience{
		Key: key, In: func(ctx context.Context) context.Context { return context.WithValue(ctx, audienceKey{}, key) },
	}, ok
}

// Shareable are all fields of an entry but viewer.
func Shareable(object, field string) bool { return object == "Entry" && field != "viewer" }
