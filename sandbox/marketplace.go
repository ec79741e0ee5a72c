package sandbox

import (
	"context"
	"net/http"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/marketplaceagreement"
	"github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// PutExperience puts a Private Marketplace experience into an account's organization, or changes the
// one that has its id, as somebody else would; its id is given.
func (s *Sandbox) PutExperience(ctx context.Context, e marketplacecatalog.Seed) (id string, err error) {
	err = s.update(ctx, func(c *world.Call) error {
		if _, ok := world.FindAccount(c, e.Account); !ok {
			return document.Fail("AXLE1129", "an experience needs an account of the sandbox", `give {"account": "888888888888", "name": "approved", "allow": ["prod-example"]}`, nil)
		}
		id = marketplacecatalog.Put(c, e)
		return nil
	})
	return id, err
}

// PutProduct says of a product of AWS Marketplace that it cannot be procured, or that it can again.
func (s *Sandbox) PutProduct(ctx context.Context, p marketplacecatalog.Product, procurable bool) error {
	return s.update(ctx, func(c *world.Call) error {
		switch {
		case p.ID == "":
			return document.Fail("AXLE1129", "a product needs its id", `give {"id": "prod-example"}`, nil)
		case procurable:
			marketplacecatalog.RemoveProduct(c, p.ID)
		default:
			marketplacecatalog.PutProduct(c, p)
		}
		return nil
	})
}

// Purchase makes an agreement as a purchase in AWS Marketplace does, or changes the one that has its
// id. A new one is refused where the account's experience does not let it procure the product.
func (s *Sandbox) Purchase(ctx context.Context, a marketplaceagreement.Agreement) (made marketplaceagreement.Agreement, err error) {
	err = s.update(ctx, func(c *world.Call) error {
		if _, ok := world.FindAccount(c, a.Acceptor); !ok || a.Product == "" {
			return document.Fail("AXLE1129", "a purchase needs the account that buys, and a product", `give {"acceptor": "333333333333", "product": "prod-example"}`, nil)
		}
		if a.ID == "" && !marketplacecatalog.Procurable(c, a.Acceptor, a.Product) {
			return document.Fail("AXLE1138", "the account's experience does not allow the product", "allow it first, or give the agreement's id: then it was bought before", nil)
		}
		made = marketplaceagreement.Put(c, a)
		return nil
	})
	return made, err
}

func (s *Sandbox) writeExperience(r *http.Request) (any, error) {
	var e marketplacecatalog.Seed
	if err := decodeJSON(r, &e); err != nil {
		return nil, err
	}
	id, err := s.PutExperience(r.Context(), e)
	return map[string]string{"id": id}, err
}

// writeProduct takes a product that cannot be procured: {"id": "prod-example"}, or {…, "procurable": true}.
func (s *Sandbox) writeProduct(r *http.Request) (any, error) {
	var p struct {
		marketplacecatalog.Product
		Procurable bool
	}
	if err := decodeJSON(r, &p); err != nil {
		return nil, err
	}
	return done(s.PutProduct(r.Context(), p.Product, p.Procurable))
}

func (s *Sandbox) writeAgreement(r *http.Request) (any, error) {
	var a marketplaceagreement.Agreement
	if err := decodeJSON(r, &a); err != nil {
		return nil, err
	}
	made, err := s.Purchase(r.Context(), a)
	return map[string]string{"id": made.ID}, err
}
