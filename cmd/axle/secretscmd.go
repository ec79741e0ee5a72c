package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

func (a *app) secretsCommand() *cobra.Command {
	return group("secrets", "Find secrets, explain the rules, and take secrets out of the history",
		a.secretsScanCommand(), a.secretsBaselineCommand(), a.secretsExplainCommand(), a.purgeCommand())
}

// scanFlags say what is scanned, and how its end is told.
type scanFlags struct {
	staged, history, stdin, unreachable, fresh bool
	span, baseline, protected                  string
	exit                                       int
	paths                                      []string
}

func (a *app) secretsScanCommand() *cobra.Command {
	var s scanFlags
	cmd := &cobra.Command{Use: "scan [PATH...]", Short: "Look for secrets: in the whole history, or in what is named", Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			s.paths = args
			return a.secretsScan(cmd.Context(), s)
		}}
	f := cmd.Flags()
	f.BoolVar(&s.staged, "staged", false, "the staged change")
	f.StringVar(&s.span, "range", "", "what the commits A..B brought")
	f.BoolVar(&s.history, "history", false, "every object that a ref reaches (the default without PATH)")
	f.BoolVar(&s.unreachable, "unreachable", false, "with the history: also what no ref reaches any more")
	f.BoolVar(&s.fresh, "fresh", false, "read all of the history again, whatever was judged before")
	f.BoolVar(&s.stdin, "stdin", false, "what is written to standard input")
	f.StringVar(&s.baseline, "baseline", ".axle-baseline.json", "known findings, as they are on the protected branch")
	f.StringVar(&s.protected, "protected", "main", "the branch that the baseline is read from")
	f.IntVar(&s.exit, "exit-code", exitFindings, "how to end when something is found")
	return cmd
}

// one refuses two sources at once.
func (s scanFlags) one() error {
	n := 0
	for _, given := range []bool{s.staged, s.span != "", s.history, s.stdin, len(s.paths) > 0} {
		if given {
			n++
		}
	}
	switch {
	case n > 1:
		return document.Fail(codeUsage, "--staged, --range, --history, --stdin and PATH exclude each other", "choose one", nil)
	case s.unreachable && n > 0 && !s.history:
		return document.Fail(codeUsage, "--unreachable belongs to the history", "leave it out, or scan --history", nil)
	case s.exit < 0 || s.exit > 125 || s.exit == exitUsage || s.exit == exitCloud:
		return document.Fail(codeUsage, fmt.Sprintf("--exit-code %d would be taken for something else", s.exit), "give 0, 1 or 4 to 125; 2 is wrong usage, 3 that something could not be read", nil)
	}
	return nil
}

func (a *app) secretsScan(ctx context.Context, s scanFlags) error {
	if err := s.one(); err != nil {
		return err
	}
	found, err := a.search(ctx, s)
	if err == nil {
		found, err = a.lessKnown(ctx, s, found)
	}
	if shown := a.showSecrets(found, err == nil); shown != nil {
		return shown
	}
	if err != nil {
		return unread(err)
	}
	for _, f := range found {
		if f.Severity != document.SeverityWarning {
			return exitCode(s.exit)
		}
	}
	return nil
}

// unread makes sure that what could not be read ends in 3, whatever the reason was.
func unread(err error) error {
	if classOf(document.CodeOf(err)) == exitUsage || errors.Is(err, context.Canceled) {
		return err
	}
	return document.Fail("AXLE3522", "not everything could be scanned", "what is not scanned does not pass; mend it and scan again", err)
}

// search goes to the source that is asked for.
func (a *app) search(ctx context.Context, s scanFlags) ([]secrets.Found, error) {
	detector, err := gitleaks.New()
	if err != nil {
		return nil, err
	}
	switch {
	case s.stdin:
		return a.searchInput(ctx, detector)
	case len(s.paths) > 0:
		return secrets.Search(ctx, detector, disk.Files(s.under(a.dir())...))
	}
	r, err := a.repo(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case s.staged:
		return secrets.Search(ctx, detector, r.Staged(ctx))
	case s.span != "":
		return searchRange(ctx, r, detector, s.span)
	}
	return a.searchHistory(ctx, r, detector, s)
}

func (s scanFlags) under(dir string) (paths []string) {
	for _, p := range s.paths {
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		paths = append(paths, p)
	}
	return paths
}

func (a *app) searchInput(ctx context.Context, d secrets.Detector) ([]secrets.Found, error) {
	data, err := io.ReadAll(io.LimitReader(a.In, secrets.MaxSize+1))
	if err != nil {
		return nil, err
	}
	return secrets.Search(ctx, d, secrets.Blobs(secrets.Blob{Path: "stdin", Data: data, Size: int64(len(data))}))
}

func searchRange(ctx context.Context, r *git.Repo, d secrets.Detector, span string) ([]secrets.Found, error) {
	from, to, ok := strings.Cut(span, "..")
	if !ok || strings.HasPrefix(to, ".") {
		return nil, document.Fail(codeUsage, fmt.Sprintf("--range %q is not A..B", span), "name two commits, or A.. up to HEAD", nil)
	}
	if to == "" {
		to = "HEAD"
	}
	before, err := r.Resolve(ctx, from)
	if err != nil {
		return nil, err
	}
	sha, err := r.Resolve(ctx, to)
	if err != nil {
		return nil, err
	}
	return secrets.Search(ctx, d, r.Range(ctx, before, sha))
}

