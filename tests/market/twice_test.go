package market

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
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

// Two clones, each with its own state, at once. Of one file they send the same change sets under the
// same tokens, and AWS has each once. Of two files the second adds a product: whoever is overtaken
// meets AWS's lock or revision, and never undoes what he had not planned. PMP-6 PMP-7 PMP-15 X13 X14
func TestTwoStates(t *testing.T) {
	one := repository(t, "one.yaml")
	other := repository(t, "one.yaml")
	edited := newShop(t, other)
	text, err := os.ReadFile(filepath.Join(other, "marketplace.yaml"))
	check(t, err)
	edited.write("marketplace.yaml", strings.Replace(string(text), "allow:\n", "allow:\n        - {id: prod-extra}\n", 1))
	edited.run(nil, "git", "commit", "-q", "-a", "-m", "one more")
	for _, c := range []struct {
		name   string
		second string
		late   bool // AWS has the first one's change set while the second works, or gets it afterwards
		exits  [2]int
		met    int // what AWS answers besides
	}{
		{"the same file, before the call", one, false, [2]int{1, 1}, 0},
		{"the same file, after the call", one, true, [2]int{1, 1}, 0},
		{"another file, before the call", other, false, [2]int{4, 1}, 422},
		{"another file, after the call", other, true, [2]int{1, 1}, 423},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			alone, box := stand(t), stand(t)
			s, _ := at(t, alone, c.second)
			s.exits(1, "market", "apply")
			a, ga := at(t, box, one)
			b, gb := at(t, box, c.second)
			there, goOn := ga.halt("StartChangeSet", c.late)
			first := a.begin(a.remote("market", "apply"))
			<-there
			second := b.begin(b.remote("market", "apply"))
			if c.met == 423 { // the second waits until the first is through
				for n := 0; gb.count(423) == 0 && n < 1000; n++ {
					time.Sleep(20 * time.Millisecond)
				}
				close(goOn)
			}
			code, said := second()
			if c.met != 423 {
				close(goOn)
			}
			other, told := first()
			if codes := [2]int{other, code}; codes != c.exits {
				t.Errorf("they ended with %v, not %v\n%s\n%s", codes, c.exits, told, said)
			}
			if got, want := lists(t, box), lists(t, alone); !reflect.DeepEqual(got, want) {
				t.Errorf("the end:\n%v\nwant\n%v", got, want)
			}
			if c.met != 0 && ga.count(c.met)+gb.count(c.met) == 0 {
				t.Errorf("AWS never answered %d: %v %v", c.met, ga.met, gb.met)
			}
			carriedOut(t, box)
		})
	}
}

func (g *gate) count(status int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.met[status]
}
