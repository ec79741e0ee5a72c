package document

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Severity is how much a diagnostic weighs.
type Severity string

const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Diagnostic says what is wrong, where, and what to do. Code is stable and never reused:
// AXLE1xxx is a wrong file, flag or input, AXLE2xxx a finding or a conflict with what is
// published, AXLE3xxx a cloud or tool that failed, AXLE4xxx a caller who may not.
type Diagnostic struct {
	File     string   `json:"file,omitempty"`
	Line     int      `json:"line,omitempty"`
	Col      int      `json:"col,omitempty"`
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Summary  string   `json:"summary"`          // one sentence
	Path     string   `json:"path,omitempty"`   // key path: stages.beta.account.id
	Source   string   `json:"source,omitempty"` // the line it stands on; never a line that holds a secret
	Hint     string   `json:"hint,omitempty"`   // what to do
}

// String is the diagnostic's first line: file:line:col: severity CODE: summary (at path).
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.File != "" {
		b.WriteString(Printable(d.File))
		if d.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", d.Line, d.Col)
		}
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s %s: %s", d.Severity, d.Code, Printable(d.Summary))
	if d.Path != "" {
		fmt.Fprintf(&b, " (at %s)", Printable(d.Path))
	}
	return b.String()
}

// Diagnostics are all that is wrong, of all files. As an error it is every line of them.
type Diagnostics []Diagnostic

func (ds Diagnostics) Error() string {
	lines := make([]string, len(ds))
	for i, d := range ds {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// Errors counts those that are not warnings.
func (ds Diagnostics) Errors() int {
	n := 0
	for _, d := range ds {
		if d.Severity != SeverityWarning {
			n++
		}
	}
	return n
}

// Err is nil unless one of them is an error.
func (ds Diagnostics) Err() error {
	if ds.Errors() == 0 {
		return nil
	}
	return ds
}

// Sort orders by file, line, column, code, sentence.
func (ds Diagnostics) Sort() {
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := ds[i], ds[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Col != b.Col:
			return a.Col < b.Col
		case a.Code != b.Code:
			return a.Code < b.Code
		}
		return a.Summary < b.Summary
	})
}

// Error is a diagnostic that stopped something, with what caused it.
type Error struct {
	Diagnostic
	Cause error
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Summary
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Fail makes an Error without a place. cause may be nil.
func Fail(code, summary, hint string, cause error) *Error {
	return &Error{Diagnostic{Severity: SeverityError, Code: code, Summary: summary, Hint: hint}, cause}
}

// CodeOf is the code of the first Error or Diagnostics in err's chain, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	var ds Diagnostics
	if errors.As(err, &ds) && len(ds) > 0 {
		return ds[0].Code
	}
	return ""
}
