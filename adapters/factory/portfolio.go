package factory

import (
	"regexp"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

var portfolioLeft = map[string]string{
	"TagOptions": "catalog.yaml has no tag options of a portfolio: give them to its products, as tag_options in product.yaml",
}

// portfolio reads an entry of Portfolios, the products in it, and the split files of both.
func (r *reader) portfolio(v value, group string) {
	display := v.get("DisplayName").text()
	name := v.get("PortfolioName").text()
	folder := display
	if folder == "" {
		folder = name
	}
	if name == "" {
		if display == "" {
			v.fail("DisplayName is required")
			return
		}
		name = group + "-" + display // the name that the tool gives it on AWS
	}
	key := Slug(name)
	if _, twice := r.out.Portfolios[key]; twice || key == "" {
		v.fail("portfolio " + name + " stands twice, or its name has no letters")
		return
	}
	r.out.Portfolios[key] = catalog.PortfolioFile{DisplayName: name, ProviderName: v.must("ProviderName"),
		Description: v.get("Description").text(), Tags: v.get("Tags").tags(), Principals: r.principals(v.get("Associations"))}
	v.leaveEach(portfolioLeft)
	updates := resourceUpdates(v.get("Constraints").get("ResourceUpdate"))
	parts := group + "/Portfolios/" + folder
	for _, list := range []string{"Products", "Components"} {
		for _, p := range v.get(list).items() {
			r.product(p, "", parts+"/"+list, places{key: updates})
		}
	}
	r.splitProducts(parts+"/Products", places{key: updates})
}

// splitProducts reads the products that stand in files of their own: <folder>/<name>/<name>.yaml.
func (r *reader) splitProducts(folder string, in places) {
	for _, name := range r.names(folder) {
		file := folder + "/" + name + "/" + name + ".yaml"
		if !r.has(file) {
			continue
		}
		if s := r.open(file); s != nil {
			r.product(s.root(), name, folder, in)
		}
	}
}

// principals are whom Associations lets launch. A pattern is left: its risk is accepted by a person.
func (r *reader) principals(v value) (all []catalog.PrincipalFile) {
	for _, a := range v.items() {
		of, kind := a, "IAM"
		if a.node.Get("PrincipalARN") != nil {
			of = a.get("PrincipalARN")
			if t := a.get("PrincipalType").text(); t != "" {
				kind = t
			}
		}
		if of.node != nil && strings.ContainsAny(of.node.Value, "*?") || kind != "IAM" {
			kind = "IAM_PATTERN"
		}
		arn := of.text()
		if kind == "IAM_PATTERN" && !strings.Contains(arn, ":role/aws-reserved/sso.amazonaws.com/") {
			a.in.told[of.node] = false
			a.leave("add it to principals as IAM_PATTERN with accept_principal_name_risk: true, once you accept that names can be taken over in a spoke")
			continue
		}
		all = append(all, catalog.PrincipalFile{Type: kind, ARN: arn})
	}
	return all
}

// places are the portfolios that a product stands in, and what each lets be updated.
type places map[string][]update

// update is a ResourceUpdate constraint, and which products it is for.
type update struct {
	of     *regexp.Regexp
	allows string
}

func resourceUpdates(v value) (all []update) {
	for _, u := range v.items() {
		pattern := "^" + regexp.QuoteMeta(u.get("Product").text()) + "$"
		if many := u.get("Products"); many.node != nil {
			pattern = "^(?:" + many.text() + ")" // as Python's match: from the beginning
		}
		of, err := regexp.Compile(pattern)
		if err != nil {
			u.in.told[u.get("Products").node] = false
			u.leave("the pattern is none that axle reads: set constraints.resource_update in each product.yaml")
			continue
		}
		all = append(all, update{of, u.must("TagUpdateOnProvisionedProduct")})
	}
	return all
}

// placements are the portfolios that a product at the root names.
func (r *reader) placements(v value, group string) places {
	in := places{}
	for _, p := range v.get("Portfolios").items() {
		var name string
		switch {
		case p.node.Get("PortfolioName") != nil:
			name = p.get("PortfolioName").text()
		case p.node.Get("PortfolioGroupName") != nil:
			name = p.get("PortfolioGroupName").text() + "-" + p.must("DisplayName")
		default:
			name = group + "-" + p.text()
		}
		key := Slug(name)
		if _, known := r.out.Portfolios[key]; !known {
			p.in.found = append(p.in.found, p.in.doc.Diag(p.at, codeLeft, p.path, "portfolio "+name+" is in none of these files",
				"import its file too, or add it to catalog.yaml as "+key).Warning())
			continue
		}
		in[key] = nil
	}
	return in
}

// placed gives the product its portfolios with their constraints.
func placed(product, role string, in places) map[string]products.Placement {
	all := map[string]products.Placement{}
	for key, updates := range in {
		var c products.Constraints
		if role != "" {
			c.Launch = &products.LaunchConstraint{LocalRoleName: role}
		}
		for _, u := range updates {
			if u.of.MatchString(product) {
				c.ResourceUpdate = &products.ResourceUpdateConstraint{TagUpdateOnProvisionedProduct: u.allows}
			}
		}
		all[key] = products.Placement{Constraints: c}
	}
	return all
}
