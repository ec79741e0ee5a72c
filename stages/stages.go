// Package stages is the work of a pipeline, one file a stage: each action combines rules of
// other rooms and reaches the world only through the interfaces here.
package stages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/secrets"
)

// Order is every stage and its actions, in the order they run. Actions without After run side
// by side. The pre-commit stage is the local hook's: what it looks for in the staged change,
// alpha looks for again in what was pushed.
var Order = []pipeline.Stage{
	{Name: "alpha", Steps: []pipeline.StepSpec{
		{Action: "lint"},          // the template and product.yaml are what they claim to be
		{Action: "secrets"},       // nothing secret in the pushed commits
		{Action: "policy"},        // policy as code over the template
		{Action: "unit"},          // the product's own tests of its template
		{Action: "compatibility"}, // the version number fits the change
	}},
	{Name: "beta", Steps: []pipeline.StepSpec{
		{Action: "provision"}, // a stack in the test account
		{Action: "integration", After: []string{"provision"}},
		{Action: "teardown", After: []string{"integration"}, Always: true},
	}},
	{Name: "gamma", Steps: []pipeline.StepSpec{
		{Action: "publish"},                            // the candidate, to the staging portfolio
		{Action: "launch", After: []string{"publish"}}, // as an end user
		{Action: "upgrade", After: []string{"launch"}}, // from the last published version
		{Action: "terminate", After: []string{"upgrade"}, Always: true},
	}},
	{Name: "prod", Steps: []pipeline.StepSpec{
		{Action: "plan"},
		{Action: "approval", After: []string{"plan"}, Approval: true},
		{Action: "publish", After: []string{"approval"}}, // and distribute, in waves where there are some
		{Action: "verify", After: []string{"publish"}},   // as an end user of one active spoke of each region
		{Action: "enforce", After: []string{"verify"}},   // what catalog.yaml keeps in the spokes
	}},
}

// Deps are what the actions reach the world through.
type Deps struct {
	Tree         func(ctx context.Context, sha string) (fs.FS, error)                  // the commit's files, from git objects
	Incoming     func(context.Context, pipeline.Commit) iter.Seq2[secrets.Blob, error] // what the push brought
	First        func(ctx context.Context, sha string) (string, error)                 // the first commit of the history, which a baseline names its repository by
	Now          func() time.Time                                                      // of decisions and dates, by the wall
	Clock        Clock                                                                 // the hub's: what bakes and waits goes by it
	Journal      Journal
	Fleet        func(context.Context, []catalog.Spoke) ([]catalog.Reading, error) // what spokes run
	Keeper       Keeper
	Halt         func(why error) // ends the driving of a run without a verdict: it goes on from its log
	Detector     func() (secrets.Detector, error)
	Feature      func(file string, data []byte) (products.Feature, error) // reads Gherkin
	Guard        Guard                                                    // nil: cfn-guard cannot be asked
	Analyzer     Analyzer                                                 // nil: there is no AWS to ask
	Terraform    Terraform                                                // reads a Terraform source; nil: type EXTERNAL is not supported
	TestSource   TestSource                                               // runs its tests
	Store        Store
	Ledger       Ledger
	Releases     Releases
	Last         func(ctx context.Context, product string) (Last, error)         // who published a product last
	Former       func(ctx context.Context, file, product string) (string, error) // another name under which the product.yaml was published last; nil: nobody knows
	Stacks       func(f *catalog.File) Stacks                                    // f: whose bucket carries a template too large to be sent; may be nil
	Launcher     Launcher
	Hub          func(f *catalog.File, scope catalog.Catalog) catalog.Hub           // the hub, of which nothing but the scope's keys is looked at
	Organization func(context.Context, *catalog.File) (catalog.Organization, error) // as the hub sees it
	Meter        Meter
	Market       Fair
	Turn         func(context.Context, pipeline.Input) (done func(), err error)                   // waits until no other run changes the hub; nil: there is no other
	Told         Told                                                                             // what has been told; nil: nobody is told anything
	Tell         func(ctx context.Context, f *catalog.File, topic string, n catalog.Notice) error // by the hub's role
	Say          func(in pipeline.Input, format string, args ...any)                              // a line of the action's output
}

