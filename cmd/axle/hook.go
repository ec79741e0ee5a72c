package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

func (a *app) hookCommand() *cobra.Command {
	plain := func(use, short string, run func(context.Context) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context()) }}
	}
	var only string
	pre := plain("pre-commit", "Look for secrets in the staged change", func(ctx context.Context) error {
		if only != "secrets" {
			return document.Fail(codeUsage, fmt.Sprintf("unknown check %q; the hook looks for secrets", only), document.DidYouMean(only, []string{"secrets"}), nil)
		}
		return a.preCommit(ctx)
	})
	pre.Flags().StringVar(&only, "only", "secrets", "secrets: what the hook looks for")
	return group("hook", "Install git hooks, and what they run",
		plain("install", "Work tree: pre-commit and pre-push. Bare repository: pre-receive and post-receive", a.installHooks),
		plain("uninstall", "Put back the hooks that were there before", a.uninstallHooks),
		plain("status", "Which hooks run axle here; exit 1 where one does not", a.hookStatus),
		pre,
		a.prePushCommand(),
		plain("pre-receive", "Refuse a push that brings a secret", a.preReceive),
		plain("post-receive", "Make the push's runs, start them and follow", a.postReceive),
	)
}

// hooksOf are the hooks a repository gets: a bare one receives pushes.
func hooksOf(r *git.Repo) []string {
	if r.Bare {
		return []string{"pre-receive", "post-receive"}
	}
	return []string{"pre-commit", "pre-push"}
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
	if strings.Contains(self, string(os.PathSeparator)+"go-build") {
		a.tell("this axle is go run's, and will be gone: install it (go install ./cmd/axle), then its hooks")
	}
	for _, name := range hooksOf(r) {
		if err := r.InstallHook(ctx, name, hookProgram(self, name)+` "$@"`); err != nil {
			return err
		}
		dir, err := r.HookDir(ctx)
		if err != nil {
			return err
		}
		a.tell("%s runs axle hook %s", path.Join(dir, name), name)
	}
	if r.Bare {
		a.tell("git config receive.advertisePushOptions true lets a push return at once: git push -o axle.nofollow")
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

// hookDoc is a hook as axle hook status shows it.
type hookDoc struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	State string `json:"state"`          // axle, foreign, absent
	Kept  string `json:"kept,omitempty"` // runs first
}

// hookStatus says of each hook that the repository should have whether it runs axle.
func (a *app) hookStatus(ctx context.Context) error {
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	doc := struct {
		FormatVersion int       `json:"format_version"`
		Hooks         []hookDoc `json:"hooks"`
	}{FormatVersion: formatVersion}
	lacking := error(nil)
	for _, name := range hooksOf(r) {
		s, err := r.HookState(ctx, name)
		if err != nil {
			return err
		}
		h := hookDoc{Name: name, Path: s.Path, State: "axle", Kept: s.Kept}
		switch {
		case !s.There:
			h.State = "absent"
		case !s.Ours:
			h.State = "foreign"
		}
		if h.State != "axle" {
			lacking = exitCode(exitFindings)
		}
		doc.Hooks = append(doc.Hooks, h)
	}
	if a.output == "json" {
		return errors.Join(a.print(doc), lacking)
	}
	for _, h := range doc.Hooks {
		line := fmt.Sprintf("%-13s %-8s %s", h.Name, h.State, h.Path)
		if h.Kept != "" {
			line += ", after " + h.Kept
		}
		fmt.Fprintln(a.Out, line)
	}
	if lacking != nil {
		a.tell("next: axle hook install")
	}
	return lacking
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
	return a.refuseSecrets("commit", func() ([]secrets.Found, int, error) {
		found, err := secrets.Search(ctx, detector, r.Staged(ctx))
		return a.unanswered(ctx, r, "pre-commit", found, err)
	})
}

// unanswered takes out what the baseline of the protected branch answers for, if all was read.
func (a *app) unanswered(ctx context.Context, r *git.Repo, stage string, found []secrets.Found, err error, updates ...git.Update) ([]secrets.Found, int, error) {
	if err != nil {
		return found, 0, err
	}
	return r.Unanswered(ctx, found, stage, a.now(), updates...)
}

// prePushCommand is given the remote's name and URL by git, and a line for each ref on stdin.
func (a *app) prePushCommand() *cobra.Command {
	return &cobra.Command{Use: "pre-push [REMOTE [URL]]", Short: "Look for secrets in what a push would send", Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.prePush(cmd.Context()) }}
}

// prePush judges the commits that no remote-tracking branch has: what the push would send.
func (a *app) prePush(ctx context.Context) error {
	updates, err := git.ReadOutgoing(a.In)
	if err != nil {
		return err
	}
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	detector, err := gitleaks.New()
	if err != nil {
		return err
	}
	err = a.refuseSecrets("push", func() ([]secrets.Found, int, error) {
		found, err := secrets.Search(ctx, detector, r.Outgoing(ctx, updates))
		return a.unanswered(ctx, r, "pre-commit", found, err)
	})
	if err != nil {
		return err
	}
	return a.noteIn(r, push{updates, a.pusher()})
}

// refuseSecrets shows what was found, and refuses unless all was read and nothing is left.
func (a *app) refuseSecrets(what string, search func() ([]secrets.Found, int, error)) error {
	found, known, err := search()
	bad := 0
	for _, f := range found {
		if f.Severity != document.SeverityWarning {
			bad++
		}
	}
	shown := found[:min(len(found), mostShown)]
	a.showFindings(pipeline.Result{Verdict: pipeline.Fail, Findings: secrets.Findings(shown)})
	if len(found) > len(shown) {
		a.showCounts(found)
	}
	if err != nil {
		return err
	}
	if known > 0 {
		a.tell("%s left out: the baseline of the protected branch answers for them", count(known, "finding"))
	}
	if bad > 0 {
		fmt.Fprintf(a.Err, "axle: %s refused: %s\n", what, count(bad, "secret finding"))
		return exitCode(exitFindings)
	}
	return nil
}

func (a *app) preReceive(ctx context.Context) error {
	updates, err := git.ReadUpdates(a.In)
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
	err = a.refuseSecrets("push", func() ([]secrets.Found, int, error) {
		found, err := secrets.Search(ctx, detector, r.Incoming(ctx, updates))
		if err == nil {
			found, err = a.quarantined(ctx, r, detector, updates, found)
		}
		return a.unanswered(ctx, r, "alpha", found, err, updates...)
	})
	if err != nil {
		return err
	}
	return a.noteIn(r, push{updates, a.pusher()})
}
