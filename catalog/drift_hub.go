package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products"
)

// published says whether a product was ever published: it is somewhere, or the state recorded it.
// What never was is no drift, but work to come.
func (s Sight) published(key string) bool {
	return len(s.Published[key]) > 0 || slices.ContainsFunc(s.Have.Products, func(p Product) bool { return p.Key == key })
}

// reduced is want without what is not published, or not here: those say so themselves.
func (s Sight) reduced() Catalog {
	var c Catalog
	for _, p := range s.Want.Products {
		if s.Have.Product(p.Region, p.Key) != nil {
			c.Products = append(c.Products, p)
		}
	}
	for _, p := range s.Want.Portfolios {
		p.Placements = slices.DeleteFunc(slices.Clone(p.Placements), func(at Placement) bool { return s.Have.Product(p.Region, at.Product) == nil })
		if s.Have.Portfolio(p.Region, p.Key) != nil {
			c.Portfolios = append(c.Portfolios, p)
		}
	}
	return c
}

// missing are published products, and portfolios of theirs, that a region lacks: deleted by hand.
func (s Sight) missing() []Drift {
	var all []Drift
	gone := func(region, kind, key string) {
		all = append(all, Drift{Kind: "CD-8", Region: region, On: key, What: kind + " " + key + ": missing", Repair: "publish its next version: what is missing is made again, under a new id"})
	}
	for _, p := range s.Want.Products {
		if s.Unread[p.Region] == nil && s.published(p.Key) && s.Have.Product(p.Region, p.Key) == nil {
			gone(p.Region, "product", p.Key)
		}
	}
	for _, p := range s.Want.Portfolios {
		used := slices.ContainsFunc(p.Placements, func(at Placement) bool { return s.published(at.Product) })
		if s.Unread[p.Region] == nil && used && s.Have.Portfolio(p.Region, p.Key) == nil {
			gone(p.Region, "portfolio", p.Key)
		}
	}
	return all
}

// foreignVersions are versions of our products that axle did not publish.
func (s Sight) foreignVersions() []Drift {
	var all []Drift
	for _, p := range s.Have.Products {
		for _, v := range p.Versions {
			what := ""
			switch {
			case v.Name == "-":
				what = "a placeholder"
			case v.Digest == "":
				what = "not published by axle: its description has no digest"
			default:
				continue
			}
			all = append(all, Drift{Kind: "CD-3", Region: p.Region, On: p.Key, ID: v.ID, What: fmt.Sprintf("version %s %s: %s", p.Key, v.Name, what),
				Repair: "deactivate it, then delete it when axle fleet status shows nobody on it"})
		}
	}
	return all
}

// digests compares what a version's description says, what was recorded when it was published,
// and the bytes that lie under its digest.
func (s Sight) digests() []Drift {
	var all []Drift
	for _, p := range s.Have.Products {
		for _, v := range p.Versions {
			r, known := s.recorded(p.Key, v.Name)
			if known && v.Digest != "" && v.Digest != r.Digest {
				all = append(all, Drift{Kind: "CD-4", Region: p.Region, On: p.Key, ID: v.ID,
					What:   fmt.Sprintf("version %s %s: its description says %s, published was %s", p.Key, v.Name, v.Digest, r.Digest),
					Repair: "find out who changed it; publish a new version and retire this one"})
			}
		}
	}
	for _, t := range s.Survey.Templates {
		r, known := s.recorded(t.Product, t.Version)
		v := s.Have.Product(t.Region, t.Product).Version(t.Version)
		switch {
		case known && v != nil && v.Digest != r.Digest: // said above: it lies under another name
		case t.Digest == "":
			all = append(all, s.object(t, "the object is gone"))
		case known && t.Digest != r.Template:
			all = append(all, s.object(t, fmt.Sprintf("the object is %s, published was %s", t.Digest, r.Template)))
		}
	}
	return all
}

func (s Sight) object(t Template, what string) Drift {
	return Drift{Kind: "CD-4", Region: t.Region, On: t.Product, ID: t.Place, What: fmt.Sprintf("version %s %s: %s", t.Product, t.Version, what),
		Repair: "find out who may write to the bucket; put the published object back from its earlier version"}
}

