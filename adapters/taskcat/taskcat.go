// Package taskcat reads .taskcat.yml. It gives what pipeline.yaml can hold of it, and lists every
// key that it cannot.
package taskcat

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
)

const (
	CodeLeft  = "AXLE1720" // a key that is not carried
	codeInput = "AXLE1721" // a file that the tool itself could not read
)

var codes = foreign.Codes{Left: CodeLeft, Input: codeInput}

// Import is what the file comes to: the regions of stages.beta.integration.
type Import struct{ Regions []string }

// left are the keys of general, project and a test, and what to do instead.
var left = map[string]string{
	"template":            "product.yaml names the template",
	"parameters":          "beta makes the product with the defaults of product.yaml's parameters: set them there",
	"auth":                "the account is stages.beta.account in pipeline.yaml; axle takes no profile from a file",
	"artifact_regions":    "hub.regions in catalog.yaml are where templates lie",
	"az_blacklist":        "choose zones in the template",
	"prehooks":            "hooks are not run; write what they make into the product's template",
	"posthooks":           "write what they look at as tests/integration/*.rego of the product",
	"s3_bucket":           "hub.bucket in catalog.yaml is where templates lie",
	"s3_regional_buckets": "axle keeps a bucket a region",
	"s3_object_acl":       "axle's buckets take no ACL",
	"s3_enable_sig_v2":    "axle signs with version 4 alone",
	"tags":                "tags in product.yaml",
	"role_name":           "stages.beta.account.role in pipeline.yaml is who makes the product",
	"stack_name":          "axle names its stacks by run and product",
	"stack_name_prefix":   "axle names its stacks by run and product",
	"stack_name_suffix":   "axle names its stacks by run and product",
	"shorten_stack_name":  "axle names its stacks by run and product",
	"name":                "product.yaml names the product",
	"owner":               "owner in product.yaml",
	"org_id":              "shares in catalog.yaml name the organization",
	"build_submodules":    "axle reads the commit alone; commit what is built",
	"package_lambda":      "commit the template as it is published; package before",
	"lambda_source_path":  "commit the template as it is published; package before",
	"lambda_zip_path":     "commit the template as it is published; package before",
	"regions":             "the regions of the tests stand over these",
}

// Read reads a .taskcat.yml. A test's regions stand over the project's, and those over general's.
// What is not carried is a warning; beside errors the Import is not whole.
func Read(file string, data []byte) (Import, document.Diagnostics) {
	doc, found := document.Parse(file, data, document.Files)
	if doc == nil {
		return Import{}, found
	}
	s := foreign.Open(doc, codes, strings.NewReplacer())
	root := s.Root()
	var out Import
	if doc.Root.Kind != document.Mapping {
		root.Fail("expected a mapping, found " + doc.Root.Kind.String())
	}
	sections := []foreign.Value{root.Get("general"), root.Get("project")}
	without := false // a test that names no regions
	tests := root.Get("tests")
	if tests.Node != nil && tests.Node.Kind == document.Mapping {
		for _, p := range tests.Node.Pairs {
			test := tests.Get(p.Key.Value)
			sections = append(sections, test)
			without = out.add(test.Get("regions")) == 0 || without
		}
	}
	if without || len(out.Regions) == 0 {
		if out.add(sections[1].Get("regions")) == 0 {
			out.add(sections[0].Get("regions"))
		}
	}
	for _, section := range sections {
		section.LeaveEach(left)
	}
	root.Rest()
	s.Found.Sort()
	return out, s.Found
}

// add takes regions and says how many are named.
func (out *Import) add(v foreign.Value) int {
	items := v.Items()
	for _, item := range items {
		if region := item.Text(); region != "" && !slices.Contains(out.Regions, region) {
			out.Regions = append(out.Regions, region)
		}
	}
	return len(items)
}
