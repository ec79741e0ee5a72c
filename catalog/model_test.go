package catalog_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/axle-cd/axle/catalog"
)

// model is a hub on paper: what a change does to a catalog, without AWS.
type model struct {
	mu   sync.Mutex
	have catalog.Catalog
	made []catalog.Change
	fail func(catalog.Change) error // before a change, or nil
	seen func() error               // instead of an Observe, or nil
}

func (m *model) Observe(context.Context) (catalog.Catalog, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen != nil {
		if err := m.seen(); err != nil {
			return m.have, err
		}
	}
	return clone(m.have), nil
}

func (m *model) Apply(_ context.Context, c catalog.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(c); err != nil {
			return err
		}
	}
	m.have = after(m.have, c)
	m.made = append(m.made, c)
	return nil
}

func clone(c catalog.Catalog) catalog.Catalog {
	raw, err := json.Marshal(c)
	if err != nil {
		return catalog.Catalog{}
	}
	var d catalog.Catalog
	if json.Unmarshal(raw, &d) != nil {
		return catalog.Catalog{}
	}
	return d
}

// after is have with one change made.
func after(have catalog.Catalog, c catalog.Change) catalog.Catalog {
	have = clone(have)
	switch c.Kind {
	case catalog.KindPortfolio:
		if c.Verb == catalog.Create {
			return catalog.Join(have, catalog.Catalog{Portfolios: []catalog.Portfolio{*c.NewFolio}})
		}
		p := have.Portfolio(c.Region, c.Portfolio)
		p.DisplayName, p.ProviderName, p.Description, p.Tags = c.NewFolio.DisplayName, c.NewFolio.ProviderName, c.NewFolio.Description, c.NewFolio.Tags
	case catalog.KindProduct:
		if c.Verb == catalog.Create {
			return catalog.Join(have, catalog.Catalog{Products: []catalog.Product{*c.NewProduct}})
		}
		p := have.Product(c.Region, c.Product)
		had := *p
		*p = *c.NewProduct
		p.Versions, p.TagOptions, p.Actions, p.Budgets = had.Versions, had.TagOptions, had.Actions, had.Budgets
	case catalog.KindTagOption, catalog.KindAction, catalog.KindBudget:
		attach(&have, c)
	case catalog.KindVersion:
		p := have.Product(c.Region, c.Product)
		if c.Verb == catalog.Create {
			p.Versions = append(p.Versions, *c.Version)
		} else {
			v := p.Version(c.Version.Name)
			v.Active, v.Guidance = c.Version.Active, c.Version.Guidance
		}
	default:
		inPortfolio(have.Portfolio(c.Region, c.Portfolio), c)
	}
	return have
}

// attach makes what the products of a region share, and gives it to them or takes it away.
func attach(have *catalog.Catalog, c catalog.Change) {
	p := have.Product(c.Region, c.Product)
	switch {
	case c.Kind == catalog.KindTagOption && c.Product == "":
		all := slices.DeleteFunc(have.SharedIn(c.Region).TagOptions, func(o catalog.TagOption) bool { return o.Key == c.TagOption.Key && o.Value == c.TagOption.Value })
		share(have, c.Region, append(all, *c.TagOption), have.SharedIn(c.Region).Actions)
		for i := range have.Products { // the same tag option, seen on a product
			for j, o := range have.Products[i].TagOptions {
				if have.Products[i].Region == c.Region && o.Key == c.TagOption.Key && o.Value == c.TagOption.Value {
					have.Products[i].TagOptions[j].Inactive = false
				}
			}
		}
	case c.Kind == catalog.KindTagOption:
		p.TagOptions = toggled(p.TagOptions, *c.TagOption, c.Verb)
	case c.Kind == catalog.KindBudget:
		p.Budgets = toggled(p.Budgets, c.Budget, c.Verb)
	case c.Version != nil:
		v := p.Version(c.Version.Name)
		v.Actions = toggled(v.Actions, c.Action.Name, c.Verb)
	default:
		all := slices.DeleteFunc(have.SharedIn(c.Region).Actions, func(a catalog.Action) bool { return a.Name == c.Action.Name })
		share(have, c.Region, have.SharedIn(c.Region).TagOptions, append(all, *c.Action))
	}
}

func share(have *catalog.Catalog, region string, options []catalog.TagOption, actions []catalog.Action) {
	have.Shared = slices.DeleteFunc(have.Shared, func(s catalog.Shared) bool { return s.Region == region })
	have.Shared = append(have.Shared, catalog.Shared{Region: region, TagOptions: options, Actions: actions})
}

