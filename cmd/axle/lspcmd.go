package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/lsp"
	"github.com/axle-cd/axle/document"
)

func (a *app) lspCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "lsp", Short: "Tell an editor what is wrong with what it has open, by the Language Server Protocol", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.lsp(cmd.Context()) }}
	cmd.Flags().Bool("stdio", true, "on standard input and output, the only way there is: some editors ask for it")
	return cmd
}

// lsp serves until the editor is done. It ends in 0 after shutdown and in 1 otherwise, as the protocol has it.
func (a *app) lsp(ctx context.Context) error {
	if terminal(a.In) {
		a.tell("axle lsp talks to an editor on standard input and output; docs/editors.md says how to set one up")
	}
	e := &editor{app: a}
	err := lsp.Server{Name: "axle", Version: moduleVersion(), Judge: e.judge}.Serve(ctx, a.In, a.Out)
	if err == nil || ctx.Err() != nil {
		return err
	}
	fmt.Fprintln(a.Err, document.Printable(err.Error()))
	return exitCode(exitFindings)
}
