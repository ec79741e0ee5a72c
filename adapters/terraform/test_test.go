package terraform_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

const tested = `
variable "n" { default = 2 }
resource "terraform_data" "a" {
  count = var.n
  input = "x"
}
-- tests/a.tftest.hcl --
run "two" {
  command = plan
  assert {
    condition     = length(terraform_data.a) == 2
    error_message = "there are not two"
  }
}
run "three" {
  command = plan
  variables { n = 3 }
  assert {
    condition     = length(terraform_data.a) == 2
    error_message = "there are not two"
  }
}`

// F9: each run is a test, at its line; that one fails is a verdict, not an error.
func TestTest(t *testing.T) {
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("no terraform on PATH: ", err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter")
	t.Setenv("TF_VAR_n", "5") // would make both fail
	t.Setenv("TF_CLI_ARGS_test", "-nothing")
	got, err := terraform.Test(t.Context(), tree(tested), "m")
	want := []pipeline.Test{
		{Name: "a.tftest: two", File: "m/tests/a.tftest.hcl", Line: 1, Passed: true},
		{Name: "a.tftest: three", File: "m/tests/a.tftest.hcl", Line: 12, Message: "Test assertion failed: there are not two"},
	}
	if err != nil || len(got) != 2 || got[0].Name != want[0].Name || got[0].File != want[0].File || got[0].Line != 1 || !got[0].Passed || got[1].Passed || got[1].Line != 12 || got[1].Message != want[1].Message {
		t.Errorf("%+v %v", got, err)
	}
}

// What has no test asks for no binary.
func TestNothingToTest(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if got, err := terraform.Test(t.Context(), tree(`resource "terraform_data" "a" {}`), "m"); len(got) > 0 || err != nil {
		t.Errorf("%v %v", got, err)
	}
}

// script puts a terraform on PATH that is a shell script: version, then what the case says.
func script(t *testing.T, body string) {
	dir := t.TempDir()
	text := "#!/bin/sh\nif [ \"$1\" = version ]; then echo 'Terraform v1.11.4'; exit 0; fi\n" + body
	if err := os.WriteFile(filepath.Join(dir, "terraform"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

// FC: tests that were not run, or not understood, are an error, never a pass.
func TestTestRefusals(t *testing.T) {
	passed := func(run string) string {
		return `echo '{"type":"test_run","test_run":{"path":"tests/a.tftest.hcl","run":"` + run + `","progress":"complete","status":"pass"}}'` + "\n"
	}
	for _, c := range []struct{ name, source, script, code, says string }{
		{"no binary", tested, "", "AXLE3481", "there is no terraform on this machine"},
		{"another version", "terraform {\n  required_version = \"~> 1.13\"\n}" + tested, "exit 9", "AXLE3480", "product needs Terraform ~> 1.13, 1.11.4 is installed"}, // B089
		{"a version that nobody can compare", "terraform {\n  required_version = \"newest\"\n}" + tested, "exit 9", "AXLE3480", "required_version newest cannot be compared"},
		{"init fails", tested, "echo 'Error: Could not reach the registry'; exit 1", "AXLE3482", "terraform init failed: Could not reach the registry"},
		{"another provider than the one locked", tested, `echo "│ Error: Failed to install provider
│ the cached package for registry.terraform.io/hashicorp/aws 5.1.0 (in .terraform/providers) does not match
│ any of the checksums recorded in the dependency lock file"; exit 1`, "AXLE2497", "provider hashicorp/aws: hash differs from the lock file"}, // B091
		{"one of two passes, and that is all", tested, "[ $1 = init ] || { " + passed("two") + "}", "AXLE3482", "1 of 2 tests passed"},
		{"all pass, and it ends badly", tested, "[ $1 = init ] || { " + passed("two") + passed("three") + "exit 1; }", "AXLE3482", "ended with code 1"},
		{"a pass of what nobody wrote", tested, "[ $1 = init ] || { " + passed("two") + passed("three") + passed("four") + "}", "AXLE3482", "ended with code 0"},
		{"what is not JSON", tested, "[ $1 = init ] || echo passed", "AXLE3482", "did not write what it does: passed"},
		{"a file without a run", "resource \"terraform_data\" \"a\" {}\n-- a.tftest.hcl --\n", "exit 0", "AXLE3482", "0 of 0 tests"},
		{"a test that does not parse", "resource \"terraform_data\" \"a\" {}\n-- a.tftest.hcl --\nrun {", "exit 0", "AXLE2485", "m/a.tftest.hcl:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.script == "" {
				t.Setenv("PATH", t.TempDir())
			} else {
				script(t, c.script)
			}
			got, err := terraform.Test(t.Context(), tree(c.source), "m")
			if document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, %v, want %s %s", got, err, c.code, c.says)
			}
		})
	}
}

// T10: what runs sees neither credentials nor settings of this machine, nor its home.
func TestEnvironment(t *testing.T) {
	to := filepath.Join(t.TempDir(), "env")
	script(t, "env >>"+to+"\nls -a . >>"+to+"\n")
	t.Setenv("AWS_PROFILE", "hunter")
	t.Setenv("TF_LOG", "hunter")
	t.Setenv("GITHUB_TOKEN", "hunter")
	_, _ = terraform.Test(t.Context(), tree(tested+"\n-- .terraform/x --\nhunter"), "m")
	seen, err := os.ReadFile(to)
	home, _ := os.UserHomeDir()
	if err != nil || !strings.Contains(string(seen), "main.tf") {
		t.Fatalf("nothing ran: %v", err)
	}
	for _, never := range []string{"hunter", "AWS_", "TF_", "HOME=" + home + "\n", "\n.terraform\n"} {
		if strings.Contains(string(seen), never) {
			t.Errorf("it sees %q:\n%s", never, seen)
		}
	}
}

// What does not end is ended, and what it started with it.
func TestTestIsStopped(t *testing.T) {
	script(t, "[ $1 = init ] || { sleep 30 & sleep 30; }")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := terraform.Test(ctx, tree(tested), "m")
	if document.CodeOf(err) != "AXLE3483" || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestRoots(t *testing.T) {
	got, err := terraform.Roots(tree("module \"a\" {\n  source = \"./modules/a\"\n}\n-- modules/a/main.tf --\n\n-- examples/e/main.tf.json --\n{}\n-- .terraform/modules/x/main.tf --\n"), ".")
	if err != nil || strings.Join(got, " ") != "m m/examples/e" {
		t.Errorf("%v %v", got, err)
	}
}
