package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// marketPlanText writes a plan for the person who decides: what is denied, what is allowed, why.
func marketPlanText(p market.Proposal, atOnce int) []string {
	t := &text{}
	denies, allows, changes := 0, 0, false
	for _, i := range p.Items {
		marketItemText(t, i)
		if i.Changes() {
			changes = true
			denies, allows = denies+len(i.Deny), allows+len(i.Allow)
		}
	}
	if !changes {
		if slices.ContainsFunc(p.Items, func(i market.Item) bool { return i.Err != nil }) {
			return append(t.lines, "nothing to change where a plan could be made")
		}
		return append(t.lines, "nothing to change")
	}
	t.add("%d to deny, %d to allow; about %s; digest %s", denies, allows, p.Duration(atOnce), p.Digest())
	if guarded := slices.ContainsFunc(p.Items, func(i market.Item) bool { return i.Refusal != "" && i.Err == nil }); guarded {
		t.add("to agree to all of it: --accept-deny %d, or the approval of a run", denies)
	}
	if denies > 0 {
		t.add("subscriptions that are active stay: a denial is of new ones")
	}
	return t.lines
}

func marketItemText(t *text, i market.Item) {
	head := strings.TrimSpace(i.Entry+" "+i.Experience) + " in " + i.Organization
	switch {
	case i.Err != nil:
		t.add("%s: not planned", head)
		t.fold("  ", i.Err.Error())
		return
	case !i.Changes() && i.Empty() && len(i.Findings) == 0:
		t.add("%s: nothing to change (revision %d, %d allowed)", head, i.Revision, i.Allowed)
	default:
		t.add("%s: %d to deny, %d to allow (revision %d, %d allowed now)", head, len(i.Deny), len(i.Allow), i.Revision, i.Allowed)
	}
	if i.Make {
		t.add("  make the experience: disabled, with an empty policy")
	}
	for _, s := range i.Steps {
		t.fold("  ", s.Text)
		if s.Was != "" {
			t.fold("    now: ", s.Was)
		}
		if s.Opens != "" {
			t.fold("    open: ", s.Opens+" has no live experience then: everything is allowed there; apply asks for --accept-open, a run for its approval")
		}
	}
	if i.MakePolicy {
		t.add("  make a procurement policy: everything is allowed there until then")
	}
	marketLines(t, "deny ", i.Deny, i.Why, i.Keepers)
	marketLines(t, "allow", i.Allow, i.Why, func(string) []string { return nil })
	for _, r := range i.Findings {
		t.fold("  "+r.Kind+": ", r.Text)
	}
	if n := len(i.Stale); n > 0 {
		t.add("  %s denied there and wanted neither way: left as they are", count(n, "product"))
	}
	if i.Refusal != "" {
		t.fold("  ", i.Refusal)
	}
	if i.Mode == "report" && !i.Empty() {
		t.add("  report: nothing is changed there")
	}
}

func marketLines(t *text, effect string, ids []string, why map[string]market.Why, keepers func(string) []string) {
	for _, id := range ids {
		t.fold("  "+effect+" "+document.Printable(id)+"  ", whyText(why[id]))
		for _, who := range keepers(id) {
			t.add("        kept by %s", document.Printable(who))
		}
	}
}

func whyText(w market.Why) string {
	words := slices.DeleteFunc([]string{w.Title, w.From, w.Reason, w.Ticket, w.Line}, func(s string) bool { return s == "" })
	return strings.Join(words, ", ")
}

// doneText is what became of one experience.
func doneText(d market.Done) string {
	line := strings.TrimSpace(fmt.Sprintf("%s %s", d.Entry, d.Experience)) + ": " + d.Outcome
	if d.Sets > 0 {
		line += fmt.Sprintf(", %d denied, %d allowed in %s", d.Denied, d.Allowed, count(d.Sets, "change set"))
	}
	if d.Left > 0 {
		line += fmt.Sprintf(", %d left", d.Left)
	}
	if d.Why != "" && d.Err == nil {
		line += "\n  " + document.Printable(d.Why)
	}
	return line
}

func (a *app) showMarketStatus(doc marketStatusDoc) {
	for _, x := range doc.Experiences {
		last := "never in line"
		if !x.Success.IsZero() {
			last = "in line " + x.Success.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(a.Out, "%s %s: %s, %s, tried %s, %d allowed, %d denied, %d quarantined\n", x.Entry, x.Experience, x.Outcome, last,
			x.Attempt.UTC().Format(time.RFC3339), x.Allowed, x.Denied, len(x.Quarantined))
		if x.Error != "" {
			fmt.Fprintln(a.Out, "  "+document.Printable(strings.ReplaceAll(x.Error, "\n", "; ")))
		}
	}
	for _, name := range doc.Never {
		fmt.Fprintf(a.Out, "%s: no pass has tried it yet\n", name)
	}
}

func (a *app) showMarketDrift(all []market.Drift) {
	for _, d := range all {
		where := strings.TrimSpace(cmp.Or(d.Entry, d.Organization) + " " + d.Experience)
		fmt.Fprintf(a.Out, "%-13s %s: %s\n", d.Kind, where, document.Printable(d.Text))
		if len(d.Products) > 0 {
			fmt.Fprintln(a.Out, "  "+document.Printable(firstFew(d.Products, 10)))
		}
	}
	if market.OutcomeOfDrifts(all) == market.Clean {
		fmt.Fprintln(a.Out, "no drift in what was seen")
	}
}

// driftTable is the drift as Markdown.
func driftTable(all []market.Drift) string {
	rows := [][]string{{"kind", "organization", "entry", "experience", "what", "products"}}
	for _, d := range all {
		rows = append(rows, []string{d.Kind, d.Organization, d.Entry, d.Experience, d.Text, strings.Join(d.Products, " ")})
	}
	return markdownTable(rows)
}

// marketFindings are drifts for --report.
func marketFindings(all []market.Drift) (found []pipeline.Finding) {
	for _, d := range all {
		if d.Outcome == market.Clean {
			continue
		}
		x := document.Diagnostic{Severity: document.SeverityError, Code: "AXLE2802",
			Summary: strings.TrimSpace(fmt.Sprintf("%s %s %s: %s", d.Kind, cmp.Or(d.Entry, d.Organization), d.Experience, d.Text)), Hint: "axle market plan shows what apply would change"}
		if d.Kind == "subscribed" {
			x.Hint = "axle ends no subscription: cancel it in that account, or allow the product"
		}
		if file, line, ok := strings.Cut(d.Line, ":"); ok {
			x.File = file
			x.Line, _ = strconv.Atoi(line) // File.line wrote it
		}
		found = append(found, pipeline.Finding{Diagnostic: x})
	}
	return found
}
