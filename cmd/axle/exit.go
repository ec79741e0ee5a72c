package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// Exit codes are stable: axle help exit-codes.
const (
	exitOK          = 0
	exitFindings    = 1 // findings, a failed run, a conflict with what is published
	exitUsage       = 2 // flags, files, input
	exitCloud       = 3 // the cloud, an API or a tool failed; a retry may help
	exitNotAllowed  = 4
	exitAwaiting    = 8
	exitTimedOut    = 124
	exitInterrupted = 130
)

// Codes of what cmd itself refuses.
const (
	codeUsage      = "AXLE1220"
	codeNoPipeline = "AXLE1221"
	codeNotPassed  = "AXLE2113"
	codeDirty      = "AXLE1222"
	codeNotEmpty   = "AXLE1223"
	codeNoProduct  = "AXLE1224"
	codeNotOurs    = "AXLE3140"
)

// exitCode is an outcome that is no error, and not 0 either.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// classOf maps a stable code to its exit code, by its first digit.
func classOf(code string) int {
	switch {
	case code == pipeline.CodeTimedOut:
		return exitTimedOut
	case strings.HasPrefix(code, "AXLE1"):
		return exitUsage
	case strings.HasPrefix(code, "AXLE2"):
		return exitFindings
	case strings.HasPrefix(code, "AXLE4"):
		return exitNotAllowed
	}
	return exitCloud
}

// classOfAll is the exit code of findings: what was found before what could not be judged.
func classOfAll(found []pipeline.Finding) int {
	code := exitOK
	for _, f := range found {
		if c := classOf(f.Code); f.Severity != document.SeverityWarning && (code == exitOK || c < code) {
			code = c
		}
	}
	return code
}

// exit shows an error and gives its exit code.
func (a *app) exit(err error) int {
	var plain exitCode
	var ds document.Diagnostics
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &plain):
		return int(plain)
	case a.ctx.Err() != nil || errors.Is(err, context.Canceled):
		fmt.Fprintln(a.Err, "interrupted")
		return exitInterrupted
	}
	found := pipeline.FindingsOf(err)
	all := make(document.Diagnostics, len(found))
	for i, f := range found {
		all[i] = f.Diagnostic
	}
	if errors.As(err, &ds) {
		a.showDiagnostics(all)
	} else {
		a.showFrames(all)
	}
	if code := classOfAll(found); code != exitOK {
		return code
	}
	return exitCloud
}

// exitEach shows errors, each once: those of one cause say the same.
func (a *app) exitEach(all []error) {
	shown := map[string]bool{"": true}
	for _, err := range all {
		if text := fmt.Sprint(err); err != nil && !shown[text] {
			shown[text] = true
			a.exit(err)
		}
	}
}

// showDiagnostics shows what is wrong with files, and how much it is.
func (a *app) showDiagnostics(ds document.Diagnostics) {
	a.showFrames(ds)
	if n := ds.Errors(); len(ds) > 0 {
		fmt.Fprintf(a.Err, "%s, %s\n", count(n, "error"), count(len(ds)-n, "warning"))
	}
}

func (a *app) showFrames(ds document.Diagnostics) {
	for _, d := range ds {
		a.line(a.frame(d))
	}
}

// concealed is the diagnostic without what looks like a secret: a faulty line may hold one.
func (a *app) concealed(d document.Diagnostic) document.Diagnostic {
	detector, err := gitleaks.New()
	if err == nil {
		d, err = secrets.Hide(a.ctx, detector, d)
	}
	if err != nil {
		d.Source, d.Summary = "", "(not shown: it could not be searched for secrets)"
	}
	return d
}

// concealedText is a line of an action's output, fit to be stored and shown.
func (a *app) concealedText(text string) string {
	detector, err := gitleaks.New()
	if err == nil {
		text, err = secrets.Conceal(context.WithoutCancel(a.ctx), detector, text)
	}
	if err != nil {
		return "(not shown: it could not be searched for secrets)"
	}
	return document.Printable(text)
}

// frame is a diagnostic as this terminal, or GitHub's annotations, want it.
func (a *app) frame(d document.Diagnostic) string {
	d = a.concealed(d)
	text := d.Frame()
	if v, _ := a.env("GITHUB_ACTIONS"); v == "true" && d.File != "" {
		text = annotation(d) + "\n" + text
	}
	if !a.colour() {
		return text
	}
	tone := "31"
	if d.Severity == document.SeverityWarning {
		tone = "33"
	}
	return strings.Replace(text, string(d.Severity)+" "+d.Code, "\x1b["+tone+"m"+string(d.Severity)+"\x1b[0m "+d.Code, 1)
}

// annotation is a diagnostic as a workflow command; its values are escaped as GitHub asks.
func annotation(d document.Diagnostic) string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d::%s", d.Severity, property.Replace(d.File), d.Line, d.Col, data.Replace(d.Code+": "+d.Summary))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
