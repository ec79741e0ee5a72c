package stages

import (
	"context"
	"errors"
	"fmt"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

// Analyzer is IAM Access Analyzer, asked in one Region. An error means that not every question was answered.
type Analyzer func(ctx context.Context, region string, all []cfn.PolicyQuestion, notGranted []string) ([]cfn.PolicyAnswer, error)

// judgement is what one engine says. Its verdict is settled when exceptions are.
type judgement struct {
	engine pipeline.Engine
	report policies.Report
}

// skip is an engine that did not judge, and need not have.
func (j *judgement) skip(why string) { j.engine.Verdict, j.engine.Note = pipeline.Skipped, why }

// demanded is an engine that did not judge, where pipeline.yaml asks that it does. No exception lets that pass.
func (j *judgement) demanded(code, why, hint string) {
	j.engine.Verdict, j.engine.Note = pipeline.Unjudged, why
	missing := pipeline.Finding{Diagnostic: document.Diagnostic{Severity: document.SeverityError, Code: code, Summary: j.engine.Name + " must judge: " + why, Hint: hint}}
	j.report = j.report.And(policies.ReportOf(nil, []pipeline.Finding{missing}))
}

// opa is the engine that ran the rules.
func opa(report policies.Report, bundles []policies.Bundle) pipeline.Engine {
	note := fmt.Sprintf("%d rules", report.Tried)
	if len(bundles) > 0 {
		note += ", with those of " + counted(len(bundles), "folder", "folders")
	}
	return pipeline.Engine{Name: "OPA", Version: policies.OPA(), Note: note}
}

// judgements asks every engine but OPA about the template. What one could not find out does not
// keep the others from judging.
func (d Deps) judgements(ctx context.Context, in pipeline.Input, c *commit) ([]judgement, error) {
	if c.source != nil {
		return judgementsOfSource(in), nil
	}
	l, err := c.library(in)
	if err != nil {
		return nil, err
	}
	var all []judgement
	var broken error
	for _, ask := range []func() (judgement, error){
		func() (judgement, error) { return judgeLaunchRoles(in, c, l) },
		func() (judgement, error) { return judgeUsers(c, l) },
		func() (judgement, error) { return judgeIAM(in, c), nil },
		func() (judgement, error) { return d.analyzed(ctx, in, c) },
		func() (judgement, error) { return d.guarded(ctx, in, c) },
	} {
		j, err := ask()
		if err != nil {
			j.engine.Verdict, j.engine.Note = pipeline.Unjudged, "it could not judge"
			broken = errors.Join(broken, err)
		}
		all = append(all, j)
	}
	return all, broken
}

// judgementsOfSource are the engines that read CloudFormation only. Demanded, they are missing.
func judgementsOfSource(in pipeline.Input) []judgement {
	p := in.Settings.Policy
	if p == nil {
		p = &pipeline.Policy{}
	}
	all := []judgement{
		{engine: pipeline.Engine{Name: "launch roles"}, report: policies.ReportOf(policies.RoleRules(), nil)},
		{engine: pipeline.Engine{Name: "IAM policies"}, report: policies.ReportOf(policies.PolicyRules(), nil)},
		{engine: pipeline.Engine{Name: "IAM Access Analyzer"}, report: policies.ReportOf(policies.AnalyzerRules(), nil)},
		{engine: pipeline.Engine{Name: "cfn-guard"}},
	}
	codes := []string{"AXLE2441", "", "AXLE3440", "AXLE3441"}
	required := []bool{p.LaunchRoles != nil && p.LaunchRoles.Required, false, p.AccessAnalyzer != nil && p.AccessAnalyzer.Required, p.Guard != nil && p.Guard.Required}
	for i := range all {
		const why = "a Terraform source is judged by rules alone"
		if all[i].skip(why); required[i] {
			all[i].demanded(codes[i], why, "give Terraform products a pipeline of their own, which does not demand it")
		}
	}
	return all
}

// settled are the engines that were asked, with their verdicts by what is left of what they found.
func settled(all []judgement, left policies.Report) (engines []pipeline.Engine) {
	for _, j := range all {
		e := j.engine
		switch {
		case e.Name == "":
			continue
		case e.Verdict == pipeline.Unjudged:
		case left.Fails(j.report):
			e.Verdict = pipeline.Fail
		case e.Verdict == "":
			e.Verdict = pipeline.Pass
		}
		engines = append(engines, e)
	}
	return engines
}

// judgeIAM is axle's own subset of IAM Access Analyzer, which needs no credentials (F7c).
func judgeIAM(in pipeline.Input, c *commit) judgement {
	j := judgement{engine: pipeline.Engine{Name: "IAM policies"}, report: policies.IAM(c.template)}
	n := len(c.template.PolicyDocuments())
	if n == 0 {
		j.skip("the template has none")
		return j
	}
	j.engine.Note = counted(n, "policy", "policies") + " judged by axle's own subset"
	if a := analyzer(in); a == nil || !a.Required {
		j.engine.Note += ", not by IAM Access Analyzer"
	}
	return j
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func analyzer(in pipeline.Input) *pipeline.AccessAnalyzer {
	if in.Settings.Policy == nil {
		return nil
	}
	return in.Settings.Policy.AccessAnalyzer
}

// analyzed asks IAM Access Analyzer where pipeline.yaml demands it: about each policy, and about
// access that the last published version did not give (F7c).
func (d Deps) analyzed(ctx context.Context, in pipeline.Input, c *commit) (judgement, error) {
	asked := analyzer(in)
	j := judgement{engine: pipeline.Engine{Name: "IAM Access Analyzer"}, report: policies.ReportOf(policies.AnalyzerRules(), nil)}
	if asked == nil || !asked.Required {
		j.engine.Name = "" // the line of the IAM policies says so
		return j, nil
	}
	const hint = "choose AWS with --profile PROFILE, or take required from stages.alpha.policy.access_analyzer"
	if d.Analyzer == nil {
		j.demanded("AXLE3440", "there is no AWS to ask", hint)
		return j, nil
	}
	before, err := d.publishedTemplate(ctx, c)
	if err != nil {
		return j, err
	}
	region := "us-east-1"
	if r := c.regions(in); len(r) > 0 {
		region = r[0]
	}
	questions := c.template.Questions(before, region)
	j.engine.Note = fmt.Sprintf("%s, in %s", counted(len(questions), "policy", "policies"), region)
	answers, err := d.Analyzer(ctx, region, questions, asked.NotGranted)
	if err != nil {
		return j, document.Fail("AXLE3440", "IAM Access Analyzer must judge, and did not answer", hint, err)
	}
	j.report = policies.Analyzed(c.template, questions, answers)
	return j, nil
}

// publishedTemplate is the last published version's, or nil.
func (d Deps) publishedTemplate(ctx context.Context, c *commit) (*cfn.Template, error) {
	published, err := d.Releases.Published(ctx, c.product.Name)
	if err != nil {
		return nil, err
	}
	last, ok := lastOf(published, c.product)
	if !ok {
		return nil, nil
	}
	return d.templateOf(last, c.template)
}
