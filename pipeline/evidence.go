package pipeline

// Test is one test that an action ran: the evidence behind its verdict, also where it passed.
type Test struct {
	Name    string `json:"name"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Passed  bool   `json:"passed"`
	Message string `json:"message,omitempty"` // why it failed
}
