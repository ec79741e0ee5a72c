package products

import "github.com/axle-cd/axle/document"

// File is product.yaml.
type File struct {
	Schema         int                  `yaml:"schema"`
	Name           string               `yaml:"name"`
	Version        string               `yaml:"version"` // strict semver, immutable once published
	Changes        string               `yaml:"changes"`
	Owner          string               `yaml:"owner"`
	Distributor    string               `yaml:"distributor"`
	Description    string               `yaml:"description"`
	Support        Support              `yaml:"support"`
	Type           string               `yaml:"type"` // CLOUD_FORMATION_TEMPLATE, EXTERNAL
	Template       string               `yaml:"template"`
	Source         string               `yaml:"source"`
	Readme         string               `yaml:"readme"`
	Labels         map[string]string    `yaml:"labels"`
	Tags           map[string]string    `yaml:"tags"`
	TagOptions     map[string][]string  `yaml:"tag_options"`
	Parameters     map[string]Parameter `yaml:"parameters"`
	Portfolios     map[string]Placement `yaml:"portfolios"`
	ServiceActions []ServiceAction      `yaml:"service_actions"`
	Lifecycle      Lifecycle            `yaml:"lifecycle"`
}

type (
	Support struct {
		Email       string `yaml:"email"`
		URL         string `yaml:"url"`
		Description string `yaml:"description"`
	}
	// Parameter is what the builder sees of a template's parameter. Values are kept as text, as CloudFormation takes them.
	Parameter struct {
		Label         string   `yaml:"label"`
		Default       *string  `yaml:"default"` // a number or a boolean is read as its raw scalar
		AllowedValues []string `yaml:"allowed_values"`
		Min           *float64 `yaml:"min"`
		Max           *float64 `yaml:"max"`
		Fixed         *string  `yaml:"fixed"`
		Hidden        bool     `yaml:"hidden"`
	}
	// Placement is the product in one portfolio.
	Placement struct {
		Constraints Constraints `yaml:"constraints"`
		Quota       *Quota      `yaml:"quota"`
		Budget      string      `yaml:"budget"`
	}
	Constraints struct {
		Launch         *LaunchConstraint         `yaml:"launch"`
		Template       string                    `yaml:"template"`
		ResourceUpdate *ResourceUpdateConstraint `yaml:"resource_update"`
		Notification   []string                  `yaml:"notification"`
		StackSet       *StackSetConstraint       `yaml:"stackset"`
	}
	LaunchConstraint struct {
		LocalRoleName string `yaml:"local_role_name"`
	}
	ResourceUpdateConstraint struct {
		TagUpdateOnProvisionedProduct string `yaml:"tag_update_on_provisioned_product"` // ALLOWED, NOT_ALLOWED
	}
	StackSetConstraint struct {
		Accounts      []document.AccountID `yaml:"accounts"`
		Regions       []string             `yaml:"regions"`
		AdminRole     string               `yaml:"admin_role"`
		ExecutionRole string               `yaml:"execution_role"`
	}
	Quota struct {
		PerAccount int `yaml:"per_account"`
		PerGroup   int `yaml:"per_group"`
	}
	ServiceAction struct {
		Name       string `yaml:"name"`
		Document   string `yaml:"document"`
		AssumeRole string `yaml:"assume_role"`
	}
	Lifecycle struct {
		SupportUntil string       `yaml:"support_until"`
		Deprecated   []Deprecated `yaml:"deprecated"`
		Retired      []string     `yaml:"retired"`
		OnDeprecated string       `yaml:"on_deprecated"` // notify, none
		ForcedUpdate string       `yaml:"forced_update"` // never, security_only, always
	}
	Deprecated struct {
		Version   string `yaml:"version"`
		Reason    string `yaml:"reason"`
		Successor string `yaml:"successor"`
		Until     string `yaml:"until"`
	}
)
