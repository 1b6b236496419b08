package transport

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// What a stream is made of. A comment keeps proxies and clients from thinking that it is dead.
const (
	streamComment  = ":\n\n"
	streamComplete = "event: complete\ndata:\n\n"
)

// stream executes the operation and sends its results as server-sent events, in this goroutine only. The stream
// ends with a complete event when the operation has ended. It ends without one, so that clients come back, when the
// server shuts down and when the client reads too slowly.
func (x *exchange) stream(ctx context.Context, session Session, op *graphql.OperationContext) {
	leave, err := x.h.enter(session, Address(ctx))
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	defer leave()
	ctx, cancel := context.WithCancel(ctx)
	events := newEvents(x.h.Limits.SocketQueueBytes)
	done := make(chan *member, 1)
	go func() {
		var joined *member
		defer func() { done <- joined }()
		defer x.h.survive(ctx, cancel)
		joined = x.h.execute(ctx, op, events)
	}()
	x.deliver(ctx, session, events)
	cancel()
	if joined := <-done; joined != nil {
		joined.leave()
	}
}

// execute executes an operation of any kind. A subscription may have become a member of a group then.
func (h *Handler) execute(ctx context.Context, op *graphql.OperationContext, out sink) (joined *member) {
	if isSubscription(op) {
		return h.subscribe(ctx, op, out)
	}
	out.deliver([]result{{body: encode(h.engine.single(ctx, op))}})
	out.complete()
	return nil
}

func (x *exchange) deliver(ctx context.Context, session Session, events *events) {
	x.startStream()
	ended, quiet := lifeOf(session), time.NewTicker(orNever(x.h.Limits.SocketPing))
	defer quiet.Stop()
	more := x.emit(streamComment)
	for more {
		select {
		case <-events.ready:
			batch, last := events.take()
			more = x.emit(batch) && !last
		case <-quiet.C:
			more = x.emit(streamComment)
		case <-ended:
			x.emit(asEvent(encode(x.h.engine.failure(ctx, revoked()))) + streamComplete)
			return
		case <-x.h.live.closing:
			return
		case <-ctx.Done():
			return
		}
	}
}

// streamOnce sends one result as a whole stream.
func (x *exchange) streamOnce(result []byte) {
	x.startStream()
	x.emit(asEvent(result) + streamComplete)
}

func (x *exchange) startStream() {
	x.streams = true
	header := x.w.Header()
	if x.r.ProtoMajor == 1 {
		header.Set("Connection", "close") // the last write, by net/http, is within the last deadline, too
	}
	header.Set("Content-Type", mediaStream+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	header.Set("X-Content-Type-Options", "nosniff")
	x.w.WriteHeader(http.StatusOK)
}

func (x *exchange) emit(text string) bool {
	return x.within(func() error {
		_, err := x.w.Write([]byte(text))
		return err
	}) == nil
}

func lifeOf(s Session) <-chan struct{} {
	if s.Life == nil {
		return nil
	}
	return s.Life.Done()
}

func orNever(d time.Duration) time.Duration {
	if d == 0 {
		return 1 << 62
	}
	return d
}

// asEvent makes an event of a result. A line break, which JSON may have between its tokens, would end it early.
func asEvent(result []byte) string {
	result = bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, result)
	return "event: next\ndata: " + string(result) + "\n\n"
}
