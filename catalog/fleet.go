package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Launched is a provisioned product as the list of its account has it, whoever launched it.
type Launched struct {
	ID, Name, Product, ProductName string
	Version, VersionID             string
	State, Message                 string // AWS's
	Owner                          string // the ARN of who launched it
	Created                        time.Time
	Record                         string            // of what was last done to it, rec-…
	Stack                          string            // ARN of the stack behind it
	Parameters                     map[string]string // the stack's, where they were asked for
}

// Reading is what was read of a spoke. Err is why it could not be: then nothing is known of it.
type Reading struct {
	Spoke    Spoke
	Launched []Launched
	Past     []Record // what AWS lists of what was done, where it was asked for
	Err      error
}

// Only is the reading of one product, by its name on AWS.
func (r Reading) Only(product string) Reading {
	r.Launched = slices.DeleteFunc(slices.Clone(r.Launched), func(l Launched) bool { return l.ProductName != product })
	return r
}

// Row is a provisioned product of the fleet, or a spoke that has none, was skipped or not read.
type Row struct {
	Account       string    `json:"account"`
	Name          string    `json:"name"`
	Region        string    `json:"region"`
	Word          string    `json:"word"`
	Product       string    `json:"product,omitempty"`
	ProductID     string    `json:"product_id,omitempty"`
	Provisioned   string    `json:"provisioned_product,omitempty"`
	ProvisionedID string    `json:"provisioned_product_id,omitempty"`
	Version       string    `json:"version,omitempty"`
	VersionID     string    `json:"version_id,omitempty"`
	Expected      string    `json:"expected,omitempty"`
	Entry         string    `json:"enforced,omitempty"` // the entry of enforced that the product answers here
	State         string    `json:"state,omitempty"`    // AWS's
	Reason        string    `json:"reason,omitempty"`   // in AWS's words, or why a spoke was not read
	Owner         string    `json:"owner,omitempty"`
	Created       time.Time `json:"created,omitzero"`
	AgeDays       int       `json:"age_days"`
	Deadline      string    `json:"deadline,omitempty"`   // lifecycle's until for the version it has
	Because       string    `json:"because,omitempty"`    // lifecycle's reason: why nobody should run it
	Vulnerable    string    `json:"vulnerable,omitempty"` // who says so, of its version

	Lag       *int   `json:"behind_by,omitempty"` // published versions between it and the expected one
	Compliant *bool  `json:"compliant,omitempty"` // with forced and concurrent of its spoke; nil where neither is, or nothing is known
	Breach    string `json:"breach,omitempty"`    // why not
	Mend      string `json:"mend,omitempty"`      // the command that mends it

	within string // the range that enforced gives
}

// Words of a Row. Unknown is a spoke that could not be read: it may have anything.
const (
	UpToDate   = "up to date"
	Behind     = "behind"
	Deprecated = "deprecated"
	Retired    = "retired"
	Foreign    = "foreign" // of a product, or a version, that git does not have
	Changing   = "changing"
	Failed     = "failed"
	None       = "none"
	Skipped    = "skipped"
	Unknown    = "unknown"
)

// Outdated says whether somebody has to see to the row.
func (r Row) Outdated() bool {
	return slices.Contains([]string{Behind, Deprecated, Retired, Failed, Unknown}, r.Word) || r.Breach != ""
}

// Fleet is what a fleet is compared with: catalog.yaml, the products in git, and the hub.
type Fleet struct {
	File     *File
	Products []*products.File
	Have     Catalog
	Unread   RegionErrors // regions of the hub that Have lacks
	Org      Organization
	Now      time.Time
}

// Rows are the readings as a table, in the order of the readings, then of product and name.
func (f Fleet) Rows(readings []Reading) []Row {
	all := []Row{}
	for _, r := range readings {
		head := Row{Account: r.Spoke.Account, Name: r.Spoke.Name, Region: r.Spoke.Region}
		switch {
		case !r.Spoke.Active():
			head.Word, head.Reason = Skipped, r.Spoke.Why
		case r.Err != nil:
			head.Word, head.Reason = Unknown, r.Err.Error()
		case len(r.Launched) == 0:
			head.Word = None
		default:
			all = append(all, f.rows(head, r)...)
			continue
		}
		all = append(all, head)
	}
	return all
}

func (f Fleet) rows(head Row, r Reading) []Row {
	all, of := make([]Row, 0, len(r.Launched)), make([]*Product, 0, len(r.Launched))
	for _, l := range r.Launched {
		row := head
		row.Product, row.ProductID, row.Provisioned, row.ProvisionedID = l.ProductName, l.Product, l.Name, l.ID
		row.Version, row.VersionID, row.State, row.Reason, row.Owner = l.Version, l.VersionID, l.State, l.Message, l.Owner
		if row.Created = l.Created; !l.Created.IsZero() {
			row.AgeDays = max(0, int(f.Now.Sub(l.Created)/(24*time.Hour)))
		}
		of = append(of, f.compare(&row, r.Spoke))
		all = append(all, row)
	}
	f.comply(all, of, r.Spoke)
	slices.SortFunc(all, func(a, b Row) int {
		return order(a.Product, b.Product, a.Provisioned, b.Provisioned, a.ProvisionedID, b.ProvisionedID)
	})
	return all
}

