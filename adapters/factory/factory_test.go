package factory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/adapters/factory"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/documenttest"
)

const hub = "999999999999"

// CAT-91: every key of the tool is in one sample, and each is carried or listed with its place.
func TestSample(t *testing.T) {
	root, err := os.OpenRoot("testdata") // as axle import does: it takes no path that is not clean
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	got, ds := factory.Read(root.FS(), hub, "demo.yaml")
	documenttest.Sample(t, got, ds)
}

// CAT-91: nothing is dropped in silence. Each leaf of each file of the sample is in what is
// carried, or below a key that is listed.
func TestEveryLeaf(t *testing.T) {
	tree := os.DirFS("testdata")
	got, ds := factory.Read(tree, hub, "demo.yaml")
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", hub)
	leaves := documenttest.Dropped(t, tree, ds, func(path string, leaf *document.Node) bool {
		value := fill.Replace(leaf.Value)
		return strings.Contains(string(raw), value) || said[path+"="+value]
	})
	if leaves < 90 {
		t.Errorf("%d leaves: that is not the sample", leaves)
	}
}

// said are values that are carried in other words.
var said = map[string]bool{
	"Schema=factory-2019-04-01":                                  true,
	"Portfolios[0].Products[0].Versions[1].Active=true":          true, // lifecycle.deprecated: it stays active
	"Portfolios[0].Products[0].Versions[1].Guidance=Deprecated":  true,
	"Portfolios[0].Components[0].Status=active":                  true,
	"Portfolios[0].Products[0].Versions[0].Active=false":         true, // lifecycle.retired
	"Portfolios[0].Constraints.ResourceUpdate[1].Products=que.*": true, // queue has the constraint
	"Active=terminated":                                          true,
	"Portfolios[1].DisplayName=shown":                            true, // PortfolioName stands over it
}

func read(text string) (factory.Import, document.Diagnostics) {
	return factory.Read(fstest.MapFS{"f.yaml": {Data: []byte(text)}}, hub, "f.yaml")
}

// B: a file that the tool could not read is an error with its place; nothing panics on it.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "f.yaml:1:1: error AXLE1002: f.yaml is empty"},
		{"a list", "- a\n", "f.yaml:1:1: error AXLE1701: expected a mapping, found a list"},
		{"another schema", "Schema: factory-2030-01-01\n", "f.yaml:1:1: error AXLE1701: is not factory-2019-04-01 (at Schema)"},
		{"products that are text", "Products: all\n", "f.yaml:1:1: error AXLE1701: expected a list, found text (at Products)"},
		{"a product without a name", "Products:\n  - Owner: a\n", "f.yaml:2:5: error AXLE1701: Name is required (at Products[0])"},
		{"a product without an owner", "Products:\n  - Name: a\n", "f.yaml:2:5: error AXLE1701: Owner is required (at Products[0])"},
		{"a name that is a list", "Products:\n  - Name: [a]\n    Owner: b\n", "f.yaml:2:5: error AXLE1701: expected text, found a list (at Products[0].Name)"},
		{"a product twice", "Products:\n  - { Name: a, Owner: b }\n  - { Name: A, Owner: b }\n", "f.yaml:3:5: error AXLE1701: product A stands twice, or only its capitals and signs differ: see f.yaml:2 (at Products[1])"},
		{"a portfolio without a name", "Portfolios:\n  - ProviderName: a\n", "f.yaml:2:5: error AXLE1701: DisplayName is required (at Portfolios[0])"},
		{"a portfolio twice", "Portfolios:\n  - &x { DisplayName: a, ProviderName: b }\n", "f.yaml:2:5: error AXLE1007: aliases are not supported"},
		{"items that are nothing", "Portfolios: [~]\n", "f.yaml:1:14: error AXLE1701: DisplayName is required (at Portfolios[0])"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, ds := read(c.text); !strings.Contains(ds.Error(), c.want) || ds.Errors() == 0 {
				t.Errorf("got %v\nwant %s", ds, c.want)
			}
		})
	}
	if _, ds := factory.Read(fstest.MapFS{}, hub, "none.yaml"); ds.Errors() != 1 {
		t.Errorf("a file that is not there: %v", ds)
	}
}

// CAT-2 CAT-90: what is adopted by exact name must have the name that the tool gave it.
func TestNames(t *testing.T) {
	got, ds := read("Portfolios:\n  - DisplayName: Self Service\n    ProviderName: a\n    Products:\n      - { Name: My Bucket, Owner: b }\n")
	folio, ok := got.Portfolios["f-self-service"]
	if !ok || folio.DisplayName != "f-Self Service" || got.Products[0].File.Name != "My Bucket" || ds != nil {
		t.Errorf("got %+v, %v", got, ds)
	}
	if factory.Slug("../My Bucket/é") != "my-bucket" {
		t.Errorf("slug is %q", factory.Slug("../My Bucket/é"))
	}
}

