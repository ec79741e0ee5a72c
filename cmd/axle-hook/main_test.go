package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func repository(t *testing.T) string {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(t.TempDir(), "none"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := t.TempDir()
	inGit(t, dir, "init", "-q")
	return dir
}

func inGit(t *testing.T, dir string, args ...string) {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func stage(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	inGit(t, dir, "add", name)
}

// The hook ends in 0 only when the whole staged change was judged and nothing was found. F4 B145
func TestRun(t *testing.T) {
	key := "AKIA" + "Z3MQ7RLT5WPX2HVN"
	for _, c := range []struct {
		name, text string
		args       []string
		code       int
		says       string
	}{
		{"clean", "Type: AWS::S3::Bucket\n", nil, 0, ""},
		{"a key", "Key: " + key + "\n", nil, 1, "t.yaml:1:6: error AXLE2501: AWS access key AKIA****HVN"},
		{"called as axle is", "Key: " + key + "\n", []string{"hook", "pre-commit", "--only", "secrets"}, 1, "commit refused: 1 secret finding\n"},
		{"only a warning", "", []string{"hook", "pre-commit"}, 0, ""},
		{"wrong arguments", "", []string{"push"}, 2, "AXLE1511"},
	} {
		dir := repository(t)
		stage(t, dir, "t.yaml", c.text)
		var out bytes.Buffer
		if code := run(t.Context(), c.args, dir, &out); code != c.code || !strings.Contains(out.String(), c.says) || strings.Contains(out.String(), key) {
			t.Errorf("%s: exit %d\n%s", c.name, code, out.String())
		}
	}
}

// What could not be judged never passes. PERF-15
func TestRunFailsClosed(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), nil, t.TempDir(), &out); code != 2 {
		t.Errorf("no repository: %d %s", code, out.String())
	}
	dir := repository(t)
	stage(t, dir, "a", "text that is long enough to be an object\n")
	objects, err := filepath.Glob(filepath.Join(dir, ".git", "objects", "??", "*"))
	if err != nil || len(objects) != 1 {
		t.Fatal(objects, err)
	}
	if err := os.Remove(objects[0]); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), nil, dir, &out); code != 3 {
		t.Errorf("an object is gone: %d %s", code, out.String())
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if code := run(stopped, nil, dir, &out); code == 0 {
		t.Error("stopped, and passed")
	}
}
