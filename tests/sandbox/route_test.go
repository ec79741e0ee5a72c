package sandbox

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox/s3"
)

// AWS's own request of each operation of S3 that is here, with every member set, is taken for that
// operation. SBX-80
func TestS3Fixtures(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/s3").Output()
	if err != nil {
		t.Skip("SKIPPED REFEREE: the SDK's modules are not on this machine: ", err)
	}
	for _, op := range s3.Service().Operations {
		raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "request_snapshot", op.Name+".request.snap"))
		if err != nil {
			t.Fatal(err)
		}
		first, rest, _ := strings.Cut(string(raw), "\n")
		method, target, _ := strings.Cut(first, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "https://bucket.s3.eu-west-1.amazonaws.com"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(strings.TrimPrefix(rest, "\n"), "\n\n")
		for _, line := range strings.Split(head, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				r.Header.Set(name, value)
			}
		}
		if op.Name == "ListBuckets" { // which is asked of no bucket
			r.URL.Host, r.Host = "s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com"
		}
		if got, _ := s3.Service().Route(r); got != op.Name {
			t.Errorf("%s %s is taken for %q, not for %s", method, target, got, op.Name)
		}
	}
}
