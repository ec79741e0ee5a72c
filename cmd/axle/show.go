package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

const formatVersion = 1

// runDoc is a run as JSON shows it.
type runDoc struct {
	ID        string        `json:"id"`
	Product   string        `json:"product"`
	Version   string        `json:"version"`
	Path      string        `json:"path"` // of product.yaml
	Commit    string        `json:"commit"`
	Ref       string        `json:"ref"`
	State     string        `json:"state"`
	Held      string        `json:"distribution,omitempty"` // paused or stopped: why a run that is running does not go on
	Stages    []stageDoc    `json:"stages"`
	Approvals []approvalDoc `json:"approvals"`
}

type stageDoc struct {
	Name    string      `json:"name"`
	State   string      `json:"state"`
	Actions []actionDoc `json:"actions"`
}

type actionDoc struct {
	Name     string             `json:"name"`
	Verdict  string             `json:"verdict"`
	Findings []pipeline.Finding `json:"findings,omitempty"`
	Judged   []pipeline.Engine  `json:"judged,omitempty"`
}

type approvalDoc struct {
	By       string    `json:"by"`
	Digest   string    `json:"digest"`
	Decision string    `json:"decision"`
	Via      string    `json:"via"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// runsDoc is what axle run and axle runs list print.
type runsDoc struct {
	FormatVersion int      `json:"format_version"`
	Sandbox       bool     `json:"sandbox"`
	Runs          []runDoc `json:"runs"`
}

func docOf(r pipeline.Run) runDoc {
	d := runDoc{ID: r.ID, Product: r.Spec.Product, Version: r.Spec.Version, Path: r.Product, Commit: r.Commit.SHA, Ref: r.Commit.Ref,
		State: string(r.State()), Stages: []stageDoc{}, Approvals: []approvalDoc{}}
	done := r.Results()
	for _, st := range r.Spec.Stages {
		sd := stageDoc{Name: st.Name, State: string(r.StageState(st.Name)), Actions: []actionDoc{}}
		for _, s := range st.Steps {
			if res, ok := done[pipeline.Key(st.Name, s.Action)]; ok {
				sd.Actions = append(sd.Actions, actionDoc{s.Action, string(res.Verdict), res.Findings, res.Judged})
			}
		}
		d.Stages = append(d.Stages, sd)
	}
	for _, e := range r.Events {
		if e.Kind == pipeline.Approved || e.Kind == pipeline.Rejected {
			d.Approvals = append(d.Approvals, approvalDoc{e.By, e.Digest, string(e.Kind), e.Via, e.Reason, e.At})
		}
	}
	return d
}

// print writes one JSON document to stdout.
func (a *app) print(doc any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

func (a *app) printRuns(runs []pipeline.Run, sandboxed bool) error {
	return a.printHeld(runs, sandboxed, nil)
}

// printHeld also says which runs' distributions are held up.
func (a *app) printHeld(runs []pipeline.Run, sandboxed bool, held map[string]string) error {
	doc := runsDoc{formatVersion, sandboxed, []runDoc{}}
	for _, r := range runs {
		d := docOf(r)
		d.Held = held[r.ID]
		doc.Runs = append(doc.Runs, d)
	}
	return a.print(doc)
}

// showLine shows a line of an action's output.
func (a *app) showLine(line sqlite.Line) {
	a.tell("%s  %-20s %s", line.At.Format("15:04:05"), line.Stage+"/"+line.Action, line.Text)
}

// showBoth shows lines and events in the order they happened.
func (a *app) showBoth(lines []sqlite.Line, events []pipeline.Event) {
	for _, e := range events {
		for len(lines) > 0 && !lines[0].At.After(e.At) {
			a.showLine(lines[0])
			lines = lines[1:]
		}
		a.showEvent(e)
	}
	for _, line := range lines {
		a.showLine(line)
	}
}

// showEvent shows a change of state: one line, and what a verdict stands on.
func (a *app) showEvent(e pipeline.Event) {
	at := e.At.Format("15:04:05")
	switch e.Kind {
	case pipeline.Started:
		if a.verbose {
			a.tell("%s  %-20s started", at, e.Stage+"/"+e.Action)
		}
	case pipeline.Finished:
		a.tell("%s  %-20s %s", at, e.Stage+"/"+e.Action, a.toned(e.Result.Verdict))
		a.showFindings(e.Result)
		for _, engine := range e.Result.Judged {
			a.tell("  %s", document.Printable(engine.String()))
		}
	case pipeline.Approved, pipeline.Rejected, pipeline.Canceled:
		a.tell("%s  %-20s %s by %s (%s): %s", at, cmp.Or(e.Stage, "run"), e.Kind, document.Printable(e.By), e.Via, document.Printable(e.Reason))
	default:
		a.tell("%s  %-20s %s %s", at, cmp.Or(e.Stage, "run"), e.Kind, document.Printable(e.Reason))
	}
}

// showFindings shows why a verdict is not a pass; of a pass its warnings, in full with -v.
func (a *app) showFindings(res pipeline.Result) {
	good := res.Verdict == pipeline.Pass || res.Verdict == pipeline.Skipped
	for _, f := range res.Findings {
		text := a.frame(f.Diagnostic)
		if good && !a.verbose {
			text, _, _ = strings.Cut(text, "\n") // what did not stop the run in one line
		}
		if f.Rule != "" {
			head, rest, more := strings.Cut(text, "\n")
			text = head + " [" + f.Rule + "]"
			if more {
				text += "\n" + rest
			}
		}
		a.line("  " + strings.ReplaceAll(text, "\n", "\n  "))
	}
}

func (a *app) toned(v pipeline.Verdict) string {
	tones := map[pipeline.Verdict]string{pipeline.Pass: "32", pipeline.Fail: "31", pipeline.Unjudged: "31", pipeline.Skipped: "90"}
	if !a.colour() {
		return string(v)
	}
	return "\x1b[" + tones[v] + "m" + string(v) + "\x1b[0m"
}

// summary is what stands last: how each run ended, what it waits for, and the next command.
func (a *app) summary(runs []pipeline.Run, where string) {
	for _, r := range runs {
		a.tell("%s  %s: %s (%s)", r.ID, titled(r), r.State(), where)
		for _, s := range r.Next() {
			if s.Kind == pipeline.Await {
				a.tell("  waits for %s to approve %s, until %s; the digest is %s", people(r.Missing(s.Stage)), s.Stage, r.Deadline(s.Stage).Format("2006-01-02 15:04 MST"), r.Subject(s.Stage))
				if !r.HasPusher() {
					a.tell("  who pushed is not known here: authors and committers are refused, a pusher cannot be")
				}
				a.tell("next: axle approvals show %s; then, as somebody who had no hand in it: axle approvals approve %s --reason TEXT", r.ID, r.ID)
			}
		}
		switch r.State() {
		case pipeline.StateQueued, pipeline.StateRunning:
			a.tell("next: axle runs resume %s; while another process drives it, that follows", r.ID)
		case pipeline.StateFailed:
			if e := r.Events[len(r.Events)-1]; e.Kind == pipeline.Rejected || e.Kind == pipeline.Expired {
				a.tell("  %s %s: %s", e.Stage, e.Kind, document.Printable(e.Reason))
				continue
			}
			a.tell("next: axle runs show %[1]s has the findings; mend them and commit, then axle run, or axle runs retry %[1]s where git is right", r.ID)
		}
	}
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// outcome is the exit code of runs: the worst of them; awaiting only where none failed.
func outcome(runs []pipeline.Run) error {
	code := exitOK
	for _, r := range runs {
		switch r.State() {
		case pipeline.StateSucceeded:
		case pipeline.StateAwaiting:
			if code == exitOK {
				code = exitAwaiting
			}
		case pipeline.StateQueued, pipeline.StateRunning:
			if code == exitOK || code == exitAwaiting {
				code = exitCloud // whoever drove it did not come to its end
			}
		default:
			if c := failure(r); code == exitOK || code == exitAwaiting || c < code {
				code = c
			}
		}
	}
	if code == exitOK {
		return nil
	}
	return exitCode(code)
}

// failure is the exit code of a run that did not succeed: by what was found.
func failure(r pipeline.Run) int {
	var found []pipeline.Finding
	for _, e := range r.Events {
		if e.Kind == pipeline.Finished && e.Result.Verdict != pipeline.Pass && e.Result.Verdict != pipeline.Skipped {
			found = append(found, e.Result.Findings...)
		}
	}
	if code := classOfAll(found); code != exitOK {
		return code
	}
	return exitFindings
}
