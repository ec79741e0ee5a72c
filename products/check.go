package products

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// Check holds product.yaml against its template (S11): every parameter exists, defaults and
// restrictions do not contradict each other, and nothing is promised that publishing cannot hold.
// What product.yaml restricts and the template does not is a warning: the catalog enforces the template.
func Check(p *File, t *cfn.Template) document.Diagnostics {
	c := &agreement{file: p, template: t}
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		if declared := t.Parameter(name); declared != nil {
			c.parameter(name, p.Parameters[name], *declared)
			continue
		}
		c.fault(codeNoParameter, "the template has no parameter "+name, document.DidYouMean(name, parameterNames(t)), name)
	}
	for _, a := range local(t) {
		d := t.Doc.Diag(a.Node, codeAsset, "Resources."+a.Resource+".Properties."+a.Property,
			a.Property+" is a local file; publishing local assets is not supported", "put it into S3 and write its https URL, or S3Bucket and S3Key")
		c.found = append(c.found, d)
	}
	c.found.Sort()
	return c.found
}

func parameterNames(t *cfn.Template) []string {
	out := make([]string, len(t.Parameters))
	for i, p := range t.Parameters {
		out[i] = p.Name
	}
	return out
}

type agreement struct {
	file     *File
	template *cfn.Template
	found    document.Diagnostics
}

func (c *agreement) fault(code, summary, hint, parameter string, keys ...string) {
	c.found = append(c.found, c.file.at(code, summary, hint, append([]string{"parameters", parameter}, keys...)...).Secret())
}

func (c *agreement) warn(summary, hint, parameter, key string) {
	c.fault(codeNotEnforced, summary, hint, parameter, key)
	last := &c.found[len(c.found)-1]
	*last = last.Warning()
}

func (c *agreement) parameter(name string, p Parameter, declared cfn.Parameter) {
	if p.Fixed != nil {
		c.fixed(name, *p.Fixed, declared)
	}
	switch {
	case p.Default == nil:
	case declared.Default == nil:
		c.warn("the catalog shows no default for "+name+": the template has none", "write it as Default into the template", name, "default")
	case *p.Default != *declared.Default:
		c.fault(codeDisagree, "default of "+name+" is not the template's", "the catalog shows the template's Default: make them equal", name, "default")
	}
	if p.Default != nil {
		c.value(name, *p.Default, "default", "default")
	}
	for _, v := range p.AllowedValues {
		c.value(name, v, "allowed value "+quoted(declared, v), "allowed_values")
	}
	c.allowed(name, p, declared)
	c.bounds(name, p, declared)
}

// quoted shows a value, unless it is secret.
func quoted(p cfn.Parameter, value string) string {
	if p.NoEcho {
		return "(hidden)"
	}
	return fmt.Sprintf("%q", value)
}

// value refuses what the template's own declaration does not take.
func (c *agreement) value(name, value, what, key string) {
	_, ds := c.template.Values(map[string]string{name: value})
	for _, d := range ds {
		if d.Code == cfn.CodeValue && d.Path == "Parameters."+name {
			reason := strings.TrimPrefix(d.Summary, "value of "+name+" ")
			c.fault(codeDisagree, what+" of "+name+" "+reason, "the template decides: "+d.File, name, key)
		}
	}
}

// fixed is held by a rule that publishing compiles: any other value is refused at launch. The
// console shows the template's Default all the same, so that has to be the value (CAT-5). How a rule
// compares what comes from SSM is not known: such a value is not fixed.
func (c *agreement) fixed(name, value string, declared cfn.Parameter) {
	switch {
	case strings.HasPrefix(value, "${"):
		c.fault(codeFixed, name+" is not fixed: what "+value+" gives is not known to the rule that holds it", "write the value itself, or give the template's parameter one AllowedValues", name, "fixed")
	case declared.Default == nil || *declared.Default != value:
		c.fault(codeFixed, "the template's Default of "+name+" is not the fixed value, and it is what the console shows", "write the fixed value as Default into the template", name, "fixed")
	}
}

// allowed warns of values that the template does not refuse. A default of product.yaml's own is judged by Load.
func (c *agreement) allowed(name string, p Parameter, declared cfn.Parameter) {
	if p.AllowedValues == nil {
		return
	}
	if p.Default == nil && declared.Default != nil && !slices.Contains(p.AllowedValues, *declared.Default) {
		c.fault(codeDisagree, "the template's Default of "+name+" is not one of the allowed values", "", name, "allowed_values")
	}
	if declared.AllowedValues == nil || len(without(declared.AllowedValues, p.AllowedValues)) > 0 {
		c.warn("the catalog allows more values of "+name+" than product.yaml: the template does", "write the same AllowedValues into the template", name, "allowed_values")
	}
}

func (c *agreement) bounds(name string, p Parameter, declared cfn.Parameter) {
	if p.Min != nil && (declared.MinValue == nil || *declared.MinValue < *p.Min) {
		c.warn("the catalog allows "+name+" below min: the template does", "write MinValue into the template", name, "min")
	}
	if p.Max != nil && (declared.MaxValue == nil || *declared.MaxValue > *p.Max) {
		c.warn("the catalog allows "+name+" above max: the template does", "write MaxValue into the template", name, "max")
	}
	if p.Default == nil && declared.Default != nil {
		if why := p.outside(*declared.Default); why != "" {
			c.fault(codeDisagree, "the template's Default of "+name+": "+why, "", name)
		}
	}
}
