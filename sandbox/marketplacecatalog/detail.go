package marketplacecatalog

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

// rule is a change type's: the members that its details may have and must have, and its turn within
// a set, in which AWS chooses the order.
type rule struct {
	may, must []string
	turn      int
}

var rules = map[string]rule{
	"CreateExperience":        {may: []string{"Name", "Description", "Catalog"}, must: []string{"Name"}},
	"ReviveExperience":        {turn: 1},
	"CreateProcurementPolicy": {may: []string{"Name", "Description", "Configuration"}, must: []string{"Name"}, turn: 2},
	"CreateBrandingSettings":  {may: []string{"Name", "Description", "Configuration"}, must: []string{"Name"}, turn: 2},
	"UpdateProcurementPolicy": {may: []string{"Name", "Description", "Configuration"}, turn: 3},
	"UpdateBrandingSettings":  {may: []string{"Name", "Description", "Configuration"}, turn: 3},
	"DenyProductProcurement":  {may: []string{"Products"}, must: []string{"Products"}, turn: 4},
	"AllowProductProcurement": {may: []string{"Products"}, must: []string{"Products"}, turn: 5},
	"DisassociateAudience":    {may: []string{"Principals"}, must: []string{"Principals"}, turn: 6},
	"AssociateAudience":       {may: []string{"Name", "Description", "Principals"}, must: []string{"Principals"}, turn: 7},
	"UpdateExperience":        {may: []string{"Name", "Description", "Status"}, turn: 8},
	"RestrictExperience":      {turn: 9},
}

// detail is what a change is to do. A member that is nil stays as it is.
type detail struct {
	Name, Description, Catalog, Status *string
	Configuration                      *configuration
	Products                           []group
	Principals                         []string
}

type configuration struct {
	PolicyResourceRequests, Title, Information, ThemeColor *string
	LogoURL                                                *string `json:"LogoUrl"`
}

const (
	maxDetails = 16384
	maxIDs     = 50
)

var (
	themes     = document.NewPattern(`^#[0-9a-fA-F]{6}$`)
	principals = document.NewPattern(`^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|o-[a-z0-9]{10,32})$`)
	products   = document.NewPattern(`^[\w-]{1,255}$`)
)

// ChangeTypes are all that an experience has, in order.
func ChangeTypes() []string { return slices.Sorted(maps.Keys(rules)) }

// parse reads the details of a change type.
func parse(typ string, raw []byte) (detail, error) {
	var d detail
	var members map[string]json.RawMessage
	if n := utf8.RuneCount(raw); n < 2 || n > maxDetails {
		return d, invalid("Details must have 2 to %d characters.", maxDetails)
	}
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return d, invalid("Document not valid JSON format")
	}
	r := rules[typ]
	for name := range members {
		if !slices.Contains(r.may, name) {
			return d, invalid("%s takes no %s.", typ, name)
		}
	}
	for _, name := range r.must {
		if members[name] == nil {
			return d, invalid("%s needs %s.", typ, name)
		}
	}
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil {
		return d, invalid("The details of %s are not as its schema has them: %v", typ, err)
	}
	return d, d.check(typ)
}

func (d detail) check(typ string) error {
	brands := strings.HasSuffix(typ, "BrandingSettings")
	c := d.Configuration
	switch {
	case d.Name != nil && (*d.Name == "" || len(*d.Name) > 255):
		return invalid("Name must have 1 to 255 characters.")
	case d.Status != nil && *d.Status != "Enabled" && *d.Status != "Disabled":
		return invalid("Status must be Enabled or Disabled.")
	case c != nil && c.PolicyResourceRequests != nil && (brands || *c.PolicyResourceRequests != "Allow" && *c.PolicyResourceRequests != "Deny"):
		return invalid("PolicyResourceRequests of a procurement policy must be Allow or Deny.")
	case c != nil && !brands && (c.Title != nil || c.Information != nil || c.ThemeColor != nil || c.LogoURL != nil):
		return invalid("%s has PolicyResourceRequests alone.", typ)
	case c != nil && c.ThemeColor != nil && !themes.MatchString(*c.ThemeColor):
		return invalid("ThemeColor must be a color as #232F3E.")
	case d.Principals != nil && len(d.Principals) == 0:
		return invalid("Principals must have at least one value.")
	}
	for _, p := range d.Principals {
		if !principals.MatchString(p) {
			return invalid("%q is not the ID of an account, an organizational unit or an organization.", p)
		}
	}
	if d.Products == nil {
		return nil
	}
	return checkProducts(d.Products)
}

func checkProducts(groups []group) error {
	var all []string
	for _, g := range groups {
		if len(g.Ids) == 0 {
			return invalid("Ids must have at least one value.")
		}
		all = append(all, g.Ids...)
	}
	for _, id := range all {
		if !products.MatchString(id) {
			return invalid("%q is not the ID of a product.", id)
		}
	}
	n := len(all)
	slices.Sort(all)
	switch {
	case len(slices.Compact(all)) != n:
		return invalid("Values in Ids array must be unique")
	case n > maxIDs:
		return invalid("Cumulative number of values in Ids array must be less than or equal to %d", maxIDs)
	case n == 0:
		return invalid("Products must have at least one value.")
	}
	return nil
}

// given are the products of a change.
func (d detail) given() (all []string) {
	for _, g := range d.Products {
		all = append(all, g.Ids...)
	}
	return all
}
