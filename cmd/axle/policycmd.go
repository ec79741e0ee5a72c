package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/stages"
)

func (a *app) policyCommand() *cobra.Command {
	var bundles []string
	list := &cobra.Command{Use: "list", Short: "Every rule: axle's and the repository's", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listPolicies(cmd.Context(), bundles) }}
	explain := &cobra.Command{Use: "explain RULE", Short: "What a rule holds, why, how to mend it, with examples", Args: exactly("RULE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.explainPolicy(cmd.Context(), bundles, args[0])
		}}
	var only []string
	test := &cobra.Command{Use: "test [PATH...]", Short: "Judge templates on disk, and run the tests of the repository's rules",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.testPolicies(cmd.Context(), bundles, only, args)
		}}
	test.Flags().StringSliceVar(&only, "rule", nil, "ask these rules alone, by id; the pipeline asks all")
	exceptions := &cobra.Command{Use: "exceptions", Short: "What " + stages.ExceptionsFile + " lets pass here, and until when", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listExceptions(cmd.Context(), bundles) }}
	cmd := group("policy", "See policies, and judge templates by them", list, explain, test, exceptions, a.generateIAMCommand())
	cmd.PersistentFlags().StringSliceVar(&bundles, "bundle", nil, "folders of own rules; default those of pipeline.yaml")
	return cmd
}

// rules compiles the starter rules and the bundles: those named, else those of pipeline.yaml and the organization's,
// as they are on disk.
func (a *app) rules(ctx context.Context, bundles []string) (*policies.Rules, error) {
	p := folder{dir: "."}
	if len(bundles) == 0 {
		name, err := a.discover(ctx)
		if document.CodeOf(err) == codeNoPipeline {
			return policies.New(ctx)
		}
		if err != nil {
			return nil, err
		}
		return around(name).rules(ctx)
	}
	return rulesOf(ctx, p.tree(), bundles)
}

// rules are those that the pipeline file names, the organization's among them.
func (p folder) rules(ctx context.Context) (*policies.Rules, error) {
	asked, err := p.policy()
	if err != nil {
		return nil, err
	}
	pinned, err := stages.Pinned(p.tree(), asked.Organization)
	if err != nil {
		return nil, err
	}
	return rulesOf(ctx, p.tree(), asked.Bundles, pinned...)
}

// bundles are the folders of rules that the pipeline file names.
func (p folder) bundles() ([]string, error) {
	asked, err := p.policy()
	return asked.Bundles, err
}

// policy is what the pipeline file asks of alpha/policy.
func (p folder) policy() (pipeline.Policy, error) {
	data, ds := p.read(p.pipeline)
	if len(ds) > 0 {
		return pipeline.Policy{}, ds
	}
	file, ds := pipeline.Load(p.named(p.pipeline), data)
	if err := ds.Err(); err != nil || file.Stages.Alpha == nil || file.Stages.Alpha.Policy == nil {
		return pipeline.Policy{}, err
	}
	return *file.Stages.Alpha.Policy, nil
}

func rulesOf(ctx context.Context, tree fs.FS, bundles []string, pinned ...policies.Bundle) (*policies.Rules, error) {
	all := pinned
	for _, name := range bundles {
		b := policies.Bundle{FS: tree, Dir: filepath.ToSlash(filepath.Clean(name))}
		if !filepath.IsLocal(name) { // a folder elsewhere is a tree of its own
			b = policies.Bundle{FS: os.DirFS(name), Dir: "."}
		}
		if info, err := fs.Stat(b.FS, b.Dir); err != nil || !info.IsDir() {
			return nil, document.Fail(codeUsage, "policy bundle "+name+" is not a folder", "name a folder of *.rego files", err)
		}
		all = append(all, b)
	}
	return policies.New(ctx, all...)
}

func (a *app) listPolicies(ctx context.Context, bundles []string) error {
	rules, err := a.rules(ctx, bundles)
	if err != nil {
		return err
	}
	all, err := rules.List()
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(struct {
			FormatVersion int             `json:"format_version"`
			Rules         []policies.Rule `json:"rules"`
		}{formatVersion, all})
	}
	for _, r := range all {
		fmt.Fprintf(a.Out, "%-18s %-14s %s\n", r.ID, r.Namespace, document.Printable(r.Title))
	}
	return nil
}

func (a *app) explainPolicy(ctx context.Context, bundles []string, id string) error {
	rules, err := a.rules(ctx, bundles)
	if err != nil {
		return err
	}
	e, err := rules.Explain(id)
	if err != nil || a.output == "json" {
		return orPrint(a, e, err)
	}
	fmt.Fprintf(a.Out, "%s  %s\n", e.ID, document.Printable(e.Title))
	fmt.Fprintf(a.Out, "judges   %s\n", e.Namespace)
	if len(e.Standards) > 0 {
		fmt.Fprintf(a.Out, "after    %s\n", strings.Join(e.Standards, ", "))
	}
	fmt.Fprintf(a.Out, "fix      %s\nfile     %s\n", document.Printable(e.Fix), e.File)
	for _, part := range []struct{ head, text string }{{"finds something in", e.Fails}, {"finds nothing in", e.Holds}, {"rule", e.Rego}} {
		if part.text != "" {
			fmt.Fprintf(a.Out, "\n-- %s\n%s", part.head, part.text)
		}
	}
	return nil
}

// exceptionsHere are the exceptions beside pipeline.yaml, as they are on disk: none without either file.
func (a *app) exceptionsHere(ctx context.Context) ([]policies.Exception, document.Diagnostics) {
	if a.config == "" && !pipelineAbove(a.dir()) {
		return nil, nil
	}
	name, err := a.discover(ctx)
	file := filepath.Join(filepath.Dir(name), stages.ExceptionsFile)
	if err != nil || !exists(file) {
		return nil, nil
	}
	data, ds := readLimited(file)
	if len(ds) > 0 {
		return nil, ds
	}
	return policies.LoadExceptions(file, data)
}

func (a *app) listExceptions(ctx context.Context, bundles []string) error {
	rules, err := a.rules(ctx, bundles)
	if err != nil {
		return err
	}
	name, err := a.discover(ctx)
	if err != nil {
		return err
	}
	file := filepath.Join(filepath.Dir(name), stages.ExceptionsFile)
	if !exists(file) {
		a.tell("there is no %s: nothing is excepted", file)
		return nil
	}
	list, ds := a.exceptionsHere(ctx)
	if err := ds.Err(); err != nil {
		return err
	}
	ids := append(rules.IDs(), policies.EngineRules()...)
	if data, unread := readLimited(name); len(unread) == 0 {
		if f, _ := pipeline.Load(name, data); f != nil {
			ids = append(ids, stages.GuardRules(os.DirFS(filepath.Dir(name)), f)...)
		}
	}
	for _, e := range list {
		ds = append(ds, e.Check(ids, a.now())...)
		fmt.Fprintf(a.Out, "%-18s %-30s until %s, %s: %s\n", e.Rule, document.Printable(strings.Trim(e.Template+" "+e.Resource, " ")), e.Expires, document.Printable(e.Owner), document.Printable(e.Reason))
	}
	a.tell("it counts as the protected branch has it")
	a.showDiagnostics(ds)
	if ds.Errors() > 0 {
		return exitCode(exitFindings)
	}
	return nil
}
