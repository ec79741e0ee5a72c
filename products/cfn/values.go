package cfn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// maxValue is how many bytes a parameter's value may have.
const maxValue = 4096

// List is whether the parameter's value is a list, given as text with commas.
func (p Parameter) List() bool {
	return p.Type == "CommaDelimitedList" || strings.HasPrefix(p.Type, "List<")
}

// Stored is whether the value is a name in the parameter store, and what Ref gives is known only there.
func (p Parameter) Stored() bool { return strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value<") }

// Values gives every parameter its value: the one given, else its default; text, []any of text
// for list types, Unknown where only the parameter store knows. All that is wrong comes at once,
// at the parameter's declaration. No value stands in a message.
func (t *Template) Values(params map[string]string) (map[string]any, document.Diagnostics) {
	out := make(map[string]any, len(t.Parameters))
	var ds document.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if t.Parameter(name) == nil {
			ds = append(ds, t.diag(nil, CodeNoParameter, "Parameters", "the template has no parameter "+quote(name), document.DidYouMean(name, t.parameterNames())))
		}
	}
	for _, p := range t.Parameters {
		text, given := params[p.Name]
		if !given && p.Default == nil {
			ds = append(ds, t.diag(p.Node, CodeNoValue, p.path(), "parameter "+p.Name+" has no value and no default", "give it a Default in the template, or in product.yaml parameters: { "+p.Name+": { default: … } }"))
			continue
		}
		if !given {
			text = *p.Default
		}
		if reason := p.refuses(text); reason != "" {
			ds = append(ds, t.diag(p.Node, CodeValue, p.path(), "value of "+p.Name+" "+reason, p.ConstraintDescription))
			continue
		}
		out[p.Name] = p.value(text)
	}
	return out, ds
}

func (p Parameter) path() string { return "Parameters." + p.Name }

func (t *Template) parameterNames() []string {
	out := make([]string, len(t.Parameters))
	for i, p := range t.Parameters {
		out[i] = p.Name
	}
	return out
}

func (p Parameter) value(text string) any {
	switch {
	case p.Stored():
		return Unknown{Why: "parameter " + p.Name + " is read from the parameter store where it is deployed"}
	case p.List():
		return anys(p.items(text))
	}
	return text
}

// items takes a list's text apart as CloudFormation does: by commas, blanks around items dropped.
func (p Parameter) items(text string) []string {
	if !p.List() {
		return []string{text}
	}
	items := strings.Split(text, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items
}

// refuses says why the declaration does not take a value, or "".
func (p Parameter) refuses(text string) string {
	if len(text) > maxValue {
		return fmt.Sprintf("is %s bytes (max 4,096)", thousands(len(text)))
	}
	if p.Stored() {
		return ""
	}
	for _, item := range p.items(text) {
		if reason := p.refusesItem(item); reason != "" {
			return reason
		}
	}
	return ""
}

func (p Parameter) refusesItem(item string) string {
	if p.Type == "Number" || p.Type == "List<Number>" {
		if reason := p.refusesNumber(item); reason != "" {
			return reason
		}
	}
	switch {
	case p.AllowedValues != nil && !slices.Contains(p.AllowedValues, item):
		return "is not one of the allowed values" + p.allowed()
	case p.MinLength != nil && len([]rune(item)) < *p.MinLength:
		return fmt.Sprintf("is shorter than %d characters", *p.MinLength)
	case p.MaxLength != nil && len([]rune(item)) > *p.MaxLength:
		return fmt.Sprintf("is longer than %d characters", *p.MaxLength)
	case p.AllowedPattern != "":
		return p.refusesPattern(item)
	}
	return ""
}

// allowed lists the allowed values, unless they are secret.
func (p Parameter) allowed() string {
	if p.NoEcho {
		return ""
	}
	return ": " + strings.Join(p.AllowedValues, ", ")
}

func (p Parameter) refusesNumber(item string) string {
	f, err := strconv.ParseFloat(item, 64)
	switch {
	case err != nil:
		return "is not a number"
	case p.MinValue != nil && f < *p.MinValue:
		return fmt.Sprintf("is below %v", *p.MinValue)
	case p.MaxValue != nil && f > *p.MaxValue:
		return fmt.Sprintf("is above %v", *p.MaxValue)
	}
	return ""
}

func (p Parameter) refusesPattern(item string) string {
	match, err := compilePattern(p.AllowedPattern)
	ok := false
	if err == nil {
		ok, err = match(item)
	}
	switch {
	case err != nil:
		return "cannot be judged by its AllowedPattern: " + err.Error()
	case !ok:
		return "does not match its AllowedPattern " + p.AllowedPattern
	}
	return ""
}

// thousands writes 5000 as 5,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
