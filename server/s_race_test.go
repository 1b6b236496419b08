package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Each race is run again and again, on two processes, and each of its rounds has to end in one of two ways: what raced a
// cancellation, an end, a merge or a removal has happened before it, or is refused. The room's log says which.

// history is what the log of a room says of its session.
type history struct {
	joined, left map[string]bool // specialists
	written      map[string]bool // messages of specialists, by id
}

// history goes through the log of the session's room, and fails the test for what cannot have happened where it stands, and
// where the log and the seats do not say the same.
func (s *support) history() history {
	h := s.host.h
	h.t.Helper()
	rows, err := h.db.SQL.QueryContext(h.t.Context(), `SELECT e.kind, coalesce(m.id, e.id), coalesce(m.actor_id, e.actor_id, ''), coalesce(e.data, '')
		FROM events e LEFT JOIN events m ON e.kind = 'MOVED' AND m.id = e.data -- which has gone into another room, and is there
		WHERE e.stream_id = (SELECT stream_id FROM rooms WHERE id = $1) ORDER BY e.seq`, s.room.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	past := history{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	active, code, seated := false, "", map[string]bool{}
	for rows.Next() {
		var kind, id, actor, raw string
		if err := rows.Scan(&kind, &id, &actor, &raw); err != nil {
			h.t.Fatal(err)
		}
		var data struct{ About string }
		_ = json.Unmarshal([]byte(raw), &data) // other kinds have other data
		possible := true
		switch kind {
		case "SUPPORT_SESSION_STARTED":
			possible, active = !active, true
		case "SUPPORT_SESSION_ENDED":
			possible, active, code = active && len(seated) == 0, false, ""
		case "SPECIALIST_INVITED":
			possible, code = active && code == "", data.About
		case "SPECIALIST_INVITATION_CANCELLED":
			possible, code = code == data.About, ""
		case "SPECIALIST_JOINED":
			possible = active && code != "" && len(seated) < 5 && !past.joined[data.About]
			seated[data.About], past.joined[data.About] = true, true
		case "SPECIALIST_LEFT":
			possible = seated[data.About]
			past.left[data.About] = true
			delete(seated, data.About)
		case "TEXT", "MOVED":
			if strings.HasPrefix(actor, "spc_") {
				possible = seated[actor]
				past.written[id] = true
			}
		}
		if !possible {
			h.t.Errorf("%s of %s%s cannot be where it is: active %v, code %q, there are %v", kind, actor, raw, active, code, seated)
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	if n := h.number(`SELECT count(*) FROM specialists WHERE session_id = $1 AND left_at IS NULL`, s.id); n != len(seated) {
		h.t.Errorf("%d seats are taken, and by the log %v are there", n, seated)
	}
	return past
}

// admitted fails the test unless each answer to a join is in the log, or is the refusal. It returns how many got in.
func (s *support) admitted(joins []*reply, refusal string, field ...string) (n int) {
	s.host.h.t.Helper()
	past := s.history()
	for _, a := range joins {
		if !a.isOK() {
			a.refused(refusal, field...)
			continue
		}
		n++
		if id := a.text("specialist.id"); !past.joined[id] {
			s.host.h.t.Errorf("%s was let in, and the log does not say so", id)
		}
	}
	if n != len(past.joined)-len(s.before) {
		s.host.h.t.Errorf("%d were let in, and the log says %v", n, past.joined)
	}
	return n
}

// quickJoin joins by a code, and asks for nothing that may be over again before the answer is complete.
func (h *house) quickJoin(code string) *reply {
	return h.mutate("", "joinSupportSession", vars{"code": code, "name": "Grace Hopper"}, "accessToken specialist { id name }")
}

// race runs rounds, each in a session of its own. Whoever runs against each other is at different processes.
func race(t *testing.T, rounds int, round func(s *support, c *code, at [2]*house)) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		for range rounds {
			s := agent.starts(agent.CreateRoom())
			round(s, s.invites("VIEW_ONLY"), [2]*house{one, two})
			if t.Failed() {
				return
			}
		}
	})
}

func TestS5_FiftyJoinsAtOnceAdmitFive(t *testing.T) {
	race(t, 5, func(s *support, c *code, at [2]*house) {
		joins := together(50, func(i int) *reply { return untilTaken(func() *reply { return at[i%2].quickJoin(c.short) }) })
		if n := s.admitted(joins, "SPECIALIST_LIMIT_REACHED"); n != 5 {
			s.host.h.t.Errorf("%d were let in", n)
		}
		for _, a := range joins {
			if a.isOK() {
				at[0].expert(a).Says("I am in", s.room)
			}
		}
	})
}

func TestS5_WhoLeavesMakesRoomForOne(t *testing.T) {
	race(t, 15, func(s *support, c *code, at [2]*house) {
		var goes *user
		for range 5 {
			goes = at[1].joins(c.short, "Grace Hopper")
		}
		s.before = s.history().joined
		answers := together(5, func(i int) *reply {
			if i == 0 {
				return goes.tryLeave()
			}
			return at[0].quickJoin(c.short)
		})
		answers[0].ok()
		if n := s.admitted(answers[1:], "SPECIALIST_LIMIT_REACHED"); n > 1 {
			s.host.h.t.Errorf("%d were let in for one who left", n)
		}
	})
}

func TestS7_AJoinIsBeforeTheCancellationOrRefused(t *testing.T) {
	race(t, 25, func(s *support, c *code, at [2]*house) {
		answers := together(5, func(i int) *reply {
			if i == 0 {
				return s.host.tryCancel(c, false)
			}
			return at[i%2].quickJoin(c.short)
		})
		answers[0].ok()
		s.admitted(answers[1:], "CODE_INVALID", "code")
	})
}

func TestS8_AJoinIsBeforeTheEndOrRefused(t *testing.T) {
	race(t, 25, func(s *support, c *code, at [2]*house) {
		answers := together(5, func(i int) *reply {
			if i == 0 {
				return s.host.tryEnd(s)
			}
			return at[i%2].quickJoin(c.short)
		})
		answers[0].ok()
		s.admitted(answers[1:], "CODE_INVALID", "code")
		if s.seats() != 0 {
			s.host.h.t.Errorf("%d are in a session that has ended", s.seats())
		}
	})
}

func TestR19_AJoinIsBeforeTheMergeOrRefused(t *testing.T) {
	race(t, 20, func(s *support, c *code, at [2]*house) {
		stays := s.host.CreateRoom()
		answers := together(5, func(i int) *reply {
			if i == 0 {
				return s.host.mutate("mergeRooms", vars{"roomId": s.room.ID, "intoRoomId": stays.ID}, "room { id }")
			}
			return at[i%2].quickJoin(c.short)
		})
		answers[0].ok()
		s.admitted(answers[1:], "CODE_INVALID", "code")
		if s.seats() != 0 {
			s.host.h.t.Errorf("%d are in the session of a room that has gone", s.seats())
		}
	})
}

// By themselves their messages are posted one by one (post.sql); with others who write, several at once (post_many.sql).
func TestS9_AMessageIsBeforeTheRemovalOrRefused(t *testing.T) {
	t.Parallel()
	for name, senders := range map[string]int{"alone": 1, "among others": 4} {
		t.Run(name, func(t *testing.T) {
			race(t, 20, func(s *support, c *code, at [2]*house) {
				grace, ken := at[1].joins(c.short, "Grace Hopper"), at[1].joins(c.short, "Ken Thompson")
				send := func(p *user) *reply {
					return p.mutate("sendMessage", vars{"roomId": s.room.ID, "body": "Hello"}, "message { id }")
				}
				removed := make(chan struct{})
				accepted := together(2*senders, func(i int) (ids []string) {
					switch {
					case i == 0:
						if send(grace).isOK() { // all are under way
							s.host.tryRemove(grace).ok()
						}
						close(removed)
					case i%2 == 0:
						for a := send(ken); a.isOK(); a = send(ken) {
							select {
							case <-removed:
								return ids
							default:
							}
						}
					default:
						for a := send(grace); a.isOK(); a = send(grace) {
							ids = append(ids, a.text("message.id"))
						}
					}
					return ids
				})
				past := s.history()
				for _, ids := range accepted {
					for _, id := range ids {
						if !past.written[id] {
							s.host.h.t.Errorf("%s was accepted, and is not there", id)
						}
					}
				}
				if !past.left[grace.id] || past.left[ken.id] {
					s.host.h.t.Errorf("%v have left, want %s", past.left, grace.id)
				}
			})
		})
	}
}
