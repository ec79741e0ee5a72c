package foreign_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
)

const text = `
name: ${Who}-x
count: 3
empty: {}
list: [a, { b: c }]
deep: { known: { of: 1 }, unknown: 2 }
wrong: [1]
`

// CAT-91: what is taken is not listed, what is left is listed once, and the rest is listed as unknown.
func TestEachLeafIsToldOf(t *testing.T) {
	doc, bad := document.Parse("f.yaml", []byte(text), document.Files)
	if bad != nil {
		t.Fatal(bad)
	}
	s := foreign.Open(doc, foreign.Codes{Left: "AXLE1700", Input: "AXLE1701"}, strings.NewReplacer("${Who}", "me"))
	root := s.Root()
	if got := root.Get("name").Text() + " " + root.Get("count").Text() + root.Get("absent").Text(); got != "me-x 3" {
		t.Errorf("took %q", got)
	}
	items := root.Get("list").Items()
	if items[0].Text() != "a" {
		t.Errorf("the first item is %q", items[0].Text())
	}
	root.Get("deep").LeaveEach(map[string]string{"known": "do it by hand", "absent": "never said"})
	root.Get("deep").Get("known").Leave("not again")
	root.Get("wrong").Text()
	root.Get("empty").Must("missing")
	root.Rest()
	s.Found.Sort()
	var got []string
	for _, d := range s.Found {
		got = append(got, strings.TrimSpace(d.String()+"; "+d.Hint))
	}
	want := []string{
		"f.yaml:4:1: error AXLE1701: missing is required (at empty);",
		"f.yaml:5:11: warning AXLE1700: not carried (at list[1]); axle does not know this key; see what it does, and write it down where it belongs",
		"f.yaml:6:9: warning AXLE1700: not carried (at deep.known); do it by hand",
		"f.yaml:6:27: warning AXLE1700: not carried (at deep.unknown); axle does not know this key; see what it does, and write it down where it belongs",
		"f.yaml:7:1: error AXLE1701: expected text, found a list (at wrong);",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
