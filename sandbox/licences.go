package sandbox

import (
	"context"
	"net/http"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/licensemanager"
	"github.com/axle-cd/axle/sandbox/world"
)

// PutLicence gives an account a licence, as a purchase in Marketplace does, or changes the one
// that has its ARN.
func (s *Sandbox) PutLicence(ctx context.Context, l licensemanager.Licence) (made licensemanager.Licence, err error) {
	err = s.update(ctx, func(c *world.Call) error {
		if _, ok := world.FindAccount(c, l.Holder); !ok || l.SKU == "" {
			return document.Fail("AXLE1129", "a licence needs the account that holds it, and its SKU", `give {"holder": "888888888888", "sku": "prod-example"}`, nil)
		}
		made = licensemanager.Put(c, l)
		return nil
	})
	return made, err
}

// writeLicence takes a licence: {"holder": "888888888888", "sku": "prod-example", "ends": "2027-01-01T00:00:00Z"}.
func (s *Sandbox) writeLicence(r *http.Request) (any, error) {
	var l licensemanager.Licence
	if err := decodeJSON(r, &l); err != nil {
		return nil, err
	}
	made, err := s.PutLicence(r.Context(), l)
	if err != nil {
		return nil, err
	}
	return map[string]string{"arn": made.ARN}, nil
}
