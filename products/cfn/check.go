package cfn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// What CloudFormation allows of each, and how long a name and a description may be.
const (
	maxResources   = 500
	maxParameters  = 200
	maxOutputs     = 200
	maxMappings    = 200
	maxKeys        = 200 // of one mapping
	maxName        = 255
	maxDescription = 1024
)

var sections = []string{"AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata",
	"Outputs", "Parameters", "Resources", "Rules", "Transform"}

// extensions is the one transform that needs no macro: it only allows functions that Eval knows.
const extensions = "AWS::LanguageExtensions"

// Check says all that is wrong with a template by CloudFormation's own rules, as far as the
// template alone tells: what policy would say of it, and what values it is given, is not here.
// Of a resource type that Type does not know, only a misspelt name is a fault.
func (t *Template) Check() document.Diagnostics {
	c := &checker{t: t}
	if c.transforms(); len(c.found) > 0 {
		c.found.Sort()
		return c.found // what a macro makes of the rest is not known
	}
	c.top()
	c.ids()
	for _, p := range t.Parameters {
		c.parameter(p)
	}
	c.mappings()
	c.conditions()
	for i := range t.Resources {
		c.resource(&t.Resources[i])
	}
	for _, o := range t.Outputs {
		c.output(o)
	}
	c.rules()
	if _, err := t.Order(); err != nil {
		c.take(err, "Resources")
	}
	c.found.Sort()
	return c.found
}

// Hidden is what of Check keeps a reader from seeing what would be made: a macro makes it, or there is nothing.
func (t *Template) Hidden() document.Diagnostics {
	c := &checker{t: t}
	if c.transforms(); len(c.found) == 0 {
		c.empty()
		for i := range t.Resources {
			c.macro(&t.Resources[i])
		}
	}
	c.found.Sort()
	return c.found
}

// checker collects what is wrong.
type checker struct {
	t     *Template
	found document.Diagnostics
}

func (c *checker) fault(n *document.Node, code, path, summary, hint string) {
	c.found = append(c.found, c.t.diag(n, code, path, summary, hint))
}

// take takes a fault that another walk found.
func (c *checker) take(err error, path string) {
	if e, ok := errors.AsType[*document.Error](err); ok {
		e.Path = path
		c.found = append(c.found, e.Diagnostic)
	}
}

func (c *checker) top() {
	root := c.t.Doc.Root
	c.keys(root, "", sections)
	if v := root.Get("AWSTemplateFormatVersion"); v != nil && v.Value != "2010-09-09" {
		c.fault(v, CodeVersion, "AWSTemplateFormatVersion", "AWSTemplateFormatVersion must be 2010-09-09", "")
	}
	c.description(root.Get("Description"), "Description")
	c.empty()
	c.limit("Resources", len(c.t.Resources), maxResources)
	c.limit("Parameters", len(c.t.Parameters), maxParameters)
	c.limit("Outputs", len(c.t.Outputs), maxOutputs)
	c.limit("Mappings", len(keys(c.t.Mappings)), maxMappings)
}

func (c *checker) empty() {
	root := c.t.Doc.Root
	switch r := root.Get("Resources"); {
	case r == nil:
		c.fault(root, CodeNoResources, "", "template has no Resources", "")
	case len(r.Pairs) == 0:
		c.fault(root.Key("Resources"), CodeNoResources, "Resources", "Resources is empty; at least one is needed", "")
	}
}

func (c *checker) limit(section string, n, most int) {
	if n > most {
		c.fault(c.t.Doc.Root.Key(section), CodeLimit, section, fmt.Sprintf("%d %s (max %d)", n, strings.ToLower(section), most), "")
	}
}

func (c *checker) description(n *document.Node, path string) {
	if size := len(raw(n)); size > maxDescription {
		c.fault(n, CodeLimit, path, fmt.Sprintf("Description is %s bytes (max 1,024)", thousands(size)), "")
	}
}

// keys refuses what a mapping may not hold.
func (c *checker) keys(n *document.Node, path string, known []string) {
	if n == nil {
		return
	}
	for _, p := range n.Pairs {
		if key := p.Key.Value; !slices.Contains(known, key) {
			what := "key"
			if path == "" {
				what = "section"
			}
			c.fault(p.Key, CodeKey, join(path, key), "unknown "+what+" "+quote(key), document.DidYouMean(key, known))
		}
	}
}

