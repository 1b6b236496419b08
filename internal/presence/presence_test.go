package presence_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/internal/bus"
	"parley/internal/presence"
)

// step is one thing that happens: which process, place and person, and how much of it.
type step struct{ what, which, place, person int }

const (
	enter = iota
	enterMore
	leave
	leaveMore
	begin
	stop
	kill
	weather
	missed
	pass
	steps
)

const places, people = 3, 4

// Whatever happens: when it has been quiet for a while, everyone agrees on who is there, and so do all who were told.
func TestAnySequenceEndsWithEveryoneAgreeing(t *testing.T) {
	t.Parallel()
	draw := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{
			rapid.IntRange(0, steps-1).Draw(t, "what"), rapid.IntRange(0, 100).Draw(t, "which"),
			rapid.IntRange(0, places-1).Draw(t, "place"), rapid.IntRange(0, people-1).Draw(t, "person"),
		}
	}), 1, 50)
	rapid.Check(t, func(rt *rapid.T) {
		happened := draw.Draw(rt, "steps")
		var err error
		synctest.Test(t, func(*testing.T) { err = play(happened) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func play(happened []step) (err error) {
	n := &network{}
	all := []*process{n.start(grace), n.start(grace)}
	defer func() {
		for _, p := range all {
			p.stop()
		}
	}()
	for _, s := range happened {
		i := s.which % len(all)
		p, place, person := all[i], int64(s.place), fmt.Sprint("mem_", s.person)
		switch s.what {
		case enter, enterMore:
			p.enter(place, person)
			if !slices.Contains(p.At(place), person) {
				return errors.New("who has entered is not there")
			}
		case leave, leaveMore:
			p.leave(place, person)
		case begin:
			if len(all) < 5 {
				all = append(all, n.start(grace))
			}
		case stop, kill:
			if len(all) > 1 {
				if s.what == stop {
					p.stop()
				} else {
					p.kill()
				}
				all = slices.Delete(all, i, i+1)
			}
		case weather:
			n.change(s.which % weathers)
		case missed:
			p.port.missed()
		case pass:
			time.Sleep(time.Duration(s.which*s.which) * 5 * time.Millisecond)
		}
	}
	n.change(calm)
	time.Sleep(time.Minute)
	want := union(all)
	for i, p := range all {
		saw, _ := p.saw()
		if at := p.at(places); !slices.Equal(at, want) || !slices.Equal(saw, want) {
			err = errors.Join(err, fmt.Errorf("process %d of %d has %v, and has told %v; there are %v", i, len(all), at, saw, want))
		}
		err = errors.Join(err, p.err)
	}
	return err
}

// wants fails the test unless all processes have these people at place 1.
func wants(t *testing.T, all []*process, people ...string) {
	t.Helper()
	synctest.Wait()
	for i, p := range all {
		if at := p.At(1); !slices.Equal(at, people) {
			t.Errorf("process %d has %v, want %v", i, at, people)
		}
	}
}

// onThree runs a test on three processes whose network is calm.
func onThree(t *testing.T, test func(t *testing.T, n *network, all []*process)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := &network{}
		all := []*process{n.start(grace), n.start(grace), n.start(grace)}
		defer func() {
			for _, p := range all {
				p.stop()
			}
		}()
		time.Sleep(time.Minute)
		test(t, n, all)
	})
}

func TestC7_APersonIsThereWhileTheyAreInAnyProcess(t *testing.T) {
	onThree(t, func(t *testing.T, _ *network, all []*process) {
		all[0].enter(1, "mem_1")
		time.Sleep(100 * time.Millisecond)
		wants(t, all, "mem_1")
		all[1].enter(1, "mem_1")
		all[1].enter(1, "mem_1")
		all[1].enter(1, "mem_2")
		time.Sleep(time.Second)
		wants(t, all, "mem_1", "mem_2")
		all[0].leave(1, "mem_1")
		all[1].leave(1, "mem_1")
		time.Sleep(time.Hour)
		wants(t, all, "mem_1", "mem_2")
		all[1].leave(1, "mem_1")
		time.Sleep(2 * grace)
		wants(t, all, "mem_2")
		for _, p := range all {
			if _, times := p.saw(); times != 3 {
				t.Errorf("something was told %d times, want 3", times)
			}
		}
	})
}

func TestC7_WhoComesBackWithinTheGraceWasNeverGone(t *testing.T) {
	onThree(t, func(t *testing.T, _ *network, all []*process) {
		all[0].enter(1, "mem_1")
		for i := range 100 { // from one process to the next
			all[i%3].leave(1, "mem_1")
			time.Sleep(grace - 200*time.Millisecond)
			all[(i+1)%3].enter(1, "mem_1")
			time.Sleep(time.Duration(i) * 100 * time.Millisecond)
			wants(t, all, "mem_1")
		}
		for _, p := range all {
			if _, times := p.saw(); times != 1 {
				t.Errorf("something was told %d times, want once", times)
			}
		}
		all[1].leave(1, "mem_1")
		time.Sleep(grace - 100*time.Millisecond)
		wants(t, all, "mem_1")
		time.Sleep(time.Second)
		wants(t, all)
	})
}

// Its clients come back to other processes.
func TestC7_AProcessThatEndsOrDiesTakesNobodyWithIt(t *testing.T) {
	for name, end := range map[string]func(*process){"ends": func(p *process) { p.stop() }, "dies": func(p *process) { p.kill() }} {
		t.Run(name, func(t *testing.T) {
			onThree(t, func(t *testing.T, _ *network, all []*process) {
				all[0].enter(1, "comes back")
				all[0].enter(1, "does not")
				time.Sleep(time.Second)
				end(all[0])
				left := all[1:]
				wants(t, left, "comes back", "does not")
				time.Sleep(grace / 2)
				all[1].enter(1, "comes back")
				time.Sleep(2 * grace)
				if name == "ends" {
					wants(t, left, "comes back")
				} else {
					wants(t, left, "comes back", "does not") // until it has been silent for long
				}
				time.Sleep(time.Minute)
				wants(t, left, "comes back")
				for _, p := range left {
					if _, times := p.saw(); times != 3 {
						t.Errorf("something was told %d times, want 3", times)
					}
				}
			})
		})
	}
}

func TestAProcessThatStartsKnowsAtOnceWhoIsThere(t *testing.T) {
	onThree(t, func(t *testing.T, n *network, all []*process) {
		all[0].enter(1, "mem_1")
		all[1].enter(1, "mem_2")
		time.Sleep(time.Minute + 5*time.Second)
		fourth := n.start(grace)
		defer fourth.stop()
		time.Sleep(100 * time.Millisecond)
		wants(t, append(all, fourth), "mem_1", "mem_2")
	})
}

// Nobody was gone when a process was cut off for less than announcements count, or when it has been paused.
func TestAProcessThatIsCutOffForAMoment(t *testing.T) {
	onThree(t, func(t *testing.T, n *network, all []*process) {
		all[0].enter(1, "mem_1")
		time.Sleep(time.Second)
		n.change(silent)
		time.Sleep(18 * time.Second)
		n.change(calm)
		time.Sleep(time.Minute)
		wants(t, all, "mem_1")
		for _, p := range all {
			if _, times := p.saw(); times != 1 {
				t.Errorf("something was told %d times", times)
			}
		}
	})
}

// However many ask, and however many people there are.
func TestAnnouncementsAreBounded(t *testing.T) {
	onThree(t, func(t *testing.T, n *network, all []*process) {
		const many = 5000
		for i := range many {
			all[0].enter(int64(i%7), fmt.Sprintf("mem_01h455vb4pex5vsknk084s%04d", i))
		}
		time.Sleep(time.Second)
		if got := len(all[1].at(7)); got != many {
			t.Fatalf("%d people are there", got)
		}
		n.mu.Lock()
		longest := n.longest
		n.said = 0
		n.mu.Unlock()
		if longest > bus.Longest-20 {
			t.Errorf("a signal has %d bytes", longest)
		}
		for range 1000 {
			all[1].port.missed()
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		n.mu.Lock()
		if n.said > 8*2*many/50 {
			t.Errorf("%d signals within five seconds", n.said)
		}
		n.said = 0
		n.mu.Unlock()
		for i := range 1000 { // one who comes and goes
			all[2].enter(8, "mem_1")
			all[2].leave(8, "mem_1")
			if i == 500 {
				time.Sleep(time.Millisecond)
			}
		}
		time.Sleep(100 * time.Millisecond)
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.said > 20 {
			t.Errorf("%d signals of one person", n.said)
		}
	})
}

func TestWhatIsNotUnderstoodIsIgnored(t *testing.T) {
	onThree(t, func(t *testing.T, _ *network, all []*process) {
		for _, text := range []string{
			"", "{", "null", "[]", `{"n":1}`, `{"p":"x","n":-1}`, `{"p":"x","n":1,"here":{"y":["z"]}}`, `{"p":"x","n":0,"here":{"1":["mem_1"]}}`,
			`{"p":"x","n":1,"gone":{"1":["mem_1"]},"more":7}`,
		} {
			all[0].port.heard(text)
		}
		wants(t, all)
	})
}

func TestWithoutAGraceAbsenceIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := (&network{}).start(0)
		defer p.stop()
		p.enter(1, "mem_1")
		time.Sleep(time.Second)
		p.leave(1, "mem_1")
		time.Sleep(100 * time.Millisecond)
		wants(t, []*process{p})
	})
}

// In a process that is alone, before it runs, too.
func TestWhoEntersIsThere(t *testing.T) {
	t.Parallel()
	p := presence.New(bus.Alone{}, grace)
	leave := p.Enter(1, "mem_1")
	if at := p.At(1); !slices.Equal(at, []string{"mem_1"}) {
		t.Errorf("there are %v", at)
	}
	leave()
	if at := p.At(2); len(at) > 0 {
		t.Errorf("elsewhere are %v", at)
	}
}
