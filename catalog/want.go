package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

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
		c := Catalog{Products: []Product{wantProduct(region, p.Name, p, lifecycle(p, r))}}
		for _, key := range sortedKeys(p.Portfolios) {
			folio, err := wantPortfolio(region, key, f.Portfolios[key])
			if err != nil {
				return Catalog{}, err
			}
			cons, err := constraints(p.Portfolios[key].Constraints, r)
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
	switch {
	case p.Type != "" && p.Type != "CLOUD_FORMATION_TEMPLATE":
		return unsupported("type "+p.Type, "publish a CLOUD_FORMATION_TEMPLATE")
	case len(p.TagOptions) > 0:
		return unsupported("tag_options", "remove the key, or add the tag options by hand after publishing")
	case len(p.ServiceActions) > 0:
		return unsupported("service_actions", "remove the key, or associate the actions by hand after publishing")
	}
	for _, key := range sortedKeys(p.Portfolios) {
		folio, ok := f.Portfolios[key]
		if !ok {
			return document.Fail("AXLE2600", fmt.Sprintf("product %s names portfolio %s, which catalog.yaml does not have", p.Name, key),
				"add it under portfolios in catalog.yaml", nil)
		}
		if folio.Mode != "" && folio.Mode != "reference" {
			return unsupported("portfolio mode "+folio.Mode, "use mode: reference")
		}
		if p.Portfolios[key].Budget != "" {
			return unsupported("budget", "remove the key, or associate the budget by hand after publishing")
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
		Type: "CLOUD_FORMATION_TEMPLATE", Tags: tagged(p.Tags, name), Versions: versions,
	}
}

func wantPortfolio(region, key string, f PortfolioFile) (Portfolio, error) {
	folio := Portfolio{Region: region, Key: key, DisplayName: f.DisplayName, ProviderName: f.ProviderName,
		Description: f.Description, Tags: tagged(f.Tags, key)}
	for _, p := range f.Principals {
		folio.Principals = append(folio.Principals, Principal{Type: p.Type, ARN: p.ARN})
	}
	for _, s := range f.Shares {
		share, err := wantShare(s)
		if err != nil {
			return Portfolio{}, err
		}
		folio.Shares = append(folio.Shares, share)
	}
	folio.sort()
	return folio, nil
}

func wantShare(s ShareFile) (Share, error) {
	share := Share{TagOptions: s.TagOptions, Principals: s.Principals}
	switch {
	case s.Organization != "":
		share.Type, share.Node = "ORGANIZATION", s.Organization
	case s.OrganizationalUnit != "":
		share.Type, share.Node = "ORGANIZATIONAL_UNIT", s.OrganizationalUnit
	default:
		return Share{}, unsupported(fmt.Sprintf("a share with account %s alone", s.Account),
			"share with organization or organizational_unit; an account outside the organization is shared with by hand, and must accept")
	}
	return share, nil
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
		v.Name, v.Active, v.Guidance = d.Version, true, "DEPRECATED"
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

// constraints are a placement's, in the order of their types.
func constraints(c products.Constraints, r Release) ([]Constraint, error) {
	var all []Constraint
	add := func(kind string, parameters any) {
		raw, _ := json.Marshal(parameters) // maps of text and lists of text always marshal
		all = append(all, Constraint{Type: kind, Parameters: CanonicalJSON(string(raw))})
	}
	if c.StackSet != nil {
		return nil, unsupported("constraint stackset", "use launch, or enforce the product by hand")
	}
	if c.Launch != nil {
		add("LAUNCH", map[string]string{"LocalRoleName": c.Launch.LocalRoleName})
	}
	if len(c.Notification) > 0 {
		add("NOTIFICATION", map[string][]string{"NotificationArns": c.Notification})
	}
	if c.ResourceUpdate != nil {
		add("RESOURCE_UPDATE", map[string]any{"Version": "2.0",
			"Properties": map[string]string{"TagUpdateOnProvisionedProduct": c.ResourceUpdate.TagUpdateOnProvisionedProduct}})
	}
	if c.Template != "" {
		raw, ok := r.Rules[c.Template]
		if !ok || !json.Valid(raw) {
			return nil, document.Fail("AXLE2602", fmt.Sprintf("the template constraint %s is missing or is not JSON", c.Template),
				`write it beside product.yaml: {"Rules": {…}}`, nil)
		}
		all = append(all, Constraint{Type: "TEMPLATE", Parameters: CanonicalJSON(string(raw))})
	}
	return all, nil
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
