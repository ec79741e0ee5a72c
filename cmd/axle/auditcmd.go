package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
)

const codeNotHead = "AXLE2860"

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	var head string
	verify := &cobra.Command{Use: "verify [--head HASH]", Short: "Whether the audit is what was written", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.verifyAudit(cmd.Context(), head) }}
	verify.Flags().StringVar(&head, "head", "", "a last hash that verify said before, and that was kept elsewhere")
	export := &cobra.Command{Use: "export", Short: "The audit as JSON lines, verified", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.exportAudit(cmd.Context()) }}
	cmd := group("audit", "Who built, approved, published and changed what, where and when", verify, export)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return helpOrUnknown(cmd, args)
		}
		return a.listAudit(cmd.Context(), f)
	}
	cmd.Flags().StringVar(&f.since, "since", "", "only what happened so long ago or less: 30d, 12h")
	cmd.Flags().StringVar(&f.actor, "actor", "", "only what this person did, or had a hand in")
	cmd.Flags().StringVar(&f.product, "product", "", "only what is of this product")
	cmd.Long = "Each decision, result and outcome is a row, written together with what it tells of. Each row has the\nhash of the one before it: keep the last hash elsewhere, and nobody can change or cut the rows unseen."
	return cmd
}

// audited is the log, also outside a repository where AXLE_STATE says which.
func (a *app) audited(ctx context.Context) (*sqlite.Log, error) {
	r, err := a.repo(ctx)
	if err != nil {
		if dir, ok := a.env("AXLE_STATE"); !ok || dir == "" {
			return nil, err
		}
		r = nil
	}
	s, err := a.state(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.log, nil
}

func (a *app) exportAudit(ctx context.Context) error {
	log, err := a.audited(ctx)
	if err != nil {
		return err
	}
	_, _, err = log.Audited(ctx, func(body string) error {
		_, err := fmt.Fprintln(a.Out, body)
		return err
	})
	return err
}

func (a *app) verifyAudit(ctx context.Context, head string) error {
	log, err := a.audited(ctx)
	if err != nil {
		return err
	}
	rows, last, err := log.Audited(ctx, nil)
	if err != nil {
		return err
	}
	if head != "" {
		has, err := log.HasAudited(ctx, strings.ToLower(strings.TrimSpace(head)))
		if err != nil {
			return err
		}
		if !has {
			return document.Fail(codeNotHead, "no row of the audit has that hash: the audit was cut off or written anew since, or is another's", "restore the state from a backup, and compare", nil)
		}
	}
	if a.output == "json" {
		return a.print(struct {
			FormatVersion int    `json:"format_version"`
			Rows          int    `json:"rows"`
			Last          string `json:"last"`
		}{formatVersion, rows, last})
	}
	fmt.Fprintf(a.Out, "%s, the last hash is %s\n", count(rows, "row"), last)
	return nil
}

type auditFlags struct{ since, actor, product string }

// wants says which rows are asked for.
func (f auditFlags) wants(now time.Time) (func(sqlite.Deed) bool, error) {
	var after time.Time
	if f.since != "" {
		d, err := document.ParseDuration(f.since)
		if err != nil || d < 0 {
			return nil, document.Fail(codeUsage, fmt.Sprintf("--since %q is not a duration", f.since), "write it as 30d or 12h", nil)
		}
		after = now.Add(-time.Duration(d))
	}
	return func(d sqlite.Deed) bool {
		mine := f.actor == "" || strings.EqualFold(d.Actor, f.actor)
		for _, p := range d.People {
			mine = mine || strings.EqualFold(p.Email, f.actor)
		}
		return mine && !d.At.Before(after) && (f.product == "" || d.Product == f.product)
	}, nil
}

// listAudit gives the rows of a verified audit: where one row is not what was written, none is
// told as if it were.
func (a *app) listAudit(ctx context.Context, f auditFlags) error {
	wants, err := f.wants(a.now())
	if err != nil {
		return err
	}
	log, err := a.audited(ctx)
	if err != nil {
		return err
	}
	doc := struct {
		FormatVersion int               `json:"format_version"`
		Rows          []json.RawMessage `json:"rows"`
	}{formatVersion, []json.RawMessage{}}
	var lines []string
	err = log.Deeds(ctx, func(d sqlite.Deed, body string) error {
		if wants(d) {
			doc.Rows, lines = append(doc.Rows, json.RawMessage(body)), append(lines, deedLine(d))
		}
		return nil
	})
	if err != nil || a.output == "json" {
		return orPrint(a, doc, err)
	}
	for _, line := range lines {
		fmt.Fprintln(a.Out, line)
	}
	if len(lines) == 0 {
		a.tell("the audit has no such row")
	}
	return nil
}

// deedLine is a row for people: when, what, of which product, by whom, where, how it ended.
func deedLine(d sqlite.Deed) string {
	words := []string{d.At.UTC().Format(time.RFC3339), cmp.Or(d.What, "market"), strings.TrimSpace(d.Product + " " + d.Version)}
	for _, w := range [][2]string{
		{"", strings.Trim(d.Stage+"/"+d.Action, "/")}, {"", d.Effect}, {"in ", d.Experience}, {"for ", d.Principal}, {"why ", d.Why}, {"ticket ", d.Ticket}, {"wave ", d.Wave}, {"", d.Target}, {"", d.Account}, {"", d.Region}, {"", d.Status},
		{"by ", d.Actor}, {"via ", d.Via}, {"of ", handsIn(d)}, {"commit ", d.Commit[:min(10, len(d.Commit))]}, {"package ", d.Digest}, {"run ", d.Run}, {"on ", d.Hub},
	} {
		if w[1] != "" {
			words = append(words, w[0]+w[1])
		}
	}
	line := strings.Join(words, "  ")
	for _, why := range []string{d.Reason, d.Error} {
		if why != "" {
			line += ": " + why
		}
	}
	return document.Printable(line)
}

func handsIn(d sqlite.Deed) string {
	var all []string
	for _, p := range d.People {
		all = append(all, p.Role+" "+p.Email)
	}
	return strings.Join(all, ", ")
}
