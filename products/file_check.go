package products

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/document"
)

// checks are the rules of product.yaml that look at more than one key.
type checks struct{ document.Checks }

func (f *File) check() document.Diagnostics {
	c := &checks{document.Checks{Doc: f.Doc}}
	if f.Version != "" {
		c.version(f.Version, "version")
	}
	c.content(f)
	c.tagOptions(f.TagOptions)
	for name, p := range f.Parameters {
		c.parameter(name, p, f.Type)
	}
	for name, p := range f.Portfolios {
		c.placement(name, p, f.Type)
	}
	c.actions(f.ServiceActions)
	c.software(f.Marketplace.Products)
	c.lifecycle(f.Lifecycle)
	c.budgets(f.Portfolios)
	return c.Found
}

// content is a template, or a source of Terraform, as the type has it.
func (c *checks) content(f *File) {
	key, other := "template", "source"
	if f.Type == external {
		key, other = other, key
	}
	if c.Doc.At().Get(key) == nil {
		c.Fail("AXLE1019", key+" is required", "")
	}
	if c.Doc.At().Get(other) != nil {
		c.FailKey("AXLE1133", fmt.Sprintf("%s does not go with type %s", other, typeOf(f)), "give "+key, other)
	}
	if f.Type == external && len(f.TagOptions) > 0 {
		c.FailKey("AXLE1133", "tag_options do not go with type EXTERNAL", "", "tag_options")
	}
}

func typeOf(f *File) string {
	if f.Type == "" {
		return cloudFormation
	}
	return f.Type
}

const maxTagOptions = 25 // of a resource, and values of one

func (c *checks) tagOptions(options map[string][]string) {
	all := 0
	for _, values := range options {
		all += len(values)
	}
	if all = max(all, len(options)); all > maxTagOptions {
		c.Fail("AXLE1134", fmt.Sprintf("%d TagOptions (max %d): each value of a key is one", all, maxTagOptions), "", "tag_options")
	}
	for key, values := range options {
		switch n := len(values); {
		case n == 0:
			c.Fail("AXLE1134", "a TagOption without values makes every launch fail", "name its values, or remove it", "tag_options", key)
		case n > maxTagOptions:
			c.Fail("AXLE1134", fmt.Sprintf("%d values (max %d)", n, maxTagOptions), "", "tag_options", key)
		}
		if why := tagOptionFault(key, 128); why != "" {
			c.FailKey("AXLE1134", why, "", "tag_options", key)
		}
		for i, v := range values {
			if why := tagOptionFault(v, 256); why != "" {
				c.Fail("AXLE1134", why, "", "tag_options", key, strconv.Itoa(i))
			}
		}
	}
}

