package servicecatalog

import (
	"fmt"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

// Orphans says which records of the world lack what they hang on, a sentence each: a provisioned
// product its stack, a version its product, a placement, constraint or share its portfolio (SBX-69).
func Orphans(c *world.Call) []string {
	var all []string
	lacks := func(what, of, id string) { all = append(all, fmt.Sprintf("%s: %s %s is not there", what, of, id)) }
	for _, p := range world.ListAll[provisioned](c, kindProvision) {
		if p.StackID == "" {
			continue
		}
		at := c.In(p.StackAccount, p.Region)
		_, stack := cloudformation.Find(at, p.StackID)
		if _, set := cloudformation.SetParameters(at, p.StackID); !stack && !set {
			lacks("provisioned product "+p.ID, "its stack", p.StackID)
		}
	}
	lives := func(what, of, id string) {
		if _, ok := world.Get[home](global(c), kindHome, id); !ok {
			lacks(what, of, id)
		}
	}
	for _, a := range world.ListAll[artifact](c, kindArtifact) {
		lives("version "+a.ID, "its product", a.Product)
	}
	for _, at := range world.ListAll[placement](c, kindPlacement) {
		lives("product "+at.Product+" in a portfolio", "the portfolio", at.Portfolio)
		if at.Source == "" { // an import outlives what its owner deletes
			lives("a product in portfolio "+at.Portfolio, "the product", at.Product)
		}
	}
	for _, k := range world.ListAll[constraint](c, kindConstraint) {
		lives("constraint "+k.ID, "its portfolio", k.Portfolio)
	}
	for _, s := range world.ListAll[share](c, kindShare) {
		if !s.gone(c) {
			lives("a share with "+s.Node, "its portfolio", s.Portfolio)
		}
	}
	return all
}
