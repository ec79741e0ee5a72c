package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// releases is a hub that has versions of one product: "eu-west-1 1.0.0 1.1.0- 1.2.0!" is one
// region's, - is deprecated, ! is inactive, ~ was not made by axle.
func releases(regions ...string) catalog.Catalog {
	var all []catalog.Catalog
	for _, line := range regions {
		words := strings.Fields(line)
		p := catalog.Product{Region: words[0], Key: "bucket", Name: "bucket"}
		for _, w := range words[1:] {
			v := catalog.Version{Name: strings.Trim(w, "-!~"), Digest: "sha256:" + w, Active: !strings.Contains(w, "!"), Guidance: "DEFAULT"}
			if strings.Contains(w, "-") {
				v.Guidance = "DEPRECATED"
			}
			if strings.Contains(w, "~") {
				v.Digest = ""
			}
			p.Versions = append(p.Versions, v)
		}
		all = append(all, catalog.Catalog{Products: []catalog.Product{p}})
	}
	return catalog.Join(all...)
}

// CAT-65, I15: at most two calls a region, what is good first, and nothing else touched.
func TestRolledBack(t *testing.T) {
	for _, c := range []struct {
		name       string
		have       catalog.Catalog
		superseded string
		hide       bool
		want       []string
	}{
		{"in every region that has it", releases("eu-west-1 1.0.0- 1.1.0", "us-east-1 1.0.0 1.1.0", "us-west-2 1.0.0"), "1.0.0", false, []string{
			"eu-west-1: update version bucket 1.0.0: 1.0.0 deprecated → 1.0.0 active", "eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated",
			"us-east-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated"}},
		{"hidden", releases("eu-west-1 1.0.0! 1.1.0"), "1.0.0", true, []string{
			"eu-west-1: update version bucket 1.0.0: 1.0.0 retired → 1.0.0 active", "eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 retired"}},
		{"not to one that was bad before", releases("eu-west-1 1.0.0 1.0.5- 1.1.0"), "", false, []string{
			"eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated"}},
		{"what was superseded, though one is between", releases("eu-west-1 1.0.0- 1.0.5! 1.1.0"), "1.0.0", false, []string{
			"eu-west-1: update version bucket 1.0.0: 1.0.0 deprecated → 1.0.0 active", "eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated"}},
		{"where none was good, the highest below, by number and not by letter", releases("eu-west-1 1.9.0- 1.10.0- 1.11.0 2.0.0~"), "", false, []string{
			"eu-west-1: update version bucket 1.10.0: 1.10.0 deprecated → 1.10.0 active", "eu-west-1: update version bucket 1.11.0: 1.11.0 active → 1.11.0 deprecated"}},
		{"a region without one before loses no more than the bad one", releases("eu-west-1 1.0.0 1.1.0", "us-east-1 1.1.0"), "1.0.0", false, []string{
			"eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated", "us-east-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated"}},
		{"one region's is not another's", releases("eu-west-1 0.9.0- 1.1.0", "us-east-1 0.9.0- 1.0.0- 1.1.0-"), "1.0.0", false, []string{
			"eu-west-1: update version bucket 0.9.0: 0.9.0 deprecated → 0.9.0 active", "eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated",
			"us-east-1: update version bucket 1.0.0: 1.0.0 deprecated → 1.0.0 active"}},
		{"done already", releases("eu-west-1 1.0.0 1.1.0-"), "1.0.0", false, nil},
		{"what was not made by axle is not gone back to", releases("eu-west-1 1.0.0~ 1.1.0"), "", false, []string{"eu-west-1: update version bucket 1.1.0: 1.1.0 active → 1.1.0 deprecated"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := "1.1.0"
			if strings.HasPrefix(c.name, "where") {
				bad = "1.11.0"
			}
			before := catalog.Digest(catalog.Plan(c.have, catalog.Catalog{}))
			want, good := catalog.RolledBack(c.have, "bucket", bad, strings.Fields(c.superseded), c.hide)
			plan := catalog.Plan(want, c.have)
			if !slices.Equal(catalog.Summary(plan), c.want) {
				t.Errorf("%q\nwant %q", catalog.Summary(plan), c.want)
			}
			if len(good) == 0 != strings.Contains(c.name, "not made by axle") {
				t.Errorf("goes back to %v", good)
			}
			if catalog.Digest(catalog.Plan(c.have, catalog.Catalog{})) != before {
				t.Error("what is there was changed in place")
			}
		})
	}
}