// transforms are denied: what a macro makes of a template, nobody has judged.
func (c *checker) transforms() {
	at := c.t.Doc.Root.Key("Transform")
	for _, name := range c.t.Transforms {
		if name != extensions {
			c.fault(at, CodeTransform, "Transform", "transforms are denied by default: "+name, "write the result into the template")
		}
	}
	c.macros(c.t.Doc.Root, "")
}

// macros finds Fn::Transform and Fn::ForEach wherever they stand.
func (c *checker) macros(n *document.Node, path string) {
	if n == nil {
		return
	}
	for _, p := range n.Pairs {
		if key := p.Key.Value; key == "Fn::Transform" || isLoop(key) {
			name, _, _ := strings.Cut(strings.TrimPrefix(key, "Fn::"), "::")
			c.fault(p.Key, CodeMacro, path, "transforms are denied by default: Fn::"+name, "write the result into the template")
			continue
		}
		c.macros(p.Value, join(path, p.Key.Value))
	}
	for i, item := range n.Items {
		c.macros(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// ids judges the names that a template gives.
func (c *checker) ids() {
	root := c.t.Doc.Root
	first := map[string]*document.Node{}
	for _, section := range []string{"Parameters", "Resources", "Outputs", "Conditions", "Mappings"} {
		n := root.Get(section)
		if n == nil {
			continue
		}
		for _, p := range n.Pairs {
			c.id(p.Key, section)
			if section != "Parameters" && section != "Resources" {
				continue
			}
			if before := first[p.Key.Value]; before != nil {
				c.fault(p.Key, CodeName, section+"."+p.Key.Value, fmt.Sprintf("name %q is taken by line %d", p.Key.Value, before.Line), "")
			}
			first[p.Key.Value] = p.Key
		}
	}
}

func (c *checker) id(key *document.Node, section string) {
	path := section + "." + key.Value
	switch {
	case !alphanumeric(key.Value):
		c.fault(key, CodeName, path, "logical id "+quote(key.Value)+": letters and digits only", "")
	case len(key.Value) > maxName:
		c.fault(key, CodeLimit, path, fmt.Sprintf("name is %d characters (max %d)", len(key.Value), maxName), "")
	}
}

func alphanumeric(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
}

// mappings are two levels of names over texts or lists.
func (c *checker) mappings() {
	if c.t.Mappings == nil {
		return
	}
	for _, m := range c.t.Mappings.Pairs {
		path := "Mappings." + m.Key.Value
		if size := len(keys(m.Value)); size > maxKeys {
			c.fault(m.Key, CodeLimit, path, fmt.Sprintf("%d keys in one mapping (max %d)", size, maxKeys), "")
		}
		if m.Value.Kind != document.Mapping {
			c.fault(m.Value, CodeShape, path, path+" must be a mapping, found "+kind(m.Value), "")
			continue
		}
		for _, top := range m.Value.Pairs {
			if top.Value.Kind != document.Mapping {
				at := join(path, top.Key.Value)
				c.fault(top.Value, CodeShape, at, at+" must be a mapping, found "+kind(top.Value), "")
			}
		}
	}
}

func (c *checker) output(o Output) {
	path := "Outputs." + o.Name
	c.keys(o.Node, path, []string{"Condition", "Description", "Export", "Value"})
	c.description(o.Node.Get("Description"), path+".Description")
	c.conditional(o.Node.Get("Condition"), path+".Condition")
	c.functions(o.Value, path+".Value")
	c.functions(o.Export, path+".Export.Name")
	c.unprinted(o, path)
	if o.Value.Kind == document.Sequence || o.Value.Kind == document.Mapping && !lone(o.Value) {
		c.fault(o.Value, CodeShape, path+".Value", "an output is one text, found "+kind(o.Value), "use Fn::Join for a list")
	}
}

// lone is whether a mapping is one function.
func lone(n *document.Node) bool {
	_, _, ok := intrinsic(n)
	return ok
}
