package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// campaignDoc is a campaign as JSON.
type campaignDoc struct {
	FormatVersion int      `json:"format_version"`
	Sandbox       bool     `json:"sandbox"`
	Token         string   `json:"token"`
	Warnings      []string `json:"warnings"`
	catalog.Campaign
}

func (a *app) showCampaign(st *standing, f campaignFlags, c catalog.Campaign) error {
	warnings := st.warned(c)
	if a.output == "json" {
		return errors.Join(a.print(campaignDoc{formatVersion, st.cloud.box != nil, c.Token(), warnings, c}), unreadOf(c))
	}
	for _, w := range warnings {
		a.tell("warning: %s", w)
	}
	fmt.Fprintf(a.Out, "%s to %s: %s (%s)\n", document.Printable(c.Product), c.To, count(len(c.Marks), "provisioned product"), st.cloud.notice())
	for _, m := range c.Marks {
		fmt.Fprintf(a.Out, "  %-12s %s %-12s %s → %s  %s, by %s\n", c.Waves[m.Wave].Name, m.Account, m.Region, cmp.Or(m.Version, "?"), c.To, document.Printable(m.Name+" "+m.State), document.Printable(catalog.Who(m.Owner)))
	}
	for _, s := range c.Stays {
		fmt.Fprintf(a.Out, "  stays        %s %-12s %s: %s\n", s.Account, s.Region, document.Printable(s.Name), document.Printable(s.Why))
	}
	for _, p := range c.Previews {
		a.showPreview(p)
	}
	if len(c.Marks) > 0 {
		a.tell("next: axle campaign create --product %s --to %s%s --reason TEXT --confirm %s", f.product, f.to, f.again(), c.Token())
	}
	return unreadOf(c)
}

// warned says that a campaign moves to what is to be left: it may be the way back, so that it is
// not refused.
func (st *standing) warned(c catalog.Campaign) []string {
	all := []string{}
	for _, p := range st.products {
		for i, d := range p.Lifecycle.Deprecated {
			if p.Name != c.Product || d.Version != c.To {
				continue
			}
			line := fmt.Sprintf("%s:%d: %s %s is deprecated: %s", p.Doc.File, p.Doc.At("lifecycle", "deprecated", strconv.Itoa(i)).Line, c.Product, c.To, d.Reason)
			if d.Successor != "" {
				line += "; its successor is " + d.Successor
			}
			if d.Until != "" {
				line += "; it is to be retired on " + d.Until
			}
			all = append(all, line)
		}
	}
	if len(all) > 0 {
		return all
	}
	for _, p := range st.have.Products {
		if v := p.Version(c.To); p.Key == c.Product && v != nil && v.State() == catalog.StateDeprecated {
			all = append(all, fmt.Sprintf("%s %s is deprecated in %s, and no line of lifecycle says so", c.Product, c.To, p.Region))
		}
	}
	return all
}

func (a *app) showPreview(p catalog.Preview) {
	if p.Failed != "" {
		fmt.Fprintf(a.Out, "  AWS cannot plan %s: %s\n", p.Key, document.Printable(p.Failed))
		return
	}
	fmt.Fprintf(a.Out, "  %s: %s\n", p.Key, count(len(p.Changes), "resource change"))
	for _, r := range p.Changes {
		line := fmt.Sprintf("    %-8s %s (%s)", r.Action, document.Printable(r.ID), r.Type)
		if r.Replaces() {
			line += ", REPLACED: " + r.Replacement
		}
		fmt.Fprintln(a.Out, line)
	}
}

// unreadOf are the spokes that a campaign knows nothing of: it is not whole without them.
func unreadOf(c catalog.Campaign) error {
	var all []error
	for _, s := range c.Stays {
		if s.Unread {
			all = append(all, document.Fail("AXLE3305", fmt.Sprintf("spoke %s %s: %s", s.Account, s.Region, s.Why), "let axle's role in, and look again", nil))
		}
	}
	return errors.Join(all...)
}

// again are the flags that the campaign was shown with.
func (f campaignFlags) again() string {
	var b strings.Builder
	for _, flag := range []struct{ name, value, usual string }{{"--ref", f.ref, ""}, {"--from", f.from, ""}, {"--preview", f.preview, "sample"}, {"--max-failures", f.maxFailures, ""}} {
		if flag.value != flag.usual {
			fmt.Fprintf(&b, " %s %q", flag.name, flag.value)
		}
	}
	if f.maxParallel > 0 {
		fmt.Fprintf(&b, " --max-parallel %d", f.maxParallel)
	}
	if f.critical {
		b.WriteString(" --critical")
	}
	for _, s := range f.spokes {
		b.WriteString(" --spokes " + s)
	}
	return b.String()
}

// showCampaigns shows one, or a line for each.
func (a *app) showCampaigns(ctx context.Context, id string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	all, err := w.cloud.known.Campaigns(ctx)
	if err != nil {
		return err
	}
	if id != "" {
		if _, _, err := w.begun(ctx, id); err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(c catalog.Begun) bool { return c.ID != id })
	}
	docs := []distributionDoc{}
	for _, c := range all {
		_, r, err := w.begun(ctx, c.ID)
		if err != nil {
			return err
		}
		d := distributionOf(c.ID, c.ID, r)
		if docs = append(docs, d); a.output == "json" {
			continue
		}
		fmt.Fprintf(a.Out, "%s  %s to %s, by %s: %s\n", c.ID, document.Printable(c.Product), c.To, document.Printable(c.By), document.Printable(c.Reason))
		if id == "" {
			d.Targets, d.Orders = nil, nil
		}
		a.showDistribution(d)
	}
	if a.output == "json" {
		return a.print(distributionsDoc{formatVersion, a.isSandbox(), docs})
	}
	if len(all) == 0 {
		a.tell("no campaign was begun")
	}
	return nil
}

// campaignsNeeding say what campaigns that are under way do with a version.
func (w *workshop) campaignsNeeding(ctx context.Context, product, version string) (all []string, err error) {
	campaigns, err := w.cloud.known.Campaigns(ctx)
	for _, c := range campaigns {
		_, r, err := w.begun(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if needs := c.Needs(product, version, r); needs != "" {
			all = append(all, needs)
		}
	}
	return all, err
}
