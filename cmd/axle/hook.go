package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

func (a *app) hookCommand() *cobra.Command {
	plain := func(use, short string, run func(context.Context) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context()) }}
	}
	pre := plain("pre-commit", "Look for secrets in the staged change", a.preCommit)
	var only string
	pre.Flags().StringVar(&only, "only", "secrets", "secrets: what the hook looks for")
	return group("hook", "Install git hooks, and what they run",
		plain("install", "Work tree: pre-commit. Bare repository: pre-receive and post-receive", a.installHooks),
		plain("uninstall", "Put back the hooks that were there before", a.uninstallHooks),
		pre,
		plain("pre-receive", "Refuse a push that brings a secret", a.preReceive),
		plain("post-receive", "Make the push's runs, start them and follow", a.postReceive),
	)
}

// hooksOf are the hooks a repository gets: a bare one receives pushes.
func hooksOf(r *git.Repo) []string {
	if r.Bare {
		return []string{"pre-receive", "post-receive"}
	}
	return []string{"pre-commit"}
}

func (a *app) installHooks(ctx context.Context) error {
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, name := range hooksOf(r) {
		if err := r.InstallHook(ctx, name, quoteShell(self)+" hook "+name); err != nil {
			return err
		}
		dir, err := r.HookDir(ctx)
		if err != nil {
			return err
		}
		a.tell("%s runs axle hook %s", path.Join(dir, name), name)
	}
	return nil
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (a *app) uninstallHooks(ctx context.Context) error {
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	for _, name := range hooksOf(r) {
		if err := r.UninstallHook(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// preCommit judges the index, not the files (X90).
func (a *app) preCommit(ctx context.Context) error {
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	detector, err := gitleaks.New()
	if err != nil {
		return err
	}
	found, err := secrets.Scan(ctx, detector, r.Staged(ctx))
	return a.refuseSecrets(found, err, "commit")
}

// refuseSecrets shows what was found, and refuses unless all was read and nothing is left.
func (a *app) refuseSecrets(found []pipeline.Finding, err error, what string) error {
	bad := 0
	for _, f := range found {
		if f.Severity != document.SeverityWarning {
			bad++
		}
	}
	a.showFindings(pipeline.Result{Verdict: pipeline.Fail, Findings: found})
	if err != nil {
		return err
	}
	if bad > 0 {
		fmt.Fprintf(a.Err, "axle: %s refused: %s\n", what, count(bad, "secret finding"))
		return exitCode(exitFindings)
	}
	return nil
}

// updates reads what git gives a receiving hook: old new ref, a line each.
func (a *app) updates() ([]git.Update, error) {
	var all []git.Update
	lines := bufio.NewScanner(a.In)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 3 {
			return nil, document.Fail(codeUsage, "git gave a line that is not: old new ref", "run this as a hook of a bare repository", nil)
		}
		all = append(all, git.Update{Old: f[0], New: f[1], Ref: f[2]})
	}
	return all, lines.Err()
}

func (a *app) preReceive(ctx context.Context) error {
	updates, err := a.updates()
	if err != nil {
		return err
	}
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	for _, u := range updates {
		if err := git.CheckRef(u.Ref); err != nil {
			return err
		}
	}
	detector, err := gitleaks.New()
	if err != nil {
		return err
	}
	found, err := secrets.Scan(ctx, detector, r.Incoming(ctx, updates))
	return a.refuseSecrets(found, err, "push")
}

// postReceive makes a run for each product a push touches, starts a driver that outlives the
// push, and follows it for as long as the pusher listens.
func (a *app) postReceive(ctx context.Context) error {
	updates, err := a.updates()
	if err != nil {
		return err
	}
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	var runs []pipeline.Run
	for _, u := range updates {
		made, err := w.received(ctx, u)
		if err != nil {
			// One ref's trouble is told, and the others' runs still start (I18).
			a.exit(err)
			continue
		}
		runs = append(runs, made...)
	}
	for _, r := range runs {
		if err := startDriver(r.ID); err != nil {
			return err
		}
	}
	if a.noFollow() {
		return nil
	}
	return w.followAll(ctx, runs)
}

// followAll shows each run until it waits or ends.
func (w *workshop) followAll(ctx context.Context, runs []pipeline.Run) error {
	var ended []pipeline.Run
	for _, r := range runs {
		run, err := w.awaitDriver(ctx, r.ID)
		if err != nil {
			return err
		}
		ended = append(ended, run)
	}
	w.app.summary(ended, w.cloud.notice())
	return nil
}

// awaitDriver follows a run whose driver has just been started and may not have the lock yet.
func (w *workshop) awaitDriver(ctx context.Context, id string) (pipeline.Run, error) {
	for range 100 {
		run, err := w.state.log.Run(ctx, id)
		if err != nil || len(run.Events) > 0 {
			break
		}
		if err := sleep(ctx, pause); err != nil {
			return run, err
		}
	}
	return w.follow(ctx, id, 0, true)
}

// received makes the runs of one updated ref, or says why there are none.
func (w *workshop) received(ctx context.Context, u git.Update) ([]pipeline.Run, error) {
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
	c := pipeline.Commit{Repo: w.repo.Dir, Ref: u.Ref, Before: u.Old, SHA: u.New}
	for _, name := range []string{"AXLE_PUSHER", "REMOTE_USER", "GL_USERNAME"} {
		if who, ok := a.env(name); ok && who != "" {
			c.People = append(c.People, pipeline.Person{Email: who, Role: "pusher"})
			break
		}
	}
	file, err := w.pipelineFile(ctx, c)
	if err != nil {
		return nil, err
	}
	if push := file.Triggers.Push; push != nil && !matches(push.Branches, branch) {
		a.tell("branch %s is not in triggers.push.branches: no run", branch)
		return nil, nil
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
	var runs []pipeline.Run
	for _, r := range planned {
		stored, err := w.begin(ctx, r, stages.Limit{})
		if err != nil {
			return runs, err
		}
		runs = append(runs, stored)
	}
	return runs, nil
}

// sinceProtected lets a new branch begin where it left the protected one.
func (w *workshop) sinceProtected(ctx context.Context, c *pipeline.Commit, file *pipeline.File) error {
	tip, err := w.repo.Resolve(ctx, "refs/heads/"+file.Triggers.Protected)
	if strings.Trim(c.Before, "0") != "" || err != nil || tip == c.SHA {
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

// startDriver starts axle runs resume in a session of its own, with nothing of the push's open:
// else the push would wait for it, and it would die with the push.
func startDriver(id string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, "runs", "resume", id)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GIT_QUARANTINE_PATH=") && !strings.HasPrefix(kv, "GIT_PUSH_OPTION") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return document.Fail("AXLE3141", "the run's driver cannot be started", "axle runs resume "+id+" drives it", err)
	}
	return errors.Join(cmd.Process.Release())
}

// noFollow: the pusher gave -o axle.nofollow.
func (a *app) noFollow() bool {
	n, _ := a.env("GIT_PUSH_OPTION_COUNT")
	for i := 0; fmt.Sprint(i) != n && i < 100; i++ {
		if v, ok := a.env(fmt.Sprintf("GIT_PUSH_OPTION_%d", i)); ok && v == "axle.nofollow" {
			return true
		}
	}
	return false
}
