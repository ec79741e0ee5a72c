package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
)

// serving are the flags of sandbox serve.
type serving struct{ addr, preset, start, seed, clock string }

func (a *app) sandboxServe() *cobra.Command {
	var f serving
	c := &cobra.Command{Use: "serve", Short: "Answer the aws CLI, boto3 or terraform on a loopback port; prints what to export", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serveSandbox(cmd.Context(), f) }}
	c.Flags().StringVar(&f.addr, "addr", "127.0.0.1:0", "loopback address; port 0 is any")
	c.Flags().StringVar(&f.preset, "preset", "", "how AWS behaves: calm, eventual or storm")
	c.Flags().StringVar(&f.start, "start", "", "what a new organization begins as: default, empty, bare, two-organizations, or fleet 50x4x20 (spokes, regions and, if wanted, products published in each)")
	c.Flags().StringVar(&f.seed, "seed", "", "of a new organization: the same seed gives the same ids, keys and chance")
	c.Flags().StringVar(&f.clock, "clock", "", `how its clock goes: fast, "fast x60", real or manual`)
	return c
}

func (a *app) serveSandbox(ctx context.Context, f serving) error {
	addr := f.addr
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return document.Fail(codeUsage, fmt.Sprintf("the sandbox does not listen on %q", addr), "use 127.0.0.1:PORT or [::1]:PORT", err)
	}
	dir, err := a.sandboxDir(ctx)
	if err != nil {
		return err
	}
	box, err := a.serveAs(ctx, dir, f)
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
	if err := server.Shutdown(grace); err != nil {
		return server.Close() // a call that a fault leaves without an answer is not waited for
	}
	return nil
}

// serveAs opens the sandbox as the flags want it. An organization that began otherwise stays.
func (a *app) serveAs(ctx context.Context, dir string, f serving) (*sandbox.Sandbox, error) {
	if err := startFlag(f.start); err != nil {
		return nil, err
	}
	o := sandbox.Options{Start: f.start}
	if f.seed != "" {
		o.Seed = []byte(f.seed)
	}
	box, err := a.boxOf(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	if err := began(ctx, box, o); err != nil {
		return nil, err
	}
	if f.clock != "" {
		pace, err := sandbox.ParsePace(f.clock)
		if err != nil {
			return nil, err
		}
		if err := box.SetPace(ctx, pace); err != nil {
			return nil, err
		}
	}
	if f.preset == "" {
		return box, nil
	}
	return box, box.Set(ctx, map[string]string{"preset": f.preset})
}

// began refuses an organization that is not of the start and seed that are wanted.
func began(ctx context.Context, box *sandbox.Sandbox, want sandbox.Options) error {
	start, seed, err := box.Began(ctx)
	if err != nil {
		return err
	}
	wanted, err := sandbox.ParseStart(want.Start)
	if err != nil {
		return err
	}
	if want.Start != "" && wanted.String() != start || want.Seed != nil && !bytes.Equal(want.Seed, seed) {
		return document.Fail("AXLE1115", "the sandbox's organization is there already, and began as "+start+" or from another seed",
			"`axle sandbox reset` with --start and --seed begins anew; without these flags it is served as it is", nil)
	}
	return nil
}

// startFlag refuses a start that is none as what it is here, a wrong flag.
func startFlag(text string) error {
	_, err := sandbox.ParseStart(text)
	var wrong *document.Error
	if errors.As(err, &wrong) {
		return document.Fail(codeUsage, wrong.Summary, wrong.Hint, err)
	}
	return err
}
