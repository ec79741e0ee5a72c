package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/pipeline"
)

// begun is a life whose only run was killed early: it is running, and nobody drives it.
func begun(t *testing.T) (l life, id string) {
	t.Helper()
	l = newLife(t, newRepo(t))
	l.killed(0, 3, author, "run")
	runs := answer[runsDoc](l, "runs", "list").Runs
	if len(runs) != 1 || runs[0].State != "running" && runs[0].State != "queued" {
		t.Fatalf("not begun: %+v", runs)
	}
	return l, runs[0].ID
}

// Whoever follows a driver that dies drives the run on: it is neither waited for for ever nor
// left where it was. I3 I11
func TestAFollowerTakesTheRunOn(t *testing.T) {
	l, id := begun(t)
	lock, err := disk.TryLock(filepath.Join(l.state, "locks", id))
	if err != nil || lock == nil {
		t.Fatalf("the lock of %s: %v, %v", id, lock, err)
	}
	cmd := l.command(author, "runs", "resume", id)
	talk, err := cmd.StderrPipe()
	check(t, err)
	check(t, cmd.Start())
	for sc := bufio.NewScanner(talk); sc.Scan(); {
		if strings.Contains(sc.Text(), "is driven by another process; following it") {
			check(t, lock.Unlock())
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitAwaiting {
		t.Errorf("the follower ended with %d, want %d", code, exitAwaiting)
	}
}

// What was tried and approved in the sandbox is no evidence for AWS: the run stays with its hub.
func TestARunStaysWithItsHub(t *testing.T) {
	l := newLife(t, newRepo(t))
	l.must(exitAwaiting, author, "run")
	who, approve := l.next()
	nowhere := []string{"--endpoint-url", "http://127.0.0.1:1"}
	_, talk := l.must(exitUsage, who, append(nowhere, approve...)...)
	if !strings.Contains(talk, "AXLE1228") || !strings.Contains(talk, "is of the sandbox, and this command uses AWS http://127.0.0.1:1") {
		t.Errorf("approve said %s", talk)
	}
	_, talk = l.must(exitOK, author, append(nowhere, "runs", "resume")...)
	if !strings.Contains(talk, "is of the sandbox: left alone") || !strings.Contains(talk, "nothing to resume") {
		t.Errorf("resume said %s", talk)
	}
	_, talk = l.must(exitFindings, author, append(nowhere, "run", "--only", "prod")...)
	if !strings.Contains(talk, "prod needs alpha, and no run of example") {
		t.Errorf("prod alone said %s", talk)
	}
	l.must(exitOK, who, approve...)
}

// What stops a driver stands in the run's log: one that a push started has no terminal.
func TestADriversTroubleIsInTheLog(t *testing.T) {
	l, id := begun(t)
	moved := l.repo + "-moved"
	check(t, os.Rename(l.repo, moved))
	l.repo = t.TempDir()
	l.git("init", "-q")
	_, talk := l.must(exitUsage, author, "runs", "resume", id)
	if !strings.Contains(talk, "AXLE1226") {
		t.Errorf("resume said %s", talk)
	}
	if said, _ := l.must(exitOK, author, "runs", "logs", id); !strings.Contains(said, "run/stopped") || !strings.Contains(said, "AXLE1226") {
		t.Errorf("the log holds\n%s", said)
	}
	// In the moved repository itself the run goes on.
	l.repo = moved
	l.must(exitAwaiting, author, "runs", "resume", id)
}

func (l life) git(args ...string) {
	l.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = l.repo, l.command(author).Env
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// A pushed branch cannot take gates away, nor reach prod, by naming itself the protected one. T01 CLI-11
func TestABranchCannotProtectItself(t *testing.T) {
	l := newLife(t, newRepo(t))
	hub := filepath.Join(t.TempDir(), "hub.git")
	l.git("init", "-q", "--bare", "-b", "main", hub)
	l.must(exitOK, author, "-C", hub, "hook", "install")
	l.git("push", "-q", hub, "main")
	l.git("checkout", "-q", "-b", "mine")
	l.edit("pipeline.yaml", "protected: main", "protected: mine")
	l.edit("products/example/template.yaml", "345600", "345000")
	l.git("commit", "-q", "-a", "-m", "mine")
	l.git("push", "-q", hub, "mine")
	runs := answer[runsDoc](l, "runs", "list").Runs
	if len(runs) != 2 || runs[0].Ref != "refs/heads/mine" || runs[0].State != "succeeded" || len(runs[0].Stages) != 3 {
		t.Errorf("the branch's run: %+v", runs[0])
	}
}

func (l life) edit(name, old, new string) {
	l.t.Helper()
	file := filepath.Join(l.repo, filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	check(l.t, err)
	if !strings.Contains(string(data), old) {
		l.t.Fatalf("%s has no %q", name, old)
	}
	check(l.t, os.WriteFile(file, []byte(strings.Replace(string(data), old, new, 1)), 0o644))
}

// A push follows until its driver has ended: one that died is not waited for, and what is left to
// do is said. INT-4
func TestAFollowerOfADeadDriverReturns(t *testing.T) {
	l, id := begun(t)
	log, err := sqlite.OpenLog(t.Context(), l.state)
	check(t, err)
	defer log.Close()
	var talk bytes.Buffer
	a := &app{streams: streams{Err: &talk}, ctx: t.Context(), env: func(string) (string, bool) { return "", false }}
	w := &workshop{app: a, state: &state{dir: l.state, log: log}}
	run, err := (&view{w: w, id: id}).follow(t.Context(), func() (bool, error) { return false, nil })
	check(t, err)
	if settled(run) || outcome([]pipeline.Run{run}) != exitCode(exitCloud) {
		t.Errorf("the run is %s, and ends in %v", run.State(), outcome([]pipeline.Run{run}))
	}
	if a.summary([]pipeline.Run{run}, sandboxNotice); !strings.Contains(talk.String(), "next: axle runs resume "+id) {
		t.Errorf("it said %s", talk.String())
	}
}

// A driver that a push starts uses the cloud and the repository of the hook that started it.
func TestADriversCloudIsItsHooks(t *testing.T) {
	for _, c := range []struct {
		g    globals
		want string
	}{
		{globals{}, "--sandbox"},
		{globals{profile: "release", config: "p.yaml"}, "--config p.yaml --profile release"},
		{globals{chdir: "hub.git", endpoint: "http://127.0.0.1:1"}, "--chdir hub.git --endpoint-url http://127.0.0.1:1"},
	} {
		if got := strings.Join((&app{globals: c.g}).cloudFlags(), " "); got != c.want {
			t.Errorf("%+v: %s, want %s", c.g, got, c.want)
		}
	}
}

// A key that one push brought is still found by the run of the next. I5
func TestAKeyStaysFound(t *testing.T) {
	run := func(sha, before string, verdict pipeline.Verdict) pipeline.Run {
		r := pipeline.Run{Commit: pipeline.Commit{SHA: sha, Before: before}}
		if verdict != "" {
			r.Events = []pipeline.Event{{Kind: pipeline.Finished, Stage: "alpha", Action: "secrets", Result: pipeline.Result{Verdict: verdict}}}
		}
		return r
	}
	for _, c := range []struct {
		name string
		runs []pipeline.Run
		want string
	}{
		{"no run has looked at it", nil, "b"},
		{"it was found clean", []pipeline.Run{run("b", "a", pipeline.Pass)}, "b"},
		{"it holds a key", []pipeline.Run{run("b", "a", pipeline.Fail)}, "a"},
		{"it was not judged", []pipeline.Run{run("b", "a", pipeline.Unjudged)}, "a"},
		{"it is being judged", []pipeline.Run{run("b", "a", "")}, "a"},
		{"one product's run has found it clean", []pipeline.Run{run("b", "a", ""), run("b", "a", pipeline.Pass)}, "b"},
		{"two pushes hold a key", []pipeline.Run{run("b", "a", pipeline.Fail), run("a", "0", pipeline.Fail)}, "0"},
		{"pushed forth and back", []pipeline.Run{run("b", "a", pipeline.Fail), run("a", "b", pipeline.Fail)}, ""},
	} {
		if got := cleanUpTo(c.runs, "b"); got != c.want {
			t.Errorf("%s: from %q, want %q", c.name, got, c.want)
		}
	}
}

// An init that was killed in the middle of a file leaves what a second one clears away.
func TestInitClearsWhatAKillLeft(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipeline.yaml")
	check(t, os.WriteFile(name+".axle-part", []byte("half"), 0o600))
	for i, want := range []bool{true, false} {
		if made, err := writeNew(name, []byte("whole")); made != want || err != nil {
			t.Errorf("time %d: %v, %v", i+1, made, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Dir(name) + "/*"); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}
