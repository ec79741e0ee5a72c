package cloudformation

import (
	"errors"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

const maxInline = 51_200

// body gives the template's text: inline, or from a bucket of the sandbox.
func body(c *world.Call, inline, url *string) (string, error) {
	switch {
	case inline != nil && url != nil, inline == nil && url == nil:
		return "", invalid("Either Template URL or Template Body must be specified.")
	case inline != nil && len(*inline) > maxInline:
		return "", invalid("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to %d", maxInline)
	case inline != nil:
		return *inline, nil
	}
	o, err := world.ObjectByURL(c, *url)
	if err != nil {
		return "", invalid("%v", err)
	}
	return string(o.Body), nil
}

// late are the faults that CloudFormation finds when it makes the resource, not before.
var late = []string{cfn.CodeProperty, cfn.CodeRequired}

// gates are faults by axle's own policy, not by CloudFormation's.
var gates = []string{cfn.CodeTransform, cfn.CodeMacro, cfn.CodeSecretOutput, cfn.CodeTemplateHost}

// read parses a template and judges what needs no values. What transforms make of it needs
// them, and is judged where they are.
func read(text string) (*cfn.Template, error) {
	t, ds := cfn.Parse("template", []byte(text))
	if t == nil {
		return nil, invalid("Template format error: %s", all(ds))
	}
	if err := macros(t); err != nil || transformed(t) {
		return t, err
	}
	return t, lawful(t)
}

// validated judges a template by its defaults too, where its transforms need no other values.
func validated(text string) (*cfn.Template, error) {
	t, err := read(text)
	if err != nil || !transformed(t) {
		return t, err
	}
	values, ds := t.Values(nil)
	if ds.Err() != nil {
		return t, nil
	}
	_, err = expand(t, cfn.Env{Params: values})
	return t, err
}

// all are the faults of a text, each once, at most ten.
func all(ds document.Diagnostics) string {
	var said []string
	for _, d := range ds {
		if one := d.Summary + at(d); d.Severity != document.SeverityWarning && !slices.Contains(said, one) && len(said) < 10 {
			said = append(said, one)
		}
	}
	return strings.Join(said, "; ")
}

// lawful says what is wrong with a template as it is made.
func lawful(t *cfn.Template) error {
	if unknown := unknownTypes(t); len(unknown) > 0 {
		return invalid("Template format error: Unrecognized resource types: [%s]: not in the sandbox", strings.Join(unknown, ", "))
	}
	if err := refusal(t.Check()); err != nil {
		return err
	}
	if err := unanswered(t); err != nil {
		return err
	}
	return blind(t)
}

// unanswered refuses, all in one message, attributes that no type gives.
func unanswered(t *cfn.Template) error {
	var names []string
	for _, ref := range t.References(t.Doc.Root.Get("Resources")) {
		names = append(names, ungiven(t, ref)...)
	}
	for _, ref := range t.References(t.Doc.Root.Get("Outputs")) {
		names = append(names, ungiven(t, ref)...)
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return invalid("Template error: %s in Fn::GetAtt", strings.Join(slices.Compact(names), "; "))
}

func ungiven(t *cfn.Template, ref cfn.Reference) []string {
	r := t.Resource(ref.LogicalID)
	if r == nil || ref.Attribute == "" || ref.Kind != "Fn::GetAtt" && ref.Kind != "Fn::Sub" || answers(r.Type, ref.Attribute) {
		return nil
	}
	return []string{"resource " + ref.LogicalID + " does not support attribute type " + ref.Attribute}
}

// refusal is the first fault that CloudFormation refuses at once.
func refusal(ds document.Diagnostics) error {
	for _, d := range ds {
		if d.Severity == document.SeverityWarning || slices.Contains(late, d.Code) || slices.Contains(gates, d.Code) || d.Code == cfn.CodeType {
			continue
		}
		return invalid("Template format error: %s%s", d.Summary, at(d))
	}
	return nil
}

func at(d document.Diagnostic) string {
	if d.Path == "" {
		return ""
	}
	return " (at " + d.Path + ")"
}

func unknownTypes(t *cfn.Template) []string {
	var names []string
	for _, r := range t.Resources {
		if !known(r.Type) {
			names = append(names, r.Type)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// needs are the capabilities a template needs, and why.
func needs(t *cfn.Template) (capabilities []string, reason string) {
	if capabilities = t.Capabilities(); len(capabilities) == 0 {
		return nil, ""
	}
	because := slices.Clone(t.Transforms)
	for _, r := range t.Resources {
		if strings.HasPrefix(r.Type, "AWS::IAM::") {
			because = append(because, r.Type)
		}
	}
	slices.Sort(because)
	return capabilities, "The following resource(s) require capabilities: [" + strings.Join(slices.Compact(because), ", ") + "]"
}

// acknowledged says whether what is given covers what is needed.
func acknowledged(t *cfn.Template, given []string) error {
	for _, r := range t.Capabilities() {
		if slices.Contains(given, r) || r == "CAPABILITY_IAM" && slices.Contains(given, "CAPABILITY_NAMED_IAM") {
			continue
		}
		return insufficient(r)
	}
	return nil
}

// ruled refuses parameters that the template's Rules do not hold.
func ruled(t *cfn.Template, env cfn.Env) error {
	name, says, err := t.Broken(env)
	switch e, ok := errors.AsType[*document.Error](err); {
	case ok && e.Code == cfn.CodeMacro:
		return missing("Rules: " + e.Summary)
	case err != nil:
		return faulty(err)
	case name != "":
		return invalid("Rule %s is not held by the parameters: %s", name, says)
	}
	return nil
}

// faulty is an error of evaluating a template, in CloudFormation's form.
func faulty(err error) error {
	var e *document.Error
	switch {
	case !errors.As(err, &e):
		return invalid("Template error: %v", err)
	case e.Code == cfn.CodeTransform:
		return missing("Fn::Transform")
	}
	return invalid("Template error: %s", e.Summary)
}
