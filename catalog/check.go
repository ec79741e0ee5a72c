package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Check refuses a want that AWS, or a published version, stands against, before any call is
// made. An error here means that nothing was changed.
func Check(want, have Catalog) error {
	for _, w := range want.Products {
		h := have.Product(w.Region, w.Key)
		if h == nil {
			continue
		}
		if h.Type != "" && w.Type != h.Type {
			return conflict("AXLE2607", w, fmt.Sprintf("is %s, and a product's type cannot become %s", h.Type, w.Type), "publish it under another name")
		}
		for _, v := range w.Versions {
			if err := published(w, v, h); err != nil {
				return err
			}
		}
	}
	return errors.Join(emptied(want, have), apart(want), choosable(want, have), defined(want, have))
}

// published refuses another content under a published version's name (CAT-10).
func published(w Product, v Version, h *Product) error {
	same := slices.DeleteFunc(slices.Clone(h.Versions), func(x Version) bool { return x.Name != v.Name })
	switch {
	case len(same) > 1:
		return conflict("AXLE2604", w, fmt.Sprintf("has %d versions called %s (%s, %s)", len(same), v.Name, same[0].ID, same[1].ID), "delete the one that nobody runs")
	case len(same) == 0 || v.Digest == "" || same[0].Digest == v.Digest:
		return nil
	case same[0].Digest == "":
		return conflict("AXLE2605", w, fmt.Sprintf("has a version %s (%s) that axle did not publish", v.Name, same[0].ID), "choose another version number in product.yaml")
	}
	return conflict("AXLE2606", w, fmt.Sprintf("version %s is already published with %s; this content is %s", v.Name, same[0].Digest, v.Digest),
		"a published version never changes: raise version in product.yaml")
}

// CodeNoVersion is of a lifecycle state for a version that there never was.
const CodeNoVersion = "AXLE2608"

// emptied refuses to remove a portfolio that holds something: AWS would refuse it too, and after
// its shares were taken away.
func emptied(want, have Catalog) error {
	for _, left := range want.Gone {
		if p := have.Portfolio(left.Region, left.Key); p != nil && len(p.Holds) > 0 {
			return document.Fail("AXLE2612", fmt.Sprintf("portfolio %s (%s) in %s has left catalog.yaml, and still holds %s", left.Key, p.ID, left.Region, strings.Join(p.Holds, ", ")),
				"publish product.yaml without it first; what no product.yaml names is taken out by hand: DisassociateProductFromPortfolio", nil)
		}
	}
	return nil
}

// Somewhere says whether some region has a version of a product.
func (c Catalog) Somewhere(product, version string) bool {
	return slices.ContainsFunc(c.Products, func(p Product) bool { return p.Key == product && p.Version(version) != nil })
}

func conflict(code string, p Product, what, hint string) error {
	return document.Fail(code, fmt.Sprintf("%s in %s %s", p.Name, p.Region, what), hint, nil)
}
