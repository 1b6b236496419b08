package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
)

// longestID is far over what clients make (a UUID): each message of a subscription begins with its id.
const longestID = 256

// message is a message from a client.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// handle does what a message asks for. Nothing is done for a connection that is closing.
func (s *socket) handle(text []byte) error {
	if s.out.isClosed() {
		return errClosing
	}
	var m message
	if err := unmarshal(text, &m); err != nil {
		return invalidMessage("it is not a JSON object with a type")
	}
	switch m.Type {
	case "connection_init":
		return s.initialise(m.Payload)
	case "ping":
		return s.pong(m.Payload)
	case "pong":
		return object(m.Payload, &map[string]any{})
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		return s.complete(m.ID)
	}
	return invalidMessage("its type is unknown")
}

// errClosing ends a reader whose connection is being closed already.
var errClosing = errors.New("closing")

func (s *socket) pong(payload json.RawMessage) error {
	if err := object(payload, &map[string]any{}); err != nil {
		return err
	}
	if len(payload) == 0 {
		s.send(textFrame(`{"type":"pong"}`))
		return nil
	}
	s.send(textFrame(`{"type":"pong","payload":` + string(payload) + `}`))
	return nil
}

// initialise checks the credential. Until it has, the connection counts for its address, and from then on for its
// session.
func (s *socket) initialise(payload json.RawMessage) error {
	if s.acknowledged {
		return closeWith(codeInitTwice, "Too many initialisation requests")
	}
	authorization, err := s.credential(payload)
	if err != nil {
		return err
	}
	if err := s.authenticate(authorization); err != nil {
		return err
	}
	s.acknowledged, s.authorization = true, ""
	s.send(textFrame(`{"type":"connection_ack"}`))
	return nil
}

// credential is what connection_init says or, where it says nothing, what the upgrade request said.
func (s *socket) credential(payload json.RawMessage) (string, error) {
	var params struct { // the decoder takes Authorization, too
		Authorization *string `json:"authorization"`
	}
	if err := object(payload, &params); err != nil {
		return "", err
	}
	if params.Authorization == nil {
		return s.authorization, nil
	}
	return *params.Authorization, nil
}

func (s *socket) authenticate(authorization string) error {
	ctx, session, err := s.h.authenticate(s.ctx, authorization)
	if err != nil {
		return s.rejected(err)
	}
	if session.Key != "" {
		leave, err := s.h.enter(session, "")
		if err != nil {
			return s.rejected(err)
		}
		s.leave()
		s.leave = leave
	}
	s.viewer, s.session = ctx, session
	if session.Life != nil {
		s.stopWatching = context.AfterFunc(session.Life, func() { s.close(sessionEnded()) })
	}
	return nil
}

func (s *socket) rejected(err error) error {
	var r *refusal
	if errors.As(err, &r) && (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden) {
		return closeWith(codeForbidden, "Forbidden")
	}
	if !errors.As(err, &r) {
		s.h.Present(s.ctx, err) // which logs it
	}
	return closeWith(codeTryAgain, "Try again later")
}

// subscribe starts an operation of any kind.
func (s *socket) subscribe(m message) error {
	if !s.acknowledged {
		return closeWith(codeUnauthorized, "Unauthorized: send connection_init and wait for connection_ack")
	}
	if m.ID == "" || len(m.ID) > longestID {
		return invalidMessage("its id is missing or too long")
	}
	params := &graphql.RawParams{}
	if err := object(m.Payload, params); err != nil {
		return err
	}
	if params.Query == "" {
		return invalidMessage("its payload has no query")
	}
	return s.start(newOperation(s, m.ID), params)
}

// object decodes a payload that must be an object if it is there.
func object(payload json.RawMessage, into any) error {
	if len(payload) == 0 {
		return nil
	}
	if err := unmarshal(payload, into); err != nil {
		return invalidMessage("its payload is not what it should be")
	}
	return nil
}