// lessKnown takes out what the baseline of the protected branch answers for.
func (a *app) lessKnown(ctx context.Context, s scanFlags, found []secrets.Found) ([]secrets.Found, error) {
	if s.stdin || len(s.paths) > 0 || len(found) == 0 {
		return found, nil
	}
	r, err := a.repo(ctx)
	if err != nil {
		return found, err
	}
	tip, err := r.Resolve(ctx, "refs/heads/"+s.protected)
	if err != nil {
		tip, err = r.Resolve(ctx, "refs/remotes/origin/"+s.protected)
	}
	if err != nil {
		return found, nil //nolint:nilerr // there is no protected branch here, so nothing is known
	}
	data, err := r.File(ctx, tip, s.baseline)
	if data == nil || err != nil {
		return found, err
	}
	first, err := r.First(ctx, tip)
	if err != nil {
		return found, err
	}
	b, err := secrets.LoadBaseline(s.baseline, data, first)
	if err != nil {
		return found, err
	}
	left, known := b.Apply(s.baseline, found, a.now())
	if len(known) > 0 {
		a.tell("%s left out: they are in %s of %s", count(len(known), "finding"), s.baseline, s.protected)
	}
	return left, nil
}

// secretsDoc is axle secrets scan as JSON.
type secretsDoc struct {
	FormatVersion int         `json:"format_version"`
	Complete      bool        `json:"complete"` // false: not everything could be read
	Findings      []secretDoc `json:"findings"`
}

type secretDoc struct {
	Rule        string `json:"rule"`
	File        string `json:"file"`
	Line        int    `json:"line"`
	Col         int    `json:"col"`
	Commit      string `json:"commit"`
	Redacted    string `json:"redacted"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Summary     string `json:"summary"`
	Hint        string `json:"hint"`
}

// mostShown is how many findings are shown to people one by one (B153).
const mostShown = 1000

func (a *app) showSecrets(found []secrets.Found, complete bool) error {
	if a.output == "json" {
		doc := secretsDoc{formatVersion, complete, []secretDoc{}}
		for _, f := range found {
			doc.Findings = append(doc.Findings, secretDoc{f.Rule, f.File, f.Line, f.Col, f.Commit, f.Redacted, f.Fingerprint, string(f.Severity), f.Summary, f.Hint})
		}
		return a.print(doc)
	}
	shown := found[:min(len(found), mostShown)]
	a.showFindings(pipeline.Result{Verdict: pipeline.Fail, Findings: secrets.Findings(shown)})
	if len(found) > len(shown) {
		a.showCounts(found)
	}
	if complete {
		fmt.Fprintln(a.Err, count(len(found), "finding"))
	}
	return nil
}

// showCounts sums findings up by rule and file, the first of them.
func (a *app) showCounts(found []secrets.Found) {
	var order []string
	counts := map[string]int{}
	for _, f := range found {
		k := f.Rule + " in " + document.Printable(f.File)
		if counts[k]++; counts[k] == 1 {
			order = append(order, k)
		}
	}
	for _, k := range order[:min(len(order), mostShown)] {
		fmt.Fprintf(a.Err, "%6d  %s\n", counts[k], k)
	}
	fmt.Fprintf(a.Err, "%d findings of %d rules in files, of which %d are shown\n", len(found), len(order), mostShown)
}

func (a *app) secretsBaselineCommand() *cobra.Command {
	var to string
	cmd := &cobra.Command{Use: "baseline", Short: "Write the findings of the history down, to be answered for one by one", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.secretsBaseline(cmd.Context(), to) }}
	cmd.Flags().StringVar(&to, "write", ".axle-baseline.json", "to this file")
	return cmd
}

func (a *app) secretsBaseline(ctx context.Context, to string) error {
	r, err := a.repo(ctx)
	if err != nil {
		return err
	}
	found, err := a.search(ctx, scanFlags{history: true})
	if err != nil {
		return unread(err)
	}
	head, err := r.Head(ctx)
	if err != nil {
		return err
	}
	first, err := r.First(ctx, head)
	if err != nil {
		return err
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(a.dir(), to)
	}
	data, err := indented(secrets.NewBaseline(first, found))
	if err == nil {
		err = disk.WriteFile(to, data, 0o644)
	}
	if err == nil {
		a.tell("%s written with %s; an entry counts once it has reason, owner and expires and is on the protected branch", to, count(len(found), "finding"))
	}
	return err
}

func (a *app) secretsExplainCommand() *cobra.Command {
	return &cobra.Command{Use: "explain RULE", Short: "What one of axle's rules finds, leaves, and asks for", Args: exactly("RULE"),
		RunE: func(_ *cobra.Command, args []string) error {
			e, err := secrets.Explain(args[0])
			if err != nil {
				return err
			}
			if a.output == "json" {
				return a.print(struct {
					FormatVersion int `json:"format_version"`
					secrets.Explanation
				}{formatVersion, e})
			}
			fmt.Fprintf(a.Out, "%s: %s\n\nWhat to do: %s\n\nFound:\n%s\nLeft alone:\n%s", e.Rule, e.Title, e.Fix, bullets(e.Finds), bullets(e.Leaves))
			return nil
		}}
}

func bullets(items []string) string {
	var b strings.Builder
	for _, s := range items {
		b.WriteString("  " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n  ") + "\n  --\n")
	}
	return b.String()
}
