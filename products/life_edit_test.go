package products_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const lifeHead = `schema: 1
name: vpc
version: 1.4.0   # ours
owner: team@example.com
template: template.yaml
`

func loadLife(t *testing.T, tail string) *products.File {
	t.Helper()
	f, ds := products.Load("product.yaml", []byte(lifeHead+tail))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

// Each form that people write lifecycle in gets its line, and keeps its comments. CLI-36
func TestDeprecating(t *testing.T) {
	d := products.Deprecated{Version: "1.2.0", Reason: `No "endpoints": none`, Successor: "1.4.0", Until: "2027-03-31"}
	const item = `{ version: 1.2.0, reason: "No \"endpoints\": none", successor: 1.4.0, until: 2027-03-31 }`
	for name, c := range map[string]struct{ before, after string }{
		"none":             {"", "lifecycle:\n  deprecated:\n    - " + item + "\n"},
		"no newline":       {"changes: x", "changes: x\nlifecycle:\n  deprecated:\n    - " + item + "\n"},
		"other keys":       {"lifecycle:\n    # notice\n    on_deprecated: none\n", "lifecycle:\n    deprecated:\n      - " + item + "\n    # notice\n    on_deprecated: none\n"},
		"a list":           {"lifecycle:\n  deprecated:\n  # old\n  - { version: 1.0.0, reason: x }\n", "lifecycle:\n  deprecated:\n  - " + item + "\n  # old\n  - { version: 1.0.0, reason: x }\n"},
		"a list of blocks": {"lifecycle:\n  deprecated:\n    - version: 1.0.0\n      reason: x\nchanges: y\n", "lifecycle:\n  deprecated:\n    - " + item + "\n    - version: 1.0.0\n      reason: x\nchanges: y\n"},
		"brackets":         {"lifecycle:\n  deprecated: [{ version: 1.0.0, reason: x }]\n", "lifecycle:\n  deprecated: [" + item + ", { version: 1.0.0, reason: x }]\n"},
		"empty brackets":   {"lifecycle:\n  deprecated: [] # none\n", "lifecycle:\n  deprecated: [" + item + "] # none\n"},
		"all in braces":    {"lifecycle: { on_deprecated: none }\n", "lifecycle: { deprecated: [" + item + "], on_deprecated: none }\n"},
		"empty braces":     {"lifecycle: {}\n", "lifecycle: { deprecated: [" + item + "]}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := loadLife(t, c.before).Deprecating(d)
			if err != nil || string(got) != lifeHead+c.after {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

// A version is deprecated or retired: to retire it takes its line along. CLI-36
func TestRetiring(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"none":             {"", "lifecycle:\n  retired:\n    - 1.0.0\n"},
		"a list":           {"lifecycle:\n  retired:\n    - 0.9.0\n", "lifecycle:\n  retired:\n    - 1.0.0\n    - 0.9.0\n"},
		"brackets":         {"lifecycle:\n  retired: [0.9.0]\n", "lifecycle:\n  retired: [1.0.0, 0.9.0]\n"},
		"the only one":     {"lifecycle:\n  deprecated:\n    - { version: 1.0.0, reason: x }\nchanges: y\n", "lifecycle:\n  retired:\n    - 1.0.0\nchanges: y\n"},
		"one of a list":    {"lifecycle:\n  deprecated:\n    - version: 1.0.0\n      # why\n      reason: >-\n        long\n        text\n    - { version: 1.1.0, reason: y }\n", "lifecycle:\n  retired:\n    - 1.0.0\n  deprecated:\n    - { version: 1.1.0, reason: y }\n"},
		"first in bracket": {"lifecycle: { deprecated: [{ version: 1.0.0, reason: 'a }, b' }, { version: 1.1.0, reason: y }] }\n", "lifecycle: { retired: [1.0.0], deprecated: [{ version: 1.1.0, reason: y }] }\n"},
		"last in bracket":  {"lifecycle:\n  deprecated: [{ version: 1.1.0, reason: \"]\" }, { version: 1.0.0, reason: y }]\n", "lifecycle:\n  retired:\n    - 1.0.0\n  deprecated: [{ version: 1.1.0, reason: \"]\" }]\n"},
		"alone in bracket": {"lifecycle:\n  deprecated: [{ version: 1.0.0, reason: don't }]\n", "lifecycle:\n  retired:\n    - 1.0.0\n  deprecated: []\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := loadLife(t, c.before).Retiring("1.0.0")
			if err != nil || string(got) != lifeHead+c.after {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

// What would say something else than was meant is refused, and nothing is given.
func TestLifecycleEditRefused(t *testing.T) {
	for name, c := range map[string]struct {
		tail, version, code string
	}{
		"deprecated twice":   {"lifecycle:\n  deprecated: [{ version: 1.0.0, reason: x }]\n", "1.0.0", "AXLE1024"},
		"retired already":    {"lifecycle:\n  retired: [1.0.0]\n", "1.0.0", "AXLE1024"},
		"no version":         {"", "1.0", "AXLE1131"},
		"a document's end":   {"...\n", "1.0.0", ""},
		"a list on one line": {"lifecycle: { deprecated:\n  [ # {\n  ] }\n", "1.0.0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := loadLife(t, c.tail).Deprecating(products.Deprecated{Version: c.version, Reason: "r"})
			if err == nil && c.code != "" || err != nil && got != nil {
				t.Fatalf("%v\n%s", err, got)
			}
			if c.code != "" && document.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
}

// However lifecycle is written: what comes out reads as it was meant, and no line that was there
// and speaks of something else is lost.
func FuzzLifecycleEdit(f *testing.F) {
	for _, tail := range []string{"", "lifecycle:\n  deprecated: [{ version: 1.0.0, reason: x }]\n", "lifecycle:\n  deprecated:\n  - version: 1.0.0\n    reason: |\n      x\n\n      y\n# end\n",
		"lifecycle: {retired: [0.1.0]}", "lifecycle:\r\n  retired:\r\n  - 0.1.0\r\n", "\"lifecycle\":\n  'deprecated': []\n"} {
		f.Add(tail)
	}
	f.Fuzz(func(t *testing.T, tail string) {
		file, ds := products.Load("product.yaml", []byte(lifeHead+tail))
		if file == nil || ds.Errors() > 0 {
			return
		}
		got, err := file.Retiring("1.0.0")
		if err != nil {
			return
		}
		again, ds := products.Load("product.yaml", got)
		if ds.Errors() > 0 || !slices.Contains(again.Lifecycle.Retired, "1.0.0") || !strings.HasPrefix(string(got), lifeHead) {
			t.Errorf("%q became %q: %v", tail, got, ds)
		}
		if got, err := file.Deprecating(products.Deprecated{Version: "3.3.3", Reason: "r"}); err == nil && len(got) < len(lifeHead+tail) {
			t.Errorf("%q lost something: %q", tail, got)
		}
	})
}
