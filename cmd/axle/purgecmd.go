package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// purgeFlags are the flags of axle secrets purge. No value of a secret is one of them.
type purgeFlags struct {
	plan, stdin, push                        bool
	confirm, remote, backup                  string
	paths, findings, keep                    []string
	rewriteIDs, keepSigned, stash, protected bool
}

const purgeLong = `Takes secrets out of the whole history: every branch, tag, note, message and file name.

Rotate each secret first: a purge does not make it secret again. Copies stay in forks,
clones, pull-request refs and caches, and axle cannot reach those.

What is taken out: what a scan of the history finds (all, or --finding by fingerprint);
or the values on standard input, one a line (--stdin); or whole files (--path).
A found value is taken out wherever it stands, also where the scan finds nothing; the plan
lists those files apart, and --keep PATH leaves the contents of a file or folder alone.
--plan changes nothing and gives a token; --confirm TOKEN carries out that plan, with the
same flags and input. A backup is made first, and told; it holds the secret.`

func (a *app) purgeCommand() *cobra.Command {
	var f purgeFlags
	cmd := &cobra.Command{Use: "purge --plan | --confirm TOKEN", Short: "Take secrets out of the whole history", Long: purgeLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.purge(cmd.Context(), f) }}
	flags := cmd.Flags()
	flags.BoolVar(&f.plan, "plan", false, "show what would be rewritten, and its token")
	flags.StringVar(&f.confirm, "confirm", "", "carry out the plan of this token")
	flags.BoolVar(&f.stdin, "stdin", false, "read the secrets from standard input: one a line, or ended by NUL")
	flags.StringArrayVar(&f.paths, "path", nil, "drop this file or folder from every commit; may be repeated")
	flags.StringArrayVar(&f.findings, "finding", nil, "only the finding with this fingerprint; may be repeated")
	flags.StringArrayVar(&f.keep, "keep", nil, "leave the contents of this file or folder as they are, in every commit; may be repeated")
	flags.BoolVar(&f.rewriteIDs, "rewrite-ids", false, "in messages too, write the new ids of commits")
	flags.BoolVar(&f.keepSigned, "keep-signed", false, "keep signed commits that come before the first secret as they are; else every signature goes, as with git filter-repo")
	flags.BoolVar(&f.stash, "stash", false, "rewrite the stashes")
	flags.BoolVar(&f.protected, "allow-protected", false, "rewrite the protected branch")
	flags.StringVar(&f.backup, "backup", "", "the folder for the backup; default axle/purge in the git directory")
	flags.BoolVar(&f.push, "push", false, "with --confirm: push the rewritten refs, each only where the remote has what was rewritten")
	flags.StringVar(&f.remote, "remote", "origin", "where --push goes")
	return cmd
}

func (f purgeFlags) check() error {
	switch {
	case f.plan == (f.confirm != ""):
		return document.Fail(codeUsage, "axle secrets purge takes --plan, or --confirm with the token of a plan", "start with axle secrets purge --plan", nil)
	case f.plan && f.push:
		return document.Fail(codeUsage, "--push goes with --confirm", "look at the plan first", nil)
	case f.stdin && len(f.findings) > 0:
		return document.Fail(codeUsage, "--stdin and --finding exclude each other", "purge one after the other", nil)
	}
	return nil
}

func (a *app) purge(ctx context.Context, f purgeFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	repo, err := a.repo(ctx)
	if err != nil {
		return err
	}
	want, leaks, err := a.wantPurged(ctx, repo, f)
	if err != nil {
		return err
	}
	if f.confirm != "" {
		return a.purgeNow(ctx, repo, f, want, leaks)
	}
	plan, err := repo.PlanPurge(ctx, want)
	if err != nil {
		return err
	}
	doc := planDocOf(plan, leaks)
	if a.output == "json" {
		return a.print(doc)
	}
	a.showPurgePlan(doc)
	if !plan.Nothing() {
		a.tell("next: axle secrets purge --confirm %s%s", plan.Token, f.again())
	}
	return nil
}

// again are the flags that the plan was made with.
func (f purgeFlags) again() string {
	var b strings.Builder
	for _, flag := range []struct {
		name string
		set  bool
	}{{"--stdin", f.stdin}, {"--rewrite-ids", f.rewriteIDs}, {"--keep-signed", f.keepSigned}, {"--stash", f.stash}, {"--allow-protected", f.protected}} {
		if flag.set {
			b.WriteString(" " + flag.name)
		}
	}
	for _, p := range f.paths {
		fmt.Fprintf(&b, " --path %q", p)
	}
	for _, p := range f.keep {
		fmt.Fprintf(&b, " --keep %q", p)
	}
	for _, p := range f.findings {
		b.WriteString(" --finding " + p)
	}
	if f.backup != "" {
		fmt.Fprintf(&b, " --backup %q", f.backup)
	}
	return b.String()
}

