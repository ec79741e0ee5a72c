package secrets

import (
	"strings"
	"testing"
)

// The parameter round a Default: by indentation, by braces on one line, by braces over many.
func TestEnclosing(t *testing.T) {
	for _, c := range []struct{ name, data, want, has, hasNot string }{
		{"YAML", "Parameters:\n  A:\n    Type: x\n    Default: v\n    NoEcho: true\n  B:\n    Type: y\n", "A", "NoEcho", "Type: y"},
		{"YAML with a comment and a blank line between", "P:\n  A:\n    Type: x\n# not\n\n    Default: v\n", "A", "Type: x", "P:"},
		{"YAML with something deeper between", "P:\n  A:\n    AllowedValues:\n      - v\n    Default: v\n  B: x", "A", "AllowedValues", "B"},
		{"quoted key", "P:\n  \"A\":\n    Default: v\n", "A", "Default", "P:"},
		{"flow on one line", "P:\n  A: {Type: x, Default: v}\n  B: {Type: y}\n", "A", "Type: x", "Type: y"},
		{"JSON on one line", `{"P": {"A": {"Type": "x", "Default": "v"}, "B": {}}}`, "A", "Type", "B"},
		{"JSON over many", "{\n  \"P\": {\n    \"A\": {\n      \"Type\": \"x\",\n      \"Default\": \"v\"\n    },\n    \"B\": {}\n  }\n}", "A", "Type", "B"},
		{"Terraform", "variable \"A\" {\n  type = x\n  Default = \"v\"\n}\nvariable \"B\" {}\n", "A", "type", "B"},
		{"at the top it is nobody's", "Default: v\nType: x\n", "", "", "Type"},
		{"a reference above is no brace", "X: !Sub ${Y}\nP:\n  A:\n    Default: v\n", "A", "Default", "X"},
		{"braces that never open", "} } Default: v", "", "", "v"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := strings.Index(c.data, "Default") - 1
			name, place := enclosing(c.data, max(at, 0))
			body := c.data[place.start:place.end]
			if name != c.want || !strings.Contains(body, c.has) || strings.Contains(body, c.hasNot) {
				t.Errorf("%q, %q", name, body)
			}
		})
	}
}

// The cost grows with the file, not with its square: what is round a key is looked for nearby.
func TestEnclosingLooksNearby(t *testing.T) {
	data := "A:\n" + strings.Repeat("  x: 1\n", near) + "  Default: v\n"
	if name, body := enclosing(data, strings.Index(data, "Default")-1); name != "" || body.end-body.start > 2*near {
		t.Errorf("%q, %v", name, body)
	}
}
