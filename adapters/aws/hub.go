package aws

import (
	"context"
	"fmt"
	"sync"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Pins remember which id a key has on AWS. A lost pin costs reads, never a second object.
type Pins interface {
	Pin(kind, region, key string) string // "" where there is none
	SetPin(kind, region, key, id string) error
}

// Hub is the catalog of a hub account: of its scope, what is there, and one change at a time.
// Regions are independent and may be worked on side by side.
type Hub struct {
	session *Session
	at      catalog.Hubs
	scope   catalog.Catalog
	pins    Pins
	open    func(digest string) ([]byte, error)

	mu      sync.Mutex
	regions map[string]*region
	spokes  map[place]*spoke
}

// NewHub makes a Hub for the portfolios and products that scope names. open gives the bytes
// of a template by its digest.
func NewHub(s *Session, at catalog.Hubs, scope catalog.Catalog, pins Pins, open func(digest string) ([]byte, error)) *Hub {
	return &Hub{session: s, at: at, scope: scope, pins: pins, open: open, regions: map[string]*region{}, spokes: map[place]*spoke{}}
}

// region is the hub in one region, or what a spoke has of its own there, and what was last seen of it.
type region struct {
	*site
	hub    *Hub
	home   *region // of a spoke: the hub in its region; else nil
	scope  catalog.Catalog
	seen   *catalog.Catalog  // by the last Observe
	ids    map[string]string // of portfolios, products and versions, by kind and key; Apply adds to it
	made   map[string]bool   // ids that this run made: AWS may not show them yet (CT-2)
	done   map[string]bool   // changes that this run applied, in words: likewise
	pinned map[string]string // what was pinned before the last look, by kind and key
	first  sync.Mutex        // held while known looks
}

func (h *Hub) region(name string) *region {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.regions[name] == nil {
		h.regions[name] = &region{site: h.session.at(string(h.at.Account), h.at.Role, name), hub: h,
			scope: h.scope.In(name), ids: map[string]string{}, made: map[string]bool{}, done: map[string]bool{}}
	}
	return h.regions[name]
}

// Observe reads the scope in every region, side by side. Regions that cannot be read are in
// catalog.RegionErrors; the others are whole.
func (h *Hub) Observe(ctx context.Context) (catalog.Catalog, error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	failed := catalog.RegionErrors{}
	var all []catalog.Catalog
	for _, name := range h.scope.Regions() {
		wg.Go(func() {
			c, err := h.region(name).whole(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed[name] = err
				return
			}
			all = append(all, c)
		})
	}
	wg.Wait()
	if len(failed) > 0 {
		return catalog.Join(all...), failed
	}
	return catalog.Join(all...), nil
}

// whole is the region with what its spokes have of their own.
func (r *region) whole(ctx context.Context) (catalog.Catalog, error) {
	if err := r.mayShare(ctx); err != nil {
		return catalog.Catalog{}, err
	}
	c, err := r.observe(ctx)
	if err == nil {
		c.Locals, err = r.locals(ctx, c)
	}
	return c, err
}

// Apply carries out one change, and returns when it is seen done.
func (h *Hub) Apply(ctx context.Context, c catalog.Change) error {
	r := h.region(c.Region)
	if err := r.known(ctx); err != nil {
		return err
	}
	verbs := r.verbs()
	if c.Account != "" {
		s, err := r.spokeSeen(ctx, c.Account)
		if err != nil {
			return err
		}
		r, verbs = s.region, s.verbs()
	}
	do, ok := verbs[c.Kind][c.Verb]
	if !ok {
		return document.Fail("AXLE2651", fmt.Sprintf("%s of a %s is not supported", c.Verb, c.Kind), "do it by hand, then run again", nil)
	}
	if err := do(ctx, c); err != nil {
		return fmt.Errorf("%s: %w", c.Words(), err)
	}
	r.done[c.Words()] = true
	return nil
}

// known observes the region unless that was done before. Spokes may ask side by side.
func (r *region) known(ctx context.Context) error {
	r.first.Lock()
	defer r.first.Unlock()
	if r.seen != nil {
		return nil
	}
	_, err := r.observe(ctx)
	return err
}

func (r *region) pin(kind, key string) string {
	return r.hub.pins.Pin(kind, r.region(), r.account+"/"+key)
}

// recall notes what is pinned before a look. What was pinned and is not seen has gone: made anew,
// it is another, and so is its token. What is pinned later is somebody else's work of this moment,
// which the same token finds (I9).
func (r *region) recall(portfolios []catalog.Portfolio, products []catalog.Product) {
	r.pinned = map[string]string{}
	note := func(kind, key string) { r.pinned[kind+"/"+key] = r.pin(kind, key) }
	for _, f := range portfolios {
		note("portfolio", f.Key)
		for _, at := range f.Placements {
			for _, k := range at.Constraints {
				note("constraint", f.Key+"/"+at.Product+"/"+k.Type)
			}
		}
	}
	for _, p := range products {
		note("product", p.Key)
		for _, v := range p.Versions {
			note("version", p.Key+"/"+v.Name)
		}
		for _, a := range p.Actions {
			note("service action", a.Name)
		}
	}
}

// was is what was pinned before the last look.
func (r *region) was(kind, key string) string { return r.pinned[kind+"/"+key] }

func (r *region) setPin(kind, key, id string) error {
	if r.pin(kind, key) == id {
		return nil
	}
	return r.hub.pins.SetPin(kind, r.region(), r.account+"/"+key, id)
}

func (r *region) region() string { return r.site.region }

// effect is how a call is to be repeated that rests on these objects.
func (r *region) effect(e effect, ids ...string) effect {
	for _, id := range ids {
		if r.made[id] {
			return e + ofNew
		}
	}
	return e
}
