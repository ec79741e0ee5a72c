package disk_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/disk"
)

func tryLock(t *testing.T, path string) *disk.Lock {
	t.Helper()
	lock, err := disk.TryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

// I11: one holder at a time; who comes second is told at once, without an error.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks", "run-1")
	first := tryLock(t, path)
	if first == nil {
		t.Fatal("a free lock was not given")
	}
	if tryLock(t, path) != nil {
		t.Error("a lock was given twice")
	}
	if other := tryLock(t, path+"0"); other == nil {
		t.Error("another run's lock was not given")
	}
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	if tryLock(t, path) == nil {
		t.Error("a lock that was let go was not given")
	}
}

func TestLockForOneOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run-1")
	locks := make([]*disk.Lock, 32)
	var wg sync.WaitGroup
	for i := range locks {
		wg.Go(func() {
			var err error
			if locks[i], err = disk.TryLock(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	given := slices.DeleteFunc(locks, func(l *disk.Lock) bool { return l == nil })
	if len(given) != 1 {
		t.Fatalf("given to %d", len(given))
	}
	given[0].Unlock()
}

// X01: the lock falls with its process, however that ends. The process is this test's own binary.
func TestLockFallsWithItsProcess(t *testing.T) {
	if path := os.Getenv("AXLE_TEST_LOCK"); path != "" {
		lock, err := disk.TryLock(path)
		fmt.Println(lock != nil, err)
		select {} // until it is killed
	}
	path := filepath.Join(t.TempDir(), "run-1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.CommandContext(t.Context(), self, "-test.run", "^TestLockFallsWithItsProcess$")
	holder.Env = append(os.Environ(), "AXLE_TEST_LOCK="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said, _ := bufio.NewReader(out).ReadString('\n')
	if said != "true <nil>\n" {
		t.Fatalf("the other process said %q", said)
	}
	if tryLock(t, path) != nil {
		t.Error("a lock that another process holds was given")
	}
	holder.Process.Kill()
	holder.Wait()
	if tryLock(t, path) == nil {
		t.Error("the lock outlived its process")
	}
}

func TestLockThatCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	os.WriteFile(file, nil, 0o600)
	for name, path := range map[string]string{"a file for a directory": filepath.Join(file, "run-1"), "a directory for a file": dir} {
		lock, err := disk.TryLock(path)
		wantCode(t, name, err, "AXLE3313", "the lock cannot be made")
		if lock != nil {
			t.Errorf("%s: and yet it is held", name)
		}
	}
}
