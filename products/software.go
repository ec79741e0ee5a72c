package products

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Mention is a place where content names software of AWS Marketplace.
type Mention struct {
	ID        string // the product's; "" where the content does not show it
	As        string // how it is named, where there is no id
	File      string
	Line, Col int
}

// Need is a Marketplace product that a product cannot do without, and where that is said.
type Need struct {
	ID, Title, Offer string
	File             string
	Line, Col        int
}

// At puts a diagnostic where the need is said.
func (n Need) At(code, summary, hint string) document.Diagnostic {
	return document.Diagnostic{File: n.File, Line: n.Line, Col: n.Col, Severity: document.SeverityError, Code: code, Summary: summary, Hint: hint}
}

// Needs are the products that product.yaml lists and those that its content mentions, by their ids
// (S2). What the content names without an id, and nothing lists, is an error.
func (f *File) Needs(mentions []Mention) ([]Need, document.Diagnostics) {
	var needs []Need
	var found document.Diagnostics
	listed := map[string]int{} // by id, the place in product.yaml
	stands := map[string]bool{}
	for i, s := range f.Marketplace.Products {
		at := f.Doc.At("marketplace", "products", strconv.Itoa(i), "id")
		needs = append(needs, Need{s.ID, s.Title, s.Offer, f.Doc.File, at.Line, at.Col})
		listed[s.ID] = i
		for j, as := range s.As {
			stands[as] = true
			if !slices.ContainsFunc(mentions, func(m Mention) bool { return m.ID == "" && m.As == as }) {
				found = append(found, f.Doc.Fault("AXLE1194", fmt.Sprintf("nothing is named %q here", shortened(as)), document.DidYouMean(as, hiddenIn(mentions)),
					"marketplace", "products", strconv.Itoa(i), "as", strconv.Itoa(j)).Warning())
			}
		}
	}
	for _, m := range mentions {
		i, known := listed[m.ID]
		switch {
		case m.ID == "" && !stands[m.As]:
			found = append(found, Need{File: m.File, Line: m.Line, Col: m.Col}.At("AXLE2814",
				fmt.Sprintf("%s is Marketplace software whose product id is not shown", shortened(m.As)),
				hintOf(m.As)))
			stands[m.As] = true // said once
		case m.ID != "" && !known:
			listed[m.ID] = len(needs)
			needs = append(needs, Need{ID: m.ID, File: m.File, Line: m.Line, Col: m.Col})
		case m.ID != "" && i < len(f.Marketplace.Products) && needs[i].File == f.Doc.File:
			needs[i].File, needs[i].Line, needs[i].Col = m.File, m.Line, m.Col // the content is what needs it
		}
	}
	return needs, found
}

func hintOf(as string) string {
	hint := fmt.Sprintf("list it in product.yaml under marketplace.products: - { id: …, as: [%q] }", as)
	if strings.Contains(as, "${") {
		hint += "; or give what it is made of AllowedValues"
	}
	return hint
}

func hiddenIn(mentions []Mention) (all []string) {
	for _, m := range mentions {
		if m.ID == "" {
			all = append(all, m.As)
		}
	}
	return all
}

// mark is a text by which AWS names what is sold in its Marketplace, and how the name after it is read.
type mark struct {
	text, more string // more: what names have beside letters, digits, - and _
	read       func(before, name string, known bool) (Mention, bool)
}

// The accounts that hold what is sold: container images, and models by region.
const imagesOf = "709825985650"

var modelsOf = []string{"057799348421", "077584701553", "136758871317", "192199979996", "270155090741", "382657785993",
	"446921602837", "470592106596", "594846645681", "666831318237", "745090734665", "843114510376", "856760150666",
	"865070037744", "977537786026", "985815980388"}

var marks = []mark{
	{"/aws/service/marketplace/", "", byAlias},
	{":aws-marketplace:component/", "", byComponent},
	{imagesOf + ".dkr.ecr.", "./", byImage},
	{":model-package/", "", byModel("model-package/")},
	{":algorithm/", "", byModel("algorithm/")},
}

