package market

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/tests/built"
)

// axle is the binary under test.
var axle string

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "16") // lives wait, mostly
	os.Exit(built.Run(m, &axle))
}

func TestBinaryIsFresh(t *testing.T) { built.Fresh(t) }

const author = "dev@example.com"

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shop is two organizations behind a port, and a repository with their marketplace.yaml.
type shop struct {
	*testing.T
	url         string
	repo, state string
	keys        map[string][]string // by user: axle is the hub's, management the first organization's
	said        strings.Builder     // what the commands said, for a test that fails
}

func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=user.email", "GIT_CONFIG_VALUE_0=" + author, "GIT_CONFIG_KEY_1=user.name", "GIT_CONFIG_VALUE_1=Dev",
		"AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1"}
}

// newShop has a state of its own, and works in this repository.
func newShop(t *testing.T, repo string) *shop {
	return &shop{T: t, repo: repo, state: t.TempDir(), keys: map[string][]string{}}
}

// repository is one in which axle init was called, with this marketplace.yaml.
func repository(t *testing.T, file string) string {
	t.Helper()
	s := newShop(t, t.TempDir())
	s.run(nil, "git", "init", "-q", "-b", "main", ".")
	s.run(nil, axle, "init", ".")
	pipeline, err := os.ReadFile(filepath.Join(s.repo, "pipeline.yaml"))
	check(t, err)
	s.write("pipeline.yaml", "marketplace: marketplace.yaml\n"+string(pipeline))
	s.commit(file)
	return s.repo
}

// served is a shop whose organizations the binary itself serves; their hours are a second here, and
// a change set ends as it begins.
func served(t *testing.T, file string) *shop {
	t.Helper()
	box := t.TempDir()
	cmd := exec.CommandContext(t.Context(), axle, "sandbox", "serve", "--start", "two-organizations", "--seed", "outside", "--clock", "fast x3600")
	cmd.Env = append(environment(box), "AXLE_STATE="+box)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGINT); _ = cmd.Wait() })
	s := newShop(t, repository(t, file))
	for lines := bufio.NewScanner(out); s.url == "" && lines.Scan(); {
		s.url, _ = strings.CutPrefix(lines.Text(), "export AWS_ENDPOINT_URL=")
	}
	store, err := sqlite.OpenWorld(t.Context(), filepath.Join(box, "sandbox.db"))
	check(t, err)
	defer store.Close()
	inside, err := sandbox.New(store, sandbox.Options{Wall: time.Now})
	check(t, err)
	check(t, inside.Set(t.Context(), map[string]string{"marketplace-catalog:change-set": "1s", "marketplace-catalog:preparing": "0s"}))
	s.enter(inside)
	return s
}

// enter takes the keys of users; the management account's are shown by nobody else.
func (s *shop) enter(box *sandbox.Sandbox) {
	s.Helper()
	for _, user := range []string{"axle", "management"} {
		k, err := box.Credentials(s.Context(), user)
		check(s.T, err)
		s.keys[user] = []string{"AWS_ACCESS_KEY_ID=" + k.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + k.SecretAccessKey, "AWS_ENDPOINT_URL=" + s.url}
	}
}

func (s *shop) write(name, text string) {
	s.Helper()
	check(s.T, os.WriteFile(filepath.Join(s.repo, name), []byte(text), 0o644))
}

// commit makes the file the repository's marketplace.yaml.
func (s *shop) commit(file string) {
	s.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	check(s.T, err)
	s.write("marketplace.yaml", string(text))
	s.run(nil, "git", "add", ".")
	s.run(nil, "git", "commit", "-q", "-m", file)
}

func (s *shop) run(env []string, name string, args ...string) string {
	s.Helper()
	code, out := s.end(s.command(env, name, args...))
	if code != 0 {
		s.Fatal(s.said.String())
	}
	return out
}

func (s *shop) command(env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.Context(), name, args...)
	cmd.Dir, cmd.Env = s.repo, append(append(environment(s.repo), "AXLE_STATE="+s.state), env...)
	return cmd
}

// end carries a command out, and gives its exit code and what it printed.
func (s *shop) end(cmd *exec.Cmd) (int, string) {
	s.Helper()
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); cmd.ProcessState == nil {
		s.Fatal(err)
	}
	code := cmd.ProcessState.ExitCode()
	fmt.Fprintf(&s.said, "$ %s\n%s%s(exit %d)\n", strings.Join(cmd.Args, " "), out.String(), talk.String(), code)
	return code, out.String() + talk.String()
}

// remote is axle at the port, as the hub's user.
func (s *shop) remote(args ...string) *exec.Cmd {
	return s.command(s.keys["axle"], axle, append(args, "--endpoint-url", s.url)...)
}

// exits carries axle out, holds its exit code, and gives what it said.
func (s *shop) exits(want int, args ...string) string {
	s.Helper()
	code, said := s.end(s.remote(args...))
	if code != want {
		s.Fatalf("exit %d, want %d\n%s", code, want, s.said.String())
	}
	return said
}

// says holds besides that each of the words is said.
func (s *shop) says(want int, words []string, args ...string) string {
	s.Helper()
	said := s.exits(want, args...)
	for _, w := range words {
		if !strings.Contains(said, w) {
			s.Errorf("axle %s does not say %q:\n%s", strings.Join(args, " "), w, said)
		}
	}
	return said
}

// boto3 carries a script out as a user, and reads what it prints.
func boto3[T any](s *shop, user, script string, args ...string) (got T) {
	s.Helper()
	file, err := filepath.Abs(filepath.Join("testdata", script))
	check(s.T, err)
	cmd := s.command(s.keys[user], "python3", append([]string{file}, args...)...)
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("%s: %v\n%s\n%s", script, err, wrong.String(), s.said.String())
	}
	check(s.T, json.Unmarshal(out, &got))
	return got
}

// needs skips where boto3 is not there, and says so.
func needs(t *testing.T) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED REFEREE: no python3 with boto3: %v %s", err, out)
	}
}
