package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// drivers is how many processes one push starts at most; each takes its runs one after another.
const drivers = 4

// postReceive makes a run for each product a push touches, starts drivers that outlive the
// push, and follows them for as long as the pusher listens.
func (a *app) postReceive(ctx context.Context) error {
	updates, err := git.ReadUpdates(a.In)
	if err != nil {
		return err
	}
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	// A pusher who hangs up now must not keep what they have pushed from being driven.
	signal.Ignore(syscall.SIGPIPE)
	runs := w.receivedAll(ctx, push{updates, a.pusher()})
	driven, err := a.startDrivers(runs)
	signal.Reset(syscall.SIGPIPE)
	if err != nil || a.noFollow() {
		return err
	}
	return w.followAll(ctx, runs, driven)
}

// receivedAll are the runs of all updated refs, each once. One ref's trouble is told, and the
// others' runs are made all the same (I18).
func (w *workshop) receivedAll(ctx context.Context, p push) (runs []pipeline.Run) {
	for _, u := range p.Updates {
		made, err := w.received(ctx, u, p.Pusher)
		if err != nil {
			w.app.exit(err)
		}
		for _, r := range made {
			if !slices.ContainsFunc(runs, func(have pipeline.Run) bool { return have.ID == r.ID }) {
				runs = append(runs, r)
			}
		}
	}
	if err := w.crossOut(p); err != nil {
		w.app.exit(err)
	}
	return runs
}

// followAll shows each run until it waits or ends, or its driver has ended.
func (w *workshop) followAll(ctx context.Context, runs []pipeline.Run, driven map[string]<-chan struct{}) error {
	var ended []pipeline.Run
	for _, r := range runs {
		if len(runs) > 1 {
			w.app.tell("run %s:", r.ID)
		}
		run, err := (&view{w: w, id: r.ID}).follow(ctx, func() (bool, error) {
			select {
			case <-driven[r.ID]:
				return false, nil
			default:
				return true, nil
			}
		})
		if err != nil {
			return err
		}
		ended = append(ended, run)
	}
	w.app.summary(ended, w.cloud.notice())
	return nil
}

// received makes the runs of one updated ref, or says why there are none.
func (w *workshop) received(ctx context.Context, u git.Update, pusher string) ([]pipeline.Run, error) {
	planned, err := w.plannedOf(ctx, u, pusher)
	if err != nil {
		return nil, err
	}
	return w.beginAll(ctx, planned)
}

func (w *workshop) beginAll(ctx context.Context, planned []pipeline.Run) (runs []pipeline.Run, err error) {
	for _, r := range planned {
		stored, err := w.begin(ctx, r)
		if err != nil {
			return runs, err
		}
		runs = append(runs, stored)
	}
	return runs, nil
}

// plannedOf are the runs of one updated ref before they are stored.
func (w *workshop) plannedOf(ctx context.Context, u git.Update, pusher string) ([]pipeline.Run, error) {
	a := w.app
	branch, ok := strings.CutPrefix(u.Ref, "refs/heads/")
	switch {
	case strings.Trim(u.New, "0") == "":
		a.tell("%s deleted: no run", u.Ref)
		return nil, nil
	case !ok:
		a.tell("%s is no branch: no run", u.Ref)
		return nil, nil
	}
	c := pipeline.Commit{Repo: w.repo.Dir, Ref: u.Ref, Before: u.Old, SHA: u.New, People: pushedBy(pusher)}
	file, err := w.pipelineFile(ctx, c)
	if err != nil {
		return nil, err
	}
	if push := file.Triggers.Push; push != nil && !matches(push.Branches, branch) {
		a.tell("branch %s is not in triggers.push.branches: no run", branch)
		return nil, nil
	}
	if err := w.settleHead(ctx, c, file); err != nil {
		return nil, err
	}
	if err := w.sinceProtected(ctx, &c, file); err != nil {
		return nil, err
	}
	planned, err := w.plannedRuns(ctx, c, runFlags{changed: true})
	if err != nil {
		return nil, err
	}
	if len(planned) == 0 {
		a.tell("%s at %s touches no product: no run", branch, u.New[:10])
	}
	return planned, nil
}

