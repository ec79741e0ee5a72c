// Package built makes the axle binary that tests drive from outside, as a user would.
package built

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Run builds axle in a folder of its own, unless AXLE_BINARY names one, says where it is, runs the
// tests, and gives their exit code. It is for a package that lies two folders below the root.
func Run(m *testing.M, axle *string) int {
	if *axle = os.Getenv("AXLE_BINARY"); *axle != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "axle")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	*axle = filepath.Join(dir, "axle")
	if out, err := exec.Command("go", "build", "-o", *axle, "../../cmd/axle").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
