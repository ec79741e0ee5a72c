package policies

import (
	"embed"
	"io/fs"
	"strings"

	"github.com/axle-cd/axle/document"
)

// fixtures are the templates of each starter rule, for Explain.
//
//go:embed starter/*.yaml starter/terraform/*.json
var fixtures embed.FS

// Explanation is all there is to know of a rule.
type Explanation struct {
	Rule
	Rego  string `json:"rego"`            // its text
	Fails string `json:"fails,omitempty"` // a template it finds something in, the lines marked
	Holds string `json:"holds,omitempty"` // a template it finds nothing in
}

// Explain gives a rule by its id, as people write it: case does not count.
func (r *Rules) Explain(id string) (Explanation, error) {
	rules, err := r.List()
	if err != nil {
		return Explanation{}, err
	}
	for _, rule := range rules {
		if !strings.EqualFold(rule.ID, id) {
			continue
		}
		e := Explanation{Rule: rule, Rego: r.text(rule.File)}
		if rule.builtin() {
			text, err := fs.ReadFile(starter, rule.File)
			if err != nil {
				return Explanation{}, err
			}
			e.Rego, e.Fails, e.Holds = string(text), rule.fixture("fail"), rule.fixture("pass")
		}
		return e, nil
	}
	return Explanation{}, document.Fail("AXLE1417", "no rule is called "+id, document.DidYouMean(strings.ToUpper(id), r.IDs()), nil)
}

// fixture is a starter rule's failing or passing one; a test holds that they are there.
func (r Rule) fixture(kind string) string {
	text, _ := fs.ReadFile(fixtures, strings.TrimSuffix(r.File, ".rego")+"."+kind+extensions[r.Namespace])
	return string(text)
}

// extensions are of the files that show a rule at work: a template, and a plan as terraform show prints it.
var extensions = map[string]string{CloudFormation: ".yaml", Terraform: ".json"}

func (r *Rules) text(file string) string {
	for _, m := range r.added {
		if m.file == file {
			return string(m.text)
		}
	}
	return ""
}

const controls = "https://docs.aws.amazon.com/securityhub/latest/userguide/"

// links are the pages of those standards that have one: Security Hub's controls.
func links(standards []string) []string {
	var list []string
	for _, s := range standards {
		control, ok := strings.CutPrefix(s, "Security Hub ")
		service, number, dotted := strings.Cut(control, ".")
		if !ok || !dotted {
			continue
		}
		page := strings.ToLower(service)
		list = append(list, controls+page+"-controls.html#"+page+"-"+number)
	}
	return list
}
