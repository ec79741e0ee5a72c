// Package catalog is where products are published: portfolios, versions, constraints,
// principals and shares of a hub, as wanted and as observed. Plan says what differs, in
// order; Reconcile observes, applies, and observes again.
package catalog

import (
	"context"
	"slices"
	"strings"
	"time"
)

// TagKey is the tag that says which key of the files a portfolio or product belongs to.
const TagKey = "axle:key"

// Catalog is portfolios and products, wanted or observed, in every region of the hub.
// Both lists are sorted by region, then key.
type Catalog struct {
	Products   []Product   `json:"products"`
	Portfolios []Portfolio `json:"portfolios"`
	Locals     []Local     `json:"locals,omitempty"` // what spokes have of their own, by account and region
	Gone       []Portfolio `json:"gone,omitempty"`   // wanted only: those that are to be no more, by region and key
	Shared     []Shared    `json:"shared,omitempty"` // observed only
}

// Shared is what products of a region have in common: tag options and service actions, attached
// or not. Of a region's it holds those that are wanted or ours.
type Shared struct {
	Region     string      `json:"region"`
	TagOptions []TagOption `json:"tag_options,omitempty"`
	Actions    []Action    `json:"service_actions,omitempty"`
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
	TagOptions         []TagOption       `json:"tag_options,omitempty"`
	Actions            []Action          `json:"service_actions,omitempty"` // that every launchable version has
	Budgets            []string          `json:"budgets,omitempty"`         // by name; they exist already
	Versions           []Version         `json:"versions"`
}

// TagOption is a key and one of the values that a launch chooses from.
type TagOption struct {
	ID       string `json:"id,omitempty"` // tag-…
	Key      string `json:"key"`
	Value    string `json:"value"`
	Inactive bool   `json:"inactive,omitempty"` // observed: no launch may choose it
}

// Action is a service action: an SSM Automation document that users run on what they launched.
// AWS ties it to a version, so that each new version is given it anew (CAT-4).
type Action struct {
	ID         string `json:"id,omitempty"` // act-…
	Name       string `json:"name"`
	Document   string `json:"document,omitempty"`
	Version    string `json:"version,omitempty"`     // of the document
	AssumeRole string `json:"assume_role,omitempty"` // LAUNCH_ROLE, or an ARN
	Parameters string `json:"parameters,omitempty"`  // canonical JSON: a list of {Name, Type}
	Owner      string `json:"owner,omitempty"`       // key of the product that defines it, "" where axle did not make it
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
	Why      string `json:"-"`        // wanted only: file:line that asks for the state, where it is no line of lifecycle

	Created time.Time `json:"created,omitzero"`          // observed
	Actions []string  `json:"service_actions,omitempty"` // observed: names of the service actions it has
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
	TagOptions   []TagOption       `json:"tag_options,omitempty"` // observed only: git gives a portfolio none
	Holds        []string          `json:"holds,omitempty"`       // observed only, of one that is to be no more: names of all products in it
}

// Placement is a product in a portfolio, with its constraints there.
type Placement struct {
	Product     string       `json:"product"`            // its key
	Imported    bool         `json:"imported,omitempty"` // it is the hub's, in a portfolio of a spoke
	Constraints []Constraint `json:"constraints"`
}

// Constraint is of a product in a portfolio. Parameters is canonical JSON.
type Constraint struct {
	ID         string `json:"id,omitempty"`
	Type       string `json:"type"` // LAUNCH, TEMPLATE, NOTIFICATION, RESOURCE_UPDATE, STACKSET
	Parameters string `json:"parameters"`
}

// Principal may launch what the portfolio holds. Type is IAM or IAM_PATTERN. One of another
// account, which the portfolio is shared with, is admitted over there: Account says where, and
// As with which role.
type Principal struct {
	Type    string `json:"type"`
	ARN     string `json:"arn"`
	Account string `json:"account,omitempty"`
	As      string `json:"as,omitempty"`
}

// Share gives the portfolio, by reference, to a node of the organization.
// Type is AWS's: ORGANIZATION, ORGANIZATIONAL_UNIT, ORGANIZATION_MEMBER_ACCOUNT (an account
// as a node) or ACCOUNT (any account, which must accept it).
type Share struct {
	Type       string       `json:"type"`
	Node       string       `json:"node"` // o-…, ou-…, or 12 digits
	TagOptions bool         `json:"tag_options"`
	Principals bool         `json:"principals"`
	Errors     []ShareError `json:"errors,omitempty"`   // observed only: the share is then not whole
	Accepted   bool         `json:"accepted,omitempty"` // observed only, of an ACCOUNT
}

