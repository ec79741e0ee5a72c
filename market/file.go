package market

import "github.com/axle-cd/axle/document"

// File is marketplace.yaml. A field's check tag says what it takes (document.Doc.Decode).
type File struct {
	Doc *document.Doc `yaml:"-" json:"-"` // where each key stands

	Schema        int            `yaml:"schema" check:"required,only=1"`
	Organizations []Organization `yaml:"organizations" check:"required"`
	Sync          Sync           `yaml:"sync"`
	Experiences   []Entry        `yaml:"experiences"`
	Licences      *Licences      `yaml:"licences"`
}

type (
	// Organization is whom axle acts for: a delegated administrator or the management account.
	Organization struct {
		Name       string             `yaml:"name" check:"name=organization,required"`
		ID         string             `yaml:"id" check:"required,org"`
		Account    document.AccountID `yaml:"account" check:"required"`
		Role       string             `yaml:"role" check:"required,arn=iam"`
		ExternalID string             `yaml:"external_id,scalar" check:"required,max=1224"`
	}
	// Sync is the timed pass over the experiences.
	Sync struct {
		Every       document.Duration `yaml:"every" check:"min=5m,max=168h"`    // default 1h
		Concurrency int               `yaml:"concurrency" check:"min=1,max=50"` // experiences at a time; default 4
		Budget      document.Duration `yaml:"budget" check:"min=1m,max=24h"`    // of one pass; default 30m
		Combine     bool              `yaml:"combine"`                          // a denial and an allowance in one change set
	}
	// Entry is an experience of an organization: a source, which holds the truth, or a follower.
	Entry struct {
		Name         string    `yaml:"name" check:"name=experience,required"`
		Organization string    `yaml:"organization" check:"required"`
		ID           string    `yaml:"id"`                                         // of a source; absent: apply creates it
		ProductsFrom string    `yaml:"products_from" check:"enum=file|experience"` // default file
		Draft        bool      `yaml:"draft"`                                      // the source may be Disabled
		AllowEmpty   bool      `yaml:"allow_empty"`                                // an empty allow list is meant
		Products     *Products `yaml:"products"`
		Settings     *Settings `yaml:"settings"` // absent: axle touches products only

		Follows         string     `yaml:"follows"`
		IDs             []string   `yaml:"ids" check:"least=1,unique"` // or discover
		Discover        string     `yaml:"discover" check:"enum=live"`
		Mode            string     `yaml:"mode" check:"enum=enforce|report"` // default enforce
		MayOverrideDeny bool       `yaml:"may_override_deny"`
		CreatePolicy    bool       `yaml:"create_policy"`
		Overrides       []Override `yaml:"overrides"`
		Guard           Guard      `yaml:"guard"`
	}
	Products struct {
		Allow []Product `yaml:"allow"`
		Deny  []Product `yaml:"deny"`
	}
	// Product is a Marketplace product by its id.
	Product struct {
		ID      string `yaml:"id,scalar" check:"required"`
		Title   string `yaml:"title" check:"max=255"`
		Reason  string `yaml:"reason" check:"max=200"`
		Ticket  string `yaml:"ticket,scalar" check:"max=50"`
		Expires string `yaml:"expires" check:"date"` // UTC; afterwards the line does not apply
	}
	Override struct {
		Product string `yaml:"product,scalar" check:"required"`
		Effect  string `yaml:"effect" check:"required,enum=allow|deny|ignore"`
		Reason  string `yaml:"reason" check:"required,max=200"`
		Ticket  string `yaml:"ticket,scalar" check:"max=50"`
		Expires string `yaml:"expires" check:"date"`
	}
	Settings struct {
		Status       string        `yaml:"status" check:"enum=enabled|disabled|archived"`
		UserRequests string        `yaml:"user_requests" check:"enum=allow|deny"`
		Audience     []string      `yaml:"audience,scalar" check:"least=1,unique"` // accounts, units, organizations
		Branding     *BrandingFile `yaml:"branding"`
	}
	BrandingFile struct {
		Title       string `yaml:"title" check:"required,max=255"`
		Information string `yaml:"information" check:"max=2000"`
		ThemeColor  string `yaml:"theme_color"`
		LogoURL     string `yaml:"logo_url" check:"url"`
	}
	// Guard is how much one pass may change unasked (PMP-9).
	Guard struct {
		MaxDeny        *int `yaml:"max_deny" check:"min=0,max=100000"`      // default 5
		MaxDenyPercent *int `yaml:"max_deny_percent" check:"min=0,max=100"` // of what is allowed; default 10
		MaxAllow       *int `yaml:"max_allow" check:"min=0,max=100000"`     // default 500
	}
	// Licences is what the granter shares with whom.
	Licences struct {
		Organization string             `yaml:"organization" check:"required"`
		Granter      document.AccountID `yaml:"granter" check:"required"`
		Tag          string             `yaml:"tag" check:"max=128"` // default marketplace-licence
		Untagged     string             `yaml:"untagged" check:"enum=revoke|keep"`
		RevokeAfter  document.Duration  `yaml:"revoke_after" check:"min=0s,max=8760h"` // default 72h
		Accept       string             `yaml:"accept" check:"enum=auto|assume"`
		GranteeRole  string             `yaml:"grantee_role" check:"role"` // where accept is assume
		OnConflict   string             `yaml:"on_conflict" check:"enum=skip|replace|report"`
		Every        document.Duration  `yaml:"every" check:"min=1m,max=168h"`    // default 15m
		Concurrency  int                `yaml:"concurrency" check:"min=1,max=50"` // default 5
		Guard        RevokeGuard        `yaml:"guard"`
		Rules        []Rule             `yaml:"rules"`
	}
	RevokeGuard struct {
		MaxRevoke        *int `yaml:"max_revoke" check:"min=0,max=100000"`      // default 5
		MaxRevokePercent *int `yaml:"max_revoke_percent" check:"min=0,max=100"` // of the grants; default 10
	}
	// Rule says who may have a licence, or must not.
	Rule struct {
		SKU        string   `yaml:"sku,scalar" check:"required,max=255"` // "*" is all
		Issuer     string   `yaml:"issuer" check:"max=255"`
		Allow      *bool    `yaml:"allow" check:"required"`
		Operations []string `yaml:"operations" check:"least=1,most=8,unique"`
		To         To       `yaml:"to" check:"required"`
	}
	// To is one of its keys.
	To struct {
		Account document.AccountID `yaml:"account"`
		OU      string             `yaml:"ou" check:"ou"`
		Tag     map[string]string  `yaml:"tag" check:"least=1,most=1"`
	}
)
