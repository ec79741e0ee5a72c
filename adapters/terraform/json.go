package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// inner are the blocks that JSON must be told of, by the block they stand in; "" is the file.
var inner = map[string][]hcl.BlockHeaderSchema{
	"": {
		{Type: "terraform"}, {Type: "locals"}, {Type: "moved"}, {Type: "removed"}, {Type: "import"},
		{Type: "provider", LabelNames: []string{"name"}}, {Type: "variable", LabelNames: []string{"name"}},
		{Type: "output", LabelNames: []string{"name"}}, {Type: "module", LabelNames: []string{"name"}},
		{Type: "check", LabelNames: []string{"name"}}, {Type: "resource", LabelNames: []string{"type", "name"}},
		{Type: "data", LabelNames: []string{"type", "name"}}, {Type: "ephemeral", LabelNames: []string{"type", "name"}},
		{Type: "run", LabelNames: []string{"name"}}, {Type: "mock_provider", LabelNames: []string{"name"}}, // of tests
		{Type: "variables"}, {Type: "test"}, {Type: "override_resource"}, {Type: "override_data"}, {Type: "override_module"},
	},
	"terraform": {{Type: "required_providers"}, {Type: "backend", LabelNames: []string{"type"}}, {Type: "cloud"}},
	"resource":  {{Type: "provisioner", LabelNames: []string{"type"}}, {Type: "connection"}, {Type: "lifecycle"}, {Type: "dynamic", LabelNames: []string{"name"}}},
	"data":      {{Type: "lifecycle"}, {Type: "dynamic", LabelNames: []string{"name"}}},
	"variable":  {{Type: "validation"}},
	"dynamic":   {{Type: "content"}},
	"content":   {{Type: "dynamic", LabelNames: []string{"name"}}},
	"check":     {{Type: "data", LabelNames: []string{"type", "name"}}, {Type: "assert"}},
	"run":       {{Type: "module"}, {Type: "variables"}, {Type: "assert"}, {Type: "plan_options"}},
}

func parseJSON(name string, data []byte, meter *budget) ([]*block, hcl.Diagnostics) {
	top, ds := jsonFile(name, data, "", meter)
	if ds.HasErrors() {
		return nil, ds
	}
	return top.blocks, append(ds, top.noArguments()...)
}

func jsonFile(name string, data []byte, kind string, meter *budget) (*block, hcl.Diagnostics) {
	if deepest(data) > maxDepth {
		return nil, hcl.Diagnostics{tooMuch(name, "nested too deeply")}
	}
	f, ds := json.Parse(data, name)
	if ds.HasErrors() {
		return nil, ds
	}
	top := &block{kind: kind, args: map[string]argument{}}
	return top, top.fill(f.Body, meter)
}

// fill reads a body of JSON: the blocks that may stand in this one, and arguments.
func (b *block) fill(body hcl.Body, meter *budget) hcl.Diagnostics {
	content, rest, ds := body.PartialContent(&hcl.BodySchema{Blocks: inner[b.kind]})
	attrs, more := rest.JustAttributes()
	ds = append(ds, more...)
	for name, a := range attrs {
		expr, more := expression(a.Expr, meter)
		ds = append(ds, more...)
		b.args[name] = argument{expr: expr, place: placeOf(a.NameRange), json: true}
	}
	for _, n := range content.Blocks {
		below := &block{kind: n.Type, labels: n.Labels, args: map[string]argument{}, place: placeOf(n.DefRange)}
		ds = append(ds, below.fill(n.Body, meter)...)
		b.blocks = append(b.blocks, below)
	}
	return ds
}

// expression gives a value of JSON as the native syntax has it: its texts are templates.
func expression(from hcl.Expression, meter *budget) (hclsyntax.Expression, hcl.Diagnostics) {
	if pairs, ds := hcl.ExprMap(from); !ds.HasErrors() {
		object := &hclsyntax.ObjectConsExpr{SrcRange: from.Range(), OpenRange: from.StartRange()}
		var all hcl.Diagnostics
		for _, p := range pairs {
			key, ds := expression(p.Key, meter)
			value, more := expression(p.Value, meter)
			all = append(append(all, ds...), more...)
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
		}
		return object, all
	}
	if items, ds := hcl.ExprList(from); !ds.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: from.Range(), OpenRange: from.StartRange()}
		var all hcl.Diagnostics
		for _, item := range items {
			value, ds := expression(item, meter)
			all = append(all, ds...)
			tuple.Exprs = append(tuple.Exprs, value)
		}
		return tuple, all
	}
	v, ds := from.Value(nil) // without a context a text is as written
	literal := &hclsyntax.LiteralValueExpr{Val: v, SrcRange: from.Range()}
	if ds.HasErrors() || v.IsNull() || v.Type() != cty.String {
		return literal, append(ds, meter.install(literal)...)
	}
	return template(v.AsString(), from.Range(), meter)
}

// template reads a template that stands as text in a file, and wording an expression.
func template(text string, at hcl.Range, meter *budget) (hclsyntax.Expression, hcl.Diagnostics) {
	return parsed(hclsyntax.LexTemplate, hclsyntax.ParseTemplate, text, at, meter)
}

func wording(text string, at hcl.Range, meter *budget) (hclsyntax.Expression, hcl.Diagnostics) {
	return parsed(hclsyntax.LexExpression, hclsyntax.ParseExpression, text, at, meter)
}

func parsed(lex lexer, parse parser, text string, at hcl.Range, meter *budget) (hclsyntax.Expression, hcl.Diagnostics) {
	nothing := &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: at}
	if ds := tooDeep(at.Filename, []byte(text), lex); ds.HasErrors() {
		return nothing, ds
	}
	expr, ds := parse([]byte(text), at.Filename, at.Start)
	if ds.HasErrors() {
		return nothing, ds
	}
	return expr, meter.install(expr)
}

// deepest is how deep brackets nest outside of strings.
func deepest(data []byte) int {
	depth, most := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			depth++
			most = max(most, depth)
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		}
	}
	return most
}