// compare says how a row stands to what it should be, and gives its product on the hub: nil where
// git has none, or the hub was not read.
func (f Fleet) compare(row *Row, spoke Spoke) *Product {
	if err := f.Unread[row.Region]; err != nil {
		row.Word, row.Reason = Unknown, "the hub was not read: "+err.Error()
		return nil
	}
	i := slices.IndexFunc(f.Have.Products, func(p Product) bool { return p.Region == row.Region && (p.ID == row.ProductID || f.copied(p, *row)) })
	if i < 0 {
		row.Word = Foreign
		return nil
	}
	p := &f.Have.Products[i]
	row.Product = p.Key
	row.Entry, row.within = f.File.enforcing(f.Org, spoke, p.Key)
	row.Expected = p.Newest(row.within)
	row.said(f.Products)
	row.Vulnerable = row.exposed(p)
	row.Word = row.word(p.Version(row.Version))
	return p
}

func (r Row) word(v *Version) string {
	switch {
	case r.State == "TAINTED" || r.State == "ERROR":
		return Failed
	case r.State == "UNDER_CHANGE" || r.State == "PLAN_IN_PROGRESS":
		return Changing
	case v == nil || v.Digest == "":
		return Foreign
	case !v.Active:
		return Retired
	case v.Guidance == "DEPRECATED":
		return Deprecated
	case r.Expected != r.Version:
		return Behind
	}
	return UpToDate
}

// Newest is the highest version that can be launched and lies in the range; a range of "" is all.
func (p *Product) Newest(within string) string {
	return p.newest(func(version string) bool { return inRange(version, within) })
}

// newest is the highest version that can be launched and is fit.
func (p *Product) newest(fit func(version string) bool) string {
	var highest *semver.Version
	for _, v := range p.Versions {
		parsed, err := semver.StrictNewVersion(v.Name)
		if err != nil || v.Digest == "" || !v.Active || v.Guidance == "DEPRECATED" || !fit(v.Name) {
			continue
		}
		if highest == nil || parsed.GreaterThan(highest) {
			highest = parsed
		}
	}
	if highest == nil {
		return ""
	}
	return highest.Original()
}

func inRange(version, within string) bool {
	if within == "" {
		return true
	}
	c, err := semver.NewConstraint(within)
	v, notOne := semver.StrictNewVersion(version)
	return err == nil && notOne == nil && c.Check(v)
}

// enforcing is the entry of enforced that puts a product into a spoke, and its range.
func (f *File) enforcing(org Organization, s Spoke, product string) (entry, within string) {
	for _, key := range sortedKeys(f.Enforced) {
		if e := f.Enforced[key]; e.Product == product && !e.terminated() && e.Spokes.selects(org, s) {
			return key, e.Version
		}
	}
	return "", ""
}

func (sel *SpokeSelector) selects(org Organization, s Spoke) bool {
	if sel == nil {
		return false
	}
	return sel.All || slices.ContainsFunc(sel.Tags, func(t string) bool { return slices.Contains(s.Tags, t) }) ||
		slices.ContainsFunc(sel.Accounts, func(a document.AccountID) bool { return string(a) == s.Account }) ||
		slices.ContainsFunc(sel.OrganizationalUnits, func(u string) bool { return org.under(s.Account, u) })
}

// under says whether an account is in a unit, or in one below it.
func (o Organization) under(account, unit string) bool {
	i := slices.IndexFunc(o.Accounts, func(a Account) bool { return a.ID == account })
	return i >= 0 && o.depth(o.Accounts[i].Parent, unit) > 0
}

// said tells of a row what lifecycle says of its version.
func (r *Row) said(all []*products.File) {
	for _, p := range all {
		if d := deprecation(p, r.Version); p.Name == r.Product && d != nil {
			r.Deadline, r.Because = d.Until, d.Reason
		}
	}
}

// exposed is why what has a version is known to be vulnerable: a later one that axle published mends a
// fault by its own words, or lifecycle says so of it. "" is that nobody said so.
func (r Row) exposed(p *Product) string {
	if v := p.Version(r.Version); v == nil || v.Digest == "" {
		return ""
	}
	if Mends(r.Because) {
		return headline(r.Because)
	}
	for _, v := range p.Versions {
		if v.Digest != "" && older(r.Version, v.Name) && Mends(v.Changes) {
			return "mended by " + v.Name + ": " + headline(v.Changes)
		}
	}
	return ""
}

// Who is the last word of an ARN: the role or user that a person knows it by.
func Who(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
