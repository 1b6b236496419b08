package precheck

import (
	"container/list"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// A parsed document takes some twenty times the memory of its text, so both are bounded.
const (
	cacheEntries = 1000
	cacheBytes   = 1 << 20
)

// cache remembers the documents used last. Only good documents are in it, so that garbage pushes nothing out.
type cache struct {
	mu                sync.Mutex
	entries, maxBytes int
	bytes             int
	byQuery           map[string]*list.Element
	recent            *list.List // of entry, the one used last in front
}

type entry struct {
	query    string
	document *ast.QueryDocument
	tokens   int
}

func newCache(entries, bytes int) *cache {
	return &cache{entries: entries, maxBytes: bytes, byQuery: make(map[string]*list.Element), recent: list.New()}
}

func (c *cache) get(query string) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byQuery[query]
	if !ok {
		return entry{}, false
	}
	c.recent.MoveToFront(element)
	return element.Value.(entry), true
}

func (c *cache) add(query string, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byQuery[query]; ok || len(query) > c.maxBytes {
		return
	}
	e.query = query
	c.byQuery[query] = c.recent.PushFront(e)
	c.bytes += len(query)
	for c.recent.Len() > c.entries || c.bytes > c.maxBytes {
		c.evict()
	}
}

func (c *cache) evict() {
	oldest := c.recent.Remove(c.recent.Back()).(entry)
	delete(c.byQuery, oldest.query)
	c.bytes -= len(oldest.query)
}
