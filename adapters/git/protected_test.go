package git

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

const pipelineText = `schema: 1
name: p
products: [products/*/product.yaml]
stages: { pre-commit: {}, alpha: { secrets: { baseline: known.json } } }
`

func known(first string, prints ...string) string {
	var all []string
	for _, p := range prints {
		all = append(all, fmt.Sprintf(`{"fingerprint": %q, "rule": "r", "file": "f", "reason": "r", "owner": "o", "expires": "2030-01-01"}`, p))
	}
	return fmt.Sprintf(`{"format_version": 1, "repository": %q, "findings": [%s]}`, first, strings.Join(all, ","))
}

func finding(print string) secrets.Found {
	return secrets.Found{Finding: pipeline.Finding{Fingerprint: print, Diagnostic: document.Diagnostic{Severity: document.SeverityError}}}
}

// The baseline counts as the protected branch has it, and at no other place. T03 F4
func TestUnanswered(t *testing.T) {
	r := newRepo(t)
	first := r.commit("one", "a", "x")
	today := time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
	left := func(day time.Time, updates ...Update) int {
		t.Helper()
		left, n, err := r.Unanswered(t.Context(), []secrets.Found{finding("aa"), finding("bb")}, "pre-commit", day, updates...)
		if err != nil || len(left)+n < 2 {
			t.Fatal(left, n, err)
		}
		return len(left)
	}
	if n := left(today); n != 2 {
		t.Errorf("without pipeline.yaml: %d left", n)
	}
	r.commit("pipeline", "pipeline.yaml", pipelineText)
	if n := left(today); n != 2 {
		t.Errorf("without a baseline: %d left", n)
	}
	r.run("checkout", "-q", "-b", "branch")
	answered := r.commit("known, says a branch", "known.json", known(first, "aa"))
	if n := left(today); n != 2 {
		t.Errorf("a baseline on a branch: %d left", n)
	}
	if n := left(today, Update{New: answered, Ref: "refs/heads/branch"}); n != 2 {
		t.Errorf("pushed to a branch: %d left", n)
	}
	if n := left(today, Update{New: answered, Ref: "refs/heads/main"}); n != 1 {
		t.Errorf("pushed to the protected branch: %d left", n)
	}
	r.run("branch", "-f", "main", answered)
	if n := left(today); n != 1 {
		t.Errorf("on the protected branch: %d left", n)
	}
	if n := left(today.AddDate(2, 0, 0)); n != 3 { // both, and that the entry does not count any more
		t.Errorf("expired: %d left", n)
	}
}

// A baseline that cannot be read answers for nothing, and all findings stay. B152
func TestUnansweredFailsClosed(t *testing.T) {
	for name, c := range map[string]struct{ pipeline, known, says string }{
		"a broken baseline":        {pipelineText, "{", "AXLE1520"},
		"of another repository":    {pipelineText, known(strings.Repeat("0", 40)), "AXLE1522"},
		"pipeline.yaml is no file": {"schema: 9\n", "", "schema"},
	} {
		r := newRepo(t)
		r.commit("one", "pipeline.yaml", c.pipeline, "known.json", c.known)
		left, _, err := r.Unanswered(t.Context(), []secrets.Found{finding("aa")}, "alpha", time.Time{})
		if err == nil || len(left) != 1 || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v %v", name, left, err)
		}
	}
}

// A push of very many commits is read as a whole: a secret in the middle is there, once, with its commit.
func TestIncomingOfManyCommits(t *testing.T) {
	r := newRepo(t)
	var in strings.Builder
	for i := range 10_000 {
		text := fmt.Sprintf("file %d\n", i)
		fmt.Fprintf(&in, "commit refs/heads/new\ncommitter a <a@b> %d +0000\ndata 1\nm\nM 100644 inline f%d\ndata %d\n%s\n", 1_700_000_000+i, i%100, len(text), text)
	}
	if out, err := tryRun(r.Dir, in.String(), "fast-import", "--quiet"); err != nil {
		t.Fatal(out)
	}
	tip := r.run("rev-parse", "new")
	r.run("update-ref", "-d", "refs/heads/new") // as in pre-receive: objects without a ref
	blobs, messages := 0, 0
	for b, err := range r.Incoming(t.Context(), []Update{{New: tip, Ref: "refs/heads/new"}}) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Names != nil {
			continue
		}
		if b.Path == "" {
			messages++
		} else if blobs++; b.Commit == "" || len(b.Data) == 0 {
			t.Fatalf("%+v", b)
		}
	}
	if blobs != 10_000 || messages != 10_000 {
		t.Errorf("%d files, %d messages", blobs, messages)
	}
}