// EndUnseen is the Code of a share's error where whoever made it was killed before it ended.
const EndUnseen = "END_UNSEEN"

// ShareError is an account that a share did not reach.
type ShareError struct {
	Account string `json:"account"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Hub is a catalog's home. Observe reads all of its scope or fails: an incomplete list is an
// error. Where only some regions fail, the error is RegionErrors and the Catalog holds the
// others whole. Apply carries out one Change and returns when it is seen done; applying it
// again changes nothing. Neither is called concurrently for one region.
type Hub interface {
	Observe(context.Context) (Catalog, error)
	Apply(context.Context, Change) error
}

// Regions are those that the catalog has something in, or is to have something no more, sorted.
func (c Catalog) Regions() []string {
	var all []string
	for _, p := range c.Products {
		all = append(all, p.Region)
	}
	for _, p := range slices.Concat(c.Portfolios, c.Gone) {
		all = append(all, p.Region)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// In is what the catalog has in one region.
func (c Catalog) In(region string) Catalog {
	var in Catalog
	for _, p := range c.Products {
		if p.Region == region {
			in.Products = append(in.Products, p)
		}
	}
	for _, p := range c.Portfolios {
		if p.Region == region {
			in.Portfolios = append(in.Portfolios, p)
		}
	}
	for _, p := range c.Gone {
		if p.Region == region {
			in.Gone = append(in.Gone, p)
		}
	}
	for _, l := range c.Locals {
		if l.Region == region {
			in.Locals = append(in.Locals, l)
		}
	}
	for _, s := range c.Shared {
		if s.Region == region {
			in.Shared = append(in.Shared, s)
		}
	}
	return in
}

// Product gives a product by region and key, or nil.
func (c Catalog) Product(region, key string) *Product {
	for i := range c.Products {
		if c.Products[i].Region == region && c.Products[i].Key == key {
			return &c.Products[i]
		}
	}
	return nil
}

// Portfolio gives a portfolio by region and key, or nil.
func (c Catalog) Portfolio(region, key string) *Portfolio {
	for i := range c.Portfolios {
		if c.Portfolios[i].Region == region && c.Portfolios[i].Key == key {
			return &c.Portfolios[i]
		}
	}
	return nil
}

// Version gives a version by name, or nil.
func (p *Product) Version(name string) *Version {
	if p == nil {
		return nil
	}
	for i := range p.Versions {
		if p.Versions[i].Name == name {
			return &p.Versions[i]
		}
	}
	return nil
}

// VersionByID gives a version by AWS's id, or nil.
func (p *Product) VersionByID(id string) *Version {
	if p == nil {
		return nil
	}
	for i := range p.Versions {
		if p.Versions[i].ID == id {
			return &p.Versions[i]
		}
	}
	return nil
}

// ActionNames are the service actions that any of the product's versions has, sorted.
func (p Product) ActionNames() []string {
	var all []string
	for _, v := range p.Versions {
		all = append(all, v.Actions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Kind is what the product is made of, a template where that is not known.
func (p *Product) Kind() string {
	if p == nil || p.Type == "" {
		return cloudFormation
	}
	return p.Type
}

// Placement gives the placement of a product, or nil.
func (p *Portfolio) Placement(product string) *Placement {
	if p == nil {
		return nil
	}
	for i := range p.Placements {
		if p.Placements[i].Product == product {
			return &p.Placements[i]
		}
	}
	return nil
}

// Join puts catalogs together, sorted by region, then key.
func Join(all ...Catalog) Catalog {
	var c Catalog
	for _, one := range all {
		c.Products = append(c.Products, one.Products...)
		c.Portfolios = append(c.Portfolios, one.Portfolios...)
		c.Locals = append(c.Locals, one.Locals...)
		c.Shared = append(c.Shared, one.Shared...)
		c.Gone = append(c.Gone, one.Gone...)
	}
	slices.SortStableFunc(c.Products, func(a, b Product) int { return order(a.Region, b.Region, a.Key, b.Key) })
	slices.SortStableFunc(c.Portfolios, func(a, b Portfolio) int { return order(a.Region, b.Region, a.Key, b.Key) })
	slices.SortStableFunc(c.Gone, func(a, b Portfolio) int { return order(a.Region, b.Region, a.Key, b.Key) })
	slices.SortStableFunc(c.Locals, func(a, b Local) int { return order(a.Account, b.Account, a.Region, b.Region) })
	slices.SortStableFunc(c.Shared, func(a, b Shared) int { return order(a.Region, b.Region) })
	return c
}

// order compares pairs of texts, first pair first.
func order(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if n := strings.Compare(pairs[i], pairs[i+1]); n != 0 {
			return n
		}
	}
	return 0
}
