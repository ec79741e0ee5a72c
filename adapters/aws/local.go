package aws

import (
	"context"
	"fmt"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// spoke is what a spoke has of its own for the hub in one region: a region like the hub's, in
// another account and under the hub's tag.
type spoke struct {
	*region
	want catalog.Local
}

// ours says whether something with axle's tag is of this region's kind: the hub's own has no
// source; a spoke's has the hub's.
func (r *region) ours(source, key string) bool {
	if r.home == nil {
		return source == ""
	}
	return source == r.home.account+"/"+key
}

// spoke gives a wanted spoke of the region, or nil.
func (r *region) spoke(account string) *spoke {
	want := r.scope.Local(account, r.region())
	if want == nil {
		return nil
	}
	h := r.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	at := place{account, want.Role, r.region()}
	if h.spokes[at] == nil {
		own := &region{site: h.session.at(account, want.Role, r.region()), hub: h, home: r,
			ids: map[string]string{}, made: map[string]bool{}, done: map[string]bool{}}
		h.spokes[at] = &spoke{own, *want}
	}
	return h.spokes[at]
}

// spokeSeen is a wanted spoke whose own was read.
func (r *region) spokeSeen(ctx context.Context, account string) (*spoke, error) {
	s := r.spoke(account)
	if s == nil {
		return nil, document.Fail("AXLE3273", fmt.Sprintf("nothing is wanted in account %s %s", account, r.region()), "make the plan again", nil)
	}
	s.first.Lock()
	defer s.first.Unlock()
	if s.seen != nil {
		return s, nil
	}
	return s, s.observe(ctx, *r.seen).Err
}

// locals reads the wanted spokes of a region, many side by side. One that cannot be read says so
// in its own Local; the error is the context's.
func (r *region) locals(ctx context.Context, hub catalog.Catalog) ([]catalog.Local, error) {
	all := make([]catalog.Local, len(r.scope.Locals))
	err := each(ctx, len(all), func(i int) {
		all[i] = r.spoke(r.scope.Locals[i].Account).observe(ctx, hub)
	})
	return all, err
}

// Locals reads what the wanted spokes have of their own, beside a hub as it was seen to be.
func (h *Hub) Locals(ctx context.Context, hub catalog.Catalog) ([]catalog.Local, error) {
	var all []catalog.Local
	for _, name := range h.scope.Regions() {
		some, err := h.region(name).locals(ctx, hub.In(name))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// observe reads what is wanted of the spoke, until what this run applied there is seen.
func (s *spoke) observe(ctx context.Context, hub catalog.Catalog) catalog.Local {
	want := catalog.Catalog{Products: s.home.scope.Products, Locals: []catalog.Local{s.want}}
	have := hub
	got, err := until(ctx, s.region, func(ctx context.Context) (catalog.Local, error) { return s.look(ctx, hub) },
		func(l catalog.Local) []catalog.Change {
			have.Locals = []catalog.Local{l}
			return catalog.PlanLocals(s.region.region(), want, have)
		})
	if err != nil {
		return catalog.Local{Account: s.account, Region: s.site.region, Role: s.role,
			Err: fmt.Errorf("what account %s %s has of its own is unknown: %w", s.account, s.site.region, err)}
	}
	return got
}

func (s *spoke) look(ctx context.Context, hub catalog.Catalog) (catalog.Local, error) {
	s.recall(s.want.Portfolios, s.want.Copies)
	l := catalog.Local{Account: s.account, Region: s.site.region, Role: s.role}
	var c catalog.Catalog
	ids := map[string]int{}
	for _, want := range s.want.Portfolios {
		p, err := s.portfolio(ctx, want)
		if err != nil {
			return l, err
		}
		if p != nil {
			ids[p.ID] = len(c.Portfolios)
			c.Portfolios = append(c.Portfolios, *p)
		}
	}
	imported, err := s.products(ctx, &c, ids, hub)
	if err != nil {
		return l, err
	}
	s.remember(&c)
	for key, id := range imported {
		s.ids["product/"+key] = id
	}
	l.Portfolios, l.Copies = c.Portfolios, c.Products
	l.Received, err = s.received(ctx, hub)
	return l, err
}

// products reads the copies, and where they and the imported products stand.
func (s *spoke) products(ctx context.Context, c *catalog.Catalog, ids map[string]int, hub catalog.Catalog) (imported map[string]string, err error) {
	imported = map[string]string{}
	for _, p := range s.home.scope.Products {
		if len(s.want.Portfolios) == 0 {
			break
		}
		here := hub.Product(p.Region, p.Key)
		if i := slices.IndexFunc(s.want.Copies, func(w catalog.Product) bool { return w.Key == p.Key }); i >= 0 {
			if here, err = s.product(ctx, s.want.Copies[i]); err != nil {
				return nil, err
			}
			if here != nil {
				c.Products = append(c.Products, *here)
			}
		} else if here != nil {
			imported[p.Key] = here.ID
		}
		if here == nil {
			continue
		}
		if err := s.placements(ctx, c, ids, *here); err != nil && !answered(err, missing) {
			return nil, err
		}
	}
	for i := range c.Portfolios {
		for j, at := range c.Portfolios[i].Placements {
			_, c.Portfolios[i].Placements[j].Imported = imported[at.Product]
		}
	}
	return imported, nil
}

// received are the portfolios that this account alone was given and has accepted, and whom of
// the wanted they admit. The hub's own list says what is accepted.
func (s *spoke) received(ctx context.Context, hub catalog.Catalog) ([]catalog.Portfolio, error) {
	var all []catalog.Portfolio
	for _, want := range s.want.Received {
		p := hub.Portfolio(want.Region, want.Key)
		if p == nil || !slices.ContainsFunc(p.Shares, func(x catalog.Share) bool { return x.Type == "ACCOUNT" && x.Node == s.account && x.Accepted }) {
			continue
		}
		got := catalog.Portfolio{Region: want.Region, Key: want.Key}
		if len(want.Principals) > 0 {
			there, err := s.site.principals(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			for _, w := range want.Principals {
				if slices.Contains(there, w) {
					got.Principals = append(got.Principals, w)
				}
			}
		}
		all = append(all, got)
	}
	return all, nil
}
