package secrets

import (
	"strings"

	"github.com/axle-cd/axle/document"
)

// Explanation is what a rule says of itself.
type Explanation struct {
	Rule     string   `json:"rule"`
	Title    string   `json:"title"`
	Fix      string   `json:"fix"`
	Keywords []string `json:"keywords"`
	Files    []string `json:"files,omitempty"` // extensions; none is every file
	Finds    []string `json:"finds"`           // examples, the value left out
	Leaves   []string `json:"leaves"`
}

// Explain gives one of axle's own rules by its id.
func Explain(id string) (Explanation, error) {
	var ids []string
	for _, r := range all() {
		ids = append(ids, r.ID)
		if r.ID == id {
			return Explanation{r.ID, r.Title, orDefault(r.Fix), r.Keywords, r.Extensions, shown(r.Finds), shown(r.Leaves)}, nil
		}
	}
	hint := document.DidYouMean(id, ids)
	if hint == "" {
		hint = "axle's own rules are " + strings.Join(ids, ", ")
	}
	return Explanation{}, document.Fail("AXLE1524", "there is no rule "+id+" among axle's own", hint, nil)
}

func orDefault(fix string) string {
	if fix == "" {
		return defaultFix
	}
	return fix
}

func shown(samples []string) (out []string) {
	for _, s := range samples {
		out = append(out, strings.ReplaceAll(s, "§", mask))
	}
	return out
}
