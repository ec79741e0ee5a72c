package puppet_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/adapters/puppet"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/documenttest"
)

const hub = "999999999999"

// CAT-91: every key of the tool is in one sample, and each is carried or listed with its place.
func TestSample(t *testing.T) {
	got, ds := puppet.Read(os.DirFS("testdata"), hub, "manifest.yaml")
	documenttest.Sample(t, got, ds)
}

// CAT-91: nothing is dropped in silence. Each leaf of each file of the sample is in what is
// carried, or below a key that is listed.
func TestEveryLeaf(t *testing.T) {
	tree := os.DirFS("testdata")
	got, ds := puppet.Read(tree, hub, "manifest.yaml")
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("${AWS::PuppetAccountId}", hub, "${Custom::Team}", "custom")
	leaves := documenttest.Dropped(t, tree, ds, func(path string, leaf *document.Node) bool {
		value := fill.Replace(leaf.Value)
		return strings.Contains(string(raw), value) || said[path+"="+value]
	})
	if leaves < 120 {
		t.Errorf("%d leaves: that is not the sample", leaves)
	}
}

// said are values that are carried in other words.
var said = map[string]bool{
	"schema=puppet-2019-04-01":                                      true,
	"launches.baseline.depends_on[1].type=launch":                   true,
	"launches.network.deploy_to.tags[1].regions=enabled_regions":    true, // what an entry of enforced does
	"launches.network-two.deploy_to.ous[0].regions=regions_enabled": true,
	"launches.replaced.deploy_to.tags[0].regions=regions_enabled":   true,
	"split.deploy_to.tags[0].regions=regions_enabled":               true,
}

func read(text string) (puppet.Import, document.Diagnostics) {
	return puppet.Read(fstest.MapFS{"manifest.yaml": {Data: []byte(text)}}, hub, "manifest.yaml")
}

// A file that the tool could not read is an error with its place.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "manifest.yaml:1:1: error AXLE1002: manifest.yaml is empty"},
		{"a list", "- a\n", "manifest.yaml:1:1: error AXLE1711: expected a mapping, found a list"},
		{"another schema", "schema: puppet-2030-01-01\n", "manifest.yaml:1:1: error AXLE1711: is not puppet-2019-04-01 (at schema)"},
		{"a placeholder", "accounts:\n  - { account_id: <YOUR_ACCOUNT_ID>, name: a }\n", `manifest.yaml:2:7: error AXLE1711: "<YOUR_ACCOUNT_ID>" is not an account: 12 digits (at accounts[0].account_id)`},
		{"an excluded account of 11 digits", "accounts:\n  - { ou: ou-ab12-11111111, exclude: { accounts: ['11111111111'] } }\n", "is not an account: 12 digits (at accounts[0].exclude.accounts[0])"},
		{"neither account nor unit", "accounts: [{ name: a }]\n", "manifest.yaml:1:12: error AXLE1711: ou is required (at accounts[0])"},
		{"launches that are a list", "launches: [a]\n", "manifest.yaml:1:1: error AXLE1711: expected a mapping, found a list (at launches)"},
		{"a launch of nothing", "launches: { a: { deploy_to: { tags: [{ tag: b }] } } }\n", "manifest.yaml:1:13: error AXLE1711: product is required (at launches.a)"},
		{"a merge of YAML", "x: &x { a: b }\n", "manifest.yaml:1:4: error AXLE1007: aliases are not supported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, ds := read(c.text); !strings.Contains(ds.Error(), c.want) || ds.Errors() == 0 {
				t.Errorf("got %v\nwant %s", ds, c.want)
			}
		})
	}
	if _, ds := puppet.Read(fstest.MapFS{}, hub, "none.yaml"); ds.Errors() != 1 {
		t.Errorf("a file that is not there: %v", ds)
	}
	_, ds := puppet.Read(fstest.MapFS{"m.yaml": {Data: []byte("accounts: []\n")}, "m.properties": {Data: []byte("[launches]\nhalf a line\n")}}, hub, "m.yaml")
	if !strings.Contains(ds.Error(), "m.properties:2:1: error AXLE1711: expected KEY = VALUE") {
		t.Errorf("a properties file that is none: %v", ds)
	}
}

