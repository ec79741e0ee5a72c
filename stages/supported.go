package stages

import (
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Unsupported are the keys of pipeline.yaml that this axle reads and cannot carry out. Those
// that hold something back are errors: a gate that would be left out in silence is no gate.
func Unsupported(f *pipeline.File) document.Diagnostics {
	u := unsupported{file: f}
	u.notice(len(f.Triggers.Schedule) > 0, "run axle run from cron", "triggers", "schedule")
	u.notice(f.Triggers.Push != nil && len(f.Triggers.Push.Paths) > 0, "a run is made for each product whose folder a push touches", "triggers", "push", "paths")
	u.notice(f.Triggers.PullRequest != nil, "run axle run --to alpha in the forge's own job", "triggers", "pull_request")
	u.notifications(f.Notifications)
	if c := f.Stages.PreCommit; c != nil {
		u.secrets("pre-commit", c.Secrets)
		u.has(c.Secrets != nil && c.Secrets.Scan != "staged", "the hook scans what is staged; alpha scans the rest", "stages", "pre-commit", "secrets", "scan")
	}
	if c := f.Stages.Alpha; c != nil {
		u.secrets("alpha", c.Secrets)
		u.has(c.Secrets != nil && c.Secrets.Scan == "staged", "write range or history", "stages", "alpha", "secrets", "scan")
	}
	if c := f.Stages.Beta; c != nil {
		u.has(c.Provision != nil && c.Provision.KeepOnFailure, "a failed stack is always deleted; set it to false", "stages", "beta", "provision", "keep_on_failure")
		u.has(c.Integration != nil && c.Integration.Config != "", "write tests/integration/*.rego in the product", "stages", "beta", "integration", "config")
	}
	u.bakes(f)
	u.silent()
	if c := f.Stages.Prod; c != nil {
		u.approval(c.Approval)
	}
	return u.found
}

type unsupported struct {
	file  *pipeline.File
	found document.Diagnostics
}

func (u *unsupported) has(there bool, instead string, path ...string) {
	if there {
		u.found = append(u.found, u.file.Doc.Fault("AXLE1218", strings.Join(path, ".")+" is not supported yet", instead, path...))
	}
}

func (u *unsupported) notice(there bool, instead string, path ...string) {
	before := len(u.found)
	u.has(there, instead, path...)
	for i := range u.found[before:] {
		u.found[before+i] = u.found[before+i].Warning()
	}
}

func (u *unsupported) secrets(stage string, s *pipeline.Secrets) {
	u.has(s != nil && s.OnFinding == "quarantine" && stage != "alpha", "write it in stages.alpha.secrets", "stages", stage, "secrets", "on_finding")
}

// silent names the keys that are read and change nothing, wherever they are written.
func (u *unsupported) silent() {
	written := func(path ...string) bool {
		n := u.file.Doc.Root
		for _, step := range path {
			n = n.Get(step)
		}
		return n != nil
	}
	u.notice(written("defaults", "retries"), "axle retries as each AWS code asks for", "defaults", "retries")
	for _, stage := range []string{"pre-commit", "alpha", "beta", "gamma", "prod"} {
		u.notice(written("stages", stage, "retries"), "axle retries as each AWS code asks for", "stages", stage, "retries")
		u.notice(written("stages", stage, "environment"), "remove the key: nothing is reported by it", "stages", stage, "environment")
		u.notice(written("stages", stage, "lint"), "alpha always lints product.yaml, catalog.yaml and the template, and nothing else", "stages", stage, "lint")
	}
	c := u.file.Stages.Beta
	u.notice(c != nil && c.Provision != nil && c.Provision.ChangeSet == "skip", "the change set is always made", "stages", "beta", "provision", "change_set")
}

func (u *unsupported) bakes(f *pipeline.File) {
	for name, c := range map[string]*pipeline.StageConfig{"gamma": f.Stages.Gamma, "prod": f.Stages.Prod} {
		u.has(c != nil && c.Bake > 0, "remove the key", "stages", name, "bake")
	}
	u.found.Sort()
}

func (u *unsupported) approval(a *pipeline.Approval) {
	if a == nil {
		return
	}
	for _, rule := range a.Rules {
		u.has(strings.Contains(strings.Join(rule.From, " "), "group:"), "list people: user:EMAIL; groups need a server that knows them", "stages", "prod", "approval", "rules")
		u.has(rule.When != nil, "remove when: the rule then always holds", "stages", "prod", "approval", "rules")
	}
}
