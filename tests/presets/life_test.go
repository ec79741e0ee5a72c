package presets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	samples "github.com/axle-cd/axle"
	"github.com/axle-cd/axle/tests/built"
)

// axle is the binary under test.
var axle string

func TestMain(m *testing.M) { os.Exit(built.Run(m, &axle)) }

func TestBinaryIsFresh(t *testing.T) { built.Fresh(t) }

// sample is one of the repository's own products, and what its second version changes.
type sample struct{ name, old, new string }

var all = []sample{
	{"encrypted-bucket", "Encrypts the bucket of", "Encrypts all of"},
	{"queue-with-dlq", "Encrypts the queues of", "Encrypts both queues of"},
	{"vpc-three-tier", "Default: 90", "Default: 180"},
}

// repos are product repositories with one sample: its first version, and its second.
func (s sample) repos(t *testing.T) (first, second string) {
	t.Helper()
	first, second = filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	s.copy(t, first)
	git(t, first, "init", "-q", "-b", "main", ".")
	git(t, first, "add", ".")
	git(t, first, "commit", "-q", "-m", "First version")
	git(t, filepath.Dir(second), "clone", "-q", first, second)
	folder := filepath.Join(second, "products", s.name)
	edit(t, filepath.Join(folder, "product.yaml"), "version: 1.0.0", "version: 1.1.0")
	edit(t, filepath.Join(folder, "product.yaml"), "changes: First version", "changes: Second version")
	edit(t, filepath.Join(folder, "template.yaml"), s.old, s.new)
	git(t, second, "commit", "-q", "-a", "-m", "Second version")
	return first, second
}

// copy writes the sample, and the pipeline and catalog around it, into a new folder.
func (s sample) copy(t *testing.T, to string) {
	t.Helper()
	check(t, fs.WalkDir(samples.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(name, "products/") && !strings.HasPrefix(name, "products/"+s.name+"/") {
			return err
		}
		data, err := samples.Files.ReadFile(name)
		check(t, err)
		file := filepath.Join(to, filepath.FromSlash(name))
		check(t, os.MkdirAll(filepath.Dir(file), 0o755))
		return os.WriteFile(file, data, 0o644)
	}))
}

func edit(t *testing.T, file, old, new string) {
	t.Helper()
	data, err := os.ReadFile(file)
	check(t, err)
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s has no %q", file, old)
	}
	check(t, os.WriteFile(file, bytes.Replace(data, []byte(old), []byte(new), 1), 0o644))
}

const (
	author  = "dev@example.com"
	manager = "manager@example.com"
)

func environment(who, home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=user.email", "GIT_CONFIG_VALUE_0=" + who, "GIT_CONFIG_KEY_1=user.name", "GIT_CONFIG_VALUE_1=X"}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir, cmd.Env = dir, environment(author, dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// life is one world, and the repository at work.
type life struct {
	*testing.T
	state, repo string
	said        strings.Builder // what the commands said, for a test that fails
}

func (l *life) axle(who string, args ...string) (code int, out string) {
	l.Helper()
	cmd := exec.CommandContext(l.Context(), axle, args...)
	cmd.Dir, cmd.Env = l.repo, append(environment(who, l.repo), "AXLE_STATE="+l.state)
	var stdout, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &talk
	if err := cmd.Run(); cmd.ProcessState == nil {
		l.Fatal(err)
	}
	code = cmd.ProcessState.ExitCode()
	fmt.Fprintf(&l.said, "$ axle %s\n%s%s(exit %d)\n", strings.Join(args, " "), stdout.String(), talk.String(), code)
	return code, stdout.String()
}

func (l *life) must(args ...string) string {
	l.Helper()
	code, out := l.axle(author, args...)
	if code != 0 {
		l.Fatal(l.said.String())
	}
	return out
}

// ask reads the document that a command prints.
func ask[T any](l *life, args ...string) (doc T) {
	l.Helper()
	check(l.T, json.Unmarshal([]byte(l.must(append(args, "-o", "json")...)), &doc))
	return doc
}

type run struct{ ID, Product, State string }

// open is a run that is not through, of those that are the newest of the catalog and of the product.
func (l *life) open() (run, bool) {
	l.Helper()
	seen := map[string]bool{}
	for _, r := range ask[struct{ Runs []run }](l, "runs", "list").Runs { // the newest first
		if !seen[r.Product] && r.State != "succeeded" {
			return r, true
		}
		seen[r.Product] = true
	}
	return run{}, false
}

// passes takes the repository's commit to the spokes by the commands that a person has, and gives how
// often it had to be begun again.
func (l *life) passes(repo string, most int) (again int) {
	l.Helper()
	l.repo = repo
	l.axle(author, "run")
	for {
		run, open := l.open()
		if !open {
			return again
		}
		switch run.State {
		case "awaiting":
			l.axle(manager, "approvals", "approve", run.ID, "--reason", "Plan and evidence read")
			continue
		case "queued", "running":
			again++
			l.axle(author, "runs", "resume")
		default:
			again++
			l.axle(author, "run")
		}
		if again > most {
			l.Fatalf("begun again %d times, and not through\n%s", again, l.said.String())
		}
	}
}

func (l *life) lastCall() int {
	l.Helper()
	doc := ask[struct{ Calls []struct{ Number int } }](l, "sandbox", "calls")
	return doc.Calls[len(doc.Calls)-1].Number
}

// mutating are the calls after a number that change something.
func (l *life) mutating(after int) (names []string) {
	l.Helper()
	doc := ask[struct {
		Calls []struct {
			Operation string
			Mutating  bool
		}
	}](l, "sandbox", "calls", "--since", strconv.Itoa(after))
	for _, c := range doc.Calls {
		if c.Mutating {
			names = append(names, c.Operation)
		}
	}
	return names
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
