package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func hookFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}

func (r repo) hook(name string) string {
	r.t.Helper()
	dir, err := r.HookDir(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

func (r repo) install(name, script string) {
	r.t.Helper()
	if err := r.InstallHook(r.t.Context(), name, script); err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) uninstall(name string) {
	r.t.Helper()
	if err := r.UninstallHook(r.t.Context(), name); err != nil {
		r.t.Fatal(err)
	}
}

func existing(t *testing.T, path, text string) {
	t.Helper()
	os.MkdirAll(filepath.Dir(path), 0o755)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestInstallHook(t *testing.T) { // INT-2
	r := newRepo(t)
	r.install("pre-commit", "echo ours >> seen")
	r.install("pre-commit", "echo ours >> seen")
	r.commit("one", "a", "x")
	if got := hookFile(t, filepath.Join(r.Dir, "seen")); got != "ours\n" {
		t.Errorf("installed twice, it ran as %q", got)
	}
	r.install("pre-commit", "echo refused; exit 1")
	if out, err := tryRun(r.Dir, "", "commit", "--allow-empty", "-m", "two"); err == nil || !strings.Contains(out, "refused") {
		t.Errorf("%v %s", err, out)
	}
	r.uninstall("pre-commit")
	r.uninstall("pre-commit")
	if _, err := os.Lstat(r.hook("pre-commit")); err == nil {
		t.Error("the hook is still there")
	}
}

// A hook that was there runs first and its refusal counts; uninstall puts it back as it was.
func TestInstallHookChains(t *testing.T) { // INT-2
	r := newRepo(t)
	path := r.hook("pre-commit")
	existing(t, path, "echo theirs >> seen\ntest ! -e refuse\n")
	before := hookFile(t, path)
	r.install("pre-commit", "echo ours >> seen")
	r.install("pre-commit", "echo ours >> seen")
	r.commit("one", "a", "x")
	r.write("refuse", "")
	if out, err := tryRun(r.Dir, "", "commit", "--allow-empty", "-m", "two"); err == nil {
		t.Error("their refusal was passed over", out)
	}
	if got := hookFile(t, filepath.Join(r.Dir, "seen")); got != "theirs\nours\ntheirs\n" {
		t.Errorf("%q", got)
	}
	r.uninstall("pre-commit")
	if got := hookFile(t, path); got != before {
		t.Errorf("put back is %q", got)
	}
	r.uninstall("pre-commit") // theirs, and it stays
	if got := hookFile(t, path); got != before {
		t.Errorf("after the second uninstall %q", got)
	}
}

// Both hooks see the lines that git gives, to the last byte.
func TestInstallHookChainsInput(t *testing.T) {
	for _, before := range []string{"cat > theirs", "exit 0 # reads nothing"} {
		remote := newRepo(t, "--bare")
		existing(t, remote.hook("pre-receive"), before+"\n")
		remote.install("pre-receive", "cat > ours; test ! -e refuse")
		r := newRepo(t)
		sha := r.commit("one", "a", "x")
		r.run("push", "-q", remote.Dir, "main")
		want := strings.Repeat("0", 40) + " " + sha + " refs/heads/main\n"
		for _, f := range []string{"ours", "theirs"} {
			if got := hookFile(t, filepath.Join(remote.Dir, f)); got != want && (f == "ours" || before == "cat > theirs") {
				t.Errorf("%s: %q, want %q", f, got, want)
			}
		}
		os.WriteFile(filepath.Join(remote.Dir, "refuse"), nil, 0o600)
		r.commit("two")
		if out, err := tryRun(r.Dir, "", "push", "-q", remote.Dir, "main"); err == nil {
			t.Error("our refusal was passed over", out)
		}
	}
}

func TestHookDir(t *testing.T) { // core.hooksPath, as git reads it
	r := newRepo(t)
	for setting, want := range map[string]string{"hooks here": filepath.Join(r.Dir, "hooks here"), "/somewhere/hooks": "/somewhere/hooks"} {
		r.run("config", "core.hooksPath", setting)
		if got, err := r.HookDir(t.Context()); got != want || err != nil {
			t.Errorf("%s: %s, %v", setting, got, err)
		}
	}
	r.run("config", "core.hooksPath", "hooks here")
	r.install("pre-commit", "echo ran >> seen")
	r.commit("one", "a", "x")
	if got := hookFile(t, filepath.Join(r.Dir, "seen")); got != "ran\n" {
		t.Errorf("%q", got)
	}
}

func TestInstallHookRefuses(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{"../pre-commit", "-x", "", "a/b", "a b"} {
		wantCode(t, name, r.InstallHook(t.Context(), name, "true"), "AXLE1508", "is not the name of a hook")
		wantCode(t, name, r.UninstallHook(t.Context(), name), "AXLE1508", "is not the name of a hook")
	}
	path := r.hook("pre-commit")
	existing(t, path, "theirs\n")
	existing(t, path+".before-axle", "older\n")
	wantCode(t, "two that are not ours", r.InstallHook(t.Context(), "pre-commit", "true"), "AXLE1508", "join them into one")
	if got := hookFile(t, path); got != "#!/bin/sh\ntheirs\n" {
		t.Errorf("%q", got)
	}
}

// Interrupted between putting theirs aside and writing ours: a rerun finishes.
func TestInstallHookAfterAnInterruption(t *testing.T) {
	r := newRepo(t)
	path := r.hook("pre-commit")
	existing(t, path+".before-axle", "echo theirs >> seen\n")
	r.install("pre-commit", "echo ours >> seen")
	r.commit("one", "a", "x")
	if got := hookFile(t, filepath.Join(r.Dir, "seen")); got != "theirs\nours\n" {
		t.Errorf("%q", got)
	}
}
