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

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/junit"
	"github.com/axle-cd/axle/adapters/sarif"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// reportFormats are what --report can write.
var reportFormats = []string{"json", "sarif", "junit", "github"}

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
	for _, r := range runs {
		for _, e := range r.Events {
			if e.Kind != pipeline.Finished {
				continue
			}
			findings = append(findings, e.Result.Findings...)
			if len(e.Result.Tests) > 0 {
				suites = append(suites, junit.Suite{Name: r.Spec.Product + " " + pipeline.Key(e.Stage, e.Action), Tests: e.Result.Tests})
			}
		}
	}
	return a.writeReports(findings, suites)
}

func (a *app) writeReports(findings []pipeline.Finding, suites []junit.Suite) error {
	reports, err := reportsOf(a.reports)
	if err != nil {
		return err
	}
	sortFindings(findings)
	slices.SortStableFunc(suites, func(a, b junit.Suite) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range reports {
		var text bytes.Buffer
		if err := r.write(&text, findings, suites); err != nil {
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

// write writes one report.
func (r report) write(w io.Writer, findings []pipeline.Finding, suites []junit.Suite) error {
	switch r.format {
	case "sarif":
		return sarif.Write(w, moduleVersion(), findings)
	case "junit":
		return junit.Write(w, suites)
	case "github":
		for _, f := range findings {
			if _, err := fmt.Fprintln(w, annotation(f.Diagnostic)); err != nil {
				return err
			}
		}
		return nil
	}
	if findings == nil {
		findings = []pipeline.Finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		FormatVersion int                `json:"format_version"`
		Findings      []pipeline.Finding `json:"findings"`
	}{formatVersion, findings})
}

func moduleVersion() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return ""
}
