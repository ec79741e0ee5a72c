package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// purgePlanDoc is axle secrets purge --plan as JSON.
type purgePlanDoc struct {
	FormatVersion  int                `json:"format_version"`
	Token          string             `json:"token"`
	Refs           []movedDoc         `json:"refs"`
	Commits        int                `json:"commits"`
	Tags           int                `json:"tags"`
	Blobs          int                `json:"blobs"`
	Texts          int                `json:"messages"`
	Dropped        int                `json:"files_dropped"`
	Unreachable    int                `json:"unreachable_objects"`
	Loose          int                `json:"unreachable_commits"`
	Lost           int                `json:"broken_commits"`
	Unsigned       int                `json:"signatures_lost"`
	Authors        []string           `json:"authors"`
	Rotate         []pipeline.Finding `json:"rotate_first"`
	Left           []pipeline.Finding `json:"left"`
	Elsewhere      []heldDoc          `json:"held_without_finding"`
	Kept           []heldDoc          `json:"kept"`
	Quoting        int                `json:"messages_that_quote_old_ids"`
	MayHoldItStill []string           `json:"may_still_hold_the_secret"`
}

// heldDoc is a file that holds a value, or a commit or tag whose text does.
type heldDoc struct {
	Path     string `json:"path"`
	Versions int    `json:"versions"`
}

func heldDocs(held []git.HeldAt) []heldDoc {
	out := []heldDoc{}
	for _, h := range held {
		out = append(out, heldDoc(h))
	}
	return out
}

