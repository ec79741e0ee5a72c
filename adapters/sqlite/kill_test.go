package sqlite_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/pipeline"
)

// I3, X01, X07: a writer killed at any moment has lost nothing that it was told is stored. The
// writer is this test's own binary; it says each run whose event was acknowledged.
func TestAKillLosesNoAcknowledgedEvent(t *testing.T) {
	if dir := os.Getenv("AXLE_TEST_LOG"); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	var acknowledged []string
	for cycle := range 10 {
		acknowledged = append(acknowledged, killAfter(t, dir, 3+cycle)...)
		l := openLog(t, dir)
		for _, id := range acknowledged {
			if got := kinds(t, l, id); len(got) != 2 {
				t.Errorf("cycle %d: run %s was told two events are stored; there are %q", cycle, id, got)
			}
		}
		wholeRuns(t, l)
		l.Close()
	}
	if len(acknowledged) < 10*3 {
		t.Errorf("only %d runs were acknowledged", len(acknowledged))
	}
}

// killAfter starts a writer and kills it once it has said n runs; it gives all that were said.
func killAfter(t *testing.T, dir string, n int) (said []string) {
	t.Helper()
	writer := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAKillLosesNoAcknowledgedEvent$")
	writer.Env = append(os.Environ(), "AXLE_TEST_LOG="+dir)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // killed, and all that it said is read
			break
		}
		if said = append(said, strings.TrimSpace(line)); len(said) == n {
			writer.Process.Kill()
		}
	}
	if writer.Wait() == nil {
		t.Error("the writer ended by itself")
	}
	return said
}

func writeUntilKilled(t *testing.T, dir string) {
	l := openLog(t, dir)
	for n := 0; ; n++ {
		run, _, err := l.Create(t.Context(), newRun("q/product.yaml", "aaaa"), func(int) string { return fmt.Sprintf("w-%d-%d", os.Getpid(), n) }, never)
		if err != nil {
			t.Fatal(err)
		}
		drive(t, l, run.ID, claim(t, l, run.ID), started("alpha", "lint"), passed("alpha", "lint"))
		fmt.Println(run.ID)
	}
}

// wholeRuns: every stored run, told or not, is one that its own events allow.
func wholeRuns(t *testing.T, l *sqlite.Log) {
	t.Helper()
	all, err := l.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		again := pipeline.Run{ID: r.ID, Commit: r.Commit, Product: r.Product, Spec: r.Spec}
		for _, e := range r.Events {
			if again, err = again.Append(e); err != nil {
				t.Errorf("%s: %v", r.ID, err)
			}
		}
	}
}