// Mentions are the products that a text names, in no place yet. A text that goes on elsewhere, a
// piece of a Fn::Join, shows no id at its end. A pattern of a policy names nothing.
func Mentions(text string, goesOn bool) (all []Mention) {
	for _, m := range marks {
		for at := 0; ; {
			i := strings.Index(text[at:], m.text)
			if i < 0 {
				break
			}
			before, after := text[:at+i], text[at+i+len(m.text):]
			name := nameIn(after, m.more)
			rest := after[len(name):]
			known := !strings.Contains(name, "${") && !(goesOn && rest == "")
			if found, ok := m.read(before, name, known); ok && !strings.HasPrefix(rest, "*") && !strings.HasPrefix(rest, "?") {
				all = append(all, found)
			}
			at += i + len(m.text)
		}
	}
	return all
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// nameIn is the name that a text begins with; a variable of Fn::Sub is a part of it.
func nameIn(text, more string) string {
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], "${") {
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return text[:i]
			}
			i += end
			continue
		}
		if !strings.ContainsRune(letters+"-_"+more, rune(text[i])) {
			return text[:i]
		}
	}
	return text
}

// byAlias reads an AMI's alias in the parameter store: /aws/service/marketplace/prod-…/latest.
func byAlias(_, id string, known bool) (Mention, bool) {
	if known && productID(id) {
		return Mention{ID: id}, true
	}
	return Mention{As: "/aws/service/marketplace/" + id}, true
}

// byComponent reads a component of EC2 Image Builder: its name ends in the product's id.
func byComponent(_, name string, known bool) (Mention, bool) {
	if i := strings.LastIndex(name, "prod-"); known && i >= 0 && productID(name[i:]) {
		return Mention{ID: name[i:]}, true
	}
	return Mention{As: "aws-marketplace:component/" + name}, true
}

// byImage reads a container image without its tag. The registry is one, whichever region a text has.
func byImage(_, name string, _ bool) (Mention, bool) {
	_, repository, _ := strings.Cut(name, "/")
	return Mention{As: imagesOf + ".dkr.ecr.us-east-1.amazonaws.com/" + strings.TrimRight(repository, "./")}, true
}

// byModel reads a model of SageMaker that a Marketplace account holds, or whose name ends in the digest
// that names have there.
func byModel(kind string) func(before, name string, known bool) (Mention, bool) {
	return func(before, name string, _ bool) (Mention, bool) {
		i := strings.LastIndexByte(name, '-')
		digest := len(name)-i == 33 && strings.Trim(name[i+1:], "0123456789abcdef") == ""
		sold := slices.ContainsFunc(modelsOf, func(account string) bool { return strings.HasSuffix(before, ":"+account) })
		return Mention{As: kind + name}, sold || digest
	}
}

// productID says whether a text has the form of a product's id: prod-…, or a UUID.
func productID(id string) bool {
	if own, ok := strings.CutPrefix(id, "prod-"); ok {
		return own != "" && strings.Trim(own, letters) == ""
	}
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (id[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(id[i])) {
			return false
		}
	}
	return true
}

// productCode says whether a text has the form of an AMI's product code.
func productCode(text string) bool {
	return len(text) >= 20 && len(text) <= 30 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// software refuses what a text editor makes of an id (MKF-2), and a product or a name that stands twice.
func (c *checks) software(all []Software) {
	ids, names := map[string]int{}, map[string]int{}
	for i, s := range all {
		at := []string{"marketplace", "products", strconv.Itoa(i)}
		for key, id := range map[string]string{"id": s.ID, "offer": s.Offer} {
			if strings.Trim(id, letters+"-._:") != "" || len(id) > 255 {
				c.Fail("AXLE1192", fmt.Sprintf("%q is not the id of a product or an offer", shortened(id)), "letters, digits, - . _ and : alone", append(slices.Clone(at), key)...)
			}
		}
		if s.ID != "" {
			c.Twice(ids, "product "+s.ID, s.ID, append(slices.Clone(at), "id")...)
		}
		for j, as := range s.As {
			if as != "" {
				c.Twice(names, fmt.Sprintf("%q", shortened(as)), as, append(slices.Clone(at), "as", strconv.Itoa(j))...)
			}
		}
	}
}
