package secrets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

const defaultFix = "rotate it first, then take it out of the commit; read it at run time, for example with {{resolve:secretsmanager:…}}"

func finding(b Blob, t text, h Hit, p place) pipeline.Finding {
	value := string(t.data[h.Start:h.End])
	summary := h.Title
	if value != "" {
		summary += " " + Mask(value)
	}
	switch h.Decoded {
	case "":
	case joinedFrom:
		summary += ", joined from " + joinedFrom
	default:
		summary += ", decoded from " + h.Decoded
	}
	fix := h.Fix
	if fix == "" {
		fix = defaultFix
	}
	if mark := allowMark(p.text); mark != "" {
		fix += "; " + mark + " is ignored"
	}
	f := pipeline.Finding{Rule: h.Rule, Fingerprint: fingerprint(h.Rule, b.name(), value)}
	f.Diagnostic = document.Diagnostic{File: b.Path, Severity: document.SeverityError, Code: "AXLE2501", Summary: summary + where(b, t, h), Hint: fix}
	if b.Path != "" && !t.binary && value != "" {
		f.Line, f.Col = p.line, p.col
	}
	return f
}

// where says what a file and a line cannot: a byte offset, a message.
func where(b Blob, t text, h Hit) string {
	s := ""
	if t.binary && h.End > 0 {
		s = fmt.Sprintf(", at byte %d", h.Start)
	}
	switch {
	case b.Path == "" && h.Start < b.Headers:
		return ", in " + strings.Replace(b.name(), "message", "headers", 1)
	case b.Path == "" && b.name() != "":
		return ", in " + b.name()
	case b.Commit != "":
		return s + ", in commit " + b.Commit[:min(12, len(b.Commit))]
	}
	return s
}

// fingerprint knows a secret again by rule, path and value, whatever its line. It is keyed by the
// rule so that one table of hashes does not serve for all; a short password can still be guessed
// against it, so a report is no place to publish it.
func fingerprint(rule, path, value string) string {
	m := hmac.New(sha256.New, []byte("axle/secret/"+rule))
	fmt.Fprintf(m, "%d:%s:%s", len(path), path, value)
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func notScanned(b Blob) pipeline.Finding {
	why := b.Skipped
	if why == "" {
		size := max(b.Size, int64(len(b.Data)))
		why = fmt.Sprintf("is %d MB", int64(math.Ceil(float64(size)/(1<<20))))
	}
	content := b.ID
	if content == "" {
		content = b.Commit
	}
	f := pipeline.Finding{Rule: "not-scanned", Fingerprint: fingerprint("not-scanned", b.name(), content)}
	f.Diagnostic = document.Diagnostic{File: b.Path, Severity: document.SeverityError, Code: "AXLE2502",
		Summary: "not scanned: " + b.name() + " " + why,
		Hint:    "what is not scanned does not pass; keep what is packed, or larger than 5 MB, out of the repository, or answer for it in the baseline"}
	return f
}

func ignored(b Blob) pipeline.Finding {
	f := pipeline.Finding{Rule: "suppression-ignored", Fingerprint: fingerprint("suppression-ignored", b.Path, "")}
	f.Diagnostic = document.Diagnostic{File: b.Path, Severity: document.SeverityWarning, Code: "AXLE2503",
		Summary: b.Path + " is ignored",
		Hint:    "no file of a pushed tree switches the secret scan off; suppress in the reviewed file of the protected branch"}
	return f
}
