package products

import "github.com/axle-cd/axle/document"

// File is product.yaml. A field's check tag says what it takes (document.Doc.Decode); limits
// are those of the Service Catalog API.
type File struct {
	Doc *document.Doc `yaml:"-" json:"-"` // where each key stands

	Schema         int                  `yaml:"schema" check:"required,only=1"`
	Name           string               `yaml:"name" check:"name=product,required"`
	Version        string               `yaml:"version,scalar" check:"required"` // strict semver, immutable once published
	Changes        string               `yaml:"changes" check:"max=8000"`
	Owner          string               `yaml:"owner" check:"required,max=8191"`
	Distributor    string               `yaml:"distributor" check:"max=8191"`
	Description    string               `yaml:"description" check:"max=8191"`
	Support        Support              `yaml:"support"`
	Type           string               `yaml:"type" check:"enum=CLOUD_FORMATION_TEMPLATE|EXTERNAL"` // default the first
	Template       string               `yaml:"template" check:"path"`
	Source         string               `yaml:"source" check:"path"`
	Readme         string               `yaml:"readme" check:"path"`
	Labels         map[string]string    `yaml:"labels" check:"keys=label"`
	Tags           map[string]string    `yaml:"tags" check:"tags"`
	TagOptions     map[string][]string  `yaml:"tag_options" check:"unique"`
	Parameters     map[string]Parameter `yaml:"parameters" check:"keys=parameter"`
	Portfolios     map[string]Placement `yaml:"portfolios" check:"keys=portfolio"`
	ServiceActions []ServiceAction      `yaml:"service_actions" check:"most=25"`
	Marketplace    Marketplace          `yaml:"marketplace"`
	Lifecycle      Lifecycle            `yaml:"lifecycle"`
}

type (
	Support struct {
		Email       string `yaml:"email" check:"email,max=254"`
		URL         string `yaml:"url" check:"url,max=2083"`
		Description string `yaml:"description" check:"max=8191"`
	}
	// Parameter is what the builder sees of a template's parameter. Values are kept as text, as CloudFormation takes them.
	Parameter struct {
		Label         string   `yaml:"label" check:"max=8191"`
		Default       *string  `yaml:"default,scalar"` // a number or a boolean is read as its raw scalar
		AllowedValues []string `yaml:"allowed_values,scalar" check:"least=1,unique"`
		Min           *float64 `yaml:"min"`
		Max           *float64 `yaml:"max"`
		Fixed         *string  `yaml:"fixed,scalar"`
		Hidden        bool     `yaml:"hidden"`
	}
	// Placement is the product in one portfolio.
	Placement struct {
		Constraints Constraints `yaml:"constraints"`
		Quota       *Quota      `yaml:"quota"`
		Budget      string      `yaml:"budget" check:"max=100"`
	}
	Constraints struct {
		Launch         *LaunchConstraint         `yaml:"launch"`
		Template       string                    `yaml:"template" check:"path"`
		ResourceUpdate *ResourceUpdateConstraint `yaml:"resource_update"`
		Notification   []string                  `yaml:"notification" check:"least=1,most=5,unique,arn=sns"`
		StackSet       *StackSetConstraint       `yaml:"stackset"`
	}
	// LaunchConstraint names a role, never its ARN: the role of the hub would build in the hub.
	LaunchConstraint struct {
		LocalRoleName string `yaml:"local_role_name" check:"required,role"`
	}
	ResourceUpdateConstraint struct {
		TagUpdateOnProvisionedProduct string `yaml:"tag_update_on_provisioned_product" check:"required,enum=ALLOWED|NOT_ALLOWED"`
	}
	StackSetConstraint struct {
		Accounts      []document.AccountID `yaml:"accounts" check:"required,unique"`
		Regions       []string             `yaml:"regions" check:"required,region,unique"`
		AdminRole     string               `yaml:"admin_role" check:"required,arn=iam"`
		ExecutionRole string               `yaml:"execution_role" check:"required,role"`
	}
	Quota struct {
		PerAccount int `yaml:"per_account" check:"min=1,max=1000000"`
		PerGroup   int `yaml:"per_group" check:"min=1,max=1000000"`
	}
	ServiceAction struct {
		Name       string `yaml:"name" check:"required,max=256"`
		Document   string `yaml:"document" check:"required"`
		Version    string `yaml:"version,scalar"` // of the document; default $DEFAULT
		AssumeRole string `yaml:"assume_role"`    // LAUNCH_ROLE, or an ARN

		Parameters []ActionParameter `yaml:"parameters" check:"most=100"`
	}
	// ActionParameter is a parameter of the document: TARGET is filled in with what was launched,
	// TEXT_VALUE by whoever runs the action.
	ActionParameter struct {
		Name string `yaml:"name" check:"required"`
		Type string `yaml:"type" check:"required,enum=TARGET|TEXT_VALUE"`
	}
	// Marketplace is the software of AWS Marketplace that the content needs.
	Marketplace struct {
		Experiences []string   `yaml:"experiences" check:"least=1,unique"` // entries of marketplace.yaml; default all
		Products    []Software `yaml:"products" check:"least=1"`
	}
	// Software is a product of AWS Marketplace. As are the ways in which the content names it without
	// its id: an image, a model package, an add-on, a product code.
	Software struct {
		ID    string   `yaml:"id,scalar" check:"required"`
		Title string   `yaml:"title" check:"max=255"`
		Offer string   `yaml:"offer,scalar"` // the private offer that it is bought by
		As    []string `yaml:"as,scalar" check:"least=1,unique"`
	}
	Lifecycle struct {
		SupportUntil string       `yaml:"support_until" check:"date"`
		Deprecated   []Deprecated `yaml:"deprecated"`
		Retired      []string     `yaml:"retired,scalar" check:"unique"`
		OnDeprecated string       `yaml:"on_deprecated" check:"enum=notify|none"`                // default notify
		ForcedUpdate string       `yaml:"forced_update" check:"enum=never|security_only|always"` // default never
	}
	Deprecated struct {
		Version   string `yaml:"version,scalar" check:"required"`
		Reason    string `yaml:"reason" check:"required"`
		Successor string `yaml:"successor,scalar"`
		Until     string `yaml:"until" check:"date"`
	}
)
