package sandbox_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// The same script against moto and against us. What differs stands in the file of known
// disagreements, with the reason; what stands there differs still. SBX-82, SBX-83
func TestBesideMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED REFEREE: moto is not asked in short runs")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("SKIPPED REFEREE: python3 is not installed: ", err)
	}
	if err := exec.CommandContext(t.Context(), python, "-c", "import moto.server, boto3").Run(); err != nil {
		t.Skip("SKIPPED REFEREE: moto or boto3 is not installed: ", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	s := newSandbox(t, sandbox.Options{Start: "empty"})
	k, err := s.Credentials(t.Context(), "management")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetPace(t.Context(), world.Pace{Mode: "real"}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	ours := script(ctx, t, python, server.URL, "axle", k.AccessKeyID, k.SecretAccessKey)
	theirs := script(ctx, t, python, motoServer(ctx, t, python), "moto", "test", "test")
	if len(ours) < 80 {
		t.Fatalf("only %d steps", len(ours))
	}
	known := disagreements(t)
	for step, said := range ours {
		both := [2]string{said, theirs[step]}
		switch expected, ok := known[step]; {
		case !ok && both[0] != both[1]:
			t.Errorf("%s\nwe say     %s\nmoto says  %s", step, both[0], both[1])
		case ok && both != expected:
			t.Errorf("%s: the known disagreement is %q, now it is %q", step, expected, both)
		}
		delete(known, step)
	}
	for step := range known {
		t.Errorf("%s is known to differ and is not asked", step)
	}
}

// script gives what each step of the script came to.
func script(ctx context.Context, t *testing.T, python, endpoint, who, id, secret string) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(ctx, python, "testdata/moto.py", endpoint, who)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_SESSION_TOKEN=", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", who, err, out, stderr.String())
	}
	said := map[string]string{}
	for line := range strings.Lines(string(out)) {
		step, what, _ := strings.Cut(strings.TrimSpace(line), "\t")
		said[step] = what
	}
	return said
}

// motoServer starts moto on a free port, to the end of the test.
func motoServer(ctx context.Context, t *testing.T, python string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, python, "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be gone with its context
		_ = cmd.Wait()
	})
	url := "http://127.0.0.1:" + port
	for ctx.Err() == nil {
		if r, err := http.Get(url + "/moto-api/"); err == nil {
			_ = r.Body.Close()
			return url
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("moto does not answer")
	return ""
}

// disagreements are the lines of the file: step, what we say, what moto says, why.
func disagreements(t *testing.T) map[string][2]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/moto-known.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][2]string{}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Split(line, "\t")
		if len(words) != 4 || words[3] == "" {
			t.Fatalf("not step, ours, moto's and why: %q", line)
		}
		known[words[0]] = [2]string{words[1], words[2]}
	}
	return known
}
