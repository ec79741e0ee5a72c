package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/axle-cd/axle/tests/built"
)

var block = regexp.MustCompile("(?ms)^```(sh|python)\n(.*?)^```$")

// script is a page's blocks as one bash script.
func script(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	all := "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		if found[1] == "python" {
			found[2] = "python3 - <<'PYTHON'\n" + found[2] + "PYTHON\n"
		}
		all += found[2]
	}
	return all
}

// Every block of docs/sandbox.md is run as it stands there, and does what it says. SBX-3 SBX-58 SBX-81
func TestDocs(t *testing.T) {
	python(t, "boto3")
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED REFEREE: the aws CLI is not installed: ", err)
	}
	built.Fresh(t)
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "axle"), "../../cmd/axle")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script(t, "../../docs/sandbox.md"))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "AWS_PAGER=", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"arn:aws:iam::999999999999:user/axle", "['storage']", "assumed-role/CatalogBuilder/me", "refused, as on AWS", "servicecatalog:portfolios=3",
		"servicecatalog:CreatePortfolio 999999999999 eu-west-1 ok (fault: lost_reply)", `"mode":"fast"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the page's commands do not print %q:\n%s", want, out)
		}
	}
}