// Meter is what is counted in the hub's account: how much is used of quotas and what these are,
// and what this process has called.
type Meter interface {
	Quotas(ctx context.Context, f *catalog.File, all []catalog.Quota) ([]catalog.Quota, error)
	Spent() catalog.Spent
}

// Store keeps bytes by digest.
type Store interface {
	Put(data []byte) (digest string, err error)
	Get(digest string) ([]byte, error)
}

// Ledger remembers stacks under test, before they are made.
type Ledger interface {
	OpenStack(ctx context.Context, run string, t products.StackTarget) error
	CloseStack(ctx context.Context, t products.StackTarget) error
}

// Releases are the versions known to be published to the hub.
type Releases interface {
	Record(ctx context.Context, run, product string, v products.Published) error
	Published(ctx context.Context, product string) ([]products.Published, error)
}

// Stacks is CloudFormation. A stack that failed is a Stack whose Status says so, not an error.
// Provision of a name that exists follows what is there; a stranger's stack is refused.
type Stacks interface {
	Provision(ctx context.Context, r products.StackRequest, on func(products.StackEvent)) (products.Stack, error)
	Describe(ctx context.Context, t products.StackTarget) (products.Stack, error)
	Delete(ctx context.Context, t products.StackTarget, on func(products.StackEvent)) (products.Stack, error)
}

// Launcher is Service Catalog as its end user sees it. Launch of a name that exists updates it
// to the version; Terminate of one that does not is done.
type Launcher interface {
	Offer(ctx context.Context, u catalog.User, product, version string) (catalog.Offer, error)
	Launch(ctx context.Context, r catalog.LaunchRequest) (catalog.Provisioned, error)
	Terminate(ctx context.Context, u catalog.User, name string) error
}

// All are the actions of every stage. What they say is stored and shown, so no secret is in it.
func All(d Deps) pipeline.Actions {
	all := pipeline.Actions{
		"alpha/lint":          ofMarket(either(d.lint, d.lintCatalog), d.lintMarket),
		"alpha/secrets":       d.secrets,
		"alpha/policy":        d.policy,
		"alpha/unit":          d.unit,
		"alpha/compatibility": d.compatibility,
		"beta/provision":      d.provision,
		"beta/integration":    d.integration,
		"beta/teardown":       d.teardown,
		"gamma/publish":       d.procured(d.inTurn(d.stage)),
		"gamma/launch":        d.launch,
		"gamma/upgrade":       d.upgrade,
		"gamma/terminate":     d.terminate,
		"gamma/doctor":        d.examineMarket,
		"gamma/plan":          d.tryMarket,
		"prod/plan":           ofMarket(d.procured(d.plan), d.planMarket),
		"prod/publish":        ofMarket(d.metered(d.inTurn(either(d.publish, d.publishCatalog))), d.publishMarket),
		"prod/verify":         either(d.verify, d.verifyCatalog),
		"prod/enforce":        d.telling(d.enforce),
	}
	for key, action := range all {
		all[key] = d.discreet(action)
	}
	return all
}

const codeNoStage = "AXLE1210"

// Limit is which of the pipeline's stages a run has.
type Limit struct {
	From, To string
	Only     []string
}

