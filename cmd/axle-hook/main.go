// Command axle-hook is axle hook pre-commit and nothing else: the same scan of the staged change, in a
// binary that starts before anybody notices.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], ".", os.Stderr)
	stop()
	os.Exit(code)
}

// run judges the staged change of the repository at dir and gives the exit code: 0 clean, 1 findings, 2 wrong
// usage, 3 something could not be read, 130 interrupted.
func run(ctx context.Context, args []string, dir string, out io.Writer) int {
	if len(args) > 0 && !usual(args) {
		fmt.Fprintln(out, document.Fail("AXLE1511", "axle-hook takes no arguments", "it is the hook pre-commit; axle has the other commands", nil))
		return 2
	}
	found, err := staged(ctx, dir, time.Now().UTC())
	bad := 0
	for _, f := range found {
		fmt.Fprintf(out, "  %s  [%s]\n    hint: %s\n", f.Diagnostic, f.Rule, document.Printable(f.Hint))
		if f.Severity != document.SeverityWarning {
			bad++
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return 130
	case err != nil:
		fmt.Fprintln(out, document.Printable(err.Error()))
		return exitOf(document.CodeOf(err))
	case bad > 0:
		fmt.Fprintf(out, "axle: commit refused: %d secret finding%s\n", bad, strings.Repeat("s", min(bad-1, 1)))
		return 1
	}
	return 0
}

// usual are the words that the hook is called with when it stands for axle.
func usual(args []string) bool {
	line := strings.Join(args, " ")
	return line == "hook pre-commit" || line == "hook pre-commit --only secrets"
}

func staged(ctx context.Context, dir string, today time.Time) ([]pipeline.Finding, error) {
	r, err := git.Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	detector, err := gitleaks.New()
	if err != nil {
		return nil, err
	}
	found, err := secrets.Search(ctx, detector, r.Staged(ctx))
	if err == nil {
		found, _, err = r.Unanswered(ctx, found, "pre-commit", today)
	}
	return secrets.Findings(found), err
}

// exitOf is the exit code of an error that kept the change from being judged: none of them is 0.
func exitOf(code string) int {
	switch {
	case strings.HasPrefix(code, "AXLE1"):
		return 2
	case strings.HasPrefix(code, "AXLE2"):
		return 1
	}
	return 3
}
