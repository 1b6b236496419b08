package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// family are rooms that become one: the first goes into the second since they have the same customer, and that into the
// third by mergeRooms.
type family struct {
	r     *run
	rooms []place

	mu   sync.Mutex
	said []said
}

// said is a message that was accepted, and the room that it was sent to.
type said struct {
	id   string
	room int
}

const (
	familySize  = 3
	saidMany    = 6 // messages between one step and the next, and behind the last
	familyPause = 10 * time.Millisecond
)

// unite has a family become one while it is written and followed, and holds it to have lost nothing and doubled nothing.
func (r *run) unite(ctx context.Context, at int) error {
	f := &family{r: r}
	for range familySize {
		room, err := r.w.createRoom(ctx)
		if err != nil {
			return err
		}
		f.rooms = append(f.rooms, room)
	}
	following, unfollow := context.WithCancel(ctx)
	var travelling, writing sync.WaitGroup
	defer travelling.Wait()
	defer unfollow()
	var all []*traveller
	set := func(name string, room, after int) {
		x := &traveller{r: r, name: fmt.Sprintf("family %d: who %s", at, name), room: f.rooms[room].id, last: f.rooms[after].start, began: after,
			by: []carriage{overSocket, overStream}[len(all)%2], got: map[string]int{}}
		all = append(all, x)
		travelling.Go(func() { x.travel(following, at+len(x.name)) })
	}
	for i := range f.rooms {
		set(fmt.Sprintf("follows room %d", i), i, i)
		set(fmt.Sprintf("follows room %d, too", i), i, i)
	}
	stop := make(chan struct{})
	for i := range f.rooms {
		writing.Go(func() { f.write(ctx, i, stop) })
	}
	err := f.become(ctx, at)
	close(stop)
	writing.Wait()
	if err != nil {
		return err
	}
	set("was away", 0, 0)
	set("was away, and asks for the room that stays", familySize-1, 0)
	log, err := f.log(ctx)
	if err != nil {
		return err
	}
	f.checkLog(log)
	await(reachingEnd, func() bool { return f.behind(all) == "" })
	unfollow()
	travelling.Wait()
	for _, x := range all {
		f.checkTraveller(x)
	}
	return nil
}

// write sends messages to a room of the family, wherever that leads, until it is told to stop.
func (f *family) write(ctx context.Context, room int, stop <-chan struct{}) {
	pace := time.NewTicker(familyPause)
	defer pace.Stop()
	for i := room; ctx.Err() == nil; i++ {
		select {
		case <-stop:
			return
		case <-pace.C:
		}
		var payload struct{ Message struct{ ID string } }
		key := f.r.w.name("in the family")
		input := vars{"roomId": f.rooms[room].id, "body": key, "idempotencyKey": key}
		if err := f.r.w.insist(ctx, i, "sendMessage", input, "message { id }", &payload); err != nil {
			f.r.breach(stuck, "%v", err)
			return
		}
		f.mu.Lock()
		f.said = append(f.said, said{payload.Message.ID, room})
		f.mu.Unlock()
	}
}

func (f *family) all() []said {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.said[:len(f.said):len(f.said)]
}

// become has the rooms become one, with messages before, between and after.
func (f *family) become(ctx context.Context, at int) error {
	invite := func(room int, to string) func() (string, error) {
		input := vars{"roomId": f.rooms[room].id, "channel": "SMS", "to": to, "firstName": "Ada", "lastName": "Lovelace", "idempotencyKey": f.r.w.name("kin")}
		return func() (string, error) { return f.stays(ctx, at, "inviteCustomer", input) }
	}
	to := f.r.w.number("")
	merge := vars{"roomId": f.rooms[1].id, "intoRoomId": f.rooms[2].id}
	for i, step := range []func() (string, error){
		invite(1, to), invite(0, to),
		func() (string, error) { return f.stays(ctx, at+1, "mergeRooms", merge) },
	} {
		f.more()
		stays, err := step()
		if err != nil {
			return err
		}
		if want := f.rooms[[]int{1, 1, 2}[i]].id; stays != want {
			f.r.breach(torn, "step %d of a family: the room that stays is %s, want %s", i, stays, want)
		}
	}
	f.more()
	return nil
}