// Spec freezes what a run of the ref goes through: the stages of pipeline.yaml, as the protected
// branch has it, with their steps. Only commits on the protected branch go past gamma (CLI-11).
func Spec(f *pipeline.File, ref string, limit Limit) (pipeline.Spec, error) {
	sp := pipeline.Spec{Pipeline: f.Name, Protected: f.Triggers.Protected, Catalog: f.Catalog, Fair: f.Marketplace, Products: f.Products, Gates: gates(f), Topics: Topics(f)}
	configured := map[string]*pipeline.StageConfig{
		"alpha": f.Stages.Alpha, "beta": f.Stages.Beta, "gamma": f.Stages.Gamma, "prod": f.Stages.Prod,
	}
	if err := limit.check(); err != nil {
		return sp, err
	}
	if err := Unsupported(f).Err(); err != nil {
		return sp, err
	}
	var without []string // configured stages that the limit leaves out, so far
	for _, st := range Order {
		conf := configured[st.Name]
		if conf == nil || st.Name == "prod" && ref != "refs/heads/"+sp.Protected {
			continue
		}
		if !limit.holds(st.Name) {
			without = append(without, st.Name)
			continue
		}
		sp.Requires = without
		st.Settings = withDefaults(*conf, f.Defaults)
		st.Steps = slices.Clone(st.Steps)
		for i := range st.Steps {
			st.Steps[i].Timeout = timeout(st, st.Steps[i])
		}
		sp.Stages = append(sp.Stages, st)
	}
	if len(sp.Stages) == 0 {
		return sp, document.Fail(codeNoStage, "no stage is left to run", "pipeline.yaml has "+stageNames(configured)+"; prod runs on "+sp.Protected+" only", nil)
	}
	return sp, nil
}

// timeout is a step's: the stage's own; what goes out in waves has it for each, and time to bake.
func timeout(st pipeline.Stage, s pipeline.StepSpec) time.Duration {
	each := time.Duration(st.Settings.Timeout)
	all := each
	if waves := Waves(st.Settings.Distribute); (s.Action == "publish" || s.Action == "enforce") && each > 0 && len(waves) > 0 {
		all = time.Duration(len(waves)) * each
		for _, w := range waves {
			all += w.Bake
		}
	}
	return all
}

// gates tells apart what stages ask for: what has passed under other keys has not passed these.
func gates(f *pipeline.File) string {
	raw, _ := json.Marshal(f.Stages) // structs of text, numbers and lists always marshal
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func withDefaults(conf pipeline.StageConfig, d pipeline.Defaults) pipeline.StageConfig {
	if conf.Timeout == 0 {
		conf.Timeout = d.Timeout
	}
	if conf.Regions == nil {
		conf.Regions = d.Regions
	}
	return conf
}

func (l Limit) check() error {
	for _, name := range append([]string{l.From, l.To}, l.Only...) {
		if name != "" && name != "pre-commit" && place(name) < 0 {
			hint := ""
			if near := document.Nearest(name, []string{"pre-commit", "alpha", "beta", "gamma", "prod"}); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return document.Fail("AXLE1211", fmt.Sprintf("unknown stage %q; stages are pre-commit, alpha, beta, gamma, prod", name), hint, nil)
		}
	}
	return nil
}

func (l Limit) holds(stage string) bool {
	at := place(stage)
	return (l.From == "" || at >= place(l.From)) && (l.To == "" || at <= place(l.To)) &&
		(len(l.Only) == 0 || slices.Contains(l.Only, stage))
}

func place(stage string) int {
	return slices.IndexFunc(Order, func(st pipeline.Stage) bool { return st.Name == stage })
}

func stageNames(configured map[string]*pipeline.StageConfig) string {
	text := ""
	for _, st := range Order {
		if configured[st.Name] != nil {
			text += ", " + st.Name
		}
	}
	return text[min(2, len(text)):]
}

// verdict is pass unless a finding is an error.
func verdict(findings []pipeline.Finding) pipeline.Result {
	res := pipeline.Result{Verdict: pipeline.Pass, Findings: findings}
	for _, f := range findings {
		if f.Severity != document.SeverityWarning {
			res.Verdict = pipeline.Fail
		}
	}
	return res
}

// failed is a verdict of one sentence.
func failed(code, summary, hint string) pipeline.Result {
	return pipeline.Result{Verdict: pipeline.Fail, Findings: []pipeline.Finding{{Diagnostic: document.Diagnostic{
		Severity: document.SeverityError, Code: code, Summary: summary, Hint: hint}}}}
}

func asFindings(ds document.Diagnostics) []pipeline.Finding {
	fs := make([]pipeline.Finding, len(ds))
	for i, d := range ds {
		fs[i] = pipeline.Finding{Diagnostic: d}
	}
	return fs
}
