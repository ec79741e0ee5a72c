package market

import (
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// halt keeps the first call of this operation waiting, once AWS has carried it out or before, until
// it is let go.
func (g *gate) halt(op string, late bool) (there chan struct{}, goOn chan struct{}) {
	there, goOn = make(chan struct{}), make(chan struct{})
	held := false
	g.on = func(_ int, now string, gone <-chan struct{}, answer func() int) {
		g.mu.Lock()
		mine := now == op && !held
		held = held || mine
		g.mu.Unlock()
		if !mine || late {
			answer()
		}
		if mine {
			close(there)
			select {
			case <-goOn:
			case <-gone:
			case <-time.After(time.Minute):
			}
			if !late {
				answer()
			}
		}
	}
	return there, goOn
}

// begin carries a command out beside the test.
func (s *shop) begin(cmd *exec.Cmd) (ended func() (int, string)) {
	type end struct {
		code int
		said string
	}
	done := make(chan end, 1)
	go func() {
		out, _ := cmd.CombinedOutput()
		done <- end{cmd.ProcessState.ExitCode(), string(out)}
	}()
	return func() (int, string) { e := <-done; return e.code, e.said }
}

// Two passes at once on one state: one works, the other is told so, and changes nothing. PMP-15 I12
func TestTwoAtOnce(t *testing.T) {
	box, repo := stand(t), repository(t, "two.yaml")
	s, g := at(t, box, repo)
	there, goOn := g.halt("StartChangeSet", true)
	first := s.begin(s.remote("market", "apply"))
	<-there
	second, _ := at(t, box, repo)
	second.state = s.state
	second.says(3, []string{"AXLE3405", "another process works on the experiences of o-exampleorg1", "run again when it has ended"}, "market", "apply")
	second.says(3, []string{`"outcome": "blocked"`}, "market", "apply", "-o", "json")
	close(goOn)
	if code, said := first(); code != 1 || strings.Count(said, "quarantined, ") != 3 {
		t.Errorf("the first ended with %d\n%s", code, said)
	}
	second.exits(1, "market", "apply")
	carriedOut(t, box)
}

// Two clones, each with its own state, at once: AWS's lock and revisions keep them apart. Whoever is
// first, the end is one pass's, and no product is changed twice. PMP-6 PMP-7 PMP-15 X13
func TestTwoStates(t *testing.T) {
	repo := repository(t, "two.yaml")
	alone := stand(t)
	s, _ := at(t, alone, repo)
	s.exits(1, "market", "apply")
	want := lists(t, alone)
	for _, c := range []struct {
		name string
		late bool // the first one's change set is under way while the second works; or it comes after
	}{{"a revision that is no more", false}, {"a change set that is open", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			box := stand(t)
			a, ga := at(t, box, repo)
			b, _ := at(t, box, repo)
			there, goOn := ga.halt("StartChangeSet", c.late)
			first := a.begin(a.remote("market", "apply"))
			<-there
			second := b.begin(b.remote("market", "apply"))
			if c.late {
				time.Sleep(3 * time.Second) // the second meets the lock, and waits for it
				close(goOn)
			}
			code, said := second()
			if !c.late {
				close(goOn)
			}
			other, told := first()
			if codes := []int{code, other}; !slices.Equal(codes, []int{1, 1}) {
				t.Errorf("they ended with %v\n%s\n%s", codes, said, told)
			}
			if got := lists(t, box); !reflect.DeepEqual(got, want) {
				t.Errorf("the end:\n%v\nwant\n%v", got, want)
			}
			carriedOut(t, box)
		})
	}
}
