package pipeline

import "github.com/axle-cd/axle/document"

// File is pipeline.yaml (spec: docs/reference). Keys are snake_case, mappings closed.
type File struct {
	Schema        int            `yaml:"schema"`
	Name          string         `yaml:"name"`
	Products      []string       `yaml:"products"`
	Catalog       string         `yaml:"catalog"`
	Marketplace   string         `yaml:"marketplace"`
	Triggers      Triggers       `yaml:"triggers"`
	Defaults      Defaults       `yaml:"defaults"`
	Stages        Stages         `yaml:"stages"`
	Notifications []Notification `yaml:"notifications"`
}

// Stages is a map in the file, with these keys in this order.
type Stages struct {
	PreCommit *StageConfig `yaml:"pre-commit"`
	Alpha     *StageConfig `yaml:"alpha"`
	Beta      *StageConfig `yaml:"beta"`
	Gamma     *StageConfig `yaml:"gamma"`
	Prod      *StageConfig `yaml:"prod"`
}

// Defaults may stand in the file and in any stage; the stage wins.
type Defaults struct {
	Regions []string          `yaml:"regions"`
	Timeout document.Duration `yaml:"timeout"`
	Retries *Retries          `yaml:"retries"`
}

// StageConfig is any stage's keys; a key that does not belong to the stage is refused when read.
type StageConfig struct {
	Defaults    `yaml:",inline"`
	Account     *Account          `yaml:"account"`
	Bake        document.Duration `yaml:"bake"`
	Environment string            `yaml:"environment"`

	Secrets     *Secrets     `yaml:"secrets"`
	Lint        *Lint        `yaml:"lint"`
	Policy      *Policy      `yaml:"policy"`
	Unit        *Unit        `yaml:"unit"`
	Provision   *Provision   `yaml:"provision"`
	Integration *Integration `yaml:"integration"`
	Publish     *Publish     `yaml:"publish"`
	Launch      *Launch      `yaml:"launch"`
	Upgrade     *Upgrade     `yaml:"upgrade"`
	Approval    *Approval    `yaml:"approval"`
	Distribute  *Distribute  `yaml:"distribute"`
}

type (
	Triggers struct {
		Protected   string              `yaml:"protected"` // default main
		Push        *PushTrigger        `yaml:"push"`
		PullRequest *PullRequestTrigger `yaml:"pull_request"`
		Schedule    []Schedule          `yaml:"schedule"`
	}
	PushTrigger struct {
		Branches []string `yaml:"branches"`
		Paths    []string `yaml:"paths"`
	}
	PullRequestTrigger struct {
		Stages []string `yaml:"stages"`
	}
	Schedule struct {
		Cron   string   `yaml:"cron"`
		Stages []string `yaml:"stages"`
	}
	Retries struct {
		Max int      `yaml:"max"`
		For []string `yaml:"for"`
	}
	Account struct {
		ID   document.AccountID `yaml:"id"`
		Role string             `yaml:"role"`
	}
	Secrets struct {
		Scan      string `yaml:"scan"` // staged, range, history
		Baseline  string `yaml:"baseline"`
		OnFinding string `yaml:"on_finding"` // fail, quarantine
	}
	Lint struct {
		CloudFormation bool `yaml:"cloudformation"`
		Terraform      bool `yaml:"terraform"`
		YAML           bool `yaml:"yaml"`
	}
	Policy struct {
		Bundles    []string `yaml:"bundles"`
		Namespaces []string `yaml:"namespaces"`
		FailOn     string   `yaml:"fail_on"` // violation, warning
	}
	Unit struct {
		Paths []string `yaml:"paths"` // relative to the product
	}
	Provision struct {
		ChangeSet     string            `yaml:"change_set"` // show, skip
		KeepOnFailure bool              `yaml:"keep_on_failure"`
		TTL           document.Duration `yaml:"ttl"`
	}
	Integration struct {
		Config  string   `yaml:"config"`
		Regions []string `yaml:"regions"`
	}
	Publish struct {
		Portfolio string     `yaml:"portfolio"`
		Deprecate *Deprecate `yaml:"deprecate"`
	}
	Deprecate struct {
		Keep  int               `yaml:"keep"`
		After document.Duration `yaml:"after"`
	}
	Launch struct {
		Role string `yaml:"role"`
	}
	Upgrade struct {
		From string `yaml:"from"` // latest
	}
	Approval struct {
		Rules    []ApprovalRule    `yaml:"rules"`
		Expires  document.Duration `yaml:"expires"`   // default 72h
		OnExpiry string            `yaml:"on_expiry"` // reject, hold
	}
	ApprovalRule struct {
		Required int      `yaml:"required"`
		From     []string `yaml:"from"` // user:EMAIL, group:NAME
		When     *When    `yaml:"when"`
	}
	When struct {
		MinSeverity string `yaml:"min_severity"`
	}
	Distribute struct {
		Waves []Wave `yaml:"waves"`
	}
	Wave struct {
		Name        string            `yaml:"name"`
		Spokes      *Spokes           `yaml:"spokes"`
		Regions     []string          `yaml:"regions"`
		Bake        document.Duration `yaml:"bake"`
		MaxParallel int               `yaml:"max_parallel"`
		MaxFailures string            `yaml:"max_failures"` // a count, or 2%
	}
	Spokes struct {
		All                 bool                 `yaml:"all"`
		Tags                []string             `yaml:"tags"`
		Accounts            []document.AccountID `yaml:"accounts"`
		OrganizationalUnits []string             `yaml:"organizational_units"`
	}
	Notification struct {
		When    []string       `yaml:"when"`
		Slack   map[string]any `yaml:"slack"`
		SNS     map[string]any `yaml:"sns"`
		Webhook map[string]any `yaml:"webhook"`
	}
)
