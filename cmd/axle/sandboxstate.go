package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
)

func (a *app) sandboxReset() *cobra.Command {
	var start, seed string
	c := &cobra.Command{Use: "reset", Short: "Forget the sandbox's organization and begin anew; runs and artifacts stay", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.resetSandbox(cmd.Context(), start, []byte(seed)) }}
	c.Flags().StringVar(&start, "start", "", "begin as: default, empty, bare, two-organizations, or fleet 50x4x20 (spokes, regions, products); without it as before")
	c.Flags().StringVar(&seed, "seed", "", "from this seed; without it from the one before: the same ids and keys")
	return c
}

// resetSandbox begins the world anew. Who serves it goes on with the new one. What cannot be read
// is removed; a database of something else stays.
func (a *app) resetSandbox(ctx context.Context, start string, seed []byte) error {
	if err := startFlag(start); err != nil {
		return err
	}
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	if len(seed) == 0 {
		seed = nil
	}
	box, err := a.box(ctx, dir)
	if err == nil {
		err = box.Reset(ctx, start, seed)
	}
	if unusable(err) {
		err = a.remake(ctx, dir, sandbox.Options{Start: start, Seed: seed})
	}
	if err != nil {
		return err
	}
	a.tell("the sandbox's organization is forgotten; a new one has begun")
	return a.forgetPins(ctx)
}

// unusable says that a state is the sandbox's, and damaged or of another version.
func unusable(err error) bool {
	code := document.CodeOf(err)
	return code == "AXLE3111" || code == "AXLE3112"
}

func (a *app) remake(ctx context.Context, dir string, o sandbox.Options) error {
	// The file itself goes last: a journal without it would be taken for a new one's.
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(filepath.Join(dir, "sandbox.db"+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	box, err := a.boxOf(ctx, dir, o)
	if err != nil {
		return err
	}
	_, _, err = box.Began(ctx)
	return err
}

// forgetPins drops the ids that were pinned in the world that was.
func (a *app) forgetPins(ctx context.Context) error {
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	return s.log.ForgetSandbox(ctx, a.now())
}

func (a *app) sandboxSnapshot() *cobra.Command {
	return &cobra.Command{Use: "snapshot FILE", Short: "Write the organization as it is to a new file, which holds its keys", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return a.withBox(cmd.Context(), func(box *sandbox.Sandbox) error {
			f, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return document.Fail("AXLE1119", "the snapshot cannot be written to "+document.Printable(args[0]), "give a file that is not there yet, in a folder that is", err)
			}
			return errors.Join(box.Snapshot(cmd.Context(), f), f.Close())
		})
	}}
}

func (a *app) sandboxRestore() *cobra.Command {
	return &cobra.Command{Use: "restore FILE", Short: "Put a snapshot in the place of the organization", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		f, err := os.Open(args[0])
		if err != nil {
			return document.Fail("AXLE1119", "the snapshot "+document.Printable(args[0])+" cannot be read", "`axle sandbox snapshot FILE` makes one", err)
		}
		defer f.Close()
		if err := a.withBox(ctx, func(box *sandbox.Sandbox) error { return box.Restore(ctx, f) }); err != nil {
			return err
		}
		return a.forgetPins(ctx)
	}}
}
