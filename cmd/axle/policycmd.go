package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
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

// policyDoc is axle policy test as JSON.
type policyDoc struct {
	FormatVersion int                `json:"format_version"`
	Templates     int                `json:"templates"`
	NotJudged     int                `json:"not_judged"`
	Tests         int                `json:"tests"`
	Rules         int                `json:"rules"`
	Exceptions    int                `json:"exceptions"` // findings that an exception lets pass; in no other number
	Violations    int                `json:"violations"`
	Warnings      int                `json:"warnings"`
	Findings      []pipeline.Finding `json:"findings"`
}

func (a *app) testPolicies(ctx context.Context, bundles, only, paths []string) error {
	rules, err := a.rules(ctx, bundles)
	if err != nil {
		return err
	}
	if rules, err = rules.Only(only); err != nil {
		return err
	}
	tests, err := rules.TestBundles(ctx)
	if err != nil {
		return err
	}
	templates, err := templatesUnder(paths)
	if err != nil {
		return err
	}
	if len(templates) == 0 && (len(paths) > 0 || len(tests) == 0) {
		return document.Fail(codeUsage, "there is nothing to judge: no template, no folder of Terraform, no plan", "name a file or a folder that has one", nil)
	}
	doc := policyDoc{FormatVersion: formatVersion, Templates: len(templates), Tests: len(tests), Findings: append([]pipeline.Finding{}, policies.Findings(tests)...)}
	excepted, ds := a.exceptionsHere(ctx)
	if err := ds.Err(); err != nil {
		return err
	}
	doc.Rules = len(rules.IDs())
	for _, j := range judgeAll(ctx, rules, templates) {
		j.report = j.report.Except(excepted, a.now())
		doc.add(j)
	}
	for i := range doc.Findings {
		doc.Findings[i].Diagnostic = a.concealed(doc.Findings[i].Diagnostic)
	}
	if err := a.showPolicyTest(doc); err != nil {
		return err
	}
	if doc.Violations+doc.NotJudged+len(policies.Findings(tests)) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

func (a *app) showPolicyTest(doc policyDoc) error {
	if err := a.writeReports(append([]pipeline.Finding{}, doc.Findings...), nil); err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(doc)
	}
	a.showFindings(pipeline.Result{Verdict: pipeline.Fail, Findings: doc.Findings})
	fmt.Fprintf(a.Out, "%s, %d not judged; %s of rules; %s, %s, %s, %s\n", count(doc.Templates, "template"), doc.NotJudged, count(doc.Tests, "test"),
		count(doc.Rules, "rule"), count(doc.Violations, "violation"), count(doc.Warnings, "warning"), count(doc.Exceptions, "exception"))
	return nil
}

// judged is what came of one template.
type judged struct {
	report policies.Report
	err    error
}

// judgeAll judges templates side by side, and answers in their order.
func judgeAll(ctx context.Context, rules *policies.Rules, names []string) []judged {
	all := make([]judged, len(names))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				all[i].report, all[i].err = judgeFile(ctx, rules, names[i])
			}
		})
	}
	group.Wait()
	return all
}

// add counts one template. One that cannot be read or judged does not keep the others from it (PERF-21).
func (doc *policyDoc) add(j judged) {
	if j.err != nil {
		doc.NotJudged++
		doc.Findings = append(doc.Findings, pipeline.FindingsOf(j.err)...)
	}
	doc.Violations += j.report.Errors
	doc.Warnings += j.report.Warnings
	doc.Exceptions += len(j.report.Excepted)
	doc.Findings = append(doc.Findings, j.report.Findings...)
}

func judgeFile(ctx context.Context, rules *policies.Rules, name string) (policies.Report, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return policies.Report{}, document.Fail("AXLE1251", "path "+name+": not found", "", err)
	case !info.IsDir() && !info.Mode().IsRegular():
		return policies.Report{}, document.Fail(codeUsage, "path "+name+": is not a regular file", "", nil)
	}
	if report, err, ok := judgeTerraform(ctx, rules, name, info); ok {
		return report, err
	}
	if ds := document.CheckSize(name, info.Size(), document.Templates); len(ds) > 0 {
		return policies.Report{}, ds
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return policies.Report{}, err
	}
	return judgeTemplate(ctx, rules, name, data)
}

func judgeTemplate(ctx context.Context, rules *policies.Rules, name string, data []byte) (policies.Report, error) {
	template, ds := cfn.Parse(name, data)
	if template == nil {
		return policies.Report{}, ds
	}
	// A parameter without a value is not known: a rule that needs it says that it cannot judge.
	values, ds := template.Values(nil)
	ds = slices.DeleteFunc(ds, func(d document.Diagnostic) bool { return d.Code == cfn.CodeNoValue })
	if err := ds.Err(); err != nil {
		return policies.Report{}, err
	}
	report, err := rules.Judge(ctx, template, cfn.Env{Params: values}.In())
	if ds := hidden(template); err == nil && len(ds) > 0 {
		return report, ds
	}
	return report, err
}

// hidden is what keeps rules from seeing what would be made: a macro makes it, or there is nothing.
func hidden(template *cfn.Template) document.Diagnostics {
	codes := []string{cfn.CodeTransform, cfn.CodeMacro, cfn.CodeNoResources}
	return slices.DeleteFunc(template.Check(), func(d document.Diagnostic) bool { return !slices.Contains(codes, d.Code) })
}

// templatesUnder are the templates named, and those below the folders named: what has Resources
// at its top. Without a name, those below this folder.
func templatesUnder(paths []string) ([]string, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var all []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, document.Fail(codeUsage, "path "+p+": not found"+nearFile(p), "", nil)
		}
		if !info.IsDir() {
			all = append(all, p)
			continue
		}
		roots, err := terraformUnder(p)
		if err != nil {
			return nil, err
		}
		all = append(all, roots...)
		err = filepath.WalkDir(p, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() && strings.HasPrefix(e.Name(), ".") && name != p {
				return orSkipDir(err)
			}
			if !e.IsDir() && looksLikeTemplate(name) {
				all = append(all, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func orSkipDir(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// looksLikeTemplate: a YAML or JSON file is taken for a template where it names what a template
// has, so that one which does not parse is not passed over; nor is one that cannot be read.
func looksLikeTemplate(name string) bool {
	if !templateName(name) {
		return false
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return err != nil || !info.IsDir()
	}
	data, err := os.ReadFile(name)
	return err != nil || namesResources(data)
}

func templateName(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(name))
}

func namesResources(data []byte) bool {
	return bytes.Contains(data, []byte("Resources")) || bytes.Contains(data, []byte("AWSTemplateFormatVersion"))
}

// exceptionsHere are the exceptions beside pipeline.yaml, as they are on disk: none without either file.
func (a *app) exceptionsHere(ctx context.Context) ([]policies.Exception, document.Diagnostics) {
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
