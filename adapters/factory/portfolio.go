package factory

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document/foreign"
	"github.com/axle-cd/axle/products"
)

var portfolioLeft = map[string]string{
	"TagOptions": "catalog.yaml has no tag options of a portfolio: give them to its products, as tag_options in product.yaml",
}

// portfolio reads an entry of Portfolios, the products in it, and the split files of both.
func (r *reader) portfolio(v foreign.Value, folder, group string) {
	display := v.Get("DisplayName").Text()
	name := v.Get("PortfolioName").Text()
	parts := path.Join(folder, group, "Portfolios", cmp.Or(display, name))
	if name == "" {
		if display == "" {
			v.Fail("DisplayName is required")
			return
		}
		name = group + "-" + display // the name that the tool gives it on AWS
	}
	key := Slug(name)
	if _, twice := r.out.Portfolios[key]; twice || key == "" {
		v.Fail("portfolio " + name + " stands twice, or its name has no letters")
		return
	}
	r.out.Portfolios[key] = catalog.PortfolioFile{DisplayName: name, ProviderName: v.Must("ProviderName"),
		Description: v.Get("Description").Text(), Tags: tags(v.Get("Tags")), Principals: r.principals(v.Get("Associations"))}
	v.LeaveEach(portfolioLeft)
	r.updates[key] = resourceUpdates(v.Get("Constraints").Get("ResourceUpdate"))
	for _, list := range []string{"Products", "Components"} {
		for _, p := range v.Get(list).Items() {
			r.product(p, "", parts+"/"+list, key)
		}
	}
	r.splitProducts(parts+"/Products", key)
}

// splitProducts reads the products that stand in files of their own: <folder>/<name>/<name>.yaml.
func (r *reader) splitProducts(folder, portfolio string) {
	for _, name := range r.names(folder) {
		file := folder + "/" + name + "/" + name + ".yaml"
		if !r.has(file) {
			continue
		}
		if s := r.open(file); s != nil {
			r.product(s.Root(), name, folder, portfolio)
		}
	}
}

// principals are whom Associations lets launch. A pattern is left: its risk is accepted by a person.
func (r *reader) principals(v foreign.Value) (all []catalog.PrincipalFile) {
	for _, a := range v.Items() {
		of, kind := a, "IAM"
		if a.Node.Get("PrincipalARN") != nil {
			of = a.Get("PrincipalARN")
			if t := a.Get("PrincipalType").Text(); t != "" {
				kind = t
			}
		}
		if of.Node != nil && strings.ContainsAny(of.Node.Value, "*?") || kind != "IAM" {
			kind = "IAM_PATTERN"
		}
		arn := of.Text()
		if kind == "IAM_PATTERN" && !strings.Contains(arn, ":role/aws-reserved/sso.amazonaws.com/") {
			a.List("not carried", "add it to principals as IAM_PATTERN with accept_principal_name_risk: true, once you accept that names can be taken over in a spoke")
			continue
		}
		all = append(all, catalog.PrincipalFile{Type: kind, ARN: arn})
	}
	return all
}

// update is a ResourceUpdate constraint, and which products it is for.
type update struct {
	foreign.Value
	of     *regexp.Regexp
	allows string
}

func resourceUpdates(v foreign.Value) (all []update) {
	for _, u := range v.Items() {
		pattern := "^" + regexp.QuoteMeta(u.Get("Product").Text()) + "$"
		if many := u.Get("Products"); many.Node != nil {
			pattern = "^(?:" + many.Text() + ")" // as Python's match: from the beginning
		}
		of, err := regexp.Compile(pattern)
		if err != nil {
			u.List("not carried", "the pattern is none that axle reads: set constraints.resource_update in each product.yaml")
			continue
		}
		all = append(all, update{u, of, u.Must("TagUpdateOnProvisionedProduct")})
	}
	return all
}

// placements are the portfolios that a product at the root names.
func (r *reader) placements(v foreign.Value, group string) (in []string) {
	for _, p := range v.Get("Portfolios").Items() {
		key, name := "", ""
		switch {
		case p.Node.Get("PortfolioName") != nil:
			name = p.Get("PortfolioName").Text()
		case p.Node.Get("PortfolioGroupName") != nil:
			name = p.Get("PortfolioGroupName").Text() + "-" + p.Must("DisplayName")
		default:
			name = p.Text()
			key = r.ending(group, name)
		}
		if key == "" {
			key = Slug(name)
		}
		if _, known := r.out.Portfolios[key]; !known {
			p.List("portfolio "+name+" is in none of these files", "import its file too, or add it to catalog.yaml as "+key)
			continue
		}
		in = append(in, key)
	}
	return in
}

// ending finds a portfolio by the end of its name: in the file's own group, else the only one.
func (r *reader) ending(group, name string) string {
	var found []string
	for key, folio := range r.out.Portfolios {
		if folio.DisplayName == group+"-"+name {
			return key
		}
		if strings.HasSuffix(folio.DisplayName, "-"+name) {
			found = append(found, key)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// placed is a product's portfolios, each with its launch role.
func placed(role string, in []string) map[string]products.Placement {
	var all map[string]products.Placement
	for _, key := range in {
		if all == nil {
			all = map[string]products.Placement{}
		}
		var c products.Constraints
		if role != "" {
			c.Launch = &products.LaunchConstraint{LocalRoleName: role}
		}
		all[key] = products.Placement{Constraints: c}
	}
	return all
}

// constrain gives each product what its portfolios let be updated; what is for none is listed.
func (r *reader) constrain() {
	for key, updates := range r.updates {
		for _, u := range updates {
			used := false
			for _, p := range r.out.Products {
				place, here := p.File.Portfolios[key]
				if here && u.of.MatchString(p.File.Name) {
					place.Constraints.ResourceUpdate = &products.ResourceUpdateConstraint{TagUpdateOnProvisionedProduct: u.allows}
					p.File.Portfolios[key], used = place, true
				}
			}
			if !used {
				u.List("not carried", "no product of the portfolio has such a name")
			}
		}
	}
}
