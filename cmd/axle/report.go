package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/codequality"
	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/junit"
	"github.com/axle-cd/axle/adapters/sarif"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/secrets"
)

// reportFormats are what --report can write.
var reportFormats = []string{"json", "sarif", "junit", "github", "codequality"}

// report is one --report FORMAT=PATH.
type report struct{ format, path string }

// reportsOf reads the flags; a format that is not there, or a path left out, is refused before any work.
func reportsOf(flags []string) ([]report, error) {
	var all []report
	for _, flag := range flags {
		format, path, ok := strings.Cut(flag, "=")
		known := false
		for _, f := range reportFormats {
			known = known || f == format
		}
		if !known {
			return nil, document.Fail(codeUsage, fmt.Sprintf("unknown report format %q; formats are %s", format, strings.Join(reportFormats, ", ")), document.DidYouMean(format, reportFormats), nil)
		}
		if !ok || path == "" {
			return nil, document.Fail(codeUsage, "--report "+flag+" has no path", "write --report "+format+"=PATH; - is standard output", nil)
		}
		all = append(all, report{format, path})
	}
	return all, nil
}

// reportRuns writes every report of what the runs found. The same findings stand in each, and
// nothing that differs between a laptop and a server.
func (a *app) reportRuns(runs []pipeline.Run) error {
	var findings []pipeline.Finding
	var suites []junit.Suite
	var judged []sarif.Judged
	for _, r := range runs {
		for _, e := range r.Events {
			if e.Kind != pipeline.Finished {
				continue
			}
			for _, f := range e.Result.Findings {
				f.File = cmp.Or(f.File, r.Product) // forges want a file of each finding
				findings = append(findings, f)
			}
			of := r.Spec.Product + " " + pipeline.Key(e.Stage, e.Action)
			for _, engine := range e.Result.Judged {
				judged = append(judged, sarif.Judged{Of: of, Engine: engine})
			}
			suites = append(suites, suitesOf(of, e.Result)...)
		}
	}
	return a.writeReports(findings, suites, judged...)
}

// suitesOf are an action's tests: one suite, or one a region.
func suitesOf(name string, res pipeline.Result) (suites []junit.Suite) {
	for _, t := range res.Tests {
		in := strings.TrimSpace(name + " " + t.Region)
		at := slices.IndexFunc(suites, func(s junit.Suite) bool { return s.Name == in })
		if at < 0 {
			at, suites = len(suites), append(suites, junit.Suite{Name: in, Coverage: res.Coverage})
		}
		suites[at].Tests = append(suites[at].Tests, t)
	}
	return suites
}

func (a *app) writeReports(findings []pipeline.Finding, suites []junit.Suite, judged ...sarif.Judged) error {
	reports, err := reportsOf(a.reports)
	if err != nil {
		return err
	}
	if len(reports) == 0 {
		return nil
	}
	sortFindings(findings)
	findings = pipeline.Identified(findings)
	slices.SortStableFunc(suites, func(a, b junit.Suite) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range reports {
		var text bytes.Buffer
		if err := a.writeReport(&text, r.format, findings, suites, judged...); err != nil {
			return err
		}
		if r.path == "-" {
			_, err = a.Out.Write(text.Bytes())
		} else {
			err = disk.WriteFile(r.path, text.Bytes(), 0o644)
		}
		if err != nil {
			return document.Fail("AXLE3144", "the report "+r.path+" cannot be written", "name a folder that is there", err)
		}
	}
	return nil
}

// sortFindings puts them in one order: actions of a stage end in any.
func sortFindings(all []pipeline.Finding) {
	slices.SortStableFunc(all, func(a, b pipeline.Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Summary, b.Summary))
	})
}

func (a *app) writeReport(w io.Writer, format string, findings []pipeline.Finding, suites []junit.Suite, judged ...sarif.Judged) error {
	switch format {
	case "sarif":
		if len(findings) > sarif.Results {
			a.tell("%d findings: GitHub takes %d in one SARIF file, and refuses this one", len(findings), sarif.Results)
		}
		return sarif.Write(w, moduleVersion(), a.aboutRule(), findings, judged...)
	case "junit":
		return junit.Write(w, suites)
	case "codequality":
		return codequality.Write(w, findings)
	case "github":
		return annotate(w, findings)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		FormatVersion int                          `json:"format_version"`
		Findings      []pipeline.Finding           `json:"findings"`
		Coverage      map[string]pipeline.Coverage `json:"coverage,omitempty"` // by product and action
		Judged        map[string][]pipeline.Engine `json:"judged,omitempty"`   // likewise
	}{formatVersion, findings, coverageOf(suites), judgedBy(judged)})
}

func judgedBy(judged []sarif.Judged) map[string][]pipeline.Engine {
	all := map[string][]pipeline.Engine{}
	for _, j := range judged {
		all[j.Of] = append(all[j.Of], j.Engine)
	}
	return all
}

func coverageOf(suites []junit.Suite) map[string]pipeline.Coverage {
	all := map[string]pipeline.Coverage{}
	for _, s := range suites {
		if _, n := s.Coverage.Of(); n > 0 {
			all[s.Name] = s.Coverage
		}
	}
	return all
}

// annotate writes each finding as a workflow command, its rule after its sentence.
func annotate(w io.Writer, findings []pipeline.Finding) error {
	for _, f := range findings {
		d := f.Diagnostic
		if f.Rule != "" {
			d.Summary += " [" + f.Rule + "]"
		}
		if _, err := fmt.Fprintln(w, annotation(d)); err != nil {
			return err
		}
	}
	return nil
}

// aboutRule says what is known of a rule: axle's own policies and secret rules explain themselves.
func (a *app) aboutRule() func(id string) sarif.Rule {
	rules, err := policies.New(a.ctx)
	return func(id string) sarif.Rule {
		if err == nil {
			if e, err := rules.Explain(id); err == nil {
				return sarif.Rule{Title: e.Title, Help: e.Fix, URI: cmp.Or(append(e.Links, docs+"policies.md")...)}
			}
		}
		if e, err := secrets.Explain(id); err == nil {
			return sarif.Rule{Title: e.Title, Help: e.Fix, URI: docs + "using.md"}
		}
		return sarif.Rule{URI: docs + "using.md"}
	}
}

const docs = "https://github.com/axle-cd/axle/blob/main/docs/"

func moduleVersion() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return ""
}
