// Package pipeline is what a commit is, what has happened to it and what may happen next.
// A Run is a value and its events are its state; Next is the whole control flow, and an
// executor only carries out what Next says and writes down what came of it.
package pipeline

import (
	"context"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// Commit is what a push delivers.
type Commit struct {
	Repo   string   `json:"repo"`   // path or URL of the repository
	Ref    string   `json:"ref"`    // refs/heads/main
	Before string   `json:"before"` // what the ref was; empty or zeros for a new one
	SHA    string   `json:"sha"`
	People []Person `json:"people"` // the pusher, and every author and committer of Before..SHA
}

// Person had a hand in a commit. Role is author, committer or pusher.
type Person struct {
	Email string `json:"email"`
	Role  string `json:"role"`
	SHA   string `json:"sha,omitempty"`
}

// Run is one commit's passage of one product.
type Run struct {
	ID      string  `json:"id"`
	Commit  Commit  `json:"commit"`
	Product string  `json:"product"` // path of its product.yaml in the tree
	Spec    Spec    `json:"spec"`    // frozen when the run started
	Events  []Event `json:"events"`
}

// EventKind says what an event is.
type EventKind string

const (
	Started    EventKind = "started"  // an action began; without Finished it is begun again on resume
	Finished   EventKind = "finished" // an action ended with Result
	Approved   EventKind = "approved" // By a person, for Digest
	Rejected   EventKind = "rejected"
	Expired    EventKind = "expired"
	Canceled   EventKind = "canceled"
	Superseded EventKind = "superseded" // a higher version was published while this one waited
	Asked      EventKind = "asked"      // nobody decided in time, and the approval is asked for again
)

// Event is one line of a run's log.
type Event struct {
	At     time.Time `json:"at"`
	Kind   EventKind `json:"kind"`
	Stage  string    `json:"stage,omitempty"`
	Action string    `json:"action,omitempty"`
	By     string    `json:"by,omitempty"`  // e-mail of who decided
	Via    string    `json:"via,omitempty"` // local: by git identity
	Reason string    `json:"reason,omitempty"`
	Digest string    `json:"digest,omitempty"` // what was approved: Run.Subject
	Remove int       `json:"remove,omitempty"` // how many removals they said that they approve
	Result Result    `json:"result,omitzero"`
}

// Verdict is what an action says of the commit. The zero Verdict is not a pass.
type Verdict string

const (
	Pass     Verdict = "pass"
	Fail     Verdict = "fail"
	Unjudged Verdict = "unjudged" // it could not find out, and what is not judged never passes
	Skipped  Verdict = "skipped"  // there was nothing to do; it does not stop the run
)

// Result is what an action found.
type Result struct {
	Verdict   Verdict    `json:"verdict"`
	Findings  []Finding  `json:"findings,omitempty"`
	Artifacts []Artifact `json:"artifacts,omitempty"`
	Tests     []Test     `json:"tests,omitempty"`
	Coverage  Coverage   `json:"coverage,omitzero"`
	Judged    []Engine   `json:"judged,omitempty"`
}

// Engine is who judged, or was to: Skipped is one that is not there and was not demanded.
type Engine struct {
	Name    string  `json:"name"` // OPA, cfn-guard
	Version string  `json:"version,omitempty"`
	Verdict Verdict `json:"verdict"`
	Note    string  `json:"note,omitempty"` // what it judged, or why it did not
}

// String is the engine in a line, for people.
func (e Engine) String() string {
	line := "not judged: " + e.Name
	if e.Verdict == Pass || e.Verdict == Fail {
		line = strings.TrimRight("judged: "+e.Name+" "+e.Version, " ") + ", " + string(e.Verdict)
	}
	if e.Note != "" {
		line += ": " + e.Note
	}
	return line
}

// Finding is a Diagnostic with a fingerprint that survives a moved line.
type Finding struct {
	document.Diagnostic
	Rule        string `json:"rule,omitempty"`     // S3-1, aws-access-token
	Resource    string `json:"resource,omitempty"` // logical id, or AWS's id
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Artifact is something big, by digest in the artifact store.
type Artifact struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // sha256:<hex>
}

// Input is exactly what an action may know.
type Input struct {
	RunID    string
	Commit   Commit
	Product  string
	Pipeline string   // its name
	Catalog  string   // path of catalog.yaml in the tree
	Products []string // globs of every product.yaml of the pipeline
	Reviewed string   // the commit whose exceptions and baseline count, or ""
	Whole    *Whole   // of catalog.yaml's own run; nil in a product's
	Market   string   // path of marketplace.yaml, in its own run
	Fair     string   // path of marketplace.yaml, by which what a product needs is judged
	Topics   []Topic  // who is told of what
	Stage    string
	Action   string
	Settings StageConfig            // the stage's keys of pipeline.yaml, defaults filled in
	Stages   map[string]StageConfig // every stage's, for what one stage must know of another
	Results  map[string]Result      // of what has finished, by "stage/action"
	Approved string                 // the digest a person approved, once they have
	Removals int                    // how many removals everyone who approved said
}

// Action does a stage's work. Result: what it found. error: it could not find out.
// It is idempotent: after a crash it is called again with the same Input.
type Action func(context.Context, Input) (Result, error)

// Actions are the actions by "stage/action".
type Actions map[string]Action

// Artifact gives the digest of a named artifact of the result, or "".
func (r Result) Artifact(name string) string {
	for _, a := range r.Artifacts {
		if a.Name == name {
			return a.Digest
		}
	}
	return ""
}
