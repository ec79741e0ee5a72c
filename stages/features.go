package stages

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// Facts gives a template's normal form under these parameters.
type Facts func(parameters map[string]string) (map[string]any, error)

// StepDoc is a step of the library, as people write it.
type StepDoc struct{ Text, Says string }

// A stepDef is a step: how it is written, what it says, and what it does. In Text, "…" is a
// quoted word and N a number.
type stepDef struct {
	StepDoc
	do func(*scene, []string, [][]string) error
}

const (
	givenStep = `the parameter "…" is "…"` // it asserts nothing
	tableStep = `the resource "…" has`     // it alone takes a table
)

// stepLibrary is every step there is. docs/unit-tests.md lists it; a test holds the two together.
var stepLibrary = []stepDef{
	{StepDoc{givenStep, "evaluate the template with this value instead of the default"}, (*scene).give},
	{StepDoc{`there is a resource "…" of type "…"`, "the logical id is there, and of that type"}, (*scene).typed},
	{StepDoc{`there is no resource "…"`, "the logical id is not there"}, (*scene).absent},
	{StepDoc{`there are N resources of type "…"`, "exactly so many"}, (*scene).counted},
	{StepDoc{`the property "…" of "…" is "…"`, "the value at that path of the resource, as text"}, (*scene).is},
	{StepDoc{`the property "…" of "…" is not "…"`, "another value, or none"}, (*scene).isNot},
	{StepDoc{`the property "…" of "…" contains "…"`, "a text with that in it, or a list with that item"}, (*scene).holds},
	{StepDoc{`the property "…" of "…" matches "…"`, "a regular expression over the whole text"}, (*scene).matches},
	{StepDoc{`the resource "…" has the property "…"`, "whatever its value, as long as it is known"}, (*scene).has},
	{StepDoc{`the resource "…" has no property "…"`, "nothing is there"}, (*scene).hasNot},
	{StepDoc{tableStep, "a table of | path | value |, each as in: the property is"}, (*scene).table},
	{StepDoc{`every resource of type "…" has the property "…"`, "at least one is there, and none is without it"}, (*scene).every},
	{StepDoc{`every resource of type "…" has the property "…" as "…"`, "at least one is there, and all have that value"}, (*scene).everyAs},
	{StepDoc{`the resource "…" is kept on deletion`, "its DeletionPolicy is Retain, RetainExceptOnCreate or Snapshot"}, (*scene).kept},
	{StepDoc{`the output "…" exists`, ""}, (*scene).output},
	{StepDoc{`the output "…" is "…"`, "Ref reads ${Id}, GetAtt ${Id.Attribute}"}, (*scene).outputIs},
	{StepDoc{`the parameter "…" exists`, ""}, (*scene).parameter},
	{StepDoc{`the parameter "…" has the default "…"`, "as the template has it"}, (*scene).hasDefault},
	{StepDoc{`the condition "…" is true`, "under the parameters given"}, (*scene).conditionTrue},
	{StepDoc{`the condition "…" is false`, "under the parameters given"}, (*scene).conditionFalse},
}

// StepLibrary lists the steps that a feature may use.
func StepLibrary() []StepDoc {
	docs := make([]StepDoc, len(stepLibrary))
	for i, s := range stepLibrary {
		docs[i] = s.StepDoc
	}
	return docs
}

// pattern makes a step's text an expression: a quoted word or a number stands where it says so.
func (s stepDef) pattern() (*regexp.Regexp, error) {
	text := regexp.QuoteMeta(s.Text)
	text = strings.ReplaceAll(text, `"…"`, `"([^"]*)"`)
	return regexp.Compile("^" + strings.Replace(text, "are N ", `are (\d+) `, 1) + ":?$")
}

// scene is a scenario being played.
type scene struct {
	facts      Facts
	parameters map[string]string
	form       map[string]any  // the normal form, once a step needs it
	asserted   map[string]bool // logical ids that a step spoke of
	looked     bool            // a step has looked at the template
}

// play runs every scenario of the features. asserted are the logical ids they spoke of.
func play(features []products.Feature, facts Facts) (tests []pipeline.Test, asserted map[string]bool, err error) {
	patterns := make([]*regexp.Regexp, len(stepLibrary))
	for i, s := range stepLibrary {
		if patterns[i], err = s.pattern(); err != nil {
			return nil, nil, err
		}
	}
	asserted = map[string]bool{}
	for _, f := range features {
		for _, s := range f.Scenarios {
			sc := &scene{facts: facts, parameters: map[string]string{}, asserted: asserted}
			tests = append(tests, sc.play(f, s, patterns))
		}
	}
	return tests, asserted, nil
}

// play stops at the first step that does not hold. A scenario whose steps only give, or that has none, asserts
// nothing, and fails.
func (s *scene) play(f products.Feature, sc products.Scenario, patterns []*regexp.Regexp) pipeline.Test {
	test := pipeline.Test{Name: f.Name + ": " + sc.Name, File: f.File, Line: sc.Line, Tags: sc.Tags, Passed: true}
	for _, step := range sc.Steps {
		if err := s.step(step, patterns); err != nil {
			test.Passed, test.Line = false, step.Line
			test.Message = step.Text + ": " + err.Error()
			return test
		}
	}
	switch {
	case len(sc.Steps) == 0:
		test.Passed, test.Message = false, "the scenario has no steps: it asserts nothing"
	case !s.looked:
		test.Passed, test.Message = false, "the scenario only gives parameters: it asserts nothing"
	}
	return test
}

