package main

import (
	"context"
	"fmt"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

func whose(p market.Pair) string {
	switch {
	case p.Account == "":
		return shortArn(p.Principal)
	case p.Name == "":
		return p.Account
	}
	return p.Account + " (" + document.Printable(p.Name) + ")"
}

func because(p market.Pair) string {
	text := document.Printable(p.By)
	if p.Why != "" {
		text += "; " + document.Printable(p.Why)
	}
	if p.Replace {
		text += "; it takes the place of what the account bought"
	}
	return text
}

func (c *counter) showLicencePlan(d licencePlanDoc) {
	fmt.Fprintf(c.Out, "licences of %s: %s there, %d to change, about %s\n", c.org.Name, count(d.Have, "grant"), len(d.Pairs), time.Duration(d.Seconds)*time.Second)
	for _, p := range d.Pairs {
		fmt.Fprintf(c.Out, "  %-8s %s for %s: %s\n", p.Step, document.Printable(p.SKU), whose(p), because(p))
	}
	for _, p := range d.Later {
		when := "when AWS has gone on"
		if !p.Due.IsZero() {
			when = "from " + p.Due.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(c.Out, "  later    %s %s for %s, %s: %s\n", p.Step, document.Printable(p.SKU), whose(p), when, because(p))
	}
	c.showNotices(d.Notices)
	for _, o := range d.OneGrants {
		fmt.Fprintf(c.Out, "  could be one grant: %s to %s instead of %d; axle does not switch by itself\n", document.Printable(o.SKU), o.To, o.Grants)
	}
	fmt.Fprintf(c.Out, "digest %s\n", d.Digest)
}

func (c *counter) showNotices(all []market.Notice) {
	for _, n := range all {
		word := "finding"
		if n.Warning {
			word = "note"
		}
		fmt.Fprintf(c.Out, "  %-8s %s %s: %s\n", word, document.Printable(n.SKU), n.Account, document.Printable(n.What))
	}
}

func (c *counter) showShared(p market.LicencePlan, s market.Shared) {
	for _, pair := range s.Ended {
		word := "has it"
		if pair.Word != market.Yes {
			word = "has it no more"
		}
		fmt.Fprintf(c.Out, "  %s %s: %s\n", whose(pair), word, document.Printable(pair.SKU))
	}
	c.showNotices(p.Notices)
	c.showNotices(s.Failed)
	fmt.Fprintf(c.Out, "%s: %s begun, %d left, %d waiting, %d later\n", s.Outcome, count(s.Calls, "job"), s.Left, s.Waiting, len(p.Later))
}

// licenceTable is the plan as a Markdown table: what is due, what is due later, and what a person has
// to see.
func licenceTable(p market.LicencePlan) string {
	rows := [][]string{{"kind", "sku", "account", "what"}}
	for _, pair := range p.Pairs {
		rows = append(rows, []string{string(pair.Step), pair.SKU, whose(pair), because(pair)})
	}
	for _, pair := range p.Later {
		rows = append(rows, []string{string(pair.Step) + ", later", pair.SKU, whose(pair), because(pair)})
	}
	for _, n := range p.Notices {
		rows = append(rows, []string{n.Kind, n.SKU, n.Account, n.What})
	}
	return markdownTable(rows)
}

// licenceFindings are the plan as findings: pairs that are not as they should be, and what a
// person has to see to.
func licenceFindings(p market.LicencePlan) (all []pipeline.Finding) {
	find := func(severity document.Severity, summary, hint string) {
		all = append(all, pipeline.Finding{Diagnostic: document.Diagnostic{Severity: severity, Code: "AXLE2822", Summary: summary, Hint: hint}})
	}
	for _, pair := range p.Pairs {
		find(document.SeverityError, fmt.Sprintf("%s of %s for %s is due: %s", pair.Step, pair.SKU, whose(pair), because(pair)), "axle licences apply does it")
	}
	for _, n := range p.Notices {
		severity := document.SeverityError
		if n.Warning {
			severity = document.SeverityWarning
		}
		find(severity, fmt.Sprintf("%s %s: %s", n.SKU, n.Account, n.What), "")
	}
	return all
}

// doctorDoc is axle licences doctor as JSON.
type doctorDoc struct {
	FormatVersion int            `json:"format_version"`
	Sandbox       bool           `json:"sandbox"`
	Outcome       string         `json:"outcome"`
	Checks        []market.Check `json:"checks"`
	Policy        string         `json:"policy"`                   // the least that the organization's role needs
	Grantee       string         `json:"grantee_policy,omitempty"` // and grantee_role, in each account
}

func (a *app) licencesDoctor(ctx context.Context, f licenceFlags, _ []string) error {
	if f.scp != "" {
		return a.purchaseControl(f.scp)
	}
	c, err := a.counter(ctx, f)
	if err != nil {
		return err
	}
	plan, e, err := c.sharing(f).Propose(ctx)
	if err != nil {
		return err
	}
	setup, err := c.desk.Setup(ctx, c.of.Grantees(e, plan))
	if err != nil {
		return err
	}
	topics, err := c.topics(ctx)
	if err != nil {
		return err
	}
	var arns []string
	for _, t := range topics {
		arns = append(arns, t.ARN)
	}
	doc := doctorDoc{formatVersion, c.cloud.box != nil, market.Clean, c.of.Doctor(e, setup), market.LicencePolicy(arns), c.of.GranteePolicy()}
	for _, check := range doc.Checks {
		if !check.OK {
			doc.Outcome = market.Conflict
		}
	}
	if err := c.show(doc, func() { c.showDoctor(doc) }); err != nil {
		return err
	}
	return outcomeErr(doc.Outcome)
}

func (c *counter) showDoctor(d doctorDoc) {
	for _, check := range d.Checks {
		if check.OK {
			fmt.Fprintf(c.Out, "ok       %s\n", document.Printable(check.What))
			continue
		}
		fmt.Fprintf(c.Out, "missing  %s\n         %s\n", document.Printable(check.What), document.Printable(check.Fix))
	}
	fmt.Fprintf(c.Out, "\nthe least policy of %s:\n%s\n", c.org.Role, d.Policy)
	if d.Grantee != "" {
		fmt.Fprintf(c.Out, "\nthe least policy of %s in each account:\n%s\n", c.of.GranteeRole, d.Grantee)
	}
}

// purchaseControl prints the policy, and what it does not do.
func (a *app) purchaseControl(role string) error {
	policy, err := market.PurchaseControl(role)
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(struct {
			FormatVersion int      `json:"format_version"`
			Policy        string   `json:"policy"`
			Length        int      `json:"length"`
			Most          int      `json:"most"`
			Caveats       []string `json:"caveats"`
		}{formatVersion, policy, len(policy), market.MostControl, market.PurchaseCaveats})
	}
	fmt.Fprintln(a.Out, policy)
	a.tell("%d of %d characters", len(policy), market.MostControl)
	for _, caveat := range market.PurchaseCaveats {
		a.tell("%s", caveat)
	}
	return nil
}