// more waits for some messages more.
func (f *family) more() {
	from := len(f.all())
	await(longEnough, func() bool { return len(f.all()) >= from+saidMany })
}

func (f *family) stays(ctx context.Context, at int, field string, input vars) (id string, err error) {
	var payload struct{ Room struct{ ID string } }
	err = f.r.w.insist(ctx, at, field, input, "room { id }", &payload)
	return payload.Room.ID, err
}

// log reads the timeline of the family by the id of the room that went first.
func (f *family) log(ctx context.Context) (log []entry, err error) {
	await(longEnough, func() bool { // the process may have been killed
		log, err = f.r.w.log(ctx, f.rooms[0])
		return err == nil
	})
	return log, err
}

// checkLog holds the one timeline to have what was accepted, once.
func (f *family) checkLog(log []entry) {
	times := map[string]int{}
	for _, e := range log {
		if times[e.ID]++; times[e.ID] == 2 {
			f.r.breach(doubled, "%s is in the timeline twice", e.Body)
		}
	}
	bodies := map[string]int{}
	for _, e := range log {
		if bodies[e.Body]++; bodies[e.Body] == 2 {
			f.r.breach(keyTwice, "%s is in the timeline as two", e.Body)
		}
	}
	for _, s := range f.all() {
		if times[s.id] == 0 {
			f.r.breach(forgotten, "%s was acknowledged in room %d of a family", s.id, s.room)
		}
	}
}

// behind names one of those who have not got everything yet.
func (f *family) behind(all []*traveller) string {
	for _, x := range all {
		if len(f.missing(x)) > 0 {
			return x.name
		}
	}
	return ""
}

// missing are the messages that a traveller has yet to get: those of the room that they began with, and of the rooms that
// went into it.
func (f *family) missing(x *traveller) (ids []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range f.all() {
		if x.got[s.id] == 0 && s.room <= x.began {
			ids = append(ids, s.id)
		}
	}
	return ids
}

func (f *family) checkTraveller(x *traveller) {
	if ids := f.missing(x); len(ids) > 0 {
		f.r.breach(lost, "%s misses %d messages, %s the first", x.name, len(ids), ids[0])
	}
	for id, n := range x.got {
		if n > 1 {
			f.r.breach(doubled, "%s got %s %d times", x.name, id, n)
		}
	}
	if x.told != nil {
		f.r.breach(sentAway, "%s: %v", x.name, x.told)
	}
}

// traveller follows a room, and goes on where the room has gone, by what RoomMerged says.
type traveller struct {
	r          *run
	name       string
	room, last string
	began      int // the room of the family
	by         carriage

	mu   sync.Mutex
	got  map[string]int // how often, by message
	told error          // why it was sent away for good
}

// travel follows until the context ends, at one process after the other.
func (x *traveller) travel(ctx context.Context, at int) {
	for ; ctx.Err() == nil; at++ {
		err := x.follow(ctx, x.r.w.process(at))
		var end *ending
		if errors.As(err, &end) && end.final() && ctx.Err() == nil {
			x.told = fmt.Errorf("in %s after %s: %w", x.room, x.last, end)
			return
		}
		if err != nil {
			x.r.w.rest(ctx)
		}
	}
}

// follow is one subscription; it is nil where it ended since the room has gone.
func (x *traveller) follow(ctx context.Context, p *process) error {
	sub, err := x.by(ctx, x.r.w, p, x.r.w.token, vars{"room": x.room, "after": x.last})
	if err != nil {
		return err
	}
	defer sub.cut()
	defer context.AfterFunc(ctx, sub.cut)()
	for {
		payload, err := sub.next()
		if err != nil {
			return err
		}
		e, err := decode(payload)
		if err != nil {
			return err
		}
		if e.Cursor != "" {
			x.last = e.Cursor
		}
		switch {
		case e.Type == "MessagePosted":
			x.mu.Lock()
			x.got[e.Message.ID]++
			x.mu.Unlock()
		case e.Type == "RoomMerged" && e.From.ID == x.room:
			x.room, x.last = e.Into.ID, e.Continue
			return nil
		}
	}
}