// A version's source stands over its product's, key by key; the newest version that is not retired counts.
func TestOrigin(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"none", "", "nowhere that these files say"},
		{"the product's", "Source: { Provider: S3, Configuration: { BucketName: b } }", "Provider S3, BucketName b"},
		{"merged", "Source: { Provider: GitHub, Configuration: { Repo: r, Branch: main } }, Versions: [{ Name: v1, Source: { Configuration: { Branch: v1 } } }]",
			"Provider GitHub, Repo r, Branch v1"},
		{"deeper", "Source: { Configuration: { Code: { S3: { Bucket: b, Key: old } } } }, Versions: [{ Name: v1, Source: { Configuration: { Code: { S3: { Key: new } } } } }]",
			"Bucket b, Key new"},
		{"the last but one is retired", "Versions: [{ Name: v1, Source: { Path: one } }, { Name: v2, Source: { Path: two } }, { Name: v3, Active: false, Source: { Path: three } }]",
			"Path two"},
	} {
		got, ds := read("Products:\n  - { Name: a, Owner: b, " + c.text + " }\n")
		if ds.Errors() > 0 || got.Products[0].From != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got.Products[0].From, c.want, ds)
		}
	}
}

// A product at the root names portfolios by the end of their names, by group, or whole.
func TestPlacements(t *testing.T) {
	folios := "Portfolios:\n  - { DisplayName: one, ProviderName: p }\n  - { PortfolioName: x-two, ProviderName: p }\n  - { PortfolioName: y-two, ProviderName: p }\n  - { PortfolioName: z-three, ProviderName: p }\n"
	for _, c := range []struct{ names, want string }{
		{"[one]", "[f-one]"},
		{"[three]", "[z-three]"},
		{"[z-three]", "[z-three]"},
		{"[{ PortfolioName: y-two }, { PortfolioGroupName: x, DisplayName: two }]", "[x-two y-two]"},
		{"[two]", "[]"}, // it could be either
		{"[nobody]", "[]"},
	} {
		got, ds := read(folios + "Products:\n  - { Name: a, Owner: b, Portfolios: " + c.names + " }\n")
		keys := slices.Sorted(maps.Keys(got.Products[0].File.Portfolios))
		if fmt.Sprint(keys) != c.want || (c.want == "[]") != (len(ds) > 0) {
			t.Errorf("%s: %v, want %s (%v)", c.names, keys, c.want, ds)
		}
	}
}

// What a portfolio lets be updated is for the products that its pattern begins with, wherever they are declared.
func TestResourceUpdate(t *testing.T) {
	for _, c := range []struct{ rule, want string }{
		{"{ Product: queue, TagUpdateOnProvisionedProduct: ALLOWED }", "ALLOWED"},
		{"{ Products: 'q|bucket', TagUpdateOnProvisionedProduct: NOT_ALLOWED }", "NOT_ALLOWED"},
		{"{ Product: que, TagUpdateOnProvisionedProduct: ALLOWED }", ""},
		{"{ Products: 'ueue', TagUpdateOnProvisionedProduct: ALLOWED }", ""},
		{"{ Products: '(', TagUpdateOnProvisionedProduct: ALLOWED }", ""},
	} {
		got, ds := read("Portfolios:\n  - { DisplayName: one, ProviderName: p, Constraints: { ResourceUpdate: [" + c.rule + "] } }\nProducts: [{ Name: queue, Owner: b, Portfolios: [one] }]\n")
		allows := ""
		if u := got.Products[0].File.Portfolios["f-one"].Constraints.ResourceUpdate; u != nil {
			allows = u.TagUpdateOnProvisionedProduct
		}
		if allows != c.want || (c.want == "") != (len(ds) == 1) {
			t.Errorf("%s: %q, want %q (%v)", c.rule, allows, c.want, ds)
		}
	}
}

// What axle publishes first is above every version that is there.
func TestNextVersion(t *testing.T) {
	for versions, want := range map[string]string{
		"[]": "1.0.0", "[{ Name: v3 }]": "1.0.0", "[{ Name: 1.9.0 }, { Name: 1.10.2 }, { Name: vNext }]": "1.10.3", "[{ Name: 99999999999999999999.0.0 }]": "1.0.0",
	} {
		got, _ := read("Products:\n  - { Name: a, Owner: b, Versions: " + versions + " }\n")
		if v := got.Products[0].File.Version; v != want {
			t.Errorf("%s: next is %s, want %s", versions, v, want)
		}
	}
}

// Whatever the file holds, reading it ends, and what it came to is told.
func FuzzRead(f *testing.F) {
	sample, err := os.ReadFile("testdata/demo.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(sample), "Products: [{Name: a, Owner: b}]", "Portfolios: [~]", "Products: [{Name: a, Versions: {}}]", "Portfolios: [{Associations: [{}]}]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ds := read(text)
		if ds.Errors() > 0 {
			return
		}
		for _, p := range got.Products {
			for key := range p.File.Portfolios {
				if _, known := got.Portfolios[key]; !known {
					t.Errorf("product %s stands in %s, which is no portfolio", p.File.Name, key)
				}
			}
		}
		_ = catalog.File{Portfolios: got.Portfolios}
		raw, _ := json.Marshal(got)
		documenttest.Dropped(t, fstest.MapFS{"f.yaml": {Data: []byte(text)}}, ds, func(path string, leaf *document.Node) bool {
			return len(leaf.Value) <= 6 || leaf.Kind != document.Text || strings.Trim(leaf.Value, "abcdefghijklmnopqrstuvwxyz") != "" ||
				strings.Contains(string(raw), leaf.Value) || strings.Contains("terminated deprecated default", leaf.Value) ||
				strings.HasSuffix(path, ".Status") || strings.HasSuffix(path, ".DisplayName") || strings.Contains(path, ".ResourceUpdate")
		})
	})
}
