package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"parley/test/load/internal/bare"
	"parley/test/load/internal/child"
	"parley/test/load/internal/client"
)

// The operations, as a client would write them.
const (
	signIn = `mutation { signIn(input: {email: "agent@demo.example", password: "parley-demo"}) { accessToken } }`

	createRoom = `mutation { createRoom(input: {}) { room { id lastCursor } } }`

	sendMessage = `mutation ($room: ID!, $body: String!) {
	sendMessage(input: {roomId: $room, body: $body}) { message { id cursor } userErrors { message } } }`

	roomEvents = `subscription ($room: ID!, $after: Cursor) { roomEvents(roomId: $room, after: $after) {
	... on MessagePosted { cursor occurredAt message { id body sentAt author { __typename ... on Member { firstName } } } } } }`
)

// graphqlPath is where GraphQL is posted.
const graphqlPath = "/graphql"

// server is a system that runs, and the token of the member who asks.
type server struct {
	*child.Child
	system string
	token  string
}

// isBare tells whether the server knows neither GraphQL nor rooms.
func (s *server) isBare() bool { return s.system == limitName || s.system == gorillaName }

// failed stops the server and adds to the error what it has said.
func (s *server) failed(err error) error {
	return errors.Join(fmt.Errorf("%s: %w\n%s", s.system, err, s.Said()), s.Stop())
}

// place is a room, and the cursor of its beginning.
type place struct {
	ID         string
	LastCursor string
}

// room makes a room; a bare server has but one.
func (s *server) room(ctx context.Context) (place, error) {
	if s.isBare() {
		return place{}, nil
	}
	var answer struct{ CreateRoom struct{ Room place } }
	err := s.ask(ctx, createRoom, &answer)
	return answer.CreateRoom.Room, err
}

func (s *server) signInToParley(ctx context.Context) error {
	var answer struct{ SignIn struct{ AccessToken string } }
	err := s.ask(ctx, signIn, &answer)
	s.token = answer.SignIn.AccessToken
	return err
}

// ask executes an operation and decodes its data.
func (s *server) ask(ctx context.Context, query string, into any) error {
	sender, err := s.sender(ctx)
	if err != nil {
		return err
	}
	defer sender.Close()
	request, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	text, err := sender.Post(request)
	if err != nil {
		return err
	}
	answer := struct {
		Data   any
		Errors json.RawMessage
	}{Data: into}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Errors != nil {
		return fmt.Errorf("the answer to %.40s… is %s", query, text)
	}
	return nil
}

func (s *server) sender(ctx context.Context) (*client.Sender, error) {
	path := graphqlPath
	if s.isBare() {
		path = bare.Path
	}
	return client.NewSender(ctx, s.Address, path, s.token)
}

// subscription is the one to the room's events after the cursor, or from now on where that is empty.
func (s *server) subscription(room place, after string) client.Subscription {
	if s.isBare() {
		return client.Subscription{Address: s.Address}
	}
	variables := map[string]any{"room": room.ID}
	if after != "" {
		variables["after"] = after
	}
	return client.Subscription{Address: s.Address, Token: s.token, Query: roomEvents, Variables: variables}
}
