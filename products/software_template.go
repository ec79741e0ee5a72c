package products

import (
	"cmp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// InTemplate are the places where a template names software of AWS Marketplace, under all that a
// launch may choose in the worlds given. Names and descriptions say nothing.
func InTemplate(t *cfn.Template, worlds ...cfn.Env) []Mention {
	s := &search{doc: t.Doc, spell: func(n *document.Node) ([]string, bool) { return t.Spellings(n, worlds...) }}
	for _, p := range t.Doc.Root.Pairs {
		if p.Key.Value != "Metadata" {
			s.entry(p)
		}
	}
	for _, r := range t.Resources {
		if key, named := soldBy[r.Type]; named && r.Properties.Get(key) != nil {
			n := r.Properties.Get(key)
			texts, _ := s.spell(n)
			for _, text := range texts {
				if m, ok := Sold(r.Type, text); ok {
					s.add(n, m)
				}
			}
		}
	}
	return s.sorted()
}

// InParameters are those of the values that product.yaml gives to parameters.
func (f *File) InParameters() []Mention {
	s := &search{doc: f.Doc, spell: func(*document.Node) ([]string, bool) { return nil, true }}
	s.node(f.Doc.Root.Get("parameters"))
	return s.sorted()
}

// soldBy are properties of which AWS documents that they take what is sold in Marketplace.
var soldBy = map[string]string{"AWS::ImageBuilder::ImageRecipe": "ParentImage", "AWS::EKS::Addon": "AddonName"}

// Sold is what the text of such a property names: the image that a recipe begins with may be a
// product's id, and an add-on of a seller is called seller_name, while AWS's own have no _.
func Sold(resourceType, text string) (Mention, bool) {
	switch resourceType {
	case "AWS::ImageBuilder::ImageRecipe":
		return Mention{ID: text}, productID(text)
	case "AWS::EKS::Addon":
		return Mention{As: text}, strings.Contains(text, "_")
	}
	return Mention{}, false
}

// search walks a document for mentions.
type search struct {
	doc   *document.Doc
	spell func(*document.Node) (texts []string, complete bool)
	found []Mention
}

func (s *search) add(n *document.Node, m Mention) {
	m.File, m.Line, m.Col = s.doc.File, n.Line, n.Col
	if !slices.Contains(s.found, m) {
		s.found = append(s.found, m)
	}
}

func (s *search) sorted() []Mention {
	slices.SortStableFunc(s.found, func(a, b Mention) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	return s.found
}

func (s *search) entry(p document.Pair) {
	switch key := strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(p.Key.Value)); {
	case key == "description", key == "constraintdescription", key == "allowedpattern":
	case key == "fn::sub", key == "fn::join":
		s.made(p.Key, p.Value, key == "fn::join")
	default:
		if strings.HasSuffix(key, "productcode") || strings.HasSuffix(key, "productcodes") {
			s.codes(p.Value)
		}
		s.node(p.Value)
	}
}

func (s *search) node(n *document.Node) {
	if n == nil {
		return
	}
	if n.Kind == document.Text {
		for _, m := range Mentions(n.Value, false) {
			s.add(n, m)
		}
	}
	for _, p := range n.Pairs {
		s.entry(p)
	}
	for _, item := range n.Items {
		s.node(item)
	}
}

// cues are what a piece of a text has that names software when it is put together.
var cues = []string{"marketplace", imagesOf, ".dkr.ecr.", "model-package", "algorithm/"}

// made is a text that is put together: what all of it can be is read, and of its pieces what they show
// by themselves; what they do not show is a mention, unless all that it can be is known.
func (s *search) made(key, arg *document.Node, pieces bool) {
	written := literals(arg)
	if !slices.ContainsFunc(written, func(n *document.Node) bool {
		return slices.ContainsFunc(cues, func(cue string) bool { return strings.Contains(n.Value, cue) })
	}) {
		return
	}
	call := &document.Node{Kind: document.Mapping, Pairs: []document.Pair{{Key: key, Value: arg}}, Line: key.Line, Col: key.Col}
	texts, complete := s.spell(call)
	for _, text := range texts {
		for _, m := range Mentions(text, false) {
			s.add(arg, m)
		}
	}
	for _, n := range written {
		for _, m := range Mentions(n.Value, pieces) {
			if m.ID != "" || !complete {
				s.add(n, m)
			}
		}
	}
}

// literals are the texts below a node.
func literals(n *document.Node) (all []*document.Node) {
	if n == nil {
		return nil
	}
	if n.Kind == document.Text {
		return []*document.Node{n}
	}
	for _, p := range n.Pairs {
		all = append(all, literals(p.Value)...)
	}
	for _, item := range n.Items {
		all = append(all, literals(item)...)
	}
	return all
}

// codes are product codes of AMIs, wherever something is called so.
func (s *search) codes(n *document.Node) {
	for _, text := range literals(n) {
		if productCode(text.Value) {
			s.add(text, Mention{As: text.Value})
		}
	}
}
