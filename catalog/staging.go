package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Gamma is where a candidate is tried: a portfolio of its own, and the account and role that
// launch from it.
type Gamma struct {
	Portfolio string // key in catalog.yaml; never one that the product is published in
	Account   document.AccountID
	Deploy    string // the role that axle acts with in that account
	Role      string // the end user's role there
	Regions   []string
}

const stagingSuffix = "-staging"

// StagingName is what a product is called in the staging portfolio. Its service actions have names
// of their own likewise: what a candidate changes about one is not to change prod's.
func StagingName(product string) string { return product + stagingSuffix }

// Candidate is what a version is called there. A candidate that changed is another version;
// the released name is used once, by what was approved.
func Candidate(r Release) string {
	_, hex, _ := strings.Cut(r.Digest, ":")
	if len(hex) > 12 {
		hex = hex[:12]
	}
	return r.Version + "-candidate-" + hex
}

// Staging is what the hub should hold for gamma: the candidate, and the releases it must
// upgrade, as versions of the staging product, with the constraints it will have in prod,
// shared with the gamma account alone.
func Staging(f *File, p *products.File, g Gamma, releases ...Release) (Catalog, error) {
	if err := g.check(f, p); err != nil {
		return Catalog{}, err
	}
	name := StagingName(p.Name)
	var all []Catalog
	for _, region := range g.Regions {
		folio := wantPortfolio(region, g.Portfolio, f.Portfolios[g.Portfolio])
		folio.Principals = append(folio.Principals, g.principal())
		folio.Shares = append(folio.Shares, Share{Type: "ORGANIZATION_MEMBER_ACCOUNT", Node: string(g.Account)})
		folio.sort()
		cons, err := constraints(p, stagedConstraints(p), latest(releases))
		if err != nil {
			return Catalog{}, err
		}
		folio.Placements = []Placement{{Product: name, Constraints: cons}}
		product := wantProduct(region, name, p, candidates(releases))
		product.Actions = wantActions(name, stagingSuffix, p)
		all = append(all, Catalog{Products: []Product{product}, Portfolios: []Portfolio{folio}})
	}
	return Join(all...), nil
}

// principal is the end user, admitted in its own account: principals go along with shares to
// an organization and its units only.
func (g Gamma) principal() Principal {
	return Principal{Type: "IAM", ARN: fmt.Sprintf("arn:aws:iam::%s:role/%s", g.Account, g.Role), Account: string(g.Account), As: g.Deploy}
}

func (g Gamma) check(f *File, p *products.File) error {
	if err := supported(f, p); err != nil {
		return err
	}
	if _, ok := f.Portfolios[g.Portfolio]; !ok {
		return document.Fail("AXLE2600", fmt.Sprintf("gamma publishes to portfolio %s, which catalog.yaml does not have", g.Portfolio),
			"add it under portfolios in catalog.yaml", nil)
	}
	if _, ok := p.Portfolios[g.Portfolio]; ok {
		return document.Fail("AXLE2603", fmt.Sprintf("portfolio %s is both gamma's and one that %s is published in", g.Portfolio, p.Name),
			"give gamma a portfolio of its own: a candidate must not be seen before it is approved", nil)
	}
	return nil
}

// stagedConstraints are those of the first portfolio by key: one product cannot have two launch roles at once.
func stagedConstraints(p *products.File) products.Constraints {
	for _, key := range sortedKeys(p.Portfolios) {
		return p.Portfolios[key].Constraints
	}
	return products.Constraints{}
}

func latest(releases []Release) Release {
	if len(releases) == 0 {
		return Release{}
	}
	return releases[0]
}

func candidates(releases []Release) []Version {
	var all []Version
	for _, r := range releases {
		all = append(all, r.version(Candidate(r)))
	}
	slices.SortFunc(all, func(a, b Version) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b Version) bool { return a.Name == b.Name })
}
