package main

import (
	"bufio"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Without AXLE_FULL=1 a sample is taken; every failure names its seed and its place.
var (
	full     = os.Getenv("AXLE_FULL") == "1"
	killSeed = flag.Uint64("kill.seed", 0, "seed of the random kills; 0: a new one, which is printed")
)

// reference is the life that nothing disturbs: every other must end like it.
type reference struct {
	life
	end      end
	run, all int           // the lines that run says, and that run and approve say
	took     time.Duration // what run takes
}

func undisturbed(t *testing.T, repo string) reference {
	t.Helper()
	ref := reference{life: newLife(t, repo)}
	begun := time.Now()
	ref.run = ref.killed(time.Hour, 0, author, "run", "--verbose")
	ref.took = time.Since(begun)
	who, args := ref.next()
	ref.all = ref.run + ref.killed(time.Hour, 0, who, append(args, "--verbose")...)
	ref.end = ref.life.end()
	sound(t, ref.end)
	if ref.run < 40 || ref.all < ref.run+8 {
		t.Fatalf("run said %d lines and approve %d: too few to be every event", ref.run, ref.all-ref.run)
	}
	return ref
}

// sound says what every end must be: one version, with one candidate before it, and nothing left standing.
func sound(t *testing.T, e end) {
	t.Helper()
	if e.State != "succeeded" || len(e.Published) != 1 || len(e.Left) != 0 || len(e.Artifacts) != 2 ||
		e.Artifacts[0] != "example 1.0.0" || !strings.HasPrefix(e.Artifacts[1], "example-staging 1.0.0-candidate") {
		t.Fatalf("not as a run should end: %+v", e)
	}
}

func same(t *testing.T, got, want end, how string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", how, got, want)
	}
}

func TestKill(t *testing.T) {
	ref := undisturbed(t, newRepo(t))
	seed := *killSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d; again: -kill.seed=%d; fifty lives, every line and every event: AXLE_FULL=1 go test ./cmd/axle -run Kill -v", seed, seed)
	t.Run("at random", func(t *testing.T) { ref.atRandom(t, seed) })
	t.Run("at a line", func(t *testing.T) { ref.atLines(t, seed) })
	t.Run("events lost", func(t *testing.T) { ref.eventsLost(t, seed) })
}

// sample gives n of the numbers 1 to all, evenly spread from a place that the seed chooses; in full, all.
func sample(seed uint64, all, n int) (some []int) {
	step := all / n
	if full {
		step = 1
	}
	for at := 1 + int(seed%uint64(step)); at <= all; at += step {
		some = append(some, at)
	}
	return some
}

// atRandom kills at random moments, over the whole length of run, resume and approve, once or
// more in a life, and then takes the run to its end: the same end, one version, nothing left
// standing. X01 X02 M3 I1 I3 I4 I9
func (ref reference) atRandom(t *testing.T, seed uint64) {
	for _, i := range sample(0, 50, 5) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			l := newLife(t, ref.repo)
			how := fmt.Sprintf("seed %d", seed)
			for range 1 + r.IntN(3) {
				who, args := l.next()
				if args == nil {
					break
				}
				after := time.Duration(r.Int64N(int64(ref.took)))
				said := l.killed(after, 0, who, args...)
				how += fmt.Sprintf("; %s killed after %s and %d lines", args[0], after, said)
			}
			l.finish(false)
			same(t, l.end(), ref.end, how)
		})
	}
}

// atLines kills at each line that run, and then approve, say: each event that is written is one,
// and so is what an action says while it works. At every second place the end of the last action
// is lost as well: what was done is done, and nobody wrote it down. X01 X02 I3 I9
func (ref reference) atLines(t *testing.T, seed uint64) {
	for _, at := range sample(seed, ref.all, 5) {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, ref.repo)
			l.killed(0, min(at, ref.run), author, "run", "--verbose")
			if at > ref.run {
				l.finishTo("awaiting")
				who, args := l.next()
				l.killed(0, at-ref.run, who, append(args, "--verbose")...)
			}
			how := fmt.Sprintf("killed at line %d of %d", at, ref.all)
			if at%2 == 0 {
				how += l.forgetFinish()
			}
			l.finish(false)
			same(t, l.end(), ref.end, how)
		})
	}
}

// eventsLost cuts the log after each of its events, with the world left as it was at the end, as
// a backup of the log alone would: what is done again finds itself done, and nothing comes to be
// twice. Where the log says that a stack stands which the world has long deleted, what was to be
// asserted on it fails: it is not passed unseen. I1 I4 I5 I9
func (ref reference) eventsLost(t *testing.T, seed uint64) {
	kinds := ref.kinds()
	for _, lost := range sample(seed, len(kinds), 4) {
		kept := kinds[:len(kinds)-lost]
		t.Run(fmt.Sprintf("%d of %d", lost, len(kinds)), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, ref.repo)
			check(t, os.CopyFS(l.state, os.DirFS(ref.state)))
			l.forget(len(kept))
			halfway := between(kept, "beta/provision finished", "beta/teardown finished") || between(kept, "gamma/launch finished", "gamma/terminate finished")
			l.finish(halfway)
			got, want := l.end(), ref.end
			want.Approved = got.Approved // what is published already needs nobody's approval
			if halfway {
				want.State, want.Verdicts = got.State, got.Verdicts
			}
			same(t, got, want, fmt.Sprintf("only %d of %d events kept", len(kept), len(kinds)))
		})
	}
}

// between says whether the events hold the first and not yet the second.
func between(events []string, first, then string) bool {
	return slices.Contains(events, first) && !slices.Contains(events, then)
}

