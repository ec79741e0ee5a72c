package catalog

import "fmt"

// Witness is what one place says of a published version. What it does not speak of is "".
type Witness struct {
	Region   string `json:"region,omitempty"`
	Place    string `json:"place"`              // git at a commit, an object's address, an artifact's id
	Content  string `json:"content,omitempty"`  // sha256 of template and assets
	Template string `json:"template,omitempty"` // sha256 of the template's bytes
	Fault    string `json:"fault,omitempty"`    // what is wrong there by itself: it is gone, it cannot be read
}

// Verify holds the witnesses of a version against the first that speaks: git comes first. It
// gives a sentence for each fault and each disagreement; none is: all say the same (CAT-16).
func Verify(product, version string, all []Witness) []string {
	var faults []string
	content := func(w Witness) string { return w.Content }
	template := func(w Witness) string { return w.Template }
	for _, w := range all {
		at := fmt.Sprintf("%s %s: %s", product, version, w.Place)
		if w.Region != "" {
			at = fmt.Sprintf("%s %s in %s: %s", product, version, w.Region, w.Place)
		}
		if w.Fault != "" {
			faults = append(faults, at+": "+w.Fault)
		}
		for _, said := range []func(Witness) string{content, template} {
			if first := first(all, said); said(w) != "" && said(w) != said(first) {
				faults = append(faults, fmt.Sprintf("%s has %s, %s has %s", at, said(w), first.Place, said(first)))
			}
		}
	}
	if first(all, content).Content == "" || first(all, template).Template == "" {
		faults = append(faults, fmt.Sprintf("%s %s: nothing says what it should be", product, version))
	}
	return faults
}

func first(all []Witness, said func(Witness) string) (w Witness) {
	for _, w := range all {
		if said(w) != "" {
			return w
		}
	}
	return w
}
