// Package market is the Private Marketplace experiences of several organizations and the
// licences that one of them shares: as marketplace.yaml wants them and as they are observed.
// Plan says what differs, in the order in which it is safe; the adapters carry it out.
package market

import "slices"

// Experience is a Private Marketplace experience of an organization, as it is observed.
type Experience struct {
	Organization string   `json:"organization"` // its name in marketplace.yaml
	ID           string   `json:"id"`           // exp-…
	Name         string   `json:"name"`
	Revision     int      `json:"revision"` // of exp-…@n; each change set that succeeds raises it (MKA-7)
	Status       string   `json:"status"`   // Enabled, Disabled
	Archived     bool     `json:"archived"`
	Policy       *Policy  `json:"policy"` // nil: it has none, and then everything is allowed (MKA-4)
	Audience     Audience `json:"audience"`
	Branding     Branding `json:"branding"`
}

// Live says whether its audience is bound by it (P5).
func (e Experience) Live() bool { return e.Status == "Enabled" && !e.Archived }

// Policy is what an experience lets its audience procure. What it names neither way cannot be
// procured; an empty one allows nothing (MKA-4). Both lists are sorted; no product is in both.
type Policy struct {
	ID       string   `json:"id"` // procpolicy-…
	Allowed  []string `json:"allowed"`
	Denied   []string `json:"denied"`
	Requests string   `json:"user_requests"` // Allow, Deny
}

// Audience is whom an experience binds: accounts, units and organizations, sorted.
type Audience struct {
	ID         string   `json:"id,omitempty"`
	Principals []string `json:"principals"`
}

// Branding is what an experience looks like.
type Branding struct {
	ID          string `json:"id,omitempty"`
	Title       string `json:"title,omitempty"`
	Information string `json:"information,omitempty"`
	ThemeColor  string `json:"theme_color,omitempty"`
	LogoURL     string `json:"logo_url,omitempty"`
}

// Effect is what a policy says of a product.
type Effect string

const (
	Allow  Effect = "allow"
	Deny   Effect = "deny"
	Ignore Effect = "ignore" // whatever it is, it stays
)

// Licence is a licence that the granter holds, as it is received.
type Licence struct {
	ARN        string   `json:"arn"`
	Name       string   `json:"name"`
	SKU        string   `json:"sku"`
	Product    string   `json:"product"`
	Issuer     string   `json:"issuer"`
	Region     string   `json:"home_region"`
	Status     string   `json:"status"`          // AVAILABLE, SUSPENDED, EXPIRED, …
	Ends       string   `json:"ends,omitempty"`  // RFC 3339, "" without an end
	Operations []string `json:"operations"`      // that may be granted on
	Seats      int      `json:"seats,omitempty"` // grantees at most; 0: no limit
}

// Grant gives a licence to an account, a unit or an organization.
type Grant struct {
	ARN        string   `json:"arn,omitempty"`
	Parent     string   `json:"parent,omitempty"` // of a sub-grant: the grant to a unit or organization that it is by
	Licence    string   `json:"licence"`          // its ARN
	Principal  string   `json:"principal"`        // arn:aws:iam::<account>:root, or a unit's or organization's ARN
	Status     string   `json:"status"`
	Reason     string   `json:"reason,omitempty"`
	Version    string   `json:"version,omitempty"`
	Operations []string `json:"operations"`
	Ours       bool     `json:"ours"` // it carries axle's tag; others are not touched unless adopted (LIC-9)
}

// Member is an account of the organization, as licences ask for it.
type Member struct {
	Account string            `json:"account"`
	Name    string            `json:"name"`
	State   string            `json:"state"` // AWS's: ACTIVE, SUSPENDED, …
	Units   []string          `json:"units"` // from the root down
	Tags    map[string]string `json:"tags"`
}

// sorted gives a sorted copy without repetitions.
func sorted(ids []string) []string {
	all := slices.Clone(ids)
	slices.Sort(all)
	return slices.Compact(all)
}
