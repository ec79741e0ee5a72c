package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

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
	// What is judged leaves little behind, and the command soon ends: a third of its time would go to collecting it.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
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
	if ds := template.Hidden(); err == nil && len(ds) > 0 {
		return report, ds
	}
	return report, err
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