// What a launch comes to, and how many of its keys are listed.
func TestLaunches(t *testing.T) {
	for _, c := range []struct {
		name, launch, version, spokes string
		left                          int
	}{
		{"a semantic version", "version: 1.2.3, deploy_to: { tags: [{ tag: a }] }", "=1.2.3", "tags [a]", 0},
		{"another version", "version: v3, deploy_to: { tags: [{ tag: a }] }", ">=1.0.0 <2.0.0", "tags [a]", 1},
		{"text for a mapping", "version: 1.2.3, deploy_to: { tags: [a, b, a] }", "=1.2.3", "tags [a b]", 0},
		{"accounts", "version: 1.2.3, deploy_to: { accounts: [{ account_id: 111111111111, regions: enabled_regions }] }", "=1.2.3", "accounts [111111111111]", 0},
		{"one region of them", "version: 1.2.3, deploy_to: { accounts: [{ account_id: 111111111111, regions: [eu-west-1] }] }", "=1.2.3", "accounts [111111111111]", 1},
		{"units by id", "version: 1.2.3, deploy_to: { ous: [{ ou: ou-ab12-11111111 }] }", "=1.2.3", "units [ou-ab12-11111111]", 0},
		{"tags stand before accounts", "version: 1.2.3, deploy_to: { tags: [a], accounts: [{ account_id: 111111111111 }] }", "=1.2.3", "tags [a]", 1},
		{"units by path alone", "version: 1.2.3, deploy_to: { ous: [/a] }", "", "", 2},
		{"terminated", "version: 1.2.3, status: terminated, deploy_to: { tags: [a] }", "", "", 1},
		{"a parameter of nothing", "version: 1.2.3, parameters: { A: ~, B: { default: [1] }, C: { default: 7 } }, deploy_to: { tags: [a] }", "=1.2.3", "tags [a]", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ds := read("launches: { x: { product: p, " + c.launch + " } }\n")
			e, spokes := got.Enforced["x"], ""
			switch s := e.Spokes; {
			case s == nil:
			case s.Tags != nil:
				spokes = fmt.Sprint("tags ", s.Tags)
			case s.Accounts != nil:
				spokes = fmt.Sprint("accounts ", s.Accounts)
			default:
				spokes = fmt.Sprint("units ", s.OrganizationalUnits)
			}
			if e.Version != c.version || spokes != c.spokes || len(ds) != c.left || ds.Errors() > 0 {
				t.Errorf("version %q, spokes %q, %d left: %v", e.Version, spokes, len(ds), ds)
			}
		})
	}
}

// The lines of properties are in no YAML: each is carried, or listed with its line.
func TestProperties(t *testing.T) {
	got, ds := puppet.Read(os.DirFS("testdata"), hub, "manifest.yaml")
	if v := got.Enforced["baseline"].Version; v != "=4.5.7" {
		t.Errorf("the hub's own properties do not stand over the others: %s", v)
	}
	for file, lines := range map[string][]int{"manifest.properties": {3, 4, 5, 7}, "manifest-999999999999.properties": {3}} {
		for _, line := range lines {
			if !slices.ContainsFunc(ds, func(d document.Diagnostic) bool { return d.File == file && d.Line == line }) {
				t.Errorf("%s:%d is dropped in silence", file, line)
			}
		}
	}
}

// Whatever the files hold, reading them ends, and what depends on something depends on an entry.
func FuzzRead(f *testing.F) {
	sample, err := os.ReadFile("testdata/manifest.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(sample), "accounts: [~]", "launches: { a: ~ }", "launches: { a: { deploy_to: { tags: [~, {}] }, parameters: [] } }", "accounts: [{ ou: {} }]"} {
		f.Add(seed, "[launches]\na.version = 1.0.0\n")
	}
	f.Fuzz(func(t *testing.T, text, properties string) {
		got, ds := puppet.Read(fstest.MapFS{"m.yaml": {Data: []byte(text)}, "m.properties": {Data: []byte(properties)}}, hub, "m.yaml")
		if ds.Errors() > 0 {
			return
		}
		for name, e := range got.Enforced {
			for _, other := range e.DependsOn {
				if _, there := got.Enforced[other]; !there {
					t.Errorf("%s depends on %s, which is no entry", name, other)
				}
			}
			if e.Spokes == nil || e.Version == "" || e.Product == "" {
				t.Errorf("%s is not whole: %+v", name, e)
			}
		}
	})
}
