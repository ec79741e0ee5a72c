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
