package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// Test is one test that an action ran: the evidence behind its verdict, also where it passed.
type Test struct {
	Name    string   `json:"name"`
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
	Tags    []string `json:"tags,omitempty"`
	Region  string   `json:"region,omitempty"` // of the stack that it looked at
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

// RuleID is the rule of the finding; one that no rule gave goes by its code.
func (f Finding) RuleID() string {
	if f.Rule != "" {
		return f.Rule
	}
	return f.Code
}

// Identified gives the findings with a fingerprint each, and no two alike. It is of what was found and
// in which file, not on which line; the second of the same in one file is another.
func Identified(findings []Finding) []Finding {
	all, seen := slices.Clone(findings), map[string]int{}
	for i := range all {
		f := &all[i]
		if f.Fingerprint == "" {
			f.Fingerprint = digest(f.RuleID(), f.Code, f.File, f.Resource, f.Path, f.Summary)
		}
		key := f.Fingerprint
		if n := seen[key]; n > 0 {
			f.Fingerprint = digest(key, strconv.Itoa(n))
		}
		seen[key]++
	}
	return all
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}