func (s Sight) recorded(product, version string) (products.Published, bool) {
	i := slices.IndexFunc(s.Published[product], func(r products.Published) bool { return r.Version == version })
	if i < 0 {
		return products.Published{}, false
	}
	return s.Published[product][i], true
}

// unrecorded are the versions whose content nothing here can be compared with.
func (s Sight) unrecorded() []Unseen {
	var names []string
	for _, t := range s.Survey.Templates {
		if _, known := s.recorded(t.Product, t.Version); !known {
			names = append(names, t.Product+" "+t.Version)
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return nil
	}
	return []Unseen{{Kinds: []string{"CD-4"}, Why: "the content of " + strings.Join(names, ", ") + ": another state published it, and this one has nothing to compare with"}}
}

// keys are those that git has, for portfolios and products, gamma's staging products included.
func (s Sight) keys() map[string]bool {
	keys := map[string]bool{}
	for key := range s.File.Portfolios {
		keys["portfolio "+key] = true
	}
	for _, p := range s.Products {
		keys["product "+p.Name] = true
		keys["product "+StagingName(p.Name)] = true
	}
	return keys
}

// KeyOf is the key of the portfolio or product with an id, "" where the catalog has none.
func (c Catalog) KeyOf(region, id string) string {
	for _, p := range c.Products {
		if p.Region == region && p.ID == id {
			return p.Key
		}
	}
	for _, p := range c.Portfolios {
		if p.Region == region && p.ID == id {
			return p.Key
		}
	}
	return ""
}

func (s Sight) ours(t Standing) bool { return s.Have.KeyOf(t.Region, t.ID) != "" }

// doubles are things that stand twice, and things of axle's that git no longer has.
func (s Sight) doubles() []Drift {
	var all []Drift
	keys := s.keys()
	for _, t := range s.Survey.Standing {
		switch {
		case s.ours(t):
		case t.Key != "" && !keys[t.Kind+" "+t.Key]:
			all = append(all, Drift{Kind: "CD-8", Region: t.Region, On: t.Key, ID: t.ID, What: fmt.Sprintf("%s %s: an orphan: git has no %s", t.Kind, t.Name, t.Key),
				Repair: "put it back into git, or retire and delete it when nobody runs it"})
		case s.doubled(t):
			all = append(all, Drift{Kind: "CD-8", Region: t.Region, On: cmp.Or(t.Key, t.Name), ID: t.ID, What: fmt.Sprintf("%s %s: a duplicate of ours", t.Kind, t.Name),
				Repair: "delete it, or take its tag " + TagKey + " and give it another name"})
		}
	}
	return all
}

// doubled says whether something else has the same key, or the name of something of ours.
func (s Sight) doubled(t Standing) bool {
	return slices.ContainsFunc(s.Survey.Standing, func(o Standing) bool {
		same := o.Region == t.Region && o.Kind == t.Kind && o.ID != t.ID
		return same && (t.Key != "" && o.Key == t.Key || t.Key == "" && s.ours(o) && o.Name == t.Name)
	})
}

// synced are products that publish each commit of some repository, ungated (CAT-7).
func (s Sight) synced() []Drift {
	var all []Drift
	for _, t := range s.Survey.Standing {
		if t.Synced != "" && (t.Key != "" || s.ours(t)) {
			all = append(all, Drift{Kind: "CD-9", Region: t.Region, On: cmp.Or(t.Key, t.Name), ID: t.ID, What: "product " + t.Name + ": is synced from " + t.Synced + ", past every gate",
				Repair: "remove the product's source connection"})
		}
	}
	return all
}

// extras are what the model does not carry: it can only have been put there by hand.
func (s Sight) extras() []Drift {
	var all []Drift
	for _, e := range s.Survey.Extras {
		kind, repair := "CD-10", byHand
		if e.Kind == "portfolio" {
			kind, repair = "CD-8", "take the product out of it: no constraint of git's holds there"
		}
		all = append(all, Drift{Kind: kind, Region: e.Region, On: e.On, ID: e.ID, What: e.Kind + " of " + e.On + ": extra: " + e.What, Repair: repair})
	}
	return all
}
