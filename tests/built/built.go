// Package built makes the axle binary that tests drive from outside, as a user would.
package built

import (
	"fmt"
	"io/fs"
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

// Fresh lets the test's cache know what the binary is made of: go test remembers a result by the files
// that the test looked at, and it looks at a binary alone.
func Fresh(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != "../.." && (d.Name()[0] == '.' || path == "../../docs" || path == "../../tests") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