func (s *scene) step(step products.Step, patterns []*regexp.Regexp) error {
	for i, p := range patterns {
		m := p.FindStringSubmatch(step.Text)
		switch {
		case m == nil:
			continue
		case step.Table != nil && stepLibrary[i].Text != tableStep:
			return errors.New("it takes no table and no text below it: what stands there would not be looked at")
		}
		s.looked = s.looked || stepLibrary[i].Text != givenStep
		return stepLibrary[i].do(s, m[1:], step.Table)
	}
	return undefined(step.Text)
}

// given is what a step's text is given: a quoted word, or a number that stands alone.
var given = regexp.MustCompile(`"[^"]*"|\b\d+\b`)

// undefined says what could have been meant: the nearest step with what this one was given, ready to
// be pasted.
func undefined(text string) error {
	bare := given.ReplaceAllStringFunc(text, blank)
	best, least := stepLibrary[0].Text, 1<<30
	for _, s := range stepLibrary {
		if d := unlike(strings.Fields(bare), strings.Fields(s.Text)); d < least {
			best, least = s.Text, d
		}
	}
	return fmt.Errorf("there is no such step; the nearest is: Then %s", filled(best, given.FindAllString(text, -1)))
}

// blank is how a step of the library says that something is given there.
func blank(given string) string {
	if strings.HasPrefix(given, `"`) {
		return `"…"`
	}
	return "N"
}

var blanks = regexp.MustCompile(`"…"|\bN\b`)

// filled is a step of the library with what was given in its blanks, each in the first of its kind.
func filled(step string, given []string) string {
	return blanks.ReplaceAllStringFunc(step, func(b string) string {
		i := slices.IndexFunc(given, func(g string) bool { return blank(g) == b })
		if i < 0 {
			return b
		}
		word := given[i]
		given = slices.Delete(given, i, i+1)
		return word
	})
}

// unlike counts the words that only one of the two has.
func unlike(a, b []string) int {
	count := map[string]int{}
	for _, w := range a {
		count[w]++
	}
	for _, w := range b {
		count[w]--
	}
	n := 0
	for _, c := range count {
		n += max(c, -c)
	}
	return n
}

// read gives the template under the scenario's parameters.
func (s *scene) read() (map[string]any, error) {
	if s.form == nil {
		form, err := s.facts(s.parameters)
		if err != nil {
			return nil, err
		}
		s.form = form
	}
	return s.form, nil
}

// section gives a part of the template: Resources, Outputs, Parameters, Conditions.
func (s *scene) section(name string) (map[string]any, error) {
	form, err := s.read()
	if err != nil {
		return nil, err
	}
	part, _ := form[name].(map[string]any)
	return part, nil
}

// entry gives a named entry of a section; one that is not there is an error that names the nearest.
func (s *scene) entry(section, what, name string) (any, error) {
	part, err := s.section(section)
	if err != nil {
		return nil, err
	}
	if v, ok := part[name]; ok {
		if section == "Resources" {
			s.asserted[name] = true
		}
		return v, nil
	}
	var names []string
	for n := range part {
		names = append(names, n)
	}
	hint := document.DidYouMean(name, names)
	if hint != "" {
		hint = "; " + hint
	}
	return nil, fmt.Errorf("there is no %s %q%s", what, name, hint)
}

// at gives the value at a dotted path of a resource's properties; items of lists go by number, from 0.
func (s *scene) at(id, path string) (value any, found bool, err error) {
	resource, err := s.entry("Resources", "resource", id)
	if err != nil {
		return nil, false, err
	}
	object, _ := resource.(map[string]any)
	value, found = walk(object["Properties"], strings.Split(path, "."))
	return value, found, nil
}

func walk(v any, path []string) (any, bool) {
	for _, step := range path {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[step]
			if !ok {
				return unknownAbove(in)
			}
			v = next
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(in) {
				return nil, false
			}
			v = in[n]
		default:
			return nil, false
		}
	}
	return v, true
}

// unknownAbove: below what is not known, nothing is known either.
func unknownAbove(in map[string]any) (any, bool) {
	if _, unknown := in["axle::unknown"]; unknown {
		return in, true
	}
	return nil, false
}

// asText is a known scalar as people write it. What is not known, or has parts, is an error.
func asText(v any) (string, error) {
	switch v := v.(type) {
	case map[string]any:
		if why, unknown := v["axle::unknown"]; unknown {
			return "", fmt.Errorf("it cannot be known without running: %v", why)
		}
		return "", fmt.Errorf("it is a mapping; name a path inside it")
	case []any:
		return "", fmt.Errorf("it is a list; name an item by its number, or use: contains")
	case nil:
		return "", fmt.Errorf("it is null")
	}
	return fmt.Sprint(v), nil
}
