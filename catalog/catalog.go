// Package catalog is where products are published: portfolios, versions, constraints,
// principals and shares of a hub, as wanted and as observed. Plan says what differs, in
// order; Reconcile observes, applies, and observes again.
package catalog

import "context"

// Catalog is portfolios and products, wanted or observed, in every region of the hub.
// Both lists are sorted by region, then key.
type Catalog struct {
	Products   []Product   `json:"products"`
	Portfolios []Portfolio `json:"portfolios"`
}

// Product is a Service Catalog product in one region. Key is its name in git, and its tag axle:key.
type Product struct {
	Region             string            `json:"region"`
	Key                string            `json:"key"`
	ID                 string            `json:"id,omitempty"` // prod-…, once it exists
	Name               string            `json:"name"`
	Owner              string            `json:"owner"`
	Distributor        string            `json:"distributor,omitempty"`
	Description        string            `json:"description,omitempty"`
	SupportEmail       string            `json:"support_email,omitempty"`
	SupportURL         string            `json:"support_url,omitempty"`
	SupportDescription string            `json:"support_description,omitempty"`
	Type               string            `json:"type"`
	Tags               map[string]string `json:"tags,omitempty"`
	Versions           []Version         `json:"versions"`
}

// Version is a provisioning artifact. (product, Name, Digest) never changes.
type Version struct {
	ID       string `json:"id,omitempty"`       // pa-…, once it exists
	Name     string `json:"name"`               // semver
	Digest   string `json:"digest"`             // sha256:<hex> of template and assets; "" if its description names none
	Template string `json:"template,omitempty"` // sha256:<hex> of the template's bytes, in the artifact store
	Commit   string `json:"commit,omitempty"`
	Changes  string `json:"changes,omitempty"`
	Active   bool   `json:"active"`
	Guidance string `json:"guidance"` // DEFAULT, DEPRECATED
}

// Portfolio is a Service Catalog portfolio in one region.
type Portfolio struct {
	Region       string            `json:"region"`
	Key          string            `json:"key"`
	ID           string            `json:"id,omitempty"` // port-…, once it exists
	DisplayName  string            `json:"display_name"`
	ProviderName string            `json:"provider_name"`
	Description  string            `json:"description,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
	Placements   []Placement       `json:"placements"`
	Principals   []Principal       `json:"principals"`
	Shares       []Share           `json:"shares"`
}

// Placement is a product in a portfolio, with its constraints there.
type Placement struct {
	Product     string       `json:"product"` // its key
	Constraints []Constraint `json:"constraints"`
}

// Constraint is of a product in a portfolio. Parameters is canonical JSON.
type Constraint struct {
	ID         string `json:"id,omitempty"`
	Type       string `json:"type"` // LAUNCH, TEMPLATE, NOTIFICATION, RESOURCE_UPDATE, STACKSET
	Parameters string `json:"parameters"`
}

// Principal may launch what the portfolio holds. Type is IAM or IAM_PATTERN.
type Principal struct {
	Type string `json:"type"`
	ARN  string `json:"arn"`
}

// Share gives the portfolio, by reference, to a node of the organization.
// Type is ORGANIZATION, ORGANIZATIONAL_UNIT or ACCOUNT.
type Share struct {
	Type       string       `json:"type"`
	Node       string       `json:"node"` // o-…, ou-…, or 12 digits
	TagOptions bool         `json:"tag_options"`
	Principals bool         `json:"principals"`
	Errors     []ShareError `json:"errors,omitempty"` // observed only: the share is then not whole
}

// ShareError is an account that a share did not reach.
type ShareError struct {
	Account string `json:"account"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Hub is a catalog's home. Observe reads all of its scope or fails: an incomplete list is an
// error. Apply carries out one Change and returns when it is seen done; applying it again
// changes nothing. Neither is called concurrently for one region.
type Hub interface {
	Observe(context.Context) (Catalog, error)
	Apply(context.Context, Change) error
}