type movedDoc struct {
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

func movedDocs(refs []git.MovedRef) []movedDoc {
	out := []movedDoc{}
	for _, m := range refs {
		out = append(out, movedDoc(m))
	}
	return out
}

func planDocOf(p *git.PurgePlan, leaks secrets.Leaks) purgePlanDoc {
	return purgePlanDoc{FormatVersion: formatVersion, Token: p.Token, Refs: movedDocs(p.Refs), Commits: p.Commits, Tags: p.Tags, Blobs: p.Blobs,
		Texts: p.Holding, Dropped: p.Dropped, Unreachable: p.Unreachable, Loose: p.Loose, Lost: p.Lost, Unsigned: p.Unsigned, Authors: listed(p.People),
		Rotate: listed(leaks.Findings), Left: listed(leaks.Left),
		Elsewhere: heldDocs(p.Elsewhere), Kept: heldDocs(p.Kept), Quoting: p.Quoting, MayHoldItStill: outOfReach(p)}
}

// listed is a list that JSON shows as one, also when it is empty.
func listed[T any](list []T) []T { return append([]T{}, list...) }

// outOfReach is what no purge here cleans.
func outOfReach(p *git.PurgePlan) []string {
	if p == nil { // a purge that was cut short, and has been finished
		p = &git.PurgePlan{}
	}
	out := []string{"forks and clones that others have", "pull-request refs and caches of the host: ask it to drop them", "CI logs and artifacts"}
	if len(p.Remotes) > 0 {
		out = append(out, "the remote "+strings.Join(p.Remotes, ", ")+", until the rewritten refs are pushed (--push)")
	}
	if len(p.Submodules) > 0 {
		out = append(out, "submodules, which are repositories of their own: "+strings.Join(p.Submodules, ", "))
	}
	if p.LFS > 0 {
		out = append(out, count(p.LFS, "file")+" whose contents Git LFS keeps elsewhere; they are not searched")
	}
	return out
}

const rotate = "Rotate this credential; purging does not make it secret."

func (a *app) showPurgePlan(doc purgePlanDoc) {
	out := a.Out
	for _, f := range doc.Rotate {
		fmt.Fprintln(a.Err, a.frame(f.Diagnostic))
		fmt.Fprintln(a.Err, "  "+rotate)
	}
	for _, f := range doc.Left {
		fmt.Fprintln(a.Err, a.frame(f.Diagnostic))
		fmt.Fprintln(a.Err, "  This one stays: it is too short to be replaced everywhere, or not in plain text. Drop its file with --path, or give the value with --stdin.")
	}
	if len(doc.Refs) == 0 && doc.Unreachable == 0 {
		fmt.Fprintln(out, "nothing to purge")
		return
	}
	fmt.Fprintf(out, "%s would be rewritten:\n", count(len(doc.Refs), "ref"))
	for _, m := range doc.Refs {
		fmt.Fprintf(out, "  %s %s -> %s\n", m.Name, m.Old[:12], m.New[:12])
	}
	for _, line := range []struct {
		n    int
		what string
	}{{doc.Commits, "commits that get another id"}, {doc.Tags, "annotated tags that get another id"}, {doc.Blobs, "file contents that hold a secret"},
		{doc.Texts, "messages that hold a secret"}, {doc.Dropped, "places at which a file is dropped"}, {doc.Unsigned, "signatures lost"},
		{doc.Unreachable, "objects that no ref reaches and that hold a secret, which are pruned"},
		{doc.Loose, "commits that no ref reaches, which are pruned; the backup has them"},
		{doc.Quoting, "messages that quote an id that changes, which stay as written (--rewrite-ids writes the new ones)"},
		{doc.Lost, "commits of which parts are gone already, which are pruned and not in the backup"}} {
		if line.n > 0 {
			fmt.Fprintf(out, "%s: %d\n", line.what, line.n)
		}
	}
	showHeld(out, "the scan finds nothing in these, but they hold a found value and are rewritten too (--keep PATH leaves one as it is):", doc.Elsewhere)
	showHeld(out, "kept on purpose, and hold a value:", doc.Kept)
	if len(doc.Authors) > 0 {
		fmt.Fprintf(out, "authors: %s\n", strings.Join(doc.Authors, ", "))
	}
	fmt.Fprintln(out, "Rotate every secret first; purging does not make it secret.")
	fmt.Fprintf(out, "May still hold the secret: %s.\n", strings.Join(doc.MayHoldItStill, "; "))
	fmt.Fprintf(out, "token: %s\n", doc.Token)
}

// shownHeld is how many files are listed; JSON has them all.
const shownHeld = 20

func showHeld(out io.Writer, title string, held []heldDoc) {
	if len(held) == 0 {
		return
	}
	fmt.Fprintln(out, title)
	for _, h := range held[:min(len(held), shownHeld)] {
		fmt.Fprintf(out, "  %s (%s)\n", h.Path, count(h.Versions, "version"))
	}
	if more := len(held) - shownHeld; more > 0 {
		fmt.Fprintf(out, "  and %d more; -o json lists all\n", more)
	}
}

// purgedDoc is axle secrets purge --confirm as JSON.
type purgedDoc struct {
	FormatVersion int                `json:"format_version"`
	Refs          []movedDoc         `json:"refs"`
	Backup        string             `json:"backup"`
	Map           string             `json:"map"`
	Restore       string             `json:"restore"`
	Objects       int                `json:"objects_proven"`
	Files         []string           `json:"files_that_hold_it"`
	Left          []pipeline.Finding `json:"left"`
	Kept          []heldDoc          `json:"kept"`
	Unreached     []string           `json:"may_still_hold_the_secret"`
	Pushed        []string           `json:"pushed"`
	Stale         []string           `json:"remote_refs_not_rewritten"`
}

func (a *app) purgeNow(ctx context.Context, repo *git.Repo, f purgeFlags, want git.Purge, leaks secrets.Leaks) error {
	report, err := repo.ApplyPurge(ctx, want, f.confirm)
	if err != nil {
		return err
	}
	doc := purgedDoc{FormatVersion: formatVersion, Refs: movedDocs(report.Refs), Backup: report.Bundle, Map: report.Map, Restore: report.Restore,
		Objects: report.Searched, Files: listed(report.Left), Left: listed(leaks.Left), Kept: heldDocs(report.Kept),
		Unreached: outOfReach(report.Plan), Pushed: []string{}, Stale: []string{}}
	var pushed error
	if f.push {
		var push *git.PurgePush
		if push, pushed = repo.PushPurge(ctx, f.remote, report.Refs); pushed == nil {
			doc.Pushed, doc.Stale = listed(push.Pushed), listed(push.Stale)
			doc.Unreached = slices.DeleteFunc(doc.Unreached, func(s string) bool { return strings.HasPrefix(s, "the remote ") })
		}
	}
	if err := a.showPurged(doc); err != nil || pushed != nil {
		return orElse(pushed, err)
	}
	if len(doc.Left)+len(doc.Files) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func orElse(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func (a *app) showPurged(doc purgedDoc) error {
	if a.output == "json" {
		return a.print(doc)
	}
	none := "none"
	if len(doc.Kept) > 0 {
		none = "but for what is kept on purpose, none"
	}
	fmt.Fprintf(a.Out, "%s rewritten; %s of %s holds the secret\n", count(len(doc.Refs), "ref"), none, count(doc.Objects, "object"))
	showHeld(a.Out, "kept on purpose, and hold a value:", doc.Kept)
	fmt.Fprintf(a.Out, "backup: %s (it holds the secret: delete it once all is well)\nold and new ids: %s\nrestore: %s\n", doc.Backup, doc.Map, doc.Restore)
	for _, name := range doc.Files {
		fmt.Fprintf(a.Out, "still holds the secret: %s\n", name)
	}
	for _, left := range doc.Left {
		fmt.Fprintf(a.Out, "not purged: %s\n", place(left.Diagnostic))
	}
	for _, name := range doc.Pushed {
		fmt.Fprintf(a.Out, "pushed: %s\n", name)
	}
	for _, name := range doc.Stale {
		fmt.Fprintf(a.Out, "may still hold the secret, at the remote: %s\n", name)
	}
	a.tell("may still hold the secret: %s", strings.Join(doc.Unreached, "; "))
	a.tell("%s", rotate)
	return nil
}

// place is where a finding is.
func place(d document.Diagnostic) string {
	if d.File == "" {
		return d.Summary
	}
	return fmt.Sprintf("%s:%d %s", d.File, d.Line, d.Code)
}