// settleHead makes the first branch that calls itself protected the repository's HEAD, as
// forges do, where HEAD names a branch that nobody pushed: from then on no other branch can
// call itself so.
func (w *workshop) settleHead(ctx context.Context, c pipeline.Commit, file *pipeline.File) error {
	unborn, err := w.repo.Unborn(ctx)
	if err != nil || !unborn || !w.repo.Bare || c.Ref != "refs/heads/"+file.Triggers.Protected {
		return err
	}
	w.app.tell("HEAD of this repository is now %s: its pipeline.yaml says which branch is protected", c.Ref)
	return w.repo.SetHead(ctx, c.Ref)
}

// sinceProtected lets a new branch begin where it left the protected one.
func (w *workshop) sinceProtected(ctx context.Context, c *pipeline.Commit, file *pipeline.File) error {
	protected := "refs/heads/" + file.Triggers.Protected
	tip, err := w.repo.Resolve(ctx, protected)
	if strings.Trim(c.Before, "0") != "" || err != nil || c.Ref == protected {
		return nil
	}
	c.Before, err = w.repo.MergeBase(ctx, tip, c.SHA)
	return err
}

// matches says whether one of the globs names the branch; a list left out names all.
func matches(globs []string, branch string) bool {
	for _, g := range globs {
		if ok, err := path.Match(g, branch); ok && err == nil {
			return true
		}
	}
	return len(globs) == 0
}

// startDrivers starts axle runs resume for the runs, in few processes. For each run it gives
// what is closed when its process has ended.
func (a *app) startDrivers(runs []pipeline.Run) (map[string]<-chan struct{}, error) {
	ended := map[string]<-chan struct{}{}
	for i := range min(drivers, len(runs)) {
		var ids []string
		for j := i; j < len(runs); j += drivers {
			ids = append(ids, runs[j].ID)
		}
		done, err := a.startDriver(ids)
		if err != nil {
			return ended, err
		}
		for _, id := range ids {
			ended[id] = done
		}
	}
	return ended, nil
}

// startDriver starts a driver in a session of its own, with nothing of the push's open: else
// the push would wait for it, and it would die with the push. Its cloud is the hook's.
func (a *app) startDriver(ids []string) (<-chan struct{}, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append(a.cloudFlags(), append([]string{"runs", "resume"}, ids...)...)...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GIT_QUARANTINE_PATH=") && !strings.HasPrefix(kv, "GIT_PUSH_OPTION") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	closeOnExec()
	if err := cmd.Start(); err != nil {
		return nil, document.Fail("AXLE3141", "the driver of "+strings.Join(ids, ", ")+" cannot be started", "axle runs resume drives them", err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in the runs' logs
		close(done)
	}()
	return done, nil
}

// cloudFlags choose for another process the repository and the cloud that this one uses.
func (a *app) cloudFlags() (flags []string) {
	for _, f := range [][2]string{{"--chdir", a.chdir}, {"--config", a.config}, {"--profile", a.profile}, {"--endpoint-url", a.endpoint}} {
		if f[1] != "" {
			flags = append(flags, f[0], f[1])
		}
	}
	if a.profile == "" && a.endpoint == "" {
		flags = append(flags, "--sandbox")
	}
	return flags
}

// closeOnExec keeps what this process was given open, beyond its three streams, from children.
func closeOnExec() {
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		return // a system without it
	}
	for _, e := range open {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// noFollow: the pusher gave -o axle.nofollow.
func (a *app) noFollow() bool {
	count, _ := a.env("GIT_PUSH_OPTION_COUNT")
	n, _ := strconv.Atoi(count)
	for i := range n {
		if v, _ := a.env(fmt.Sprintf("GIT_PUSH_OPTION_%d", i)); v == "axle.nofollow" {
			return true
		}
	}
	return false
}
