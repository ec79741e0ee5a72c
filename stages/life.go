package stages

import (
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
)

// today is when it is at the hub: lifecycle's dates and a version's age go by it.
func (d Deps) today() time.Time {
	if d.Clock.Now != nil {
		return d.Clock.Now()
	}
	return d.Now()
}

// Thinning is what prod.publish.deprecate asks for.
func Thinning(p *pipeline.Publish) catalog.Thinning {
	if p == nil || p.Deprecate == nil {
		return catalog.Thinning{}
	}
	return catalog.Thinning{Keep: p.Deprecate.Keep, After: time.Duration(p.Deprecate.After), Line: "pipeline.yaml: stages.prod.publish.deprecate"}
}
