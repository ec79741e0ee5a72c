package pipeline

import (
	"slices"
	"time"
)

// Spec is the frozen plan of a run: pipeline.yaml of the protected branch, and the steps.
type Spec struct {
	Pipeline  string   `json:"pipeline"`
	Protected string   `json:"protected"`
	Catalog   string   `json:"catalog"`
	Products  []string `json:"products,omitempty"` // globs of every product.yaml
	Hub       string   `json:"hub"`                // whom it publishes to: the sandbox, or AWS
	Gates     string   `json:"gates"`              // digest of every stage's keys, also of those that are not of this run
	Reviewed  string   `json:"reviewed"`           // the protected branch's commit when the run began, whose exceptions and baseline count; "": none do
	Product   string   `json:"product"`            // its name
	Version   string   `json:"version"`
	Stages    []Stage  `json:"stages"`
	Requires  []string `json:"requires,omitempty"` // stages that this run leaves out, and that the commit must have passed before
	Whole     *Whole   `json:"whole,omitempty"`    // of catalog.yaml's own run, which has no product
	Market    string   `json:"market,omitempty"`   // path of marketplace.yaml, in its own run
	Fair      string   `json:"fair,omitempty"`     // path of marketplace.yaml, where pipeline.yaml names one
	Topics    []Topic  `json:"topics,omitempty"`   // who is told of what
}

// Topic is an SNS topic, and the events that it is told of.
type Topic struct {
	ARN  string   `json:"arn"`
	When []string `json:"when"`
}

// Wants says whether the topic is told of an event.
func (t Topic) Wants(event string) bool {
	return slices.Contains(t.When, "*") || slices.Contains(t.When, event)
}

// Whole is what catalog.yaml's own run must know besides the file.
type Whole struct {
	Staging string   `json:"staging,omitempty"` // gamma's portfolio, which gamma keeps
	Left    []string `json:"left,omitempty"`    // portfolios that have left the file since it was last published
}

// Stage is its steps and its keys of pipeline.yaml.
type Stage struct {
	Name     string      `json:"name"`
	Steps    []StepSpec  `json:"steps"`
	Settings StageConfig `json:"settings"`
}

// StepSpec is an action and what must have passed, in its own stage, before it.
type StepSpec struct {
	Action   string        `json:"action"`
	After    []string      `json:"after,omitempty"`
	Always   bool          `json:"always,omitempty"`   // runs after a failure too, once anything of the stage was started
	Approval bool          `json:"approval,omitempty"` // a person, not an action
	Timeout  time.Duration `json:"timeout,omitempty"`
}
