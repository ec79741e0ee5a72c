package terraform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// event is a line of terraform test -json.
type event struct {
	Type string `json:"type"`
	File string `json:"@testfile"`
	Run  string `json:"@testrun"`
	Test struct {
		Path     string `json:"path"`
		Run      string `json:"run"`
		Progress string `json:"progress"`
		Status   string `json:"status"`
	} `json:"test_run"`
	Diagnostic struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Range    struct {
			File  string `json:"filename"`
			Start struct {
				Line int `json:"line"`
			} `json:"start"`
		} `json:"range"`
	} `json:"diagnostic"`
}

// key tells one run of all.
type key struct{ file, run string }

// results are the runs as tests, in the order written. Only what is said to have passed has; a run of
// which nothing is said has not. That Terraform ends well where a run failed, or badly where none did,
// means that it was not understood.
func (s *source) results(out []byte, code int, runs map[string][]*block) ([]pipeline.Test, error) {
	status, why := map[key]string{}, map[key]event{}
	var apart []string // what is wrong beside the runs
	for line := range bytes.Lines(out) {
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, document.Fail(codeFailed, "terraform test did not write what it does: "+shorten(string(line)), "terraform 1.6 or later is needed", err)
		}
		at := key{path.Join(s.dir, e.File), e.Run}
		switch {
		case e.Type == "test_run" && e.Test.Progress == "complete":
			status[key{path.Join(s.dir, e.Test.Path), e.Test.Run}] = e.Test.Status
		case e.Type != "diagnostic" || e.Diagnostic.Severity != "error":
		case e.Run == "":
			apart = append(apart, e.message())
		case why[at].Type == "":
			why[at] = e
		}
	}
	var all []pipeline.Test
	passed := 0
	for _, file := range slices.Sorted(maps.Keys(runs)) {
		for _, b := range runs[file] {
			at := key{file, b.named(0)}
			t := s.test(b, at, status[at], why[at])
			if t.Passed {
				passed++
			}
			all = append(all, t)
		}
	}
	if good := passed == len(all) && len(status) == len(all); good != (code == 0) || len(all) == 0 || len(apart) > 0 {
		return nil, document.Fail(codeFailed, fmt.Sprintf("terraform test ended with code %d, %d of %d tests passed", code, passed, len(all)), strings.Join(apart, "; "), nil)
	}
	return all, nil
}

func (s *source) test(b *block, at key, status string, why event) pipeline.Test {
	t := pipeline.Test{Name: strings.TrimSuffix(path.Base(at.file), path.Ext(at.file)) + ": " + at.run, File: at.file, Line: b.place.Line, Passed: status == "pass"}
	switch {
	case t.Passed:
	case why.Type != "":
		t.Message = why.message()
		if r := why.Diagnostic.Range; r.File != "" {
			t.File, t.Line = path.Join(s.dir, r.File), r.Start.Line
		}
	case status == "":
		t.Message = "it did not run"
	default:
		t.Message = "terraform says: " + status
	}
	return t
}

func (e event) message() string {
	return shorten(strings.Trim(e.Diagnostic.Summary+": "+strings.Join(strings.Fields(e.Diagnostic.Detail), " "), ": "))
}

func shorten(text string) string {
	if r := []rune(strings.TrimSpace(text)); len(r) > 500 {
		return string(r[:500]) + "…"
	}
	return strings.TrimSpace(text)
}

var wrongHash = document.NewPattern(`(?s)([a-z0-9.-]+/[\w-]+/[\w-]+).{0,300}?(?:doesn't|does not|don't|didn't)\s+match\s+any\s+of\s+the\s+checksums`)

// initFault says why a module could not be prepared for its tests.
func initFault(out []byte, err error) error {
	if err != nil {
		return err
	}
	text := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(string(out))), " ")
	if m := wrongHash.FindStringSubmatch(text); m != nil { // B091
		return document.Fail(codeHash, "provider "+strings.TrimPrefix(m[1], registry)+": hash differs from the lock file", "it is not what was locked: find out why before terraform providers lock", nil)
	}
	if _, fault, ok := strings.Cut(text, "Error: "); ok {
		text = fault
	}
	return document.Fail(codeFailed, "terraform init failed: "+shorten(text), "the tests were not run; providers that are not built in need the network or mock_provider and a cache", nil)
}
