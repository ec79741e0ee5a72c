package stages

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/tf"
)

// sourceCoverage counts the resources of a source as coverage does a template's: by address without
// indexes, since one block is one resource to whoever tests it. asserted are addresses that features spoke of.
func (c *commit) sourceCoverage(asserted map[string]bool, own []pipeline.Test, tests []policies.TestResult, folders []policies.Bundle) (pipeline.Coverage, error) {
	named, err := namedBy(tests, folders, addressesIn)
	if err != nil {
		return pipeline.Coverage{}, err
	}
	for address := range asserted {
		named[tf.Bare(address)] = true
	}
	for _, t := range own {
		if !isTerraformTest(t.File) {
			continue // one that failed stands where the source is wrong
		}
		text, err := fs.ReadFile(c.tree, t.File)
		if err != nil {
			return pipeline.Coverage{}, err
		}
		maps.Copy(named, assertedIn(text))
	}
	ids := map[string]bool{}
	for _, r := range c.source.Resources {
		if r.Mode == "managed" {
			ids[tf.Bare(r.Address)] = true
		}
	}
	return covered(slices.Collect(maps.Keys(ids)), named), nil
}

var (
	quotedText  = regexp.MustCompile("\"((?:[^\"\\\\\n]|\\\\.)*)\"|`([^`]*)`")
	hclComment  = regexp.MustCompile(`(?m)(^|\s)(#|//).*$`)
	condition   = regexp.MustCompile(`(?s)\bcondition\b"?\s*[=:](.*?)(error_message|\n\s*\})`)
	hclResource = regexp.MustCompile(`(^|[^\w.-])([a-zA-Z][\w-]*\.[a-zA-Z_][\w-]*)`)
)

// addressesIn are the texts of a Rego test that are an address as a whole; of one inside a longer text,
// "${aws_kms_key.a.arn}", nothing is asserted.
func addressesIn(text []byte) map[string]bool {
	named := map[string]bool{}
	for _, m := range quotedText.FindAllSubmatch(regoComment.ReplaceAll(text, nil), -1) {
		named[tf.Bare(strings.ReplaceAll(string(m[1])+string(m[2]), `\"`, `"`))] = true
	}
	return named
}

// assertedIn are the resources that the conditions of a test of Terraform read.
func assertedIn(text []byte) map[string]bool {
	named := map[string]bool{}
	for _, c := range condition.FindAllSubmatch(hclComment.ReplaceAll(text, nil), -1) {
		for _, m := range hclResource.FindAllSubmatch(c[1], -1) {
			named[string(m[2])] = true
		}
	}
	return named
}
