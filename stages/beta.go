package stages

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
)

// targets are the stacks of a run's beta: one a region, under one name that no other run has.
func (c *commit) targets(in pipeline.Input) ([]products.StackTarget, error) {
	acc, regions := in.Settings.Account, c.regions(in)
	if acc == nil || acc.ID == "" || acc.Role == "" {
		return nil, document.Fail("AXLE1215", "stages.beta.account is missing", `add account: { id: "111111111111", role: CatalogBetaDeploy }`, nil)
	}
	if len(regions) == 0 {
		return nil, document.Fail("AXLE1216", "beta has no region", "add defaults.regions, or hub.regions in catalog.yaml", nil)
	}
	var all []products.StackTarget
	for _, region := range regions {
		all = append(all, products.StackTarget{Account: string(acc.ID), Role: acc.Role, Region: region, Name: "axle-" + in.RunID})
	}
	return all, nil
}

// provision makes the stacks in the test account, region by region at once, each with its ledger line first.
func (d Deps) provision(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.sound(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	targets, err := c.targets(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if err := d.fits(ctx, in); err != nil {
		return pipeline.Result{}, err
	}
	if c.source != nil {
		return d.builtByEngine(in)
	}
	return sideBySide(targets, func(t products.StackTarget) (pipeline.Result, error) {
		if err := d.Ledger.OpenStack(ctx, in.RunID, t); err != nil {
			return pipeline.Result{}, err
		}
		stack, err := d.Stacks(c.catalog).Provision(ctx, products.StackRequest{
			StackTarget: t, Template: c.bytes, Parameters: c.parameters(), Tags: tags(in), Capabilities: c.template.Capabilities(),
		}, d.sayEvents(in, t.Region))
		if err != nil {
			return pipeline.Result{}, err
		}
		if strings.Contains(stack.Reason, "not in the sandbox") {
			return pipeline.Result{}, document.Fail("AXLE3121", stack.Reason, "the template may be sound: the sandbox cannot make it; use --profile and an account", nil)
		}
		if stack.Status != "CREATE_COMPLETE" {
			return failed("AXLE2120", fmt.Sprintf("stack %s in %s %s ended %s: %s", t.Name, t.Account, t.Region, stack.Status, stack.Reason),
				"mend the template; the stack is deleted"), nil
		}
		return pipeline.Result{Verdict: pipeline.Pass}, nil
	})
}

// tags say whose stack it is, and for how long after its creation somebody may need it. They
// are the same whenever the action is called: a stack is known again by what it was made of.
func tags(in pipeline.Input) map[string]string {
	life := document.Duration(4 * time.Hour)
	if p := in.Settings.Provision; p != nil && p.TTL > 0 {
		life = p.TTL
	}
	return map[string]string{"axle:run": in.RunID, "axle:pipeline": in.Pipeline, "axle:ttl": life.String()}
}

// sayEvents shows what has come of each resource, and every step of the stack itself.
func (d Deps) sayEvents(in pipeline.Input, region string) func(products.StackEvent) {
	return func(e products.StackEvent) {
		if strings.HasSuffix(e.Status, "_IN_PROGRESS") && e.Type != "AWS::CloudFormation::Stack" {
			return
		}
		line := fmt.Sprintf("%s %-40s %-28s %s", region, e.Type, e.LogicalID, e.Status)
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		d.Say(in, "%s", line)
	}
}

// integration asserts on what was provisioned: outputs, and each resource as it was recorded.
func (d Deps) integration(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.sound(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if c.source != nil {
		return d.builtByEngine(in)
	}
	targets, err := c.targets(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	folders, missing := c.folders([]string{"tests/integration"}, false)
	var results []policies.TestResult
	var regions []string // of each result
	for _, t := range targets {
		stack, err := d.Stacks(c.catalog).Describe(ctx, t)
		if err != nil {
			return pipeline.Result{}, err
		}
		more, err := policies.Assert(ctx, observed(t, stack, c.parameters()), folders...)
		if err != nil {
			return pipeline.Result{}, err
		}
		results = append(results, more...)
		regions = append(regions, slices.Repeat([]string{t.Region}, len(more))...)
	}
	res := d.tested(in, results, nil, in.Settings.Integration != nil, "integration tests under "+path.Join(c.dir, "tests/integration"))
	for i, region := range regions {
		res.Tests[i].Region = region
	}
	return lacking(res, missing), nil
}

// observed is what an integration test reads as input.
func observed(t products.StackTarget, s products.Stack, parameters map[string]string) map[string]any {
	resources, outputs, given := map[string]any{}, map[string]any{}, map[string]any{}
	for _, r := range s.Resources {
		resources[r.LogicalID] = map[string]any{"type": r.Type, "physical_id": r.PhysicalID, "status": r.Status, "properties": r.Properties}
	}
	for k, v := range s.Outputs {
		outputs[k] = v
	}
	for k, v := range parameters {
		given[k] = v
	}
	return map[string]any{"region": t.Region, "account": t.Account, "stack": s.Name, "outputs": outputs, "resources": resources, "parameters": given}
}

// teardown deletes the stacks, whatever happened before. One that stays is a leak, by name.
func (d Deps) teardown(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	c, err := d.read(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	if c.product != nil && c.product.Type == external {
		return d.builtByEngine(in)
	}
	targets, err := c.targets(in)
	if err != nil {
		return pipeline.Result{}, err
	}
	return sideBySide(targets, func(t products.StackTarget) (pipeline.Result, error) {
		stack, err := d.remove(ctx, in, c, t)
		return verdict(retained(t, stack)), err
	})
}

// retained warns of what its DeletionPolicy has kept in the test account (B081).
func retained(t products.StackTarget, s products.Stack) []pipeline.Finding {
	var found []pipeline.Finding
	for _, r := range s.Resources {
		if r.Status == "DELETE_SKIPPED" {
			found = append(found, pipeline.Finding{Resource: r.LogicalID, Diagnostic: document.Diagnostic{Severity: document.SeverityWarning, Code: "AXLE2121",
				Summary: fmt.Sprintf("%s %s stays in %s %s: its DeletionPolicy retains it", r.Type, r.PhysicalID, t.Account, t.Region),
				Hint:    "delete it there when nobody needs it"}})
		}
	}
	return found
}

// remove deletes a stack, and closes its line of the ledger once it is seen to be gone.
func (d Deps) remove(ctx context.Context, in pipeline.Input, c *commit, t products.StackTarget) (products.Stack, error) {
	stack, err := d.Stacks(c.catalog).Delete(ctx, t, d.sayEvents(in, t.Region))
	if err == nil && stack.Status != "DELETE_COMPLETE" {
		err = fmt.Errorf("%s: %s", stack.Status, stack.Reason)
	}
	if err != nil {
		return stack, document.Fail("AXLE3120", fmt.Sprintf("stack %s is left in %s %s", t.Name, t.Account, t.Region), "delete it by hand", err)
	}
	return stack, d.Ledger.CloseStack(ctx, t)
}
