package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sort"
	"strings"
	"testing"
)

const module = "github.com/axle-cd/axle"

// room is a row of the plan: a package, whom it may import besides the standard library, and why.
// Names without a dot in their first element are rooms; a trailing /... covers what lies below.
type room struct {
	pkg    string
	may    []string
	reason string
}

const (
	yaml     = "gopkg.in/yaml.v3"
	semver   = "github.com/Masterminds/semver/v3"
	opa      = "github.com/open-policy-agent/opa/..."
	sdk      = "github.com/aws/aws-sdk-go-v2/..."
	smithy   = "github.com/aws/smithy-go/..."
	gitleaks = "github.com/zricethezav/gitleaks/v8/..."
	sqlite   = "modernc.org/sqlite/..."
	cobra    = "github.com/spf13/..."
)

// plan is the closed plan of the house (docs/architecture.md). A package that is not in it
// has no place yet: give it one here, with the reason, or put its code where it belongs.
var plan = []room{
	{"document", []string{yaml}, "document reads text and says where it is wrong; it knows nothing of axle"},
	{"document/documenttest", []string{"document", "github.com/rogpeppe/go-internal/txtar", "github.com/santhosh-tekuri/jsonschema/v6"}, "document/documenttest is the one test of every loader: no room may import it, their tests do"},
	{"document/foreign", []string{"document"}, "document/foreign is what the importers share: each leaf of another tool's file is taken or told of"},
	{"pipeline", []string{"document"}, "pipeline decides what happens next to a run; it knows nobody else"},
	{"secrets", []string{"document", "pipeline"}, "secrets is pure: what finds them and where they are read from are adapters"},
	{"products", []string{"document", "products/cfn", semver}, "products says what a product is, without a technology"},
	{"products/cfn", []string{"document", semver}, "products/cfn is the one reading of templates; records and AWS are answered by the caller"},
	{"products/tf", []string{"document"}, "products/tf is the one normal form of Terraform; reading HCL is an adapter's"},
	{"catalog", []string{"document", "products", "products/cfn", semver}, "catalog decides what differs; adapters carry it out"},
	{"market", []string{"document", "products", semver}, "market decides what differs between experiences and between licences; adapters carry it out"},
	{"policies", []string{"document", "pipeline", "products", "products/cfn", "products/tf", opa}, "policies is the only room that runs Rego"},
	{"stages", []string{"document", "pipeline", "secrets", "policies", "products", "products/cfn", "products/tf", "catalog", "market"}, "stages combines rooms through interfaces; it never calls a technology"},
	{"adapters/aws", []string{"document", "pipeline", "products", "products/cfn", "catalog", "market", sdk, smithy}, "adapters/aws is the only caller of AWS"},
	{"adapters/git", []string{"document", "pipeline", "secrets"}, "adapters/git reads repositories through the git binary"},
	{"adapters/gitleaks", []string{"document", "pipeline", "secrets", gitleaks}, "adapters/gitleaks lends gitleaks' rules"},
	{"adapters/sqlite", []string{"document", "pipeline", "products", "catalog", "market", "sandbox/world", sqlite}, "adapters/sqlite keeps state in files"},
	{"adapters/sarif", []string{"document", "pipeline"}, "adapters/sarif writes a foreign format of findings"},
	{"adapters/junit", []string{"document", "pipeline"}, "adapters/junit writes a foreign format of test results"},
	{"adapters/codequality", []string{"document", "pipeline"}, "adapters/codequality writes a foreign format of findings"},
	{"adapters/cfnguard", []string{"document", "pipeline"}, "adapters/cfnguard judges by the cfn-guard binary, a foreign engine with a language of its own"},
	{"adapters/terraform", []string{"document", "pipeline", "products/tf", "github.com/hashicorp/hcl/v2/...", "github.com/zclconf/go-cty/..."}, "adapters/terraform reads HCL and runs the terraform binary"},
	{"adapters/lsp", []string{"document"}, "adapters/lsp is the Language Server Protocol, a foreign format of diagnostics"},
	{"adapters/gherkin", []string{"document", "products", "github.com/cucumber/..."}, "adapters/gherkin reads Gherkin by Cucumber's parser"},
	{"adapters/factory", []string{"document", "document/foreign", "products", "catalog"}, "adapters/factory reads the files of AWS Service Catalog Factory, a foreign format"},
	{"adapters/puppet", []string{"document", "document/foreign", "catalog"}, "adapters/puppet reads the manifest of AWS Service Catalog Puppet, a foreign format"},
	{"adapters/taskcat", []string{"document", "document/foreign"}, "adapters/taskcat reads .taskcat.yml, a foreign format"},
	{"adapters/disk", []string{"document", "secrets"}, "adapters/disk is this machine's disk and locks"},
	{"sandbox/wire", []string{"document", sdk, smithy}, "sandbox/wire is AWS's protocols, without a service's meaning"},
	{"sandbox/world", []string{"document", sqlite}, "sandbox/world is state; services meet in it"},
	{"sandbox/cloudformation", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", "products/cfn", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/servicecatalog", []string{"document", "sandbox/wire", "sandbox/world", "sandbox/cloudformation", "products/cfn", sdk, smithy}, "a launch is a stack: the one service that calls another"},
	{"sandbox/organizations", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/access", []string{"document"}, "sandbox/access decides by policies; who asks for what is told to it"},
	{"sandbox/iam", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/sns", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/sqs", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/licensemanager", []string{"document", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/marketplacecatalog", []string{"document", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/marketplaceagreement", []string{"document", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/servicequotas", []string{"document", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/sts", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox/s3", []string{"document", "sandbox/access", "sandbox/wire", "sandbox/world", sdk, smithy}, "a service of the sandbox is its operations over the world"},
	{"sandbox", []string{"document", "sandbox/...", sdk, smithy}, "sandbox answers AWS calls; it knows nothing of who calls"},
	{"cmd/axle", []string{"document", "pipeline", "secrets", "products", "products/cfn", "products/tf", "catalog", "market", "policies", "stages", "adapters/...", "sandbox", "sandbox/...", "", cobra, sdk}, "cmd wires everything, and nobody imports it"},
	{"cmd/axle-hook", []string{"document", "pipeline", "secrets", "adapters/git", "adapters/gitleaks"}, "cmd/axle-hook is the staged scan alone: whatever it links is waited for at every commit"},
	{"", []string{}, "the repository's own files, embedded for axle demo and axle init"},
	{"tests", []string{}, "the room test imports nothing of ours: an import that makes a circle would keep it from saying so"},
	{"tests/built", []string{}, "tests/built makes the binary and knows nothing of it"},
	{"tests/market", nil, "it drives the built binary and boto3 against two organizations; nobody imports it"},
	{"tests/hostile", nil, "it drives the built binary and reads like a stranger; it imports nothing of ours but what a referee compares"},
	{"tests/bench", nil, "tests may look at everything; nobody imports it"},
	{"tests/sandbox", nil, "tests/sandbox judges the sandbox by clients that are not ours; nobody imports it"},
	{"tests/presets", nil, "it drives the built binary and looks at the sandbox as an operator would; nobody imports it"},
	{"tests/wire", nil, "tests may look at everything; nobody imports it"},
}

type pkg struct {
	ImportPath string
	Imports    []string
	Error      *struct{ Err string }
}

// list reads the packages of this repository as go list gives them, those too that do not build.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,Error", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// judge gives what is wrong with the packages under the plan, a sentence each.
func judge(pkgs []pkg) []string {
	rooms := map[string]room{}
	for _, r := range plan {
		rooms[r.pkg] = r
	}
	var wrong []string
	for _, p := range pkgs {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		r, ok := rooms[name]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("package %s is in no room: give it a row in tests/rooms_test.go with its reason, or put its code in the room it belongs to", name))
			continue
		}
		for _, imp := range p.Imports {
			if r.may != nil && !standard(imp) && !allowed(r, imp) {
				wrong = append(wrong, fmt.Sprintf("room %s may not import %s: %s", name, strings.TrimPrefix(imp, module+"/"), r.reason))
			}
		}
	}
	sort.Strings(wrong)
	return wrong
}

func standard(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}

func allowed(r room, imp string) bool {
	ours := imp == module || strings.HasPrefix(imp, module+"/")
	name := strings.TrimPrefix(strings.TrimPrefix(imp, module), "/")
	for _, may := range r.may {
		base, below := strings.CutSuffix(may, "/...")
		if name == may && (ours || strings.Contains(may, ".")) || below && (name == base || strings.HasPrefix(name, base+"/")) {
			return true
		}
	}
	return false
}

func TestRooms(t *testing.T) {
	pkgs := list(t)
	for _, w := range judge(pkgs) {
		t.Error(w)
	}
	for _, p := range pkgs {
		if p.Error != nil { // what could not be read was not judged
			t.Errorf("package %s: %s", p.ImportPath, p.Error.Err)
		}
	}
}

// An import in a circle keeps whatever imports it from building; this package then still builds.
func TestRoomTestBuildsInACircle(t *testing.T) {
	cmd := exec.Command("go", "list", "-test", "-deps", ".")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(out)) {
		if strings.HasPrefix(name, module+"/") && !strings.HasPrefix(name, module+"/tests") {
			t.Errorf("tests imports %s: put what needs it below tests, in a folder of its own", name)
		}
	}
}

