package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

func TestReleaseOf(t *testing.T) {
	for arg, want := range map[string][2]string{
		"vpc@1.0.0": {"vpc", "1.0.0"}, "products/vpc@1.0.0-rc.1": {"products/vpc", "1.0.0-rc.1"},
		"": {}, "vpc": {}, "@": {}, "vpc@": {}, "@1.0.0": {}, "a@b@c": {},
	} {
		product, version, err := releaseOf(arg)
		if product != want[0] || version != want[1] || (want[0] == "") != (document.CodeOf(err) == codeUsage) {
			t.Errorf("%q: %q %q %v", arg, product, version, err)
		}
	}
}

// A patch is taken by git apply, and gives the bytes that were meant. CLI-36
func TestPatch(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	long := strings.Repeat("line\n", 20)
	for name, c := range map[string]struct{ before, after string }{
		"at the end":         {long, long + "more\n"},
		"at the beginning":   {long, "more\n" + long},
		"in the middle":      {long + "x\n" + long, long + "y\nz\n" + long},
		"a line gone":        {long + "x\n" + long, long + long},
		"one line":           {"a\n", "b\n"},
		"no newline before":  {"a\nb", "a\nb\nc\n"},
		"no newline at all":  {"a\nb", "a\nc"},
		"lines that repeat":  {"a\na\na\n", "a\na\na\na\n"},
		"a newline in place": {"a\r\nb\r\n", "a\r\nc\nb\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "f.yaml")
			if err := os.WriteFile(file, []byte(c.before), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), "git", "apply", "--unsafe-paths", "-")
			cmd.Dir, cmd.Stdin = dir, strings.NewReader(patch("f.yaml", []byte(c.before), []byte(c.after)))
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir), "HOME=" + dir}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != c.after {
				t.Errorf("%q %v, want %q", got, err, c.after)
			}
		})
	}
}
