package market

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
)

// full tries every call; the default run takes a sample, evenly spread.
var full = os.Getenv("AXLE_FULL") == "1"

// points are the places of n at which something is killed.
func points(n, few int) (all []int) {
	step := max(1, n/few)
	if full {
		step = 1
	}
	for at := 1; at <= n; at += step {
		all = append(all, at)
	}
	return all
}

// killAt kills the command at its nth call, before AWS has it, or once AWS has carried it out and
// before the answer.
func (g *gate) killAt(cmd *exec.Cmd, at int, late bool) {
	g.n, g.on = 0, func(n int, _ string, gone <-chan struct{}, answer func() int) {
		if n != at || late {
			answer()
		}
		if n == at {
			_ = cmd.Process.Kill()
			<-gone
		}
	}
}

// reference is a life that nothing disturbs; every other must end like it.
type reference struct {
	*testing.T
	first func(*shop) // what was before
	args  []string
	exit  int // of a pass that has done its work, or found it done
	calls int // that it makes
	took  time.Duration
	end   func(*testing.T, *shop, *sandbox.Sandbox) any
	want  any
	repo  string
}

func (r *reference) undisturbed() {
	box := stand(r.T)
	s, g := at(r.T, box, r.repo)
	r.first(s)
	begun := time.Now()
	g.n = 0
	s.exits(r.exit, r.args...)
	r.took, r.calls = time.Since(begun), g.n
	r.want = r.end(r.T, s, box)
	r.Logf("undisturbed: %d calls, %s", r.calls, r.took.Round(time.Millisecond))
}

// life is killed as kill wants, once or more, and then taken on: by one more pass it ends like the
// undisturbed one, and a pass after that changes nothing.
func (r *reference) life(t *testing.T, how string, kill func(*shop, *gate)) {
	box := stand(t)
	s, g := at(t, box, r.repo)
	r.first(s)
	kill(s, g)
	g.on = nil
	begun := time.Now()
	code, said := s.end(s.remote(r.args...))
	if took := time.Since(begun); code != r.exit || took > 2*r.took+20*time.Second {
		t.Errorf("%s: the next pass took %s and ended with %d, not %d\n%s", how, took, code, r.exit, said)
	}
	if got := r.end(t, s, box); !reflect.DeepEqual(got, r.want) {
		t.Errorf("%s:\n got %+v\nwant %+v\n%s", how, got, r.want, s.said.String())
	}
	s.exits(0, "audit", "verify")
}

// lives runs them side by side: most of their time they wait.
func (r *reference) lives(atOnce int, all map[string]func(*shop, *gate)) {
	room := make(chan struct{}, atOnce)
	var done sync.WaitGroup
	for how, kill := range all {
		room <- struct{}{}
		done.Go(func() {
			defer func() { <-room }()
			r.Run(how, func(t *testing.T) { r.life(t, how, kill) })
		})
	}
	done.Wait()
}

// everyway are kills at calls, before and after AWS has them, and at random moments.
func (r *reference) everyway(enumerated, random int) map[string]func(*shop, *gate) {
	all := map[string]func(*shop, *gate){}
	for i, n := range points(2*r.calls, enumerated) {
		late := (n+i)%2 == 1
		at := min(1+n/2, r.calls)
		all[fmt.Sprintf("call %d of %d, carried out: %t", at, r.calls, late)] = func(s *shop, g *gate) {
			cmd := s.remote(r.args...)
			g.killAt(cmd, at, late)
			if code, said := s.end(cmd); code != -1 {
				s.Errorf("it was not killed: exit %d\n%s", code, said)
			}
		}
	}
	for range random {
		seed := rand.Uint64()
		all[fmt.Sprint("at random, seed ", seed)] = func(s *shop, _ *gate) {
			by := rand.New(rand.NewPCG(seed, 0))
			kills := 1
			if full {
				kills += by.IntN(3)
			}
			for range kills {
				cmd := s.remote(r.args...)
				check(s.T, cmd.Start())
				time.Sleep(time.Duration(by.Int64N(int64(r.took))))
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
			}
		}
	}
	return all
}

// A pass over the experiences is killed at its calls and at any moment: the next one, at once, ends as
// if nothing had been; no product is changed twice; the audit has each change, once. PMP-8 PMP-15
func TestKilledPass(t *testing.T) {
	t.Parallel()
	r := &reference{T: t, first: func(*shop) {}, args: []string{"market", "apply"}, exit: 1, repo: repository(t, "two.yaml")}
	r.end = func(t *testing.T, s *shop, box *sandbox.Sandbox) any {
		changes := carriedOut(t, box)
		if told := s.audited(); !reflect.DeepEqual(told, changes) {
			t.Errorf("the audit:\n%v\nAWS:\n%v", told, changes)
		}
		return lists(t, box)
	}
	r.undisturbed()
	r.lives(3, r.everyway(10, 4))
}

// shared is what came of a pass over the licences: each account's grant, how often which call was carried
// out, and whom the audit names for what.
type shared struct {
	Living map[string]string
	Calls  map[string]int
	Told   map[string]bool
}

func ofLicences(t *testing.T, s *shop, box *sandbox.Sandbox) any {
	t.Helper()
	got := shared{grants(t, box), map[string]int{}, map[string]bool{}}
	calls, err := box.Calls(t.Context(), 0)
	check(t, err)
	for _, c := range calls {
		if c.Mutating && c.Outcome == "ok" && strings.Contains(c.Operation, "Grant") {
			got.Calls[c.Operation]++
		}
	}
	for line := range strings.Lines(s.exits(0, "audit", "export")) {
		var row struct{ Principal, Effect, Status, Actor string }
		if strings.HasPrefix(line, "{") {
			check(t, json.Unmarshal([]byte(line), &row))
		}
		if row.Status == "begun" {
			got.Told[fmt.Sprint(row.Actor, " ", row.Effect, " ", row.Principal)] = true
		}
	}
	return got
}

// The same of a pass that shares licences, and of one that takes them back: no grant is made twice, none
// is deleted twice. LIC-5 LIC-9 L20
func TestKilledLicences(t *testing.T) {
	t.Parallel() // it waits, mostly
	share := []string{"licences", "apply"}
	var both sync.WaitGroup
	defer both.Wait()
	for _, c := range []struct {
		name  string
		first func(*shop)
		args  []string
		calls string
		kills [2]int // at calls, and at random
	}{
		{"shared", func(*shop) {}, share, "map[CreateGrant:2 CreateGrantVersion:2]", [2]int{8, 3}},
		{"taken back", func(s *shop) { s.exits(0, share...) }, []string{"licences", "apply", "--file", "none.yaml"}, "map[CreateGrant:2 CreateGrantVersion:2 DeleteGrant:2]", [2]int{5, 2}},
	} {
		both.Go(func() {
			t.Run(c.name, func(t *testing.T) {
				r := &reference{T: t, first: c.first, args: c.args, repo: repository(t, "licences.yaml"), end: ofLicences}
				text, err := os.ReadFile("testdata/licences.yaml")
				check(t, err)
				rules, _, _ := strings.Cut(string(text), "  rules:")
				newShop(t, r.repo).write("none.yaml", strings.Replace(rules, "20s", "0s", 1))
				r.undisturbed()
				if got := r.want.(shared); fmt.Sprint(got.Calls) != c.calls || len(got.Told) != 2*len(got.Calls) {
					t.Fatalf("%+v", got)
				}
				r.lives(40, r.everyway(c.kills[0], c.kills[1]))
			})
		})
	}
}