// Two axle run of one commit at once: one drives, the other follows it to the same wait. Then
// one person approves twice at once: one decision, one version. I11 I12
func TestTwoAtOnce(t *testing.T) {
	repo := newRepo(t)
	followed := false
	for range 3 { // the second may come when the first is through: it has then nobody to follow
		l := newLife(t, repo)
		codes, talk := l.together([]string{author, "run"}, []string{author, "run"})
		if codes != [2]int{exitAwaiting, exitAwaiting} {
			t.Fatalf("they ended with %v\n%s\n%s", codes, talk[0], talk[1])
		}
		if n := strings.Count(talk[0]+talk[1], "continuing run example-"); n != 1 {
			t.Errorf("%d of two went on with the other's run\n%s\n%s", n, talk[0], talk[1])
		}
		if followed = strings.Contains(talk[0]+talk[1], "is driven by another process; following it"); followed {
			l.approvedTwice()
			break
		}
	}
	if !followed {
		t.Error("of three pairs none followed the other")
	}
}

func (l life) approvedTwice() {
	t := l.t
	who, approve := l.next()
	codes, talk := l.together(append([]string{who}, approve...), append([]string{who}, approve...))
	if codes != [2]int{exitOK, exitFindings} && codes != [2]int{exitFindings, exitOK} {
		t.Errorf("two approvals ended with %v\n%s\n%s", codes, talk[0], talk[1])
	}
	sound(t, l.end())
	seen := map[string]int{}
	for _, k := range l.kinds() {
		if seen[k]++; seen[k] > 1 {
			t.Errorf("%s stands %d times in the log: two drove", k, seen[k])
		}
	}
}

// Whoever follows takes the run on when its driver is killed: here in the middle of an action,
// while it holds the run's lock. Nothing is done twice, and nothing is left. I3 I11 X30
func TestFollowerTakesOver(t *testing.T) {
	repo := newRepo(t)
	for range 5 { // a driver that is stopped in a transaction lets nobody follow
		l := newLife(t, repo)
		code, talk := l.takenOver("beta/provision")
		if !strings.Contains(talk, "following it") {
			continue
		}
		if code != exitAwaiting {
			t.Errorf("the follower ended with %d\n%s", code, talk)
		}
		l.finish(false)
		sound(t, l.end())
		return
	}
	t.Error("of five nobody could follow")
}

// takenOver stops a driver at its first word of an action, lets another follow, and kills the driver then.
func (l life) takenOver(at string) (code int, talk string) {
	l.t.Helper()
	driver, follower := l.command(author, "run", "--verbose"), l.command(author, "run")
	said := begin(l.t, driver)
	for said.Scan() && !strings.Contains(said.Text(), at) {
	}
	check(l.t, driver.Process.Signal(syscall.SIGSTOP))
	for heard := begin(l.t, follower); heard.Scan(); {
		talk += heard.Text() + "\n"
		if strings.Contains(heard.Text(), "following it") {
			check(l.t, driver.Process.Kill())
		}
	}
	_ = follower.Wait()
	_ = driver.Process.Kill() // where nobody followed
	_ = driver.Wait()
	return follower.ProcessState.ExitCode(), talk
}

// begin starts a command and gives what it says, line by line.
func begin(t *testing.T, cmd *exec.Cmd) *bufio.Scanner {
	t.Helper()
	talk, err := cmd.StderrPipe()
	check(t, err)
	check(t, cmd.Start())
	return bufio.NewScanner(talk)
}

// together carries two commands out at once, each begun by who gives it.
func (l life) together(commands ...[]string) (codes [2]int, talk [2]string) {
	l.t.Helper()
	var said [2]strings.Builder
	var running [2]*exec.Cmd
	for i, c := range commands {
		running[i] = l.command(c[0], c[1:]...)
		running[i].Stderr = &said[i]
		check(l.t, running[i].Start())
	}
	for i, cmd := range running {
		_ = cmd.Wait()
		codes[i], talk[i] = cmd.ProcessState.ExitCode(), said[i].String()
	}
	return codes, talk
}

// finishTo takes the run to where it waits.
func (l life) finishTo(state string) {
	l.t.Helper()
	for range 3 {
		if runs := answer[runsDoc](l, "runs", "list").Runs; len(runs) == 1 && runs[0].State == state {
			return
		}
		who, args := l.next()
		l.axle(who, args...)
	}
	l.t.Fatalf("the run does not come to %s", state)
}

// log opens the file of events as it lies on disk.
func (l life) log() *sql.DB {
	l.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(l.state, "axle.db"))
	check(l.t, err)
	return db
}

// forget drops all events but the first ones.
func (l life) forget(kept int) {
	db := l.log()
	defer db.Close()
	_, err := db.Exec("DELETE FROM events WHERE n > ?", kept)
	check(l.t, err)
}

// forgetFinish drops the last event where it says that an action ended: it did, and was killed
// before that was written.
func (l life) forgetFinish() string {
	if _, err := os.Stat(filepath.Join(l.state, "axle.db")); err != nil {
		return "; nothing was written"
	}
	kinds := l.kinds()
	n := len(kinds)
	if n == 0 || !strings.HasSuffix(kinds[n-1], " finished") {
		return ""
	}
	l.forget(n - 1)
	return "; lost: " + kinds[n-1]
}

// kinds are the events of the only run, in their order.
func (l life) kinds() (all []string) {
	l.t.Helper()
	db := l.log()
	defer db.Close()
	rows, err := db.Query("SELECT coalesce(json_extract(body, '$.stage'), '') || '/' || coalesce(json_extract(body, '$.action'), '') || ' ' || json_extract(body, '$.kind') FROM events ORDER BY n")
	check(l.t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		check(l.t, rows.Scan(&s))
		all = append(all, s)
	}
	check(l.t, rows.Err())
	return all
}
