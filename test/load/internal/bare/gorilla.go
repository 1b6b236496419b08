package bare

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// The times and sizes of the chat example.
const (
	writeWait  = 10 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
	sendBuffer = 256
)

// hub is gorilla/websocket's chat example: one goroutine knows everyone and hands messages to a channel per client;
// each client has two goroutines, one of which writes what comes from the channel. Unlike in the example, each message
// is a frame of its own, as in every protocol of messages.
type hub struct {
	upgrader   websocket.Upgrader
	messages   chan []byte
	register   chan *client
	unregister chan *client
}

type client struct {
	conn *websocket.Conn
	send chan []byte
}

func newHub() *hub {
	h := &hub{
		upgrader: websocket.Upgrader{Subprotocols: []string{"graphql-transport-ws"}},
		messages: make(chan []byte), register: make(chan *client), unregister: make(chan *client),
	}
	go h.run()
	return h
}

func (h *hub) run() {
	clients := make(map[*client]bool)
	leave := func(c *client) {
		if clients[c] {
			delete(clients, c)
			close(c.send)
		}
	}
	for {
		select {
		case c := <-h.register:
			clients[c] = true
			c.send <- []byte(hello)
		case c := <-h.unregister:
			leave(c)
		case m := <-h.messages:
			for c := range clients {
				select {
				case c.send <- m:
				default:
					leave(c)
				}
			}
		}
	}
}

func (h *hub) broadcast(message []byte) { h.messages <- message }

func (h *hub) join(w http.ResponseWriter, r *http.Request) error {
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	c := &client{conn: conn, send: make(chan []byte, sendBuffer)}
	h.register <- c
	go c.write()
	go c.read(h)
	return nil
}

// read waits for the client's end.
func (c *client) read(h *hub) {
	defer func() {
		h.unregister <- c
		_ = c.conn.Close()
	}()
	_ = c.conn.SetReadDeadline(time.Now().Add(pongWait))
	c.conn.SetPongHandler(func(string) error { return c.conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		if _, _, err := c.conn.ReadMessage(); err != nil {
			return
		}
	}
}

func (c *client) write() {
	ping := time.NewTicker(pingPeriod)
	defer ping.Stop()
	defer c.conn.Close()
	for {
		kind, message := websocket.PingMessage, []byte(nil)
		select {
		case m, open := <-c.send:
			if !open {
				return
			}
			kind, message = websocket.TextMessage, m
		case <-ping.C:
		}
		_ = c.conn.SetWriteDeadline(time.Now().Add(writeWait))
		if err := c.conn.WriteMessage(kind, message); err != nil {
			return
		}
	}
}
