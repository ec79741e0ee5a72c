package stages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// procured begins an action of a product's run once what the product needs of Marketplace is there:
// by the file as it is now, and by AWS where the file cannot tell.
func (d Deps) procured(next pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		if in.Whole != nil || in.Market != "" {
			return next(ctx, in)
		}
		c, err := d.sound(ctx, in)
		if err != nil {
			return pipeline.Result{}, err
		}
		s := c.software(in.Fair, d.today())
		if s.found.Errors() == 0 {
			if err := d.ask(ctx, in, &s); err != nil {
				return pipeline.Result{}, err
			}
		}
		s.found = slices.DeleteFunc(s.found, func(f document.Diagnostic) bool { return f.Severity == document.SeverityWarning })
		if len(s.found) > 0 {
			return verdict(asFindings(s.found)), nil
		}
		return next(ctx, in)
	}
}

// ask asks AWS what the file cannot tell: what is set there, and whether private offers were accepted.
func (d Deps) ask(ctx context.Context, in pipeline.Input, s *software) error {
	offers := slices.ContainsFunc(s.needs, func(n products.Need) bool { return n.Offer != "" })
	if len(s.unknown) == 0 && !offers {
		return nil
	}
	pass, err := d.Market.Pass(ctx, s.file)
	if err != nil {
		return err
	}
	var entries []market.Entry
	for _, a := range s.unknown {
		if !slices.ContainsFunc(entries, func(e market.Entry) bool { return e.Name == a.entry.Name }) {
			entries = append(entries, a.entry)
		}
	}
	sight := s.file.Look(ctx, entries, func(o market.Organization) market.Marketplace { m, _ := pass.At(o); return m })
	var unseen []error
	for _, a := range s.unknown {
		r, err := s.file.RuleSeen(a.entry, a.need.ID, sight, d.today())
		if unseen = append(unseen, err); err == nil && r.Word != string(market.Allow) {
			s.found = append(s.found, refused(a.need, a.entry, r))
		}
	}
	if offers {
		unseen = append(unseen, s.bought(ctx, pass))
	}
	d.Say(in, "asked AWS Marketplace of %s", counted(len(s.needs), "product", "products"))
	return errors.Join(unseen...)
}

// bought says which organizations have no active agreement of a private offer. AWS may show an
// account no more than its own.
func (s *software) bought(ctx context.Context, pass market.Pass) error {
	if pass.Bought == nil {
		return document.Fail("AXLE2811", "the agreements in no organization were read", "use an axle that reads them", nil)
	}
	var unread []error
	for _, r := range s.file.Bought(ctx, s.file.Concerned(s.targets), pass.Bought) {
		unread = append(unread, r.Err)
		for _, n := range s.needs {
			if r.Err == nil && n.Offer != "" && !r.Has(n.Offer) {
				s.found = append(s.found, n.At("AXLE2817", fmt.Sprintf("%s is bought by private offer %s, and organization %s has no active agreement of it", titled(n), n.Offer, r.Organization),
					"accept the offer there: "+r.String()))
			}
		}
	}
	return errors.Join(unread...)
}
