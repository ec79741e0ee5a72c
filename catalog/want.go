package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Release is a version about to be published.
type Release struct {
	Version  string
	Digest   string            // of template and assets
	Template string            // digest of the template's bytes, in the artifact store
	Commit   string            // the commit it comes from
	Changes  string            // what is new, in words
	Rules    map[string][]byte // files that constraints name, by their path in product.yaml
	Now      time.Time         // the hub's: from lifecycle's until on, a version is retired (CAT-13)
}

// Want is what the hub should hold for a product: in every hub region the product, its new
// version, the states of the versions that lifecycle names, and the portfolios it stands in.
// Without a new version (the zero Release) it is the product as it should be otherwise.
func Want(f *File, p *products.File, r Release) (Catalog, error) {
	if err := supported(f, p); err != nil {
		return Catalog{}, err
	}
	var all []Catalog
	for _, region := range f.Hub.Regions {
		product := wantProduct(region, p.Name, p, lifecycle(p, r))
		product.Actions, product.Budgets = wantActions(p.Name, "", p), wantBudgets(p)
		c := Catalog{Products: []Product{product}}
		for _, key := range sortedKeys(p.Portfolios) {
			folio := wantPortfolio(region, key, f.Portfolios[key])
			cons, err := constraints(p, p.Portfolios[key].Constraints, r)
			if err != nil {
				return Catalog{}, err
			}
			folio.Placements = []Placement{{Product: p.Name, Constraints: cons}}
			c.Portfolios = append(c.Portfolios, folio)
		}
		all = append(all, c)
	}
	return Join(all...), nil
}

// supported names the first key that publishing cannot carry out: better refused than left out in silence.
func supported(f *File, p *products.File) error {
	for _, key := range sortedKeys(p.Portfolios) {
		folio, ok := f.Portfolios[key]
		if !ok {
			return document.Fail("AXLE2600", fmt.Sprintf("product %s names portfolio %s, which catalog.yaml does not have", p.Name, key),
				"add it under portfolios in catalog.yaml", nil)
		}
		if folio.Mode == Copied && (len(p.TagOptions) > 0 || len(p.ServiceActions) > 0) {
			return document.Fail("AXLE2680", fmt.Sprintf("portfolio %s is of mode copy, and AWS copies no tag options and no service actions", key),
				"use mode: import, or remove tag_options and service_actions from product.yaml", nil)
		}
		if p.Portfolios[key].Quota != nil {
			return unsupported("quota", "remove the key")
		}
	}
	return nil
}

func unsupported(what, instead string) error {
	return document.Fail("AXLE2601", what+" is not supported", instead, nil)
}

func wantProduct(region, name string, p *products.File, versions []Version) Product {
	return Product{
		Region: region, Key: name, Name: name, Owner: p.Owner, Distributor: p.Distributor, Description: p.Description,
		SupportEmail: p.Support.Email, SupportURL: p.Support.URL, SupportDescription: p.Support.Description,
		Type: cmp.Or(p.Type, cloudFormation), Tags: tagged(p.Tags, name), TagOptions: wantTagOptions(p), Versions: versions,
	}
}

func wantPortfolio(region, key string, f PortfolioFile) Portfolio {
	folio := Portfolio{Region: region, Key: key, DisplayName: f.DisplayName, ProviderName: f.ProviderName,
		Description: f.Description, Tags: tagged(f.Tags, key)}
	for _, p := range f.Principals {
		if f.admitsAbroad(p) {
			continue
		}
		folio.Principals = append(folio.Principals, Principal{Type: p.Type, ARN: p.ARN})
	}
	for _, s := range f.Shares {
		folio.Shares = append(folio.Shares, wantShare(s))
	}
	folio.sort()
	return folio
}

func wantShare(s ShareFile) Share {
	share := Share{TagOptions: s.TagOptions, Principals: s.Principals}
	switch {
	case s.Organization != "":
		share.Type, share.Node = "ORGANIZATION", s.Organization
	case s.OrganizationalUnit != "":
		share.Type, share.Node = "ORGANIZATIONAL_UNIT", s.OrganizationalUnit
	default:
		share.Type, share.Node = "ACCOUNT", string(s.Account)
	}
	return share
}

// sort puts principals and shares in one order, whatever the file's.
func (p *Portfolio) sort() {
	slices.SortFunc(p.Principals, func(a, b Principal) int { return order(a.Type, b.Type, a.ARN, b.ARN) })
	p.Principals = slices.Compact(p.Principals)
	slices.SortFunc(p.Shares, func(a, b Share) int { return order(a.Type, b.Type, a.Node, b.Node) })
}

func tagged(tags map[string]string, key string) map[string]string {
	all := map[string]string{TagKey: key}
	maps.Copy(all, tags)
	return all
}

func (r Release) version(name string) Version {
	return Version{Name: name, Digest: r.Digest, Template: r.Template, Commit: r.Commit, Changes: r.Changes, Active: true, Guidance: "DEFAULT"}
}

// lifecycle is the new version and every version that product.yaml names a state for.
func lifecycle(p *products.File, r Release) []Version {
	states := map[string]Version{}
	if r.Version != "" {
		states[r.Version] = r.version(r.Version)
	}
	for _, d := range p.Lifecycle.Deprecated {
		v := states[d.Version]
		v.Name, v.Active, v.Guidance = d.Version, !reached(d.Until, r.Now), "DEPRECATED"
		states[d.Version] = v
	}
	for _, name := range p.Lifecycle.Retired {
		v := states[name]
		if v.Guidance == "" {
			v.Guidance = "DEFAULT"
		}
		v.Name, v.Active = name, false
		states[name] = v
	}
	return slices.SortedFunc(maps.Values(states), func(a, b Version) int { return strings.Compare(a.Name, b.Name) })
}

// CanonicalJSON gives equal values equal text: sorted keys, no spaces. What is not JSON stays as it is.
func CanonicalJSON(text string) string {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return text
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return text
	}
	return string(raw)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
