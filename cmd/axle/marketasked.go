package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

const askedLong = `Users may ask for products in Private Marketplace. AWS has no call that lists what they ask, or that
answers: axle hears of it by events (axle market watch --hints), and keeps it. A line in marketplace.yaml
decides; in AWS the request stays open, until somebody answers it in the console or it expires.`

func (a *app) marketRequests(f *marketFlags) *cobra.Command {
	return &cobra.Command{Use: "requests", Short: "The open requests of users that were heard of, and the lines that decide them; reads the state alone", Long: askedLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showRequests(cmd.Context(), *f) }}
}

func (a *app) showRequests(ctx context.Context, f marketFlags) error {
	s, err := a.stall(ctx, f)
	if err != nil {
		return err
	}
	heard, err := s.books.Requests(ctx)
	if err != nil {
		return err
	}
	seen, err := s.books.Seen(ctx)
	if err != nil {
		return err
	}
	all := s.file.Asked(heard, seen, s.cloud.now())
	if a.output == "json" {
		return a.print(struct {
			FormatVersion int             `json:"format_version"`
			Sandbox       bool            `json:"sandbox"`
			Requests      []market.Asking `json:"requests"`
		}{formatVersion, s.cloud.box != nil, all})
	}
	for _, line := range askedText(all) {
		fmt.Fprintln(a.Out, line)
	}
	return nil
}

func askedText(all []market.Asking) []string {
	if len(all) == 0 {
		return []string{"no open request was heard of"}
	}
	t := &text{}
	for _, r := range all {
		t.add("%s: %s", r.ID, document.Printable(strings.TrimSpace(r.Product+" "+r.Title)))
		t.add("  asked in %s, by %s, on %s; %s left", cmp.Or(r.Entry, r.Experience), document.Printable(cmp.Or(r.Requester, "somebody")), r.Since.Format(time.DateOnly), count(r.Days, "day"))
		switch {
		case r.Entry == "":
			t.add("  no entry of marketplace.yaml has %s: answer it in AWS's console", r.Experience)
		case r.Decision != "":
			t.add("  decided: %s, %s; in AWS it stays open", r.Decision, document.Printable(whyText(*r.Why)))
		case r.Allow == "":
			t.add("  %s has its products from AWS: decide there", r.Entry)
		case r.Under == "overrides":
			t.add("  decide by a line under overrides of %s, or under products of what it follows:", r.Entry)
			t.add("    %s", r.Allow)
			t.add("    %s", r.Deny)
		default:
			t.add("  decide by this line under products of %s, in allow or in deny:", r.Entry)
			t.add("    %s", r.Allow)
		}
	}
	t.add("AWS has no call that answers: a request stays open there until somebody does so in its console, or it expires")
	return t.lines
}
