// Command axle publishes infrastructure-as-code products: from a pushed commit, through its
// gates, to a version that the accounts of an organization can launch.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/axle-cd/axle/document"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process as it stands
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}, os.LookupEnv)
	stop()
	os.Exit(code)
}

// streams are a command's input, data and talk. Data goes to Out; all that is for people, to Err.
type streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// run carries a command line out and gives its exit code.
func run(ctx context.Context, args []string, s streams, env func(string) (string, bool)) (code int) {
	a := &app{streams: s, ctx: ctx, env: env}
	defer a.close()
	defer func() {
		if p := recover(); p != nil {
			code = a.exit(document.Fail("AXLE3003", fmt.Sprintf("axle itself failed: %v", p), "this is a defect of axle; report it with the command and its input", nil))
		}
	}()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	return a.exit(root.ExecuteContext(ctx))
}
