package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/test/load/internal/client"
	"parley/test/load/internal/tally"
)

// textBytes makes a frame of Parley's about 380 bytes long.
const textBytes = 83

// voice is a person who sends messages into one room, one after the other.
type voice struct {
	track  *tally.Track
	number int // among those who send into the room
	sender *client.Sender
	body   func(text []byte) []byte
}

// voice returns one for the room.
func (s *server) voice(ctx context.Context, room place, track *tally.Track) (*voice, error) {
	sender, err := s.sender(ctx)
	if err != nil {
		return nil, err
	}
	v := &voice{track: track, sender: sender, body: func(text []byte) []byte { return text }}
	if !s.isBare() {
		v.body, err = mutation(room)
	}
	return v, err
}

// chorus returns so many voices for the room.
func (s *server) chorus(ctx context.Context, room place, track *tally.Track, count int) ([]*voice, error) {
	var all []*voice
	for i := range count {
		v, err := s.voice(ctx, room, track)
		if err != nil {
			return all, err
		}
		v.number = i
		all = append(all, v)
	}
	return all, nil
}

// mutation returns what makes a request of a text. The request is encoded once; the text is a part of it as it is.
func mutation(room place) (func(text []byte) []byte, error) {
	encoded, err := json.Marshal(map[string]any{
		"query": sendMessage, "variables": map[string]string{"room": room.ID, "body": "~"},
	})
	if err != nil {
		return nil, fmt.Errorf("encode a mutation: %w", err)
	}
	before, after, _ := bytes.Cut(encoded, []byte("~"))
	return func(text []byte) []byte { return bytes.Join([][]byte{before, text, after}, nil) }, nil
}

// say sends the next message, as soon as it may be under way, and returns when it is answered.
func (v *voice) say(ctx context.Context) error {
	number, err := v.track.Next(ctx, v.number)
	if err != nil {
		return err
	}
	answer, err := v.sender.Post(v.body(tally.Text(v.number, number, textBytes)))
	if err != nil {
		return err
	}
	if bytes.Contains(answer, []byte(`"errors":`)) || bytes.Contains(answer, []byte(`"message":null`)) {
		return fmt.Errorf("sendMessage is answered with %s", answer)
	}
	return nil
}

// sayFor says one message after the other for so long.
func (v *voice) sayFor(ctx context.Context, long time.Duration) error {
	for began := time.Now(); time.Since(began) < long; {
		if err := v.say(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sayForAt says a message at each tick for so long.
func (v *voice) sayForAt(ctx context.Context, long, interval time.Duration) error {
	ctx, enough := context.WithTimeout(ctx, long)
	defer enough()
	return v.sayEvery(ctx, interval)
}

// sayTimes says so many messages.
func (v *voice) sayTimes(ctx context.Context, times int) error {
	for range times {
		if err := v.say(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sayEvery says a message at each tick until the context ends, which is no error.
func (v *voice) sayEvery(ctx context.Context, interval time.Duration) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := v.say(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
}

func (v *voice) close() error { return v.sender.Close() }

// stalled tells whether the error is that a message has not arrived everywhere, which is a result and no reason to stop.
func stalled(err error) bool { return errors.Is(err, tally.ErrStalled) }