var tagOptionForm = document.NewPattern(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`)

func tagOptionFault(s string, limit int) string {
	switch {
	case len([]rune(s)) > limit:
		return fmt.Sprintf("a TagOption has %d characters (max %d)", len([]rune(s)), limit)
	case !tagOptionForm.MatchString(s):
		return fmt.Sprintf("TagOption %q: letters, digits, spaces and _.:/=+-@ only", s)
	case strings.HasPrefix(strings.ToLower(s), "aws:"):
		return "prefix aws: is reserved"
	}
	return ""
}

var (
	parameterForm = document.NewPattern(`^[A-Za-z0-9]{1,255}$`)
	variableForm  = document.NewPattern(`^[\pL_][\pL\pN_-]*$`) // its length is asked apart: such a class 254 times is 8 ms of every start
)

func isVariable(name string) bool {
	return utf8.RuneCountInString(name) <= 255 && variableForm.MatchString(name)
}

// parameter holds a parameter's own values together; the template is not asked here.
func (c *checks) parameter(name string, p Parameter, kind string) {
	at := []string{"parameters", name}
	switch {
	case kind == external && !isVariable(name):
		c.FailKey("AXLE1135", fmt.Sprintf("parameter %q is no name of a variable", name), "", at...)
	case kind != external && !parameterForm.MatchString(name):
		c.FailKey("AXLE1135", fmt.Sprintf("parameter %q: letters and digits only", name), "", at...)
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		c.Fail("AXLE1135", "min is more than max", "", append(at, "min")...)
	}
	for key, value := range map[string]*string{"default": p.Default, "fixed": p.Fixed} {
		if value == nil || strings.HasPrefix(*value, "${") {
			continue
		}
		if p.AllowedValues != nil && !slices.Contains(p.AllowedValues, *value) {
			c.Fail("AXLE1135", fmt.Sprintf("%s %q is not one of allowed_values", key, shortened(*value)),
				document.DidYouMean(*value, p.AllowedValues), append(at, key)...)
		}
		if why := p.outside(*value); why != "" {
			c.Fail("AXLE1135", key+" "+why, "", append(at, key)...)
		}
	}
}

// outside says how a value misses min and max, or "".
func (p Parameter) outside(value string) string {
	if p.Min == nil && p.Max == nil {
		return ""
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a number, and min and max are given", shortened(value))
	case p.Min != nil && v < *p.Min:
		return fmt.Sprintf("%s is less than min", value)
	case p.Max != nil && v > *p.Max:
		return fmt.Sprintf("%s is more than max", value)
	}
	return ""
}

// placement refuses what AWS would: CAT-6, CLI-13.
func (c *checks) placement(portfolio string, p Placement, kind string) {
	at := []string{"portfolios", portfolio}
	in := append(at, "constraints")
	if p.Constraints.Launch != nil && p.Constraints.StackSet != nil {
		c.FailKey("AXLE1130", "launch and stackset exclude each other", "a product has one of them in a portfolio", append(in, "stackset")...)
	}
	if kind == external && p.Constraints.Launch == nil {
		c.Fail("AXLE1130", "type EXTERNAL needs a launch constraint", "add constraints: { launch: { local_role_name: … } }", at...)
	}
	if kind == external && p.Constraints.Template != "" {
		c.Unsupported("a template constraint on type EXTERNAL", "nobody has shown that AWS holds it", append(in, "template")...)
	}
	c.Unsupported("quota", "publishing refuses it", append(at, "quota")...)
}

// budgets holds that a product, which is one in all its portfolios, has one budget.
func (c *checks) budgets(all map[string]Placement) {
	first := ""
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch b := all[name].Budget; {
		case b == "" || first != "" && b == all[first].Budget:
		case first == "":
			first = name
		default:
			line := c.Doc.At("portfolios", first, "budget").Line
			c.Fail("AXLE1162", fmt.Sprintf("the product has budget %q on line %d, and here %q", shortened(all[first].Budget), line, shortened(b)),
				"a product has one budget, whichever portfolio it is launched from", "portfolios", name, "budget")
		}
	}
}

var (
	actionForm      = document.NewPattern(`^[a-zA-Z0-9_\-.]*$`)
	documentVersion = document.NewPattern(`^(\$DEFAULT|\$LATEST|[1-9][0-9]*)$`)
	roleARN         = document.NewPattern(`^arn:aws[a-z-]*:iam::(\d{12})?:role/\S+$`)
)

func (c *checks) actions(all []ServiceAction) {
	lines := map[string]int{}
	for i, a := range all {
		at := []string{"service_actions", strconv.Itoa(i)}
		if !actionForm.MatchString(a.Name) {
			c.Fail("AXLE1136", fmt.Sprintf("service action %q: letters, digits and _-. only", shortened(a.Name)), "", append(at, "name")...)
		}
		if a.AssumeRole != "" && a.AssumeRole != "LAUNCH_ROLE" && !roleARN.MatchString(a.AssumeRole) {
			c.Fail("AXLE1136", fmt.Sprintf("assume_role %q is neither LAUNCH_ROLE nor the ARN of a role", a.AssumeRole), "", append(at, "assume_role")...)
		}
		if a.Version != "" && !documentVersion.MatchString(a.Version) {
			c.Fail("AXLE1136", fmt.Sprintf("version %q of the document: a number, $DEFAULT or $LATEST", shortened(a.Version)), "", append(at, "version")...)
		}
		names := map[string]int{}
		for j, p := range a.Parameters {
			if p.Name != "" {
				c.Twice(names, fmt.Sprintf("parameter %q", p.Name), p.Name, append(at, "parameters", strconv.Itoa(j), "name")...)
			}
		}
		if a.Name != "" {
			c.Twice(lines, fmt.Sprintf("service action %q", a.Name), a.Name, append(at, "name")...)
		}
	}
}