func toggled[T comparable](all []T, one T, verb catalog.Verb) []T {
	all = slices.DeleteFunc(all, func(x T) bool { return x == one })
	if verb != catalog.Delete {
		all = append(all, one)
	}
	return all
}

func inPortfolio(p *catalog.Portfolio, c catalog.Change) {
	switch c.Kind {
	case catalog.KindPlacement:
		p.Placements = slices.DeleteFunc(p.Placements, func(x catalog.Placement) bool { return x.Product == c.Product })
		if c.Verb == catalog.Create {
			p.Placements = append(p.Placements, catalog.Placement{Product: c.Product})
		}
	case catalog.KindConstraint:
		at := p.Placement(c.Product)
		at.Constraints = slices.DeleteFunc(at.Constraints, func(k catalog.Constraint) bool {
			return k.Type == c.Constraint.Type && (c.Verb == catalog.Update || k.Parameters == c.Constraint.Parameters)
		})
		if c.Verb != catalog.Delete {
			at.Constraints = append(at.Constraints, *c.Constraint)
		}
	case catalog.KindPrincipal:
		p.Principals = slices.DeleteFunc(p.Principals, func(x catalog.Principal) bool { return x == *c.Principal })
		if c.Verb == catalog.Create {
			p.Principals = append(p.Principals, *c.Principal)
		}
	case catalog.KindShare:
		p.Shares = slices.DeleteFunc(p.Shares, func(x catalog.Share) bool { return x.Type == c.Share.Type && x.Node == c.Share.Node })
		if c.Verb != catalog.Delete {
			p.Shares = append(p.Shares, *c.Share)
		}
	}
}

// digest is a made-up digest that belongs to a name.
func digest(name string) string {
	return "sha256:" + strings.Repeat("0", 64-len(name)) + strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return 'a'
		}
		return r
	}, name)
}

// bucket is a small catalog to change in tests: one product, one portfolio, one region.
func bucket() catalog.Catalog {
	return catalog.Catalog{
		Products: []catalog.Product{{Region: "eu-west-1", Key: "bucket", Name: "bucket", Owner: "team", Type: "CLOUD_FORMATION_TEMPLATE",
			Tags:     map[string]string{catalog.TagKey: "bucket"},
			Versions: []catalog.Version{{Name: "1.0.0", Digest: digest("1.0.0"), Template: digest("7"), Active: true, Guidance: "DEFAULT"}}}},
		Portfolios: []catalog.Portfolio{{Region: "eu-west-1", Key: "storage", DisplayName: "Storage", ProviderName: "team",
			Tags:       map[string]string{catalog.TagKey: "storage"},
			Placements: []catalog.Placement{{Product: "bucket", Constraints: []catalog.Constraint{{Type: "LAUNCH", Parameters: `{"LocalRoleName":"R"}`}}}},
			Principals: []catalog.Principal{{Type: "IAM_PATTERN", ARN: "arn:aws:iam:::role/Builder"}},
			Shares:     []catalog.Share{{Type: "ORGANIZATIONAL_UNIT", Node: "ou-ab12-11111111", Principals: true}}}},
	}
}

// with is bucket() with something else.
func with(change func(*catalog.Catalog)) catalog.Catalog {
	c := bucket()
	change(&c)
	return c
}

// foreign puts what is not ours into the portfolio.
func foreign(c *catalog.Catalog) {
	c.Portfolios[0].Placements = append(c.Portfolios[0].Placements, catalog.Placement{Product: "somebody-elses"})
	c.Products[0].Versions = append(c.Products[0].Versions, catalog.Version{ID: "pa-hand", Name: "v0", Active: false, Guidance: "DEFAULT"})
	c.Products[0].Tags["aws:cloudformation:stack-id"] = "x"
}

func lines(t *testing.T, got []catalog.Change, want ...string) {
	t.Helper()
	have := catalog.Summary(got)
	if !slices.Equal(have, want) {
		t.Errorf("changes:\n  %s\nwant:\n  %s", strings.Join(have, "\n  "), strings.Join(want, "\n  "))
	}
}

func sortedRegions(m catalog.RegionErrors) []string { return slices.Sorted(maps.Keys(m)) }

// forgetful takes principals and does not keep them.
type forgetful struct{ *model }

func (f *forgetful) Apply(ctx context.Context, c catalog.Change) error {
	if c.Kind == catalog.KindPrincipal {
		return nil
	}
	return f.model.Apply(ctx, c)
}
