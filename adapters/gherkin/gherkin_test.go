package gherkin_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/gherkin"
	"github.com/axle-cd/axle/products"
)

const feature = `@storage
Feature: A bucket
  Background:
    Given the parameter "Days" is "30"

  @slow
  Scenario: it is private
    Then the resource "Bucket" has
      | path | value |
      | A.B  | true  |

  Scenario Outline: <what> is there
    Then the output "<what>" exists
    Examples:
      | what |
      | Name |
      | Arn  |
`

// F9: Scenario Outline, tables, tags, backgrounds.
func TestParse(t *testing.T) {
	got, err := gherkin.Parse("bucket.feature", []byte(feature))
	want := products.Feature{File: "bucket.feature", Name: "A bucket", Scenarios: []products.Scenario{
		{Name: "it is private", Line: 7, Tags: []string{"@storage", "@slow"}, Steps: []products.Step{
			{Text: `the parameter "Days" is "30"`, Line: 4},
			{Text: `the resource "Bucket" has`, Line: 8, Table: [][]string{{"path", "value"}, {"A.B", "true"}}}}},
		{Name: "Name is there", Line: 16, Tags: []string{"@storage"}, Steps: []products.Step{
			{Text: `the parameter "Days" is "30"`, Line: 4}, {Text: `the output "Name" exists`, Line: 13}}},
		{Name: "Arn is there", Line: 17, Tags: []string{"@storage"}, Steps: []products.Step{
			{Text: `the parameter "Days" is "30"`, Line: 4}, {Text: `the output "Arn" exists`, Line: 13}}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

// A text below a step is not lost: it is a table of one cell.
func TestDocString(t *testing.T) {
	got, err := gherkin.Parse("x.feature", []byte("Feature: x\n  Scenario: y\n    Then z\n      \"\"\"\n      a text\n      \"\"\"\n"))
	if err != nil || !reflect.DeepEqual(got.Scenarios[0].Steps, []products.Step{{Text: "z", Line: 3, Table: [][]string{{"a text"}}}}) {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestWhatIsNoFeature(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", "x.feature:1:1: error AXLE2460: not Gherkin: the file has no Feature"},
		{"Feature: x\n  Scenario: y\n    Then z\n    nonsense\n", "x.feature:4:5: error AXLE2460: not Gherkin: expected:"},
		{"Feature: x\n  Background:\n    Given z\n", "x.feature:1:1: error AXLE2462: the feature has no Scenario"},
		{"# a note\n\nFeature: x\n  Rule: y\n", "x.feature:3:1: error AXLE2462: the feature has no Scenario"},
		{"Feature: x\n  Scenario: a\n    Then z\n  Scenario Outline: y\n    Then <z>\n    Examples:\n      | z |\n", "x.feature:4:3: error AXLE2462: no example is given for \"y\""},
	} {
		if _, err := gherkin.Parse("x.feature", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(feature))
	f.Add([]byte("Feature: x\n Scenario: a\n Scenario: b\n  Then c\n Scenario Outline:\n  Then d"))
	f.Add([]byte("Feature: x\n Rule: y\n  Background:\n   Given a\n  Example: b\n   * c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := gherkin.Parse("x.feature", data)
		for _, s := range got.Scenarios {
			if err != nil || s.Line == 0 {
				t.Errorf("%v: %+v", err, s)
			}
		}
	})
}
