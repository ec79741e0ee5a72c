package cfn

import (
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// reader takes a document apart into the sections of a template.
type reader struct {
	t     *Template
	found document.Diagnostics
}

func (r *reader) wrong(n *document.Node, path, summary string) {
	r.found = append(r.found, r.t.diag(n, CodeShape, path, summary, ""))
}

func (r *reader) template(root *document.Node) {
	if root == nil || root.Kind != document.Mapping {
		r.wrong(root, "", "a template is a mapping with Resources, found "+kind(root))
		return
	}
	r.t.Description = raw(root.Get("Description"))
	r.transforms(root.Get("Transform"))
	r.t.Mappings = r.section("Mappings")
	r.t.Conditions = r.section("Conditions")
	r.section("Metadata")
	r.section("Rules")
	r.each("Parameters", r.parameter)
	r.each("Resources", r.resource)
	r.each("Outputs", r.output)
}

// section gives a section that is a mapping, or nil when it is not there or empty.
func (r *reader) section(name string) *document.Node {
	n := r.t.Doc.Root.Get(name)
	if n == nil || n.Kind == document.Null {
		return nil
	}
	if n.Kind != document.Mapping {
		r.wrong(n, name, name+" must be a mapping, found "+kind(n))
		return nil
	}
	return n
}

func (r *reader) each(name string, read func(path, key string, n *document.Node)) {
	section := r.section(name)
	if section == nil {
		return
	}
	for _, p := range section.Pairs {
		path := name + "." + p.Key.Value
		if isLoop(p.Key.Value) {
			continue // Fn::ForEach: Check says that it is not supported
		}
		if p.Value == nil || p.Value.Kind != document.Mapping {
			r.wrong(p.Value, path, path+" must be a mapping, found "+kind(p.Value))
			continue
		}
		read(path, p.Key.Value, p.Value)
	}
}

func (r *reader) transforms(n *document.Node) {
	switch {
	case n == nil:
	case n.Kind == document.Text:
		r.t.Transforms = []string{n.Value}
	case n.Kind == document.Sequence:
		for _, item := range n.Items {
			r.t.Transforms = append(r.t.Transforms, transformName(item))
		}
	default:
		r.t.Transforms = []string{transformName(n)}
	}
}

func transformName(n *document.Node) string {
	if name := n.Get("Name"); name != nil {
		return name.Value
	}
	return raw(n)
}

func (r *reader) parameter(path, name string, n *document.Node) {
	p := Parameter{Name: name, Node: n}
	p.Type = r.text(n, path, "Type")
	if n.Get("Type") == nil {
		r.wrong(n, path, "parameter "+name+" has no Type")
	}
	p.Description = r.text(n, path, "Description")
	p.AllowedPattern = r.text(n, path, "AllowedPattern")
	p.ConstraintDescription = r.text(n, path, "ConstraintDescription")
	p.NoEcho = strings.EqualFold(r.text(n, path, "NoEcho"), "true")
	if d := n.Get("Default"); d != nil {
		if text := r.scalars(d, path+".Default"); text != nil {
			joined := strings.Join(text, ",")
			p.Default = &joined
		}
	}
	if a := n.Get("AllowedValues"); a != nil && a.Kind == document.Sequence {
		p.AllowedValues = r.scalars(a, path+".AllowedValues")
	} else if a != nil {
		r.wrong(a, path+".AllowedValues", "AllowedValues of "+name+" must be a list, found "+kind(a))
	}
	p.MinLength, p.MaxLength = r.integer(n, path, "MinLength"), r.integer(n, path, "MaxLength")
	p.MinValue, p.MaxValue = r.number(n, path, "MinValue"), r.number(n, path, "MaxValue")
	r.t.Parameters = append(r.t.Parameters, p)
}

func (r *reader) resource(path, id string, n *document.Node) {
	res := Resource{LogicalID: id, Node: n}
	res.Type = r.text(n, path, "Type")
	if n.Get("Type") == nil {
		r.wrong(n, path, "resource "+id+" has no Type")
	}
	res.Condition = r.text(n, path, "Condition")
	res.DeletionPolicy = r.literal(n, path, "DeletionPolicy")
	res.UpdateReplacePolicy = r.literal(n, path, "UpdateReplacePolicy")
	if d := n.Get("DependsOn"); d != nil {
		res.DependsOn = r.scalars(d, path+".DependsOn")
	}
	if p := n.Get("Properties"); p != nil && p.Kind == document.Mapping {
		res.Properties = p
	} else if p != nil && p.Kind != document.Null {
		r.wrong(p, path+".Properties", "Properties of "+id+" must be a mapping, found "+kind(p))
	}
	r.t.Resources = append(r.t.Resources, res)
}

func (r *reader) output(path, name string, n *document.Node) {
	o := Output{Name: name, Node: n, Value: n.Get("Value")}
	o.Description = r.literal(n, path, "Description")
	o.Condition = r.text(n, path, "Condition")
	if o.Value == nil {
		r.wrong(n, path, "output "+name+" has no Value")
	}
	if e := n.Get("Export"); e != nil {
		if o.Export = e.Get("Name"); o.Export == nil {
			r.wrong(e, path+".Export", "Export of output "+name+" has no Name")
		}
	}
	r.t.Outputs = append(r.t.Outputs, o)
}

// text reads a key that holds a scalar.
func (r *reader) text(n *document.Node, path, key string) string {
	v := n.Get(key)
	if v != nil && (v.Kind == document.Mapping || v.Kind == document.Sequence) {
		r.wrong(v, path+"."+key, key+" must be text, found "+kind(v))
	}
	return raw(v)
}

// literal reads a key that holds a scalar, or a function that is judged where it is evaluated.
func (r *reader) literal(n *document.Node, path, key string) string {
	if _, _, ok := intrinsic(n.Get(key)); ok {
		return ""
	}
	return r.text(n, path, key)
}

// scalars reads a scalar or a list of scalars, each as its raw text.
func (r *reader) scalars(n *document.Node, path string) []string {
	items := []*document.Node{n}
	if n.Kind == document.Sequence {
		items = n.Items
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		if item.Kind == document.Mapping || item.Kind == document.Sequence || item.Kind == document.Null {
			r.wrong(item, path, path+" must hold text, found "+kind(item))
			return nil
		}
		out = append(out, item.Value)
	}
	return out
}

func (r *reader) integer(n *document.Node, path, key string) *int {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	i, err := strconv.Atoi(v.Value)
	if err != nil {
		r.wrong(v, path+"."+key, key+" must be a whole number, found "+kind(v))
		return nil
	}
	return &i
}

func (r *reader) number(n *document.Node, path, key string) *float64 {
	v := n.Get(key)
	if v == nil {
		return nil
	}
	f, err := strconv.ParseFloat(v.Value, 64)
	if err != nil {
		r.wrong(v, path+"."+key, key+" must be a number, found "+kind(v))
		return nil
	}
	return &f
}
