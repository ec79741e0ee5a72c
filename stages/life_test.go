package stages_test

import (
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

// prod.publish.deprecate is carried out, and is off where it is left out.
func TestThinning(t *testing.T) {
	for name, c := range map[string]struct {
		publish *pipeline.Publish
		want    catalog.Thinning
	}{
		"no publish": {nil, catalog.Thinning{}},
		"no key":     {&pipeline.Publish{}, catalog.Thinning{}},
		"both": {&pipeline.Publish{Deprecate: &pipeline.Deprecate{Keep: 3, After: document.Duration(90 * 24 * time.Hour)}},
			catalog.Thinning{Keep: 3, After: 90 * 24 * time.Hour, Line: "pipeline.yaml: stages.prod.publish.deprecate"}},
	} {
		if got := stages.Thinning(c.publish); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// CAT-13: lifecycle speaks of versions that are there, or were: whatever else is a typo, and the
// version that is meant would stay as it is in silence.
func TestLifecycleNamesAVersion(t *testing.T) {
	life := func(lines string) func(*bed) {
		return func(b *bed) { b.edit("q/product.yaml", "portfolios:", "lifecycle: { "+lines+" }\nportfolios:") }
	}
	there := func(b *bed) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			b.have.Products = append(b.have.Products, catalog.Product{Region: region, Key: "topic", Name: "topic", Type: "CLOUD_FORMATION_TEMPLATE",
				Versions: []catalog.Version{{Name: "0.9.0", Digest: "sha256:09", Active: true, Guidance: "DEFAULT"}}})
		}
	}
	table(t, "prod/plan", []outcome{
		{"retired, and never published", life("retired: [9.9.9]"), "unjudged AXLE2608", "q/product.yaml:8:24: error AXLE2608: topic has no version 9.9.9"},
		{"its day long past, and never published", life("deprecated: [{ version: 0.8.0, reason: old, until: 2020-01-01 }]"), "unjudged AXLE2608", "topic has no version 0.8.0"},
		{"a successor that is not there", func(b *bed) { there(b); life("deprecated: [{ version: 0.9.0, reason: old, successor: 7.7.7 }]")(b) }, "unjudged AXLE2608", "topic has no version 7.7.7"},
		{"the commit's version succeeds", func(b *bed) { there(b); life("deprecated: [{ version: 0.9.0, reason: old, successor: 1.1.0 }]")(b) }, "pass", "0.9.0 active → 0.9.0 deprecated"},
		{"retired, and there", func(b *bed) { there(b); life("retired: [0.9.0]")(b) }, "pass", "0.9.0 active → 0.9.0 retired"},
		{"retired, published once, and deleted since", func(b *bed) { there(b); life("retired: [1.0.0]")(b) }, "pass", "q/product.yaml:8: topic 1.0.0 is deleted, and the line says nothing more: take it out"},
		{"deprecated, published once, and deleted since", func(b *bed) { there(b); life("deprecated: [{ version: 1.0.0, reason: old }]")(b) }, "pass", "q/product.yaml:8: topic 1.0.0 is deleted, and the line says nothing more: take it out"},
		{"the releases cannot be read", func(b *bed) { life("retired: [1.0.0]")(b); failing("Published")(b) }, "unjudged AXLE3002", "the world is down"},
	})
}
