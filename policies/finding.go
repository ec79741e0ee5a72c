package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

// said is one thing a rule said.
type said struct {
	rule     *Rule
	severity document.Severity
	code     string
	id       string
	message  string
	resource string
	path     []string
	fix      string
}

// hear reads what a rule yields: text, or an object with msg and, if it likes, id, resource,
// path, fix and unknown (B112).
func (r *Rule) hear(name string, term *ast.Term) (said, error) {
	s := said{rule: r, id: r.ID, fix: r.Fix, severity: document.SeverityError, code: "AXLE2400"}
	if strings.HasPrefix(name, "warn") {
		s.severity, s.code = document.SeverityWarning, "AXLE2401"
	}
	plain, err := ast.JSON(term.Value)
	if err != nil {
		return s, document.Fail("AXLE2417", name+" of "+r.pack+" yields what cannot be read", "", err)
	}
	if text, ok := plain.(string); ok && text != "" {
		s.message = text
		return s, nil
	}
	object, _ := plain.(map[string]any)
	if s.message, _ = object["msg"].(string); s.message == "" {
		f := document.Fail("AXLE2417", name+" must yield text or an object with msg", "it gave "+short(plain), nil)
		f.File, f.Line = r.File, r.Line
		return s, f
	}
	s.resource, _ = object["resource"].(string)
	s.id = text(object["id"], s.id)
	s.fix = text(object["fix"], s.fix)
	steps, _ := object["path"].([]any)
	for _, step := range steps {
		s.path = append(s.path, fmt.Sprint(step))
	}
	if object["unknown"] == true {
		s.code = "AXLE2402"
	}
	return s, nil
}

func text(v any, otherwise string) string {
	if s, ok := v.(string); ok && s != "" {
		return s
	}
	return otherwise
}

func short(v any) string {
	s := fmt.Sprint(v)
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return s
}

// finding gives it its place and a fingerprint that a moved line does not change.
func (s said) finding(t *cfn.Template) pipeline.Finding {
	line, col := place(t, s.resource, s.path)
	return pipeline.Finding{
		Diagnostic: document.Diagnostic{
			File: t.Doc.File, Line: line, Col: col, Severity: s.severity, Code: s.code,
			Summary: s.message, Path: strings.Join(s.where(), "."), Hint: s.fix,
		},
		Rule: s.id, Resource: s.resource, Fingerprint: fingerprint(append([]string{s.id, t.Doc.File, s.resource}, s.path...)...),
	}
}

func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

// where is the finding's key path in the template.
func (s said) where() []string {
	if s.resource == "" {
		return s.path
	}
	return append([]string{"Resources", s.resource}, s.path...)
}

// place finds the deepest node of a path; without a resource the path begins at the top.
func place(t *cfn.Template, resource string, path []string) (line, col int) {
	if resource != "" && t.Resource(resource) != nil {
		line, col = t.Position(resource, path...)
		if l, c := t.Position(resource, "Properties"); l == line && c == col {
			return t.Position(resource) // nothing of the path below Properties is there
		}
		return line, col
	}
	if len(path) == 0 {
		return 1, 1
	}
	last := len(path) - 1
	above := t.Doc.At(path[:last]...)
	if key := above.Key(path[last]); key != nil {
		return key.Line, key.Col
	}
	return above.Line, above.Col
}

// firstOf keeps the first 100, in order of place (B113).
func firstOf(list []pipeline.Finding) []pipeline.Finding {
	order(list)
	if len(list) <= maxFindings {
		return list
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Severity < list[j].Severity }) // error < warning
	list = list[:maxFindings]
	order(list)
	return list
}

func order(list []pipeline.Finding) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Col != b.Col:
			return a.Col < b.Col
		case a.Rule != b.Rule:
			return a.Rule < b.Rule
		}
		return a.Summary < b.Summary
	})
}
