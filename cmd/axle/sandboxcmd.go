package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
)

func (a *app) sandboxCommand() *cobra.Command {
	return group("sandbox", "The AWS organization on this machine", a.sandboxServe(), a.sandboxReset(), a.sandboxSnapshot(), a.sandboxRestore(),
		a.sandboxClock(), a.sandboxFaults(), a.sandboxSet(), a.sandboxCalls(), a.sandboxCoverage(), a.sandboxDigest())
}

// withBox opens the sandbox of the state directory, and goes on with it.
func (a *app) withBox(ctx context.Context, do func(*sandbox.Sandbox) error) error {
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	box, err := a.box(ctx, dir)
	if err != nil {
		return err
	}
	return do(box)
}

// box opens the sandbox of a state directory.
func (a *app) box(ctx context.Context, dir string) (*sandbox.Sandbox, error) {
	return a.boxOf(ctx, dir, sandbox.Options{})
}

func (a *app) boxOf(ctx context.Context, dir string, o sandbox.Options) (*sandbox.Sandbox, error) {
	store, err := sqlite.OpenWorld(ctx, filepath.Join(dir, "sandbox.db"))
	if err != nil {
		return nil, err
	}
	a.onClose(store.Close)
	o.Wall, o.Wait = time.Now, sleep
	return sandbox.New(store, o)
}

// sandboxDir is the state directory. It needs no repository where AXLE_STATE names one.
func (a *app) sandboxDir(ctx context.Context) (string, error) {
	dir, err := a.stateDir(nil)
	if err != nil {
		r, noRepo := a.repo(ctx)
		if noRepo != nil {
			return "", noRepo
		}
		if dir, err = a.stateDir(r); err != nil {
			return "", err
		}
	}
	return dir, os.MkdirAll(dir, 0o700)
}

func (a *app) sandboxCalls() *cobra.Command {
	var since int
	c := &cobra.Command{Use: "calls", Short: "The log of calls", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return a.withBox(cmd.Context(), func(box *sandbox.Sandbox) error {
			calls, err := box.Calls(cmd.Context(), since)
			if err != nil {
				return err
			}
			return a.showCalls(calls)
		})
	}}
	c.Flags().IntVar(&since, "since", 0, "those numbered above this")
	return c
}

// callsDoc is axle sandbox calls as JSON.
type callsDoc struct {
	FormatVersion int            `json:"format_version"`
	Sandbox       bool           `json:"sandbox"`
	Calls         []sandbox.Call `json:"calls"`
}

func (a *app) showCalls(calls []sandbox.Call) error {
	if a.output == "json" {
		return a.print(callsDoc{formatVersion, true, append([]sandbox.Call{}, calls...)})
	}
	for _, c := range calls {
		kind, fault := "read ", ""
		if c.Mutating {
			kind = "write"
		}
		if c.Fault != "" {
			fault = " (fault: " + c.Fault + ")"
		}
		fmt.Fprintf(a.Out, "%6d %s %s %s:%s %s %s %s%s\n", c.Number, c.Time.Format(time.RFC3339), kind, c.Service, c.Operation, c.Account, c.Region, c.Outcome, fault)
	}
	return nil
}

func (a *app) sandboxCoverage() *cobra.Command {
	return &cobra.Command{Use: "coverage", Short: "The operations that are answered; any other is 501", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return a.withBox(cmd.Context(), func(box *sandbox.Sandbox) error {
			all := box.Coverage()
			if a.output == "json" {
				return a.print(map[string]any{"format_version": formatVersion, "sandbox": true, "operations": all})
			}
			for _, c := range all {
				kind := "read"
				if c.Mutating {
					kind = "write"
				}
				fmt.Fprintf(a.Out, "%-5s %s:%s\n", kind, c.Service, c.Operation)
			}
			return nil
		})
	}}
}

func (a *app) sandboxDigest() *cobra.Command {
	return &cobra.Command{Use: "digest", Short: "A digest of the organization that ids and times do not change", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return a.withBox(cmd.Context(), func(box *sandbox.Sandbox) error {
			digest, err := box.Digest(cmd.Context())
			if err == nil {
				fmt.Fprintln(a.Out, digest)
			}
			return err
		})
	}}
}