// wantPurged gathers what is to go: values from the input, else, unless only files go, from a scan.
func (a *app) wantPurged(ctx context.Context, repo *git.Repo, f purgeFlags) (git.Purge, secrets.Leaks, error) {
	want := git.Purge{Paths: f.paths, Keep: f.keep, Stash: f.stash, RewriteIDs: f.rewriteIDs, KeepSigned: f.keepSigned, Dir: f.backup, Now: a.now(), AllowProtected: f.protected}
	var leaks secrets.Leaks
	var err error
	if want.Protected, err = protectedBranches(ctx, repo); err != nil {
		return want, leaks, err
	}
	switch {
	case f.stdin:
		var values []string
		if values, err = readValues(a.In); err == nil {
			want.Secrets, err = secrets.NewPurge(values...)
		}
	case len(f.paths) == 0 || len(f.findings) > 0:
		if err := repo.CheckPurge(ctx, want, f.confirm); err != nil {
			return want, leaks, err // before the scan, which may be long
		}
		if leaks, want.Found, err = a.findLeaks(ctx, repo, want.Protected, f.findings); err == nil {
			want.Secrets, err = leaks.Purge()
		}
	}
	return want, leaks, err
}

// findLeaks scans all there is, reachable or not. What the baseline answers for stays, unless it is
// asked for by its fingerprint. It gives the objects in which something is found, too.
func (a *app) findLeaks(ctx context.Context, repo *git.Repo, protected, only []string) (secrets.Leaks, []string, error) {
	detector, err := gitleaks.New()
	if err != nil {
		return secrets.Leaks{}, nil, err
	}
	inv, err := repo.Inventory(ctx)
	if err != nil {
		return secrets.Leaks{}, nil, unread(err)
	}
	dirty, err := secrets.Sift(ctx, detector, inv.Objects(ctx, func(string) bool { return false }), func(string) {})
	if err != nil {
		return secrets.Leaks{}, nil, unread(err)
	}
	dirty = append([]string{}, dirty...) // never nil: all was judged
	var met []secrets.Found
	leaks, err := secrets.FindLeaks(ctx, detector, inv.Located(ctx, dirty, true), inv.Names, func(f pipeline.Finding) bool {
		met = append(met, secrets.Found{Finding: f})
		return len(only) == 0 || slices.Contains(only, f.Fingerprint)
	})
	if err != nil {
		return secrets.Leaks{}, nil, unread(err)
	}
	if len(only) > 0 {
		return leaks, dirty, allMet(only, met)
	}
	left, err := a.lessKnown(ctx, scanFlags{baseline: ".axle-baseline.json", protected: append(protected, "main")[0]}, met)
	return leaks.Only(secrets.Findings(left)), dirty, err
}

func allMet(only []string, met []secrets.Found) error {
	for _, print := range only {
		if !slices.ContainsFunc(met, func(f secrets.Found) bool { return f.Fingerprint == print }) {
			return document.Fail(codeUsage, "there is no finding "+print, "axle secrets scan -o json lists fingerprints", nil)
		}
	}
	return nil
}

// maxValues is how much is read of values.
const maxValues = 1 << 20

// readValues reads secrets, one a line; where a NUL stands in the input, it ends each, and they may
// have lines.
func readValues(in io.Reader) (values []string, err error) {
	data, err := io.ReadAll(io.LimitReader(in, maxValues+1))
	if err != nil || len(data) > maxValues {
		return nil, document.Fail(codeUsage, "the values on standard input could not be read, or are more than 1 MB", "give fewer", err)
	}
	end := "\n"
	if bytes.IndexByte(data, 0) >= 0 {
		end = "\x00"
	}
	for v := range strings.SplitSeq(string(data), end) {
		if end == "\n" {
			v = strings.TrimSuffix(v, "\r")
		}
		if v != "" {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil, document.Fail(codeUsage, "there is no value on standard input", "write one a line", nil)
	}
	return values, nil
}

// protectedBranches is the branch that pipeline.yaml, as the last commit has it, says is protected.
func protectedBranches(ctx context.Context, repo *git.Repo) ([]string, error) {
	head, err := repo.Head(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := repo.Tree(ctx, head)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"pipeline.yaml", ".config/pipeline.yaml"} {
		data, err := fs.ReadFile(tree, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		file, ds := pipeline.Load(name, data)
		if ds.Errors() > 0 {
			return nil, ds
		}
		return []string{file.Triggers.Protected}, nil
	}
	return nil, nil
}
