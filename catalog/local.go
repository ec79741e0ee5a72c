package catalog

import (
	"slices"
	"strings"
)

// SourceTag is the tag of what a spoke has of its own: the hub, and the key there, that it
// stands for. It ties a copy to its source, which AWS does not (CT-20).
const SourceTag = "axle:source"

// Modes of a portfolio.
const (
	Reference = "reference" // shared, and used as it is shared
	Import    = "import"    // each spoke has a portfolio of its own, with the hub's products in it
	Copied    = "copy"      // each spoke has a portfolio of its own, with copies in it
)

// Local is what a spoke does or has of its own in one region, because sharing alone does not
// do it. Wanted, or observed: then one of a spoke that could not be read has nothing but Err,
// and nothing is planned there.
type Local struct {
	Account    string      `json:"account"`
	Region     string      `json:"region"`
	Role       string      `json:"role,omitempty"`       // axle acts with it there; "": catalog.yaml names none
	Received   []Portfolio `json:"received,omitempty"`   // the hub's, shared with this account alone: accepted, and whom they admit there
	Portfolios []Portfolio `json:"portfolios,omitempty"` // its own
	Copies     []Product   `json:"copies,omitempty"`     // its own, of the hub's products
	Err        error       `json:"-"`                    // why nothing is known
}

func (l Local) place() string { return l.Account + " " + l.Region }

// Local gives what a spoke has in a region, or nil.
func (c Catalog) Local(account, region string) *Local {
	for i := range c.Locals {
		if c.Locals[i].Account == account && c.Locals[i].Region == region {
			return &c.Locals[i]
		}
	}
	return nil
}

// WithLocals adds to what the hub should hold what the spokes should: those that a portfolio
// is shared with and that catalog.yaml looks after, and every account that it is shared with
// alone.
func WithLocals(f *File, org Organization, spokes []Spoke, want Catalog) Catalog {
	b := locals{file: f, want: want, at: map[string]*Local{}}
	for _, p := range want.Portfolios {
		for _, s := range spokes {
			if s.Active() && s.Region == p.Region && s.Account != string(f.Hub.Account) && p.reaches(org, s.Account) {
				b.add(p, s)
			}
		}
		for _, share := range p.Shares {
			if share.Type == "ACCOUNT" && !slices.ContainsFunc(spokes, func(s Spoke) bool { return s.Account == share.Node && s.Region == p.Region }) {
				b.add(p, Spoke{Account: share.Node, Region: p.Region})
			}
		}
	}
	want.Locals = nil
	for _, key := range sortedKeys(b.at) {
		want.Locals = append(want.Locals, *b.at[key])
	}
	return want
}

// locals are what spokes should have, in the making.
type locals struct {
	file *File
	want Catalog
	at   map[string]*Local
}

// add gives a spoke its part of one portfolio.
func (b locals) add(p Portfolio, s Spoke) {
	mode, hub := b.file.Portfolios[p.Key].Mode, string(b.file.Hub.Account)
	alone := slices.ContainsFunc(p.Shares, func(x Share) bool { return x.Type == "ACCOUNT" && x.Node == s.Account })
	own := mode == Import || mode == Copied
	if !alone && (!own || s.Role == "") {
		return
	}
	l := b.at[s.Account+" "+s.Region]
	if l == nil {
		l = &Local{Account: s.Account, Region: s.Region, Role: s.Role}
		b.at[l.place()] = l
	}
	admitted := localized(b.file.Portfolios[p.Key].Principals, hub, s.Account)
	if alone {
		received := Portfolio{Region: p.Region, Key: p.Key}
		if !own && s.Role != "" {
			received.Principals = admitted
		}
		l.Received = append(l.Received, received)
	}
	if !own || s.Role == "" {
		return
	}
	p.ID, p.Shares, p.Principals, p.Tags = "", nil, slices.Clone(admitted), sourced(p.Tags, hub, p.Key)
	p.Placements = slices.Clone(p.Placements)
	for i := range p.Placements {
		p.Placements[i].Imported = mode == Import
		if mode == Copied {
			l.copied(b.want.Product(p.Region, p.Placements[i].Product), hub)
		}
	}
	p.sort()
	l.Portfolios = append(l.Portfolios, p)
}

// copied adds a product to copy, once. Its versions are those that the hub is to have.
func (l *Local) copied(p *Product, hub string) {
	if p == nil || slices.ContainsFunc(l.Copies, func(c Product) bool { return c.Key == p.Key }) {
		return
	}
	c := *p
	c.ID, c.Versions, c.Tags = "", nil, sourced(p.Tags, hub, p.Key)
	l.Copies = append(l.Copies, c)
}

func sourced(tags map[string]string, hub, key string) map[string]string {
	all := tagged(tags, key)
	all[SourceTag] = hub + "/" + key
	return all
}

// admitsAbroad says whether a principal is admitted where the portfolio is received, not in the
// hub: all of them where spokes have portfolios of their own; and the name of a role in an
// account that is shared with alone, to which principals do not go along.
func (f PortfolioFile) admitsAbroad(p PrincipalFile) bool {
	if f.Mode == Import || f.Mode == Copied {
		return true
	}
	return p.Type == "IAM" && slices.ContainsFunc(f.Shares, func(s ShareFile) bool { return s.Account != "" && string(s.Account) == accountOf(p.ARN) })
}

// accountOf is the account in an ARN, "" where it names none.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

// localized are principals as an account admits them: a name in the hub, or in no account, is
// that name over there; one of a third account is not admitted.
func localized(all []PrincipalFile, hub, account string) []Principal {
	var found []Principal
	for _, p := range all {
		if p.Type == "IAM" {
			in := accountOf(p.ARN)
			if in != "" && in != hub && in != account {
				continue
			}
			p.ARN = strings.Replace(p.ARN, "::"+in+":", "::"+account+":", 1)
		}
		found = append(found, Principal{Type: p.Type, ARN: p.ARN})
	}
	return found
}
