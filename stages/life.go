package stages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
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

// spoken refuses a line of lifecycle that names a version nobody published: a typo would leave the
// version that is meant as it is. One that was published and is deleted may stay, with a note.
func (d Deps) spoken(ctx context.Context, o *Outlook) error {
	p := o.commit.product
	known, err := d.Releases.Published(ctx, p.Name)
	if err != nil {
		return err
	}
	was := func(version string) bool {
		return slices.ContainsFunc(known, func(k products.Published) bool { return k.Version == version })
	}
	var found document.Diagnostics
	name := func(version string, at ...string) {
		at = append([]string{"lifecycle"}, at...)
		switch {
		case version == "" || version == p.Version || o.have.Somewhere(p.Name, version):
		case was(version):
			o.notes = append(o.notes, fmt.Sprintf("%s:%d: %s %s is deleted, and the line says nothing more: take it out", p.Doc.File, p.Doc.At(at...).Line, p.Name, version))
		default:
			found = append(found, p.Doc.Fault(catalog.CodeNoVersion, fmt.Sprintf("%s has no version %s to give a lifecycle state", p.Name, version), "correct lifecycle in product.yaml; axle product versions lists them", at...))
		}
	}
	for i, l := range p.Lifecycle.Deprecated {
		name(l.Version, "deprecated", strconv.Itoa(i), "version")
		name(l.Successor, "deprecated", strconv.Itoa(i), "successor")
	}
	for i, version := range p.Lifecycle.Retired {
		name(version, "retired", strconv.Itoa(i))
	}
	return found.Err()
}
