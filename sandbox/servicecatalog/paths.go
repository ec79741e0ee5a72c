package servicecatalog

import (
	"crypto/sha256"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// launchPath is one way for the caller to a product: a portfolio that admits it.
type launchPath struct {
	ID          string
	Folio       portfolio
	Product     product
	Constraints []constraint
	Options     []types.TagOptionSummary
}

// pathsTo gives the caller's launch paths to products that are whole, all or one, in the
// order of their portfolios' creation.
func pathsTo(c *world.Call, id string) []launchPath {
	var all []launchPath
	for _, r := range open(c) {
		owner := c.In(r.Account, r.Region)
		for _, at := range placementsOfOne(owner, r.ID, id) {
			if !stillThere(owner, at) {
				continue
			}
			if p, ok := anyProduct(c, at.Product); ok && p.done(c) {
				all = append(all, newPath(c, r, at, p))
			}
		}
	}
	return all
}

// placementsOfOne gives what a portfolio of the call's account holds, or of that one product.
func placementsOfOne(c *world.Call, folio, product string) []placement {
	if product == "" {
		return placementsIn(c, folio)
	}
	at, ok := world.Get[placement](c, under(kindPlacement, folio), product)
	if !ok {
		return nil
	}
	return []placement{at}
}

// open gives the portfolios, own and received, that admit the caller.
func open(c *world.Call) []receipt {
	all := received(c)
	for _, p := range world.List[portfolio](c, kindPortfolio) {
		all = append(all, own(p))
	}
	all = slices.DeleteFunc(all, func(r receipt) bool { return !admits(c, effective(c, r)) })
	slices.SortFunc(all, func(a, b receipt) int { return a.Created.Compare(b.Created) })
	return all
}

// stillThere says whether an import's source portfolio still reaches its importer.
func stillThere(owner *world.Call, at placement) bool {
	if at.Source == "" {
		return true
	}
	return placeable(owner, at.Product, at.Source) == nil
}

func newPath(c *world.Call, r receipt, at placement, p product) launchPath {
	owner := c.In(r.Account, r.Region)
	path := launchPath{ID: pathID(r.ID, p.ID), Folio: r.portfolio, Product: p, Constraints: constraintsOf(owner, r.ID, p.ID)}
	if source, ok := sourceOf(c, at); ok {
		path.Constraints = append(path.Constraints, constraintsOf(source, at.Source, p.ID)...)
	}
	path.Constraints = slices.DeleteFunc(path.Constraints, func(k constraint) bool { return !k.done(c) })
	if r.TagOptions {
		path.Options = choices(tagOptionsOf(owner, r.ID), tagOptionsOf(c.In(p.Account, p.Region), p.ID))
	}
	return path
}

func sourceOf(c *world.Call, p placement) (*world.Call, bool) {
	if p.Source == "" {
		return nil, false
	}
	return at(c, p.Source)
}

// pathID is the same for a portfolio and product every time.
func pathID(folio, product string) string {
	sum := sha256.Sum256([]byte(folio + "/" + product))
	id := make([]byte, 13)
	for i := range id {
		id[i] = world.Lower[int(sum[i])%len(world.Lower)]
	}
	return "lpv3-" + string(id)
}

// of gives the path's one constraint of a type.
func (l launchPath) of(kind string) (constraint, bool) {
	i := slices.IndexFunc(l.Constraints, func(k constraint) bool { return k.Type == kind })
	if i < 0 {
		return constraint{}, false
	}
	return l.Constraints[i], true
}

func (l launchPath) summary() types.LaunchPathSummary {
	return types.LaunchPathSummary{
		Id: new(l.ID), Name: new(l.Folio.DisplayName), Tags: toTags(l.Folio.Tags), ConstraintSummaries: l.constraintSummaries(),
	}
}

func (l launchPath) constraintSummaries() []types.ConstraintSummary {
	var out []types.ConstraintSummary
	for _, k := range l.Constraints {
		out = append(out, types.ConstraintSummary{Type: new(k.Type), Description: opt(k.Description)})
	}
	return out
}
