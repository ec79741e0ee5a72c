package pipeline

import "github.com/axle-cd/axle/document"

// File is pipeline.yaml. Keys are snake_case, mappings closed; a field's check tag says what
// it takes (document.Doc.Decode).
type File struct {
	Doc *document.Doc `yaml:"-" json:"-"` // where each key stands

	Schema        int            `yaml:"schema" check:"required,only=1"`
	Name          string         `yaml:"name" check:"name=pipeline,required"`
	Products      []string       `yaml:"products" check:"required,path,unique"`
	Catalog       string         `yaml:"catalog" check:"path"`
	Marketplace   string         `yaml:"marketplace" check:"path"`
	Triggers      Triggers       `yaml:"triggers"`
	Defaults      Defaults       `yaml:"defaults"`
	Stages        Stages         `yaml:"stages" check:"required,of=stage"`
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

// StageNames are the stages in their order.
var StageNames = []string{"pre-commit", "alpha", "beta", "gamma", "prod"}

// Config gives a stage's keys, or nil where the file leaves the stage out.
func (s Stages) Config(name string) *StageConfig {
	return map[string]*StageConfig{
		"pre-commit": s.PreCommit, "alpha": s.Alpha, "beta": s.Beta, "gamma": s.Gamma, "prod": s.Prod,
	}[name]
}

// Defaults may stand in the file and in any stage; the stage wins.
type Defaults struct {
	Regions []string          `yaml:"regions" check:"region,unique"`
	Timeout document.Duration `yaml:"timeout" check:"min=1s,max=24h"`
	Retries *Retries          `yaml:"retries"`
}

// StageConfig is any stage's keys; a key that does not belong to the stage is refused when read.
type StageConfig struct {
	Defaults    `yaml:",inline"`
	Account     *Account          `yaml:"account"`
	Bake        document.Duration `yaml:"bake" check:"min=0s,max=168h"`
	Environment string            `yaml:"environment" check:"name=environment"`

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
		Protected   string              `yaml:"protected" check:"branch"` // default main
		Push        *PushTrigger        `yaml:"push"`
		PullRequest *PullRequestTrigger `yaml:"pull_request"`
		Schedule    []Schedule          `yaml:"schedule"`
	}
	PushTrigger struct {
		Branches []string `yaml:"branches" check:"least=1"`
		Paths    []string `yaml:"paths" check:"least=1,path"`
	}
	PullRequestTrigger struct {
		Stages []string `yaml:"stages" check:"enum=pre-commit|alpha,unique"` // CLI-11
	}
	Schedule struct {
		Cron   string   `yaml:"cron" check:"required"` // five fields, UTC
		Stages []string `yaml:"stages" check:"enum=pre-commit|alpha|beta|gamma|prod,unique"`
	}
	Retries struct {
		Max int      `yaml:"max" check:"min=0,max=10"`           // default 2
		For []string `yaml:"for" check:"enum=throttling,unique"` // default throttling
	}
	Account struct {
		ID   document.AccountID `yaml:"id" check:"required"`
		Role string             `yaml:"role" check:"required,role"`
	}
	Secrets struct {
		Scan      string `yaml:"scan" check:"enum=staged|range|history"` // default staged in pre-commit, else range
		Baseline  string `yaml:"baseline" check:"path"`
		OnFinding string `yaml:"on_finding" check:"enum=fail|quarantine"` // default fail
	}
	Lint struct {
		CloudFormation bool `yaml:"cloudformation"`
		Terraform      bool `yaml:"terraform"`
		YAML           bool `yaml:"yaml"`
	}
	Policy struct {
		Bundles    []string `yaml:"bundles" check:"least=1,path,unique"` // default the built-in ones
		Namespaces []string `yaml:"namespaces" check:"least=1,unique"`
		FailOn     string   `yaml:"fail_on" check:"enum=violation|warning"` // default violation

		Organization   *PinnedBundle   `yaml:"organization"`
		LaunchRoles    *LaunchRoles    `yaml:"launch_roles"`
		Guard          *Guard          `yaml:"guard"`
		AccessAnalyzer *AccessAnalyzer `yaml:"access_analyzer"`
	}
	// PinnedBundle is a folder of the protected branch with rules that the repository may not change.
	PinnedBundle struct {
		Path   string `yaml:"path" check:"required,path"`
		Digest string `yaml:"digest"` // sha256:…; without it, alpha says which it is and fails
	}
	// LaunchRoles says where launch roles are written down, besides the products' own templates.
	LaunchRoles struct {
		Paths    []string `yaml:"paths" check:"least=1,path,unique"`
		Required bool     `yaml:"required"` // a role that is nowhere in the repository blocks
	}
	// Guard asks cfn-guard too.
	Guard struct {
		Rules    []string `yaml:"rules" check:"required,least=1,path,unique"` // folders of *.guard
		Required bool     `yaml:"required"`                                   // without cfn-guard it blocks
	}
	// AccessAnalyzer asks IAM Access Analyzer about IAM's policies, which takes credentials.
	AccessAnalyzer struct {
		Required   bool     `yaml:"required"`                                    // without it, only axle's own subset judges
		NotGranted []string `yaml:"not_granted" check:"least=1,most=100,unique"` // actions that no policy may allow
	}
	Unit struct {
		Paths []string `yaml:"paths" check:"least=1,path,unique"` // relative to the product; default tests/
	}
	Provision struct {
		ChangeSet     string            `yaml:"change_set" check:"enum=show|skip"` // default show
		KeepOnFailure bool              `yaml:"keep_on_failure"`
		TTL           document.Duration `yaml:"ttl" check:"min=1m,max=168h"` // default 4h
	}
	Integration struct {
		Config  string   `yaml:"config" check:"path"`
		Regions []string `yaml:"regions" check:"least=1,region,unique"`
	}
	// Publish names a portfolio in gamma, where it is never one of prod, and what to deprecate in prod.
	Publish struct {
		Portfolio string     `yaml:"portfolio" check:"name=portfolio"`
		Deprecate *Deprecate `yaml:"deprecate"`
	}
	Deprecate struct {
		Keep  int               `yaml:"keep" check:"required,min=1,max=100"`
		After document.Duration `yaml:"after" check:"min=0s,max=3650d"`
	}
	Launch struct {
		Role string `yaml:"role" check:"required,role"`
	}
	Upgrade struct {
		From string `yaml:"from" check:"required,enum=latest"`
	}
	Approval struct {
		Rules    []ApprovalRule    `yaml:"rules" check:"least=1"`              // all must hold; default one approver
		Expires  document.Duration `yaml:"expires" check:"min=1m,max=72h"`     // default 72h
		OnExpiry string            `yaml:"on_expiry" check:"enum=reject|hold"` // default reject
	}
	ApprovalRule struct {
		Required int      `yaml:"required" check:"min=1,max=20"` // default 1
		From     []string `yaml:"from" check:"least=1,unique"`   // user:EMAIL, group:NAME
		When     *When    `yaml:"when"`
	}
	When struct {
		MinSeverity string `yaml:"min_severity" check:"required,enum=low|medium|high|critical"`
	}
	Distribute struct {
		Waves []Wave `yaml:"waves" check:"required"`
	}
	Wave struct {
		Name        string            `yaml:"name" check:"name=wave,required"`
		Spokes      *Spokes           `yaml:"spokes"`
		Regions     []string          `yaml:"regions" check:"least=1,region,unique"`
		Bake        document.Duration `yaml:"bake" check:"min=0s,max=168h"`
		MaxParallel int               `yaml:"max_parallel" check:"min=1,max=1000"` // default 10
		MaxFailures string            `yaml:"max_failures,scalar"`                 // a count, or 2%; default 0
	}
	// Spokes is one of its keys.
	Spokes struct {
		All                 bool                 `yaml:"all" check:"only=true"`
		Tags                []string             `yaml:"tags" check:"least=1,unique"`
		Accounts            []document.AccountID `yaml:"accounts" check:"least=1,unique"`
		OrganizationalUnits []string             `yaml:"organizational_units" check:"least=1,ou,unique"`
	}
	// Notification goes to one channel.
	Notification struct {
		When    []string `yaml:"when" check:"required,unique"`
		Slack   *Slack   `yaml:"slack"`
		SNS     *SNS     `yaml:"sns"`
		Webhook *Webhook `yaml:"webhook"`
	}
	Slack struct {
		Channel string `yaml:"channel" check:"required"`
		Webhook string `yaml:"webhook" check:"required"`
	}
	SNS struct {
		Topic string `yaml:"topic" check:"required,arn=sns"`
	}
	Webhook struct {
		URL    string `yaml:"url" check:"required,url"`
		Secret string `yaml:"secret"`
		Format string `yaml:"format" check:"enum=cloudevents"`
	}
)
