package cfn

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// MaxBytes is what CloudFormation reads of a template by S3; inline it is 51,200.
const MaxBytes = 1_000_000

// Parse reads a template, YAML or JSON. The Template is nil when there is an error; what it
// holds may still be wrong in itself, which Check says.
func Parse(file string, data []byte) (*Template, document.Diagnostics) {
	if d, ok := foreign(file, data); ok {
		return nil, document.Diagnostics{d}
	}
	doc, ds := document.Parse(file, data, document.Templates)
	for i := range ds {
		ds[i].Code = CodeUnreadable
	}
	if ds.Err() != nil {
		return nil, ds
	}
	r := &reader{t: &Template{Doc: doc}, found: ds}
	r.template(doc.Root)
	if r.found.Err() != nil {
		r.found.Sort()
		return nil, r.found
	}
	return r.t, r.found
}

// foreign says what else the file is, before a YAML reader says something less helpful.
func foreign(file string, data []byte) (document.Diagnostic, bool) {
	d := document.Diagnostic{File: file, Line: 1, Col: 1, Severity: document.SeverityError, Code: CodeForeign}
	head := strings.ToLower(string(bytes.TrimSpace(data[:min(len(data), 512)])))
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		d.Summary = "this is a zip archive, not a template"
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		d.Summary = "this is a gzip archive, not a template"
	case strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html"):
		d.Summary = "this is an HTML page"
		d.Hint = "fetch the template itself, not the page that shows it"
	case strings.HasPrefix(head, "version https://git-lfs.github.com/spec/"):
		d.Summary = "this is a Git LFS pointer" + lfsSize(head) + "; LFS is not supported"
		d.Hint = "commit the template itself"
	case terraform(data):
		d.Summary = "this is Terraform, not CloudFormation"
		d.Hint = "set type: EXTERNAL and source: in product.yaml"
	case len(data) > MaxBytes:
		d.Code = CodeTooLarge
		d.Summary = fmt.Sprintf("template is %s; CloudFormation allows 1 MB by S3", megabytes(len(data)))
		d.Hint = "split it into nested stacks"
	default:
		return d, false
	}
	return d, true
}

func lfsSize(head string) string {
	_, rest, ok := strings.Cut(head, "\nsize ")
	n, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
	if !ok || err != nil {
		return ""
	}
	return " (size " + megabytes(n) + ")"
}

func megabytes(n int) string {
	mb := fmt.Sprintf("%.1f", float64(n)/1e6)
	return strings.TrimSuffix(mb, ".0") + " MB"
}

// terraform is whether a line opens a block as only HCL does.
func terraform(data []byte) bool {
	for line := range bytes.Lines(data[:min(len(data), 64<<10)]) {
		word, rest, _ := strings.Cut(string(bytes.TrimRight(line, " \t\r\n")), " ")
		switch word {
		case "resource", "data", "variable", "provider", "module", "output", "terraform", "locals":
			if strings.HasSuffix(rest, "{") && !strings.Contains(rest, ":") {
				return true
			}
		}
	}
	return false
}
