package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
)

// asNobody runs f without root's rights over the disk.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		err := syscall.Setfsuid(65534)
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// B203, X14: a state that may only be read is refused in so many words, and is not taken for damaged.
func TestOpenLogReadOnly(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"a state of somebody else": fill,
		"a directory without one":  func(*testing.T, string) {},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			prepare(t, dir)
			for path, mode := range map[string]os.FileMode{filepath.Join(dir, "axle.db"): 0o444, dir: 0o555, filepath.Dir(dir): 0o755} {
				if err := os.Chmod(path, mode); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			defer os.Chmod(dir, 0o700)
			asNobody(t, func() {
				l, err := sqlite.OpenLog(t.Context(), dir)
				if err == nil {
					_, _, err = l.Create(t.Context(), newRun("q/product.yaml", "aaaa"), named("r"), never)
					l.Close()
				}
				if document.CodeOf(err) != sqlite.CodeState || !strings.Contains(err.Error(), "state directory is read-only") {
					t.Error(err)
				}
			})
		})
	}
}
