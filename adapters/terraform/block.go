package terraform

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/axle-cd/axle/products/tf"
)

// block is a block of either syntax: resource "aws_s3_bucket" "logs" { … }.
type block struct {
	kind   string
	labels []string
	args   map[string]argument
	blocks []*block
	place  tf.Place
}

type argument struct {
	expr  hclsyntax.Expression
	place tf.Place
	json  bool // JSON does not tell a nested block from a value
}

// heading names the block as people write it.
func (b *block) heading() string {
	text := b.kind
	for _, l := range b.labels {
		text += ` "` + l + `"`
	}
	return text
}

func headings(all []*block) string {
	names := make([]string, len(all))
	for i, b := range all {
		names[i] = b.heading()
	}
	return strings.Join(names, ", ")
}

// named is the label at a place, or "".
func (b *block) named(i int) string {
	if i < len(b.labels) {
		return b.labels[i]
	}
	return ""
}

// of gives the nested blocks of a kind.
func (b *block) of(kind string) []*block {
	var all []*block
	for _, n := range b.blocks {
		if n.kind == kind {
			all = append(all, n)
		}
	}
	return all
}

func parseNative(name string, data []byte, meter *budget) ([]*block, hcl.Diagnostics) {
	top, ds := nativeFile(name, data, meter)
	if ds.HasErrors() {
		return nil, ds
	}
	for _, b := range top.blocks {
		ds = append(ds, b.labelled()...)
	}
	return top.blocks, append(ds, top.noArguments()...)
}

// parseValues reads a file of values, *.tfvars.
func parseValues(name string, data []byte, meter *budget) (*block, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		return jsonFile(name, data, "values", meter)
	}
	return nativeFile(name, data, meter)
}

func nativeFile(name string, data []byte, meter *budget) (*block, hcl.Diagnostics) {
	if ds := tooDeep(name, data, hclsyntax.LexConfig); ds.HasErrors() {
		return nil, ds
	}
	f, ds := hclsyntax.ParseConfig(data, name, hcl.InitialPos)
	if ds.HasErrors() {
		return nil, ds
	}
	body, ok := f.Body.(*hclsyntax.Body)
	if !ok {
		return nil, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Not Terraform", Detail: "the file has no body"}}
	}
	ds = meter.install(body)
	return native(&hclsyntax.Block{Body: body}), ds
}

// noArguments: at the top of a configuration stand blocks alone.
func (b *block) noArguments() (ds hcl.Diagnostics) {
	for _, name := range slices.Sorted(maps.Keys(b.args)) {
		ds = append(ds, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unsupported argument", Detail: name + " stands outside of every block", Subject: b.args[name].expr.Range().Ptr()})
	}
	return ds
}

// labelCounts are the labels that each kind of block at the top of a file has.
var labelCounts = map[string]int{"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}

func (b *block) labelled() hcl.Diagnostics {
	if len(b.labels) == labelCounts[b.kind] || labelCounts[b.kind] == 0 {
		return nil
	}
	at := hcl.Range{Filename: b.place.File, Start: hcl.Pos{Line: b.place.Line, Column: b.place.Col}}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Wrong number of names", Detail: b.heading() + " needs its type and name in quotes, as Terraform has them", Subject: &at}}
}

func native(from *hclsyntax.Block) *block {
	b := &block{kind: from.Type, labels: from.Labels, args: map[string]argument{}, place: placeOf(from.TypeRange)}
	for name, a := range from.Body.Attributes {
		b.args[name] = argument{expr: a.Expr, place: placeOf(a.NameRange)}
	}
	for _, n := range from.Body.Blocks {
		b.blocks = append(b.blocks, native(n))
	}
	return b
}

// override puts a block of an override file over the one it names, as Terraform does: arguments
// one by one, nested blocks by their kind.
func (s *source) override(all []*block, o *block) {
	for _, b := range all {
		if b.kind != o.kind || !slices.Equal(b.labels, o.labels) || b.kind == "locals" && !sharesLocal(b, o) {
			continue
		}
		for name, a := range o.args {
			if _, there := b.args[name]; there || b.kind != "locals" {
				b.args[name] = a
			}
		}
		b.blocks = slices.DeleteFunc(b.blocks, func(n *block) bool { return len(o.of(n.kind)) > 0 || replacedByDynamic(n, o) })
		b.blocks = append(b.blocks, o.blocks...)
		if b.kind != "locals" {
			return
		}
	}
	if o.kind != "locals" && o.kind != "terraform" {
		s.fail(o.place, codeSyntax, o.heading()+" overrides what is not there", "write it into a file that is not called override")
	}
}

func replacedByDynamic(n, o *block) bool {
	for _, d := range o.of("dynamic") {
		if n.kind == d.named(0) {
			return true
		}
	}
	return false
}

func sharesLocal(b, o *block) bool {
	for name := range o.args {
		if _, ok := b.args[name]; ok {
			return true
		}
	}
	return false
}
