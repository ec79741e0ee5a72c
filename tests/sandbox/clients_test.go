package sandbox

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// port serves a sandbox, and gives the environment in which a client speaks to it as a user.
func port(t *testing.T, start, user string) (*sandbox.Sandbox, []string) {
	t.Helper()
	s, err := sandbox.New(world.Memory(), sandbox.Options{Wall: time.Now, Start: start, Seed: []byte("referees")})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	k, err := s.Credentials(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return s, append(os.Environ(), "HOME="+t.TempDir(), "AWS_ENDPOINT_URL="+server.URL, "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1",
		"AWS_ACCESS_KEY_ID="+k.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+k.SecretAccessKey, "AWS_SESSION_TOKEN="+k.SessionToken)
}

// python is one that has the modules, or the test is skipped and says who is not there.
func python(t *testing.T, modules ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "python3", "-c", "import "+strings.Join(modules, ", ")).CombinedOutput()
	if err != nil {
		t.Skipf("SKIPPED REFEREE: no python3 with %v: %v %s", modules, err, out)
	}
	return "python3"
}

// judged are the operations of a sandbox that were answered without a fault, service:Operation.
func judged(t *testing.T, s *sandbox.Sandbox) []string {
	t.Helper()
	calls, err := s.Calls(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range calls {
		if c.Outcome == "ok" && c.Fault == "" {
			all = append(all, c.Service+":"+c.Operation)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A whole life by boto3, whose botocore reads each reply by AWS's model. SBX-81 SBX-11
func TestBoto3Life(t *testing.T) {
	s, env := port(t, "empty", "management")
	cmd := exec.CommandContext(t.Context(), python(t, "boto3"), "testdata/life.py")
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	generated(t, "testdata/boto3.txt", strings.Join(judged(t, s), "\n")+"\n")
}

// Private Marketplace in two organizations by boto3, which speaks restJson1 and awsJson1.0. SBX-81 SBX-72
func TestBoto3Market(t *testing.T) {
	s, env := port(t, "two-organizations", "axle")
	cmd := exec.CommandContext(t.Context(), python(t, "boto3"), "testdata/market.py")
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	generated(t, "testdata/boto3-market.txt", strings.Join(judged(t, s), "\n")+"\n")
}

// A product's way to a spoke by the aws CLI. SBX-81 SBX-11
func TestCLILife(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED REFEREE: the aws CLI is not installed: ", err)
	}
	s, env := port(t, "default", "axle")
	life, err := filepath.Abs("testdata/life.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-x", life)
	cmd.Env, cmd.Dir = env, t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	generated(t, "testdata/aws.txt", strings.Join(judged(t, s), "\n")+"\n")
}
