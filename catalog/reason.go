package catalog

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Sources are the files that a want was read from. Either may be nil.
type Sources struct {
	Catalog *File
	Product *products.File
}

// Reason is the file and line that ask for a change; of a removal, where its line is missing.
func (s Sources) Reason(c Change) string {
	switch c.Kind {
	case KindPortfolio:
		return s.inCatalog("portfolios", c.Portfolio)
	case KindPrincipal, KindShare:
		return s.inCatalog(append([]string{"portfolios", c.Portfolio}, s.listed(c)...)...)
	case KindLaunch:
		return s.inCatalog("enforced", c.Launch.Entry)
	case KindProduct:
		return s.inProduct("name")
	case KindVersion:
		return s.version(c)
	case KindPlacement:
		return s.inProduct("portfolios", c.Portfolio)
	case KindConstraint:
		return s.inProduct("portfolios", c.Portfolio, "constraints", constraintKeys[c.Constraint.Type])
	case KindTagOption:
		return s.inProduct("tag_options", c.TagOption.Key)
	case KindAction:
		i := -1
		if s.Product != nil && c.Action != nil {
			i = slices.IndexFunc(s.Product.ServiceActions, func(a products.ServiceAction) bool { return a.Name == c.Action.Name })
		}
		return s.inProduct("service_actions", strconv.Itoa(i))
	case KindBudget:
		return s.inProduct("portfolios", c.Portfolio, "budget")
	}
	return ""
}

// constraintKeys are the constraints' keys in product.yaml, by AWS's types.
var constraintKeys = map[string]string{
	"LAUNCH": "launch", "TEMPLATE": "template", "NOTIFICATION": "notification", "RESOURCE_UPDATE": "resource_update", "STACKSET": "stackset",
}

// listed is where a portfolio of catalog.yaml lists a principal or a share.
func (s Sources) listed(c Change) []string {
	if s.Catalog == nil {
		return nil
	}
	folio := s.Catalog.Portfolios[c.Portfolio]
	if c.Kind == KindPrincipal {
		return []string{"principals", strconv.Itoa(slices.IndexFunc(folio.Principals, func(p PrincipalFile) bool { return p.ARN == c.Principal.ARN }))}
	}
	return []string{"shares", strconv.Itoa(slices.IndexFunc(folio.Shares, func(f ShareFile) bool {
		return f.Organization+f.OrganizationalUnit+string(f.Account) == c.Share.Node
	}))}
}

// version is asked for by its number; another state of one that is published, by lifecycle.
func (s Sources) version(c Change) string {
	if s.Product == nil || c.Verb == Create {
		return s.inProduct("version")
	}
	life := s.Product.Lifecycle
	if i := slices.Index(life.Retired, c.Version.Name); i >= 0 {
		return s.inProduct("lifecycle", "retired", strconv.Itoa(i))
	}
	if i := slices.IndexFunc(life.Deprecated, func(d products.Deprecated) bool { return d.Version == c.Version.Name }); i >= 0 {
		return s.inProduct("lifecycle", "deprecated", strconv.Itoa(i))
	}
	return s.inProduct("lifecycle")
}

func (s Sources) inCatalog(path ...string) string {
	if s.Catalog == nil {
		return ""
	}
	return place(s.Catalog.Doc, path)
}

func (s Sources) inProduct(path ...string) string {
	if s.Product == nil {
		return ""
	}
	return place(s.Product.Doc, path)
}

// place is file:line of a key, or of the deepest node above it.
func place(doc *document.Doc, path []string) string {
	if doc == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", doc.File, max(1, keyAt(doc, path).Line))
}

func keyAt(doc *document.Doc, path []string) *document.Node {
	if key := doc.At(path[:len(path)-1]...).Key(path[len(path)-1]); key != nil {
		return key
	}
	return doc.At(path...)
}
