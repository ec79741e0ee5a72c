// Package junit writes test results as JUnit XML, as CI systems read it.
package junit

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/pipeline"
)

// Suite is a run's tests of one action, in one region where it has several, and what of the template
// they speak of.
type Suite struct {
	Name     string
	Tests    []pipeline.Test
	Coverage pipeline.Coverage
}

type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name       string      `xml:"name,attr"`
		Tests      int         `xml:"tests,attr"`
		Failures   int         `xml:"failures,attr"`
		Properties *properties `xml:"properties,omitempty"`
		Cases      []tcase     `xml:"testcase"`
	}
	properties struct {
		All []property `xml:"property"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	tcase struct {
		Name       string      `xml:"name,attr"`
		Class      string      `xml:"classname,attr"`
		File       string      `xml:"file,attr,omitempty"`
		Line       int         `xml:"line,attr,omitempty"`
		Properties *properties `xml:"properties,omitempty"`
		Failure    *failure    `xml:"failure,omitempty"`
	}
	failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// Write writes the suites, in their order. What XML cannot hold is replaced by U+FFFD.
func Write(w io.Writer, all []Suite) error {
	out := suites{}
	for _, s := range all {
		one := suite{Name: s.Name, Tests: len(s.Tests), Properties: covered(s.Coverage)}
		for _, t := range s.Tests {
			c := tcase{Name: t.Name, Class: s.Name, File: t.File, Line: t.Line, Properties: tagged(t.Tags)}
			if !t.Passed {
				c.Failure = &failure{t.Message, t.Message}
				one.Failures++
			}
			one.Cases = append(one.Cases, c)
		}
		out.Tests, out.Failures = out.Tests+one.Tests, out.Failures+one.Failures
		out.Suites = append(out.Suites, one)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// covered are how many resources have an assertion, of how many, and which have none.
func covered(c pipeline.Coverage) *properties {
	asserted, all := c.Of()
	if all == 0 {
		return nil
	}
	return &properties{[]property{
		{"coverage.resources", strconv.Itoa(all)}, {"coverage.asserted", strconv.Itoa(asserted)}, {"coverage.missing", strings.Join(c.Missing, " ")},
	}}
}

func tagged(tags []string) *properties {
	if len(tags) == 0 {
		return nil
	}
	p := &properties{}
	for _, tag := range tags {
		p.All = append(p.All, property{"tag", tag})
	}
	return p
}
