package policies

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Exception lets what one rule says of one place pass, until a day. It counts only as it stands
// on the protected branch; which file that is, is for the caller to know.
type Exception struct {
	Rule     string `yaml:"rule" check:"required,max=200" json:"rule"`
	Template string `yaml:"template" check:"path" json:"template,omitempty"`    // by its path in the repository, of Terraform the folder or a file; "": every one
	Resource string `yaml:"resource" check:"max=255" json:"resource,omitempty"` // logical id, or address
	Path     string `yaml:"path" check:"max=1000" json:"path,omitempty"`        // below the resource: Properties.Tags; without one, from the top
	Reason   string `yaml:"reason" check:"max=8000" json:"reason"`
	Owner    string `yaml:"owner" check:"max=254" json:"owner"`
	Expires  string `yaml:"expires,scalar" check:"date" json:"expires"` // the last day it holds

	File string `yaml:"-" json:"file"`
	Line int    `yaml:"-" json:"line"`
}

// Excepted is a finding that an exception lets pass.
type Excepted struct {
	pipeline.Finding
	By Exception `json:"by"`
}

type exceptionsFile struct {
	Schema     int         `yaml:"schema" check:"required,only=1"`
	Exceptions []Exception `yaml:"exceptions"`
}

// LoadExceptions reads a file of exceptions. What it finds wrong is the form; an exception
// without reason, owner or day is read, and Except says that it does not hold.
func LoadExceptions(file string, data []byte) ([]Exception, document.Diagnostics) {
	doc, ds := document.Parse(file, data, document.Files)
	if doc == nil {
		return nil, ds
	}
	var f exceptionsFile
	ds = append(ds, doc.Decode(&f)...)
	ds.Sort()
	items := doc.At("exceptions")
	for i := range f.Exceptions {
		e := &f.Exceptions[i]
		e.File, e.Line = file, 1
		if items != nil && i < len(items.Items) {
			e.Line = items.Items[i].Line
		}
	}
	if ds.Err() != nil {
		return nil, ds
	}
	return f.Exceptions, ds
}

// Except takes out what the exceptions let pass today, and counts it apart. One that does not
// hold lets nothing pass and is a finding of its own (B118).
func (r Report) Except(list []Exception, today time.Time) Report {
	out := r
	out.Excepted = slices.Clone(r.Excepted)
	var kept, faults []pipeline.Finding
	for _, e := range list {
		if r.concernedBy(e) {
			faults = append(faults, r.faultsOf(e, today)...)
		}
	}
	for _, f := range r.all {
		if i := slices.IndexFunc(list, func(e Exception) bool { return r.lets(e, f) && e.holds(today) }); i >= 0 {
			out.Excepted = append(out.Excepted, Excepted{f, list[i]})
		} else {
			kept = append(kept, f)
		}
	}
	return out.with(append(kept, faults...))
}

// faultsOf is why an exception does not hold. One whose day is over and that nothing needs any
// more is a warning.
func (r Report) faultsOf(e Exception, today time.Time) []pipeline.Finding {
	var list []pipeline.Finding
	for _, d := range e.Check(r.known, today) {
		if d.Code == codeExpired && !slices.ContainsFunc(r.all, func(f pipeline.Finding) bool { return r.lets(e, f) }) {
			d = d.Warning()
			d.Hint = "nothing needs it any more: remove it"
		}
		list = append(list, pipeline.Finding{Diagnostic: d, Rule: e.Rule, Resource: e.Resource, Fingerprint: fingerprint(d.Code, e.File, e.Rule, e.Template, e.Resource, e.Path)})
	}
	return list
}

const (
	codeExpired    = "AXLE2423"
	codeIncomplete = "AXLE2424"
	codeNoSuchRule = "AXLE2425"
)

// Check says why an exception does not hold today, given the ids of the rules; nothing, if it does.
func (e Exception) Check(rules []string, today time.Time) document.Diagnostics {
	var ds document.Diagnostics
	say := func(code, summary, hint string) {
		ds = append(ds, fault(e.File, max(1, e.Line), 1, code, summary, hint))
	}
	for _, missing := range e.missing() {
		say(codeIncomplete, "waiver of "+e.Rule+" has no "+missing, "say it; until then it is not applied")
	}
	if !slices.Contains(rules, e.Rule) {
		say(codeNoSuchRule, "rule "+e.Rule+" does not exist", document.DidYouMean(e.Rule, rules))
	}
	if e.over(today) {
		say(codeExpired, "waiver expired on "+e.Expires, "mend what "+e.Rule+" finds, or ask its owner "+e.Owner+" for another term")
	}
	return ds
}

// missing are the parts an exception cannot be without.
func (e Exception) missing() []string {
	var list []string
	for _, part := range []struct{ name, value string }{
		{"reason", e.Reason}, {"owner", e.Owner}, {"expiry", e.Expires}, {"resource or path", e.Resource + e.Path},
	} {
		if strings.TrimSpace(part.value) == "" {
			list = append(list, part.name)
		}
	}
	return list
}

// over holds after an exception's last day, and for a day that is none.
func (e Exception) over(today time.Time) bool {
	if e.Expires == "" {
		return false // it is missing, and said so
	}
	last, err := time.Parse(time.DateOnly, e.Expires)
	return err != nil || !today.Before(last.AddDate(0, 0, 1))
}

// holds is whether it may let anything pass today.
func (e Exception) holds(today time.Time) bool { return len(e.missing()) == 0 && !e.over(today) }

// concernedBy is whether an exception is about what the report is of: of Terraform, a file below its folder too.
func (r Report) concernedBy(e Exception) bool {
	return e.Template == "" || e.Template == r.template || r.folder && (r.template == "." || strings.HasPrefix(e.Template, r.template+"/"))
}

// lets is whether a finding is what an exception is about.
func (r Report) lets(e Exception, f pipeline.Finding) bool {
	if f.Rule != e.Rule || f.Resource != e.Resource || e.Template != "" && e.Template != f.File && e.Template != r.template {
		return false
	}
	below := f.Path
	if f.Resource != "" {
		below = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(f.Path, "Resources."), f.Resource), ".")
	}
	return e.Path == "" || below == e.Path || strings.HasPrefix(below, e.Path+".")
}

// String is the exception in a line, for people.
func (e Exception) String() string {
	where := strings.Join(slices.DeleteFunc([]string{e.Template, e.Resource, e.Path}, func(s string) bool { return s == "" }), " ")
	return fmt.Sprintf("%s at %s until %s: %s (%s)", e.Rule, where, e.Expires, e.Reason, e.Owner)
}