// What the standard library gives is not allowed everywhere either.
func TestRoomsKeepTheirHands(t *testing.T) {
	forbidden := map[string][]string{
		"os/exec":       {"document", "pipeline", "secrets", "products", "products/cfn", "catalog", "policies", "stages", "sandbox"},
		"net/http":      {"document", "pipeline", "secrets", "products", "products/cfn", "catalog", "policies", "stages"},
		"html/template": {"cmd/axle", "stages", "catalog", "products"},
		"text/template": {"cmd/axle", "stages", "catalog", "products"},
	}
	for _, p := range list(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		for _, imp := range p.Imports {
			for _, r := range forbidden[imp] {
				if name == r || r == "sandbox" && strings.HasPrefix(name, "sandbox/") {
					t.Errorf("room %s may not import %s: effects and templates have rooms of their own", name, imp)
				}
			}
		}
	}
}

// The room test itself: an import that is not in the plan, and a package that is not, are named.
func TestRoomsWouldNotice(t *testing.T) {
	for _, c := range []struct{ pkg, imp, says string }{
		{"pipeline", module + "/catalog", "room pipeline may not import catalog: pipeline decides"},
		{"stages", module + "/adapters/aws", "room stages may not import adapters/aws: stages combines"},
		{"catalog", "github.com/aws/aws-sdk-go-v2/service/servicecatalog", "room catalog may not import github.com/aws"},
		{"secrets", "github.com/open-policy-agent/opa/v1/rego", "room secrets may not import"},
		{"sandbox/sts", module + "/sandbox/s3", "room sandbox/sts may not import sandbox/s3"},
		{"document", module + "/cmd/axle", "room document may not import cmd/axle"},
		{"tests", module + "/stages", "room tests may not import stages"},
		{"helpers", "fmt", "package helpers is in no room"},
	} {
		wrong := judge([]pkg{{ImportPath: module + "/" + c.pkg, Imports: []string{"strings", c.imp}}})
		if len(wrong) != 1 || !strings.Contains(wrong[0], c.says) {
			t.Errorf("%s importing %s: %q, want %q", c.pkg, c.imp, wrong, c.says)
		}
	}
	if wrong := judge([]pkg{{ImportPath: module + "/pipeline", Imports: []string{module + "/document", "time"}}}); len(wrong) != 0 {
		t.Errorf("a permitted import is refused: %q", wrong)
	}
}
