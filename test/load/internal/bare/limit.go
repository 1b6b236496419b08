package bare

import (
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/gobwas/ws"

	"parley/test/load/internal/kernel"
)

// limit is the fastest broadcast that Go makes: a frame is made once, and a loop for each processor writes it to its
// share of the sockets, each time by one system call that does not wait and that Go's poller knows nothing of. Frames
// that come meanwhile go together in the next round. Nothing is ever read.
type limit struct {
	loops []*loop
	next  atomic.Uint64
}

func newLimit() *limit {
	l := &limit{}
	for range runtime.GOMAXPROCS(0) {
		one := &loop{}
		one.news.L = &one.mu
		l.loops = append(l.loops, one)
		go one.run()
	}
	return l
}

func (l *limit) join(w http.ResponseWriter, r *http.Request) error {
	upgrader := ws.HTTPUpgrader{Protocol: func(string) bool { return true }}
	conn, _, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	socket, err := kernel.Detach(conn)
	if err != nil {
		return err
	}
	l.loops[l.next.Add(1)%uint64(len(l.loops))].add(socket)
	return nil
}

func (l *limit) broadcast(message []byte) {
	frame := ws.MustCompileFrame(ws.NewTextFrame(message))
	for _, one := range l.loops {
		one.put(frame)
	}
}

// loop writes to its sockets, of which it is the only writer.
type loop struct {
	mu      sync.Mutex
	news    sync.Cond
	joining []kernel.Socket
	waiting []byte // frames
}

func (l *loop) add(s kernel.Socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.joining = append(l.joining, s)
	l.news.Signal()
}

func (l *loop) put(frame []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, frame...)
	l.news.Signal()
}

func (l *loop) run() {
	greeting := ws.MustCompileFrame(ws.NewTextFrame([]byte(hello)))
	var sockets []kernel.Socket
	var frames []byte
	for {
		var joined []kernel.Socket
		joined, frames = l.take(frames)
		sockets = append(sockets, write(joined, greeting)...)
		if len(frames) > 0 {
			sockets = write(sockets, frames)
		}
	}
}

// take waits for something to do, and gives back the buffer of the last round.
func (l *loop) take(buffer []byte) (joined []kernel.Socket, frames []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.joining) == 0 && len(l.waiting) == 0 {
		l.news.Wait()
	}
	joined, frames = l.joining, l.waiting
	l.joining, l.waiting = nil, buffer[:0]
	return joined, frames
}

// write returns the sockets that are still there.
func write(sockets []kernel.Socket, b []byte) []kernel.Socket {
	there := sockets[:0]
	for _, s := range sockets {
		if _, err := s.Write(b); err != nil {
			_ = s.Close() // its client has left
			continue
		}
		there = append(there, s)
	}
	return there
}
