package products

// Feature is a Gherkin file of a product's tests. Outlines are expanded, backgrounds put before
// each scenario.
type Feature struct {
	File, Name string
	Scenarios  []Scenario
}

// Scenario is one test: its steps, and the tags of it and of what it stands in.
type Scenario struct {
	Name  string
	Line  int
	Tags  []string
	Steps []Step
}

// Step is a line of a scenario, with the table below it.
type Step struct {
	Text  string
	Line  int
	Table [][]string
}
