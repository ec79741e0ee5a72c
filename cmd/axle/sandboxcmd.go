package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
)

func (a *app) sandboxCommand() *cobra.Command {
	var addr string
	serve := &cobra.Command{Use: "serve", Short: "Answer the aws CLI, boto3 or terraform on a loopback port; prints what to export", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serveSandbox(cmd.Context(), addr) }}
	serve.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "loopback address; port 0 is any")
	reset := &cobra.Command{Use: "reset", Short: "Forget the sandbox's organization and begin anew", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.resetSandbox(cmd.Context()) }}
	var since int
	calls := &cobra.Command{Use: "calls", Short: "The log of calls", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.sandboxCalls(cmd.Context(), since) }}
	calls.Flags().IntVar(&since, "since", 0, "those numbered above this")
	return group("sandbox", "The AWS organization on this machine", serve, reset, calls)
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

func (a *app) serveSandbox(ctx context.Context, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return document.Fail(codeUsage, fmt.Sprintf("the sandbox does not listen on %q", addr), "use 127.0.0.1:PORT or [::1]:PORT", err)
	}
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	box, err := a.box(ctx, dir)
	if err != nil {
		return err
	}
	key, err := box.Credentials(ctx, "axle")
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return document.Fail("AXLE3143", fmt.Sprintf("%s is in use or cannot be listened on; choose another", addr), "--addr 127.0.0.1:0 takes any free port", err)
	}
	fmt.Fprintf(a.Out, "export AWS_ENDPOINT_URL=http://%s\nexport AWS_REGION=eu-west-1\nexport AWS_DEFAULT_REGION=eu-west-1\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_SESSION_TOKEN=\n",
		listener.Addr(), key.AccessKeyID, key.SecretAccessKey)
	a.tell("%s: %s, as %s; interrupt to stop", sandboxNotice, filepath.Join(dir, "sandbox.db"), key.Principal.ARN)
	return serve(ctx, listener, box)
}

// serve answers until the context ends, and lets what is under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}

// resetSandbox removes the world and the ids pinned in it; runs and artifacts stay.
func (a *app) resetSandbox(ctx context.Context) error {
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	// The file itself goes last: a journal without it would be taken for a new one's.
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(filepath.Join(dir, "sandbox.db"+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	s, err := a.reading(ctx)
	if err != nil {
		return err
	}
	if err := s.log.ForgetSandbox(ctx); err != nil {
		return err
	}
	a.tell("the sandbox's organization is forgotten; the next command begins a new one")
	return nil
}

// callsDoc is axle sandbox calls as JSON.
type callsDoc struct {
	FormatVersion int            `json:"format_version"`
	Sandbox       bool           `json:"sandbox"`
	Calls         []sandbox.Call `json:"calls"`
}

func (a *app) sandboxCalls(ctx context.Context, since int) error {
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	box, err := a.box(ctx, dir)
	if err != nil {
		return err
	}
	calls, err := box.Calls(ctx, since)
	if err != nil {
		return err
	}
	if a.output == "json" {
		if calls == nil {
			calls = []sandbox.Call{}
		}
		return a.print(callsDoc{formatVersion, true, calls})
	}
	for _, c := range calls {
		kind := "read "
		if c.Mutating {
			kind = "write"
		}
		fmt.Fprintf(a.Out, "%6d %s %s %s:%s %s %s %s\n", c.Number, c.Time.Format(time.RFC3339), kind, c.Service, c.Operation, c.Account, c.Region, c.Outcome)
	}
	return nil
}
