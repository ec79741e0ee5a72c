package hostile

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/axle-cd/axle/tests/built"
)

// axle is the binary under test. AXLE_FULL=1 brings every repository to it in every way.
var (
	axle string
	full = os.Getenv("AXLE_FULL") == "1"
)

func TestMain(m *testing.M) { os.Exit(built.Run(m, &axle)) }

func TestBinaryIsFresh(t *testing.T) { built.Fresh(t) }

// sampled leaves out a third of a table's rows, always the same, unless AXLE_FULL asks for all: the
// default run is for every change, and has to be short.
func sampled(t *testing.T) {
	t.Helper()
	sum := fnv.New32a()
	sum.Write([]byte(t.Name()))
	if !full && sum.Sum32()%3 == 0 {
		t.Skip("two of three rows run by default; AXLE_FULL=1 runs all")
	}
}

// M14: what a hostile repository may cost.
const (
	longest = 10 * time.Second
	largest = 300 << 10 // KiB
	canary  = "canary-5d41402a"
)

// outcome is how a command ended.
type outcome struct {
	code      int
	out, said string
}

func (o outcome) all() string { return o.out + o.said }

// environment is a user's whom git knows, without settings of this machine.
func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "NO_COLOR=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=dev", "GIT_AUTHOR_EMAIL=dev@example.com", "GIT_COMMITTER_NAME=dev", "GIT_COMMITTER_EMAIL=dev@example.com", "EMAIL=dev@example.com"}
}

// drive runs axle in a repository and holds what is true whatever the repository is: no panic, no
// raw control character, no canary read or made, an exit code that means something, in time and memory.
func (r *repo) drive(stdin string, args ...string) outcome {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 3*longest)
	defer cancel()
	cmd := exec.CommandContext(ctx, axle, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, append(environment(r.home), r.env...), strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	took := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // with git's; a busy machine has no say
	o := outcome{cmd.ProcessState.ExitCode(), out.String(), said.String()}
	for _, wrong := range []struct {
		is   bool
		what string
	}{
		{o.code < 0 || o.code > 4, "an exit code that is none of axle's"},
		{strings.Contains(o.all(), "goroutine ") || strings.Contains(o.all(), "panic:"), "a panic"},
		{strings.Contains(o.all(), canary), "something outside the repository was read"},
		{control.MatchString(o.all()), "a raw control character"},
		{r.escaped(), "the repository's own program ran"},
		{took > longest, fmt.Sprintf("took %v", took)},
		{cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss > r.most, fmt.Sprintf("used %d KiB", cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)},
	} {
		if wrong.is {
			r.t.Errorf("axle %s: %s (exit %d)\n%.4000s", strings.Join(args, " "), wrong.what, o.code, o.all())
		}
	}
	return o
}

// control is what a terminal or a log reader would obey.
var control = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]|(?m)^::[a-z]+")

// The three ways a repository comes to axle.
func (r *repo) alpha() outcome   { return r.drive("", "run", "--to", "alpha") }
func (r *repo) history() outcome { return r.drive("", "secrets", "scan", "--history") }

// pushed is what pre-receive says of a commit that no ref has yet.
func (r *repo) pushed(id string) outcome {
	return r.drive(strings.Repeat("0", len(id))+" "+id+" refs/heads/main\n", "hook", "pre-receive")
}
