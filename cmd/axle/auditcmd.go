package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) auditCommand() *cobra.Command {
	verify := &cobra.Command{Use: "verify", Short: "Whether the audit is what was written", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd.Context(), nil) }}
	export := &cobra.Command{Use: "export", Short: "The audit as JSON lines, verified", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.audit(cmd.Context(), func(body string) error {
				_, err := fmt.Fprintln(a.Out, body)
				return err
			})
		}}
	cmd := group("audit", "Who changed what in Marketplace, and why", verify, export)
	cmd.Long = "Every change of an experience is a row, written with the change set's end. Each row has the hash of\nthe one before it: keep the last hash elsewhere, and nobody can change or cut the rows unseen."
	return cmd
}

func (a *app) audit(ctx context.Context, each func(string) error) error {
	r, err := a.repo(ctx)
	if err != nil {
		if dir, ok := a.env("AXLE_STATE"); !ok || dir == "" {
			return err
		}
		r = nil
	}
	s, err := a.state(ctx, r)
	if err != nil {
		return err
	}
	rows, last, err := s.log.Audited(ctx, each)
	if err != nil {
		return err
	}
	if each == nil {
		fmt.Fprintf(a.Out, "%s, the last hash is %s\n", count(rows, "row"), last)
	}
	return nil
}
