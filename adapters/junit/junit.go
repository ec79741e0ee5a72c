// Package junit writes test results as JUnit XML, as CI systems read it.
package junit

import (
	"encoding/xml"
	"io"

	"github.com/axle-cd/axle/pipeline"
)

// Suite is a run's tests of one action, in one region where it has several.
type Suite struct {
	Name  string
	Tests []pipeline.Test
}

type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name     string  `xml:"name,attr"`
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Cases    []tcase `xml:"testcase"`
	}
	tcase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		File    string   `xml:"file,attr,omitempty"`
		Line    int      `xml:"line,attr,omitempty"`
		Failure *failure `xml:"failure,omitempty"`
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
		one := suite{Name: s.Name, Tests: len(s.Tests)}
		for _, t := range s.Tests {
			c := tcase{Name: t.Name, Class: s.Name, File: t.File, Line: t.Line}
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
