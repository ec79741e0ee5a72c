package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle"
	"github.com/axle-cd/axle/document"
)

func (a *app) demoCommand() *cobra.Command {
	var keep string
	cmd := &cobra.Command{Use: "demo", Short: "See the whole way: a push becomes a version that spoke accounts can launch",
		Long: `Makes a product repository and a bare remote with axle's hooks in a temporary folder, and
takes two versions of a product the whole way with the real commands. It needs git, and
neither an account nor a network: it is always the sandbox.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.demo(keep) }}
	cmd.Flags().StringVar(&keep, "keep", "", "make it in this new folder and leave it there")
	return cmd
}

// demoDoc is axle demo as JSON.
type demoDoc struct {
	FormatVersion int            `json:"format_version"`
	Sandbox       bool           `json:"sandbox"`
	Refused       []refusal      `json:"refused"`
	Runs          []runDoc       `json:"runs"`
	Published     []publishedDoc `json:"published"`
	Spokes        []spokeDoc     `json:"spokes"`
	Repeat        repeatDoc      `json:"repeat"`
	Kept          string         `json:"kept,omitempty"`
}

type refusal struct {
	Where string `json:"where"` // pre-commit, pre-receive, alpha, approval
	Code  string `json:"code"`
	File  string `json:"file,omitempty"`
	Line  int    `json:"line,omitempty"`
}

type publishedDoc struct {
	Product string      `json:"product"`
	Version string      `json:"version"`
	Digest  string      `json:"digest"`
	Regions []regionDoc `json:"regions"`
}

type regionDoc struct {
	Region     string `json:"region"`
	ProductID  string `json:"product_id"`
	ArtifactID string `json:"artifact_id"`
}

type repeatDoc struct {
	Reads         int `json:"reads"`
	MutatingCalls int `json:"mutating_calls"`
}

// demo is one walk through it: where it happens, who runs the commands, what was seen.
type demo struct {
	*app
	dir  string
	self string
	doc  demoDoc
	err  error // the first step that did not end as it should; later steps do nothing
}

const (
	demoProduct  = "encrypted-bucket"
	demoTemplate = "products/encrypted-bucket/template.yaml"
	demoFile     = "products/encrypted-bucket/product.yaml"
	demoTests    = "products/encrypted-bucket/tests/bucket_test.rego"
	demoFeature  = "products/encrypted-bucket/tests/bucket.feature"
	demoAsserts  = "products/encrypted-bucket/tests/integration/bucket.rego"
	developer    = "dev@example.com"
	releaser     = "release-manager@example.com"
)

func (a *app) demo(keep string) error {
	if a.profile != "" || a.endpoint != "" {
		return document.Fail(codeUsage, "the demo is always the sandbox", "leave --profile and --endpoint-url out", nil)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return document.Fail("AXLE3501", "git was not found", "install git, or put it on PATH", err)
	}
	d := &demo{app: a, doc: demoDoc{FormatVersion: formatVersion, Sandbox: true, Refused: []refusal{}}}
	if err := d.place(keep); err != nil {
		return err
	}
	d.walk()
	if d.err != nil {
		return d.err
	}
	if a.output == "json" {
		return a.print(d.doc)
	}
	d.table()
	return nil
}

// place makes the folder, and where it is kept, puts axle beside it: the hooks name it.
func (d *demo) place(keep string) (err error) {
	if d.self, err = os.Executable(); err != nil {
		return err
	}
	if keep == "" {
		if d.dir, err = os.MkdirTemp("", "axle-demo-"); err == nil {
			d.onClose(func() error { return os.RemoveAll(d.dir) })
		}
		return err
	}
	if d.dir, err = filepath.Abs(keep); err != nil {
		return err
	}
	if entries, err := os.ReadDir(d.dir); err == nil && len(entries) > 0 {
		return document.Fail(codeNotEmpty, keep+" is not empty", "name a new folder", nil)
	}
	d.doc.Kept = d.dir
	data, err := os.ReadFile(d.self)
	if err != nil {
		return err
	}
	d.self = filepath.Join(d.dir, "bin", "axle")
	if err := os.MkdirAll(filepath.Dir(d.self), 0o755); err != nil {
		return err
	}
	return os.WriteFile(d.self, data, 0o755)
}

// walk is the whole way. Each step says what it expects; the first surprise ends it.
func (d *demo) walk() {
	d.title("A product repository, and a bare remote with axle's hooks")
	d.setUp()
	d.title("An AWS key in a template: stopped before the commit, and on the remote")
	d.leak()
	d.title("An open bucket: alpha refuses it at its line")
	d.openBucket()
	d.title("Mended and pushed to main: tested in an account, tried as an end user, waiting for a person")
	first := d.release("git", "push", "origin", "main")
	d.title("The author may not approve; somebody else may")
	d.approve(first, true)
	d.title("Seen from the spokes, and launched in one")
	d.use()
	d.title("A breaking change under a patch number is refused; under the right one it goes out as an upgrade")
	d.tooSmall()
	second := d.release("git", "push", "origin", "main")
	d.approve(second, false)
	d.title("The prod stage again: it looks, and changes nothing")
	d.repeat()
	d.collect()
}

func (d *demo) setUp() {
	for _, dir := range []string{"catalog.git", "dev", "manager"} {
		d.must(os.MkdirAll(filepath.Join(d.dir, dir), 0o755))
	}
	d.run("catalog.git", 0, "git", "init", "-q", "--bare", "-b", "main", ".")
	d.run("catalog.git", 0, "axle", "hook", "install")
	d.run("dev", 0, "git", "init", "-q", "-b", "main", ".")
	d.run("dev", 0, "git", "config", "user.name", "Dev")
	d.run("dev", 0, "git", "config", "user.email", developer)
	d.run("dev", 0, "git", "remote", "add", "origin", "../catalog.git")
	d.run("dev", 0, "axle", "hook", "install")
	d.copyProduct()
	d.run("dev", 0, "git", "add", ".")
	d.run("dev", 0, "git", "commit", "-q", "-m", "An encrypted bucket")
}

// copyProduct writes one of this repository's own products, and its pipeline, into dev.
func (d *demo) copyProduct() {
	d.must(fs.WalkDir(axle.Files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(name, "products/") && !strings.HasPrefix(name, "products/"+demoProduct+"/") {
			return err
		}
		data, err := axle.Files.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(d.dir, "dev", filepath.FromSlash(name))
		return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, data, 0o644))
	}))
}

func (d *demo) leak() {
	// Put together here, so that no file of this repository holds what looks like a key.
	key := "AKIA" + "Q4WE5RT6YU7IOPA2"
	d.edit(demoTemplate, "Parameters:\n", "Parameters:\n  UploadKey:\n    Type: String\n    Default: "+key+"\n")
	d.run("dev", 0, "git", "add", ".")
	d.refused("pre-commit", d.run("dev", 1, "git", "commit", "-q", "-m", "Uploads"))
	d.run("dev", 0, "git", "commit", "-q", "--no-verify", "-m", "Uploads")
	d.refused("pre-receive", d.run("dev", 1, "git", "push", "--no-verify", "origin", "HEAD:refs/heads/uploads"))
	d.run("dev", 0, "git", "reset", "-q", "--hard", "HEAD~1")
}

func (d *demo) openBucket() {
	d.run("dev", 0, "git", "checkout", "-q", "-b", "open")
	d.edit(demoTemplate, "      LoggingConfiguration:", "      AccessControl: PublicRead\n      LoggingConfiguration:")
	d.edit(demoTemplate, "RestrictPublicBuckets: true\n      VersioningConfiguration:\n        Status: Enabled\n      AccessControl", "RestrictPublicBuckets: false\n      VersioningConfiguration:\n        Status: Enabled\n      AccessControl")
	d.run("dev", 0, "git", "commit", "-q", "-a", "-m", "Share the bucket")
	d.run("dev", 0, "git", "push", "origin", "open")
	d.refusedByAlpha("policy")
	d.run("dev", 0, "git", "checkout", "-q", "main")
}

// release pushes, and gives the id of the product's run that waits for approval. What catalog.yaml
// has beyond it waits in a run of its own.
func (d *demo) release(args ...string) string {
	d.run("dev", 0, args...)
	for _, r := range d.runs() {
		if r.Product == demoProduct && r.State == "awaiting" {
			return r.ID
		}
	}
	d.must(document.Fail("AXLE2150", "no run waits for approval after the push", "axle demo --keep DIR, and look at axle runs list there", nil))
	return ""
}

func (d *demo) approve(id string, authorFirst bool) {
	if authorFirst {
		d.refused("approval", d.run("dev", exitNotAllowed, "axle", "approvals", "approve", id, "--reason", "I am sure"))
		d.run("manager", 0, "git", "init", "-q", ".")
		d.run("manager", 0, "git", "config", "user.email", releaser)
		d.run("manager", 0, "axle", "approvals", "show", id)
	}
	d.run("manager", 0, "axle", "approvals", "approve", id, "--reason", "Plan and evidence read")
}

func (d *demo) use() {
	d.run("dev", 0, "axle", "spokes", "status")
	d.run("dev", 0, "axle", "catalog", "launch", demoProduct, "--account", "333333333333")
}

func (d *demo) tooSmall() {
	d.run("dev", 0, "git", "checkout", "-q", "-b", "fewer-outputs")
	d.edit(demoTemplate, "  BucketArn:\n    Description: ARN of the bucket, for policies\n    Value: !GetAtt Bucket.Arn\n", "")
	d.edit(demoTests, `"BucketArn", `, "")
	d.edit(demoFeature, "      | BucketArn     | ${Bucket.Arn} |\n", "")
	d.edit(demoAsserts, "\tendswith(input.outputs.BucketArn, input.outputs.BucketName)\n", "")
	d.edit(demoFile, "version: 1.0.0", "version: 1.0.1")
	d.edit(demoFile, "changes: First version", "changes: Without the ARN; it follows from the name")
	d.run("dev", 0, "git", "commit", "-q", "-a", "-m", "Drop an output")
	d.run("dev", 0, "git", "push", "origin", "fewer-outputs")
	d.refusedByAlpha("compatibility")
	d.run("dev", 0, "git", "checkout", "-q", "main")
	d.run("dev", 0, "git", "merge", "-q", "--ff-only", "fewer-outputs")
	d.edit(demoFile, "version: 1.0.1", "version: 2.0.0")
	d.run("dev", 0, "git", "commit", "-q", "-a", "-m", "It is a major version")
}

func (d *demo) repeat() {
	before := d.calls(0)
	last := 0
	if len(before) > 0 {
		last = before[len(before)-1].Number
	}
	d.run("dev", 0, "axle", "run", "--only", "prod", "--product", demoProduct)
	for _, c := range d.calls(last) {
		if c.Mutating {
			d.doc.Repeat.MutatingCalls++
		} else {
			d.doc.Repeat.Reads++
		}
	}
	if d.err == nil && (d.doc.Repeat.MutatingCalls > 0 || d.doc.Repeat.Reads == 0) {
		d.err = document.Fail("AXLE2151", fmt.Sprintf("prod again made %d mutating calls and %d reads", d.doc.Repeat.MutatingCalls, d.doc.Repeat.Reads), "this is a defect of axle; report it", nil)
	}
}
