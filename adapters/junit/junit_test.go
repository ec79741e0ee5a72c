package junit_test

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/axle-cd/axle/adapters/junit"
	"github.com/axle-cd/axle/pipeline"
)

// INT-23: a suite for each action's tests; passing tests are there too.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	err := junit.Write(&out, []junit.Suite{
		{Name: "bucket alpha/unit", Tests: []pipeline.Test{{Name: "test_versions", Passed: true}, {Name: "test_<open>", File: "a.rego", Line: 3, Message: "does not hold: \x1b[31m & <b>"}}},
		{Name: "bucket beta/integration"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Line    int    `xml:"line,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if doc.Tests != 2 || doc.Failures != 1 || len(doc.Suites) != 2 {
		t.Errorf("%+v", doc)
	}
	cases := doc.Suites[0].Cases
	if cases[0].Failure != nil || cases[1].Name != "test_<open>" || cases[1].Line != 3 || cases[1].Failure.Message != "does not hold: \ufffd[31m & <b>" {
		t.Errorf("%+v", cases)
	}
}
