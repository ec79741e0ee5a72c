package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/axle-cd/axle/adapters/disk"
)

// Which version can no longer be published in its order once another was. I12
func TestOvertaken(t *testing.T) {
	for _, c := range []struct {
		waiting, published string
		want               bool
	}{
		{"1.0.0", "1.1.0", true},
		{"1.9.0", "1.10.0", true},
		{"2.0.0-rc.1", "2.0.0", true},
		{"1.1.0", "1.0.0", false},
		{"1.1.0", "1.1.0", false}, // its own bytes decide, not its number
		{"", "1.0.0", false},
		{"1.0.0", "", false},
	} {
		if got := overtaken(c.waiting, c.published); got != c.want {
			t.Errorf("%q waits, %q is published: %v", c.waiting, c.published, got)
		}
	}
}

// runs are the runs of the state, by what they are of.
func (l life) runs() map[string]runDoc {
	l.t.Helper()
	all := map[string]runDoc{}
	for _, r := range answer[runsDoc](l, "runs", "list").Runs {
		all[r.Product] = r
	}
	return all
}

// twoProducts is a repository whose runs, of two products in one portfolio and of catalog.yaml, wait.
func twoProducts(t *testing.T) life {
	t.Helper()
	l := newLife(t, newRepo(t))
	check(t, os.CopyFS(filepath.Join(l.repo, "products/second"), os.DirFS(filepath.Join(l.repo, "products/example"))))
	l.edit("products/second/product.yaml", "name: example", "name: second")
	l.edit("catalog.yaml", "\n  staging:", "\n  third: { display_name: Third, provider_name: Team, shares: [{ organizational_unit: ou-ab12-11111111 }] }\n  staging:")
	l.git("add", ".")
	l.git("commit", "-q", "-m", "a second product, and a portfolio")
	l.must(exitAwaiting, author, "run")
	if got := len(l.runs()); got != 3 {
		t.Fatalf("%d runs", got)
	}
	return l
}

// Two products' publications and catalog.yaml's own at once, by three processes, while an account
// arrives: all land, and what they share is there once. CAT-36 CAT-64 I1 I12
func TestPublishedAtOnce(t *testing.T) {
	l := twoProducts(t)
	var running []*exec.Cmd
	var said []*strings.Builder
	for _, r := range l.runs() {
		cmd, talk := l.command(second, "approvals", "approve", r.ID, "--reason", "read"), &strings.Builder{}
		cmd.Stderr = talk
		check(t, cmd.Start())
		running, said = append(running, cmd), append(said, talk)
	}
	talk := ""
	for i, cmd := range running {
		_ = cmd.Wait()
		talk += said[i].String()
		if code := cmd.ProcessState.ExitCode(); code != exitOK {
			t.Errorf("%v ended with %d\n%s", cmd.Args, code, said[i])
		}
	}
	for name, r := range l.runs() {
		if r.State != "succeeded" {
			t.Errorf("%s: %s", name, r.State)
		}
	}
	for _, change := range []string{"create portfolio messaging", "create portfolio third", "create product example", "create product second"} {
		if n := strings.Count(talk, "eu-west-1: "+change); n != 1 {
			t.Errorf("%s: %d times\n%s", change, n, talk)
		}
	}
	if out, _ := l.must(exitOK, author, "plan", "--detailed-exitcode"); strings.Count(out, "nothing to change") != 2 {
		t.Errorf("afterwards:\n%s", out)
	}
	if out, _ := l.must(exitOK, author, "plan", "--product", "catalog", "--detailed-exitcode"); !strings.Contains(out, "nothing to change") {
		t.Errorf("afterwards:\n%s", out)
	}
}

// Whoever changes the hub waits while another does, says so, and is let in when that one is gone. CAT-36
func TestTurnsAreWaitedFor(t *testing.T) {
	l := newLife(t, newRepo(t))
	l.must(exitAwaiting, author, "run")
	lock, err := disk.TryLock(filepath.Join(l.state, "locks", "hub-sandbox"))
	if err != nil || lock == nil {
		t.Fatalf("%v, %v", lock, err)
	}
	who, args := l.next()
	cmd := l.command(who, args...)
	waited := false
	for sc := begin(t, cmd); sc.Scan(); {
		if strings.Contains(sc.Text(), "another run is changing the catalog") {
			waited = true
			check(t, lock.Unlock())
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitOK || !waited {
		t.Errorf("ended with %d, waited %v", code, waited)
	}
}

// Called off while another process drives it, the run goes no step further: its driver, or whoever
// called it off where that one is dead, deletes what stands. X35 I4 B180
func TestCancelWhileItIsDriven(t *testing.T) {
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed %v", killed), func(t *testing.T) {
			l := newLife(t, newRepo(t))
			driver := l.command(author, "run", "--verbose")
			heard := begin(t, driver)
			for heard.Scan() && !strings.Contains(heard.Text(), "beta/provision") {
			}
			check(t, driver.Process.Signal(syscall.SIGSTOP))
			id := l.runs()["example"].ID
			cancel := l.command(author, "runs", "cancel", id, "--reason", "the wrong commit")
			asked := begin(t, cancel)
			talk := ""
			for asked.Scan() {
				talk += asked.Text() + "\n"
				if strings.Contains(asked.Text(), "canceled by") {
					if killed {
						check(t, driver.Process.Kill())
					} else {
						check(t, driver.Process.Signal(syscall.SIGCONT))
					}
				}
			}
			for heard.Scan() {
			}
			_, _ = cancel.Wait(), driver.Wait()
			if code := cancel.ProcessState.ExitCode(); code != exitOK || !strings.Contains(talk, ": canceled") {
				t.Errorf("cancel ended with %d\n%s", code, talk)
			}
			if code := driver.ProcessState.ExitCode(); !killed && code != exitFindings {
				t.Errorf("the driver ended with %d", code)
			}
			var e end
			l.look(&e)
			if r := l.runs()["example"]; r.State != "canceled" || len(e.Left) > 0 || len(e.Artifacts) > 0 {
				t.Errorf("%s, %+v", r.State, e)
			}
			if kinds := l.kinds(); slices.Contains(kinds, "gamma/publish started") {
				t.Errorf("it went on: %q", kinds)
			}
		})
	}
}
