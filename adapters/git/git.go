// Package git reads and hooks into repositories with the git binary alone: argument arrays, no
// shell, no checkout. In a hook the environment stays as git made it, so that objects in
// quarantine are found. What git cannot read is an error, never an absence.
package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

// Repo is a repository on this machine. It is safe for concurrent use; Close ends its processes.
type Repo struct {
	Dir      string // where git runs: the top of the work tree, else GitDir
	GitDir   string // absolute
	WorkTree string // absolute; empty without one
	Bare     bool

	mu       sync.Mutex
	contents *batch // cat-file --batch
	infos    *batch // cat-file --batch-check
	empty    string // the empty tree's id
}

// Open finds the repository that dir lies in.
func Open(ctx context.Context, dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, document.Fail("AXLE1500", dir+" is not a directory", "", err)
	}
	r := &Repo{Dir: abs}
	asked := []string{"rev-parse", "--is-bare-repository", "--absolute-git-dir", "--show-toplevel"}
	out, err := r.git(ctx, nil, asked...)
	if err != nil { // there is no work tree here
		out, err = r.git(ctx, nil, asked[:3]...)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(lines) < 2 {
		return nil, notRepository(abs, err)
	}
	r.Bare, r.GitDir, r.Dir = lines[0] == "true", lines[1], lines[1]
	if len(lines) > 2 {
		r.WorkTree = strings.Join(lines[2:], "\n")
		r.Dir = r.WorkTree
	}
	return r, nil
}

func notRepository(dir string, err error) error {
	if err != nil && !strings.Contains(err.Error(), "not a git repository") {
		return err
	}
	return document.Fail("AXLE1500", dir+" is not in a git repository", "run git init first, or name the repository's directory", nil)
}

// Close ends the processes that read objects.
func (r *Repo) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := errors.Join(r.contents.close(), r.infos.close())
	r.contents, r.infos = nil, nil
	return err
}

// command is git with what we ask of it always: no locks taken for a read, no replaced objects or parents,
// no objects fetched behind our back, no prompt, no program that the repository's settings name.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	return r.prepare(exec.CommandContext(ctx, "git", withSettings(args)...))
}

func withSettings(args []string) []string {
	return append([]string{"-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "log.showSignature=false", "-c", "advice.graftFileDeprecated=false"}, args...)
}

func (r *Repo) prepare(c *exec.Cmd) *exec.Cmd {
	c.Dir = r.Dir
	c.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE="+os.DevNull, "GIT_NO_LAZY_FETCH=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "LC_ALL=C")
	// A git of before 2.44 does not know GIT_NO_LAZY_FETCH, and would call what core.sshCommand names.
	protocols := "none"
	if slices.Contains(c.Args, "push") || slices.Contains(c.Args, "ls-remote") {
		protocols = "file:git:http:https:ssh" // never ext, whatever the repository's configuration allows (T07)
	}
	c.Env = append(c.Env, "GIT_ALLOW_PROTOCOL="+protocols)
	return c
}

// git runs a command to its end and gives what it wrote.
func (r *Repo) git(ctx context.Context, in io.Reader, args ...string) ([]byte, error) {
	c := r.command(ctx, args...)
	var out, errOut bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = in, &out, &errOut
	if err := c.Run(); err != nil {
		return nil, failed(ctx, args[0], errOut.String(), err)
	}
	return out.Bytes(), nil
}

// failed is the error of a git that ended badly, in git's own first words.
func failed(ctx context.Context, name, said string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return document.Fail("AXLE3501", "git was not found", "install git, or put it on PATH", err)
	}
	if ctx.Err() != nil {
		return document.Fail("AXLE3503", "git "+name+" was stopped", "what was not read does not pass; run it again", ctx.Err())
	}
	said = strings.TrimSpace(said)
	if missingObject.MatchString(said) {
		return document.Fail("AXLE3502", "objects could not be read", "fetch the full history: git fetch --unshallow, or clone without --filter", errors.New(said))
	}
	if said == "" {
		said = "no message"
	}
	return document.Fail("AXLE3500", "git "+name+" failed", "", &exitError{said, err})
}

var missingObject = document.NewPattern(`(?i)missing (blob|tree|commit|tag|object)|unable to read|could not read|bad object|promisor|is corrupt|could not fetch`)

// exitError is git's message and its exit.
type exitError struct {
	said string
	err  error
}

func (e *exitError) Error() string { return e.said + " (" + e.err.Error() + ")" }
func (e *exitError) Unwrap() error { return e.err }

// exitCode is git's exit code, or -1.
func exitCode(err error) int {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return e.ExitCode()
	}
	return -1
}
