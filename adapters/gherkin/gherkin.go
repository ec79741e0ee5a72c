// Package gherkin reads *.feature files by Cucumber's own parser.
package gherkin

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"strconv"

	gherkin "github.com/cucumber/gherkin/go/v26"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

// Parse reads a feature file. An error is document.Diagnostics, each at its line.
func Parse(file string, data []byte) (products.Feature, error) {
	n := 0
	id := func() string { n++; return strconv.Itoa(n) }
	doc, err := gherkin.ParseGherkinDocument(bytes.NewReader(data), id)
	if err != nil {
		return products.Feature{}, wrong(file, err.Error())
	}
	if doc.Feature == nil {
		return products.Feature{}, wrong(file, "(1:1): the file has no Feature")
	}
	f := products.Feature{File: file, Name: doc.Feature.Name}
	lines := linesOf(doc.Feature)
	played := map[string]bool{}
	for _, p := range gherkin.Pickles(*doc, file, id) {
		played[p.AstNodeIds[0]] = true
		f.Scenarios = append(f.Scenarios, scenario(p, lines))
	}
	if err := idle(file, doc.Feature, played).Err(); err != nil {
		return products.Feature{}, err
	}
	return f, nil
}

// idle says what of a feature would never be played: an outline whose table is empty, and a feature
// without a scenario.
func idle(file string, f *messages.Feature, played map[string]bool) (ds document.Diagnostics) {
	n := 0
	for s := range scenarios(f) {
		if n++; !played[s.Id] {
			ds = append(ds, unplayed(file, s.Location, "no example is given for "+strconv.Quote(s.Name)+": it is never played", "add a row to its Examples"))
		}
	}
	if n == 0 {
		ds = append(ds, unplayed(file, f.Location, "the feature has no Scenario: it asserts nothing", "write one, or delete the file"))
	}
	return ds
}

func unplayed(file string, at *messages.Location, summary, hint string) document.Diagnostic {
	return document.Diagnostic{File: file, Line: int(at.Line), Col: max(int(at.Column), 1), Severity: document.SeverityError, Code: "AXLE2462", Summary: summary, Hint: hint}
}

// scenarios are those of a feature and of its rules.
func scenarios(f *messages.Feature) iter.Seq[*messages.Scenario] {
	return func(yield func(*messages.Scenario) bool) {
		for _, c := range f.Children {
			if c.Scenario != nil && !yield(c.Scenario) {
				return
			}
			if c.Rule == nil {
				continue
			}
			for _, rc := range c.Rule.Children {
				if rc.Scenario != nil && !yield(rc.Scenario) {
					return
				}
			}
		}
	}
}

func scenario(p *messages.Pickle, lines map[string]int) products.Scenario {
	s := products.Scenario{Name: p.Name, Line: lines[p.AstNodeIds[len(p.AstNodeIds)-1]]}
	for _, tag := range p.Tags {
		s.Tags = append(s.Tags, tag.Name)
	}
	for _, step := range p.Steps {
		one := products.Step{Text: step.Text, Line: lines[step.AstNodeIds[0]]}
		if step.Argument != nil && step.Argument.DataTable != nil {
			for _, row := range step.Argument.DataTable.Rows {
				var cells []string
				for _, cell := range row.Cells {
					cells = append(cells, cell.Value)
				}
				one.Table = append(one.Table, cells)
			}
		}
		if step.Argument != nil && step.Argument.DocString != nil { // a table of one cell
			one.Table = [][]string{{step.Argument.DocString.Content}}
		}
		s.Steps = append(s.Steps, one)
	}
	return s
}

// linesOf gives the line of each scenario, step and row of examples by its id.
func linesOf(f *messages.Feature) map[string]int {
	lines := map[string]int{}
	steps := func(all []*messages.Step) {
		for _, s := range all {
			lines[s.Id] = int(s.Location.Line)
		}
	}
	for s := range scenarios(f) {
		lines[s.Id] = int(s.Location.Line)
		steps(s.Steps)
		for _, ex := range s.Examples {
			for _, row := range ex.TableBody {
				lines[row.Id] = int(row.Location.Line)
			}
		}
	}
	for _, c := range f.Children {
		if c.Background != nil {
			steps(c.Background.Steps)
		}
		if c.Rule == nil {
			continue
		}
		for _, rc := range c.Rule.Children {
			if rc.Background != nil {
				steps(rc.Background.Steps)
			}
		}
	}
	return lines
}

var at = regexp.MustCompile(`\((\d+):(\d+)\): ([^\n]+)`)

// wrong makes diagnostics of the parser's text, a line each.
func wrong(file, text string) error {
	var ds document.Diagnostics
	for _, m := range at.FindAllStringSubmatch(text, -1) {
		line, _ := strconv.Atoi(m[1])
		col, _ := strconv.Atoi(m[2])
		ds = append(ds, document.Diagnostic{File: file, Line: line, Col: max(col, 1), Severity: document.SeverityError, Code: "AXLE2460",
			Summary: "not Gherkin: " + m[3], Hint: "see the steps in docs/unit-tests.md"})
	}
	if len(ds) == 0 {
		ds = append(ds, document.Diagnostic{File: file, Line: 1, Col: 1, Severity: document.SeverityError, Code: "AXLE2460", Summary: fmt.Sprintf("not Gherkin: %s", text)})
	}
	return ds
}
