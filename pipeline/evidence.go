package pipeline

// Test is one test that an action ran: the evidence behind its verdict, also where it passed.
type Test struct {
	Name    string   `json:"name"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Passed  bool     `json:"passed"`
	Message string   `json:"message,omitempty"` // why it failed
}

// Coverage are a template's resources by their logical ids, sorted: those that a test asserts
// something of, and those that none does, as far as it can be known.
type Coverage struct {
	Asserted []string `json:"asserted,omitempty"`
	Missing  []string `json:"missing,omitempty"`
}

// Of says how many resources have an assertion, and how many there are.
func (c Coverage) Of() (asserted, all int) {
	return len(c.Asserted), len(c.Asserted) + len(c.Missing)
}
