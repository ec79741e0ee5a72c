package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

type licenceFlags struct {
	marketFlags
	revoke, replace int
	ask             market.Ask
	scp             string
	budget          time.Duration
}

const licencesLong = `Share the licences that an account bought in Marketplace with the accounts that are entitled, as
licences of marketplace.yaml and the accounts' tags say. plan, status, drift and doctor read alone.
apply begins and looks after the work of minutes that each grant is; it may end anywhere, and the
next one goes on.`

func (a *app) licencesCommand() *cobra.Command {
	var f licenceFlags
	verb := func(use, short string, args cobra.PositionalArgs, run func(context.Context, licenceFlags, []string) error) *cobra.Command {
		c := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), f, args) }}
		f.of(c)
		return c
	}
	plan := verb("plan", "Who would get a licence, and who would lose it; nothing is changed", cobra.NoArgs, a.licencesPlan)
	f.ofPlan(plan)
	apply := verb("apply [PLAN]", "Carry it out, as far as the guard lets it", cobra.MaximumNArgs(1), a.licencesApply)
	apply.Flags().IntVar(&f.revoke, "accept-revoke", -1, "agree to exactly so many revocations, beyond what the guard lets through")
	apply.Flags().IntVar(&f.replace, "accept-replace", -1, "agree to exactly so many accounts' own licences being replaced")
	apply.Flags().DurationVar(&f.budget, "budget", 0, "how long the pass may take; default sync.budget")
	status := verb("status", "How the last pass went; reads the state alone", cobra.NoArgs, a.licencesStatus)
	f.ofStatus(status)
	drift := verb("drift", "In what the grants are not as they should be; nothing is repaired", cobra.NoArgs, a.licencesDrift)
	f.ofDrift(drift)
	doctor := verb("doctor", "Whether all is set up that sharing needs, and why a grant waits", cobra.NoArgs, a.licencesDoctor)
	doctor.Flags().StringVar(&f.scp, "scp", "", "print the service control policy that lets this role ARN alone purchase")
	watch := verb("watch", "Apply what was approved last, again and again; for more than the guard lets through a run asks", cobra.NoArgs, a.licencesWatch)
	f.ofWatch(watch, "licences.every")
	for _, c := range []*cobra.Command{plan, apply, drift, watch} {
		c.Flags().BoolVar(&f.ask.Adopt, "adopt", false, "treat grants that axle did not make as its own")
		c.Flags().BoolVar(&f.ask.Recreate, "recreate-rejected", false, "make grants again that accounts rejected")
	}
	cmd := group("licences", "Marketplace licences, shared with the accounts that are entitled", plan, apply, status, drift, doctor, watch)
	cmd.Long = licencesLong
	return cmd
}

// counter is where licences are handed out.
type counter struct {
	*stall
	of    *market.Licences
	org   market.Organization
	desk  *aws.Licences
	books sqlite.Licences
	lock  string // held by the process of this machine that makes a pass

	topics func(context.Context) ([]pipeline.Topic, error) // that ask for news of licences
	told   int                                             // of them

	run, approval string // of a pass that a run makes
	timed         bool   // what the guard holds back waits for a person, whom a run asks
}

func (a *app) counter(ctx context.Context, f licenceFlags) (*counter, error) {
	w, err := a.workshop(ctx)
	if err != nil {
		return nil, err
	}
	return w.counter(ctx, f)
}

func (w *workshop) counter(ctx context.Context, f licenceFlags) (*counter, error) {
	file, err := w.marketFile(ctx, f.marketFlags)
	if err != nil {
		return nil, err
	}
	c, err := w.counterOf(ctx, file)
	if err == nil {
		c.topics = func(ctx context.Context) ([]pipeline.Topic, error) { return w.licenceTopics(ctx, f.ref) }
	}
	return c, err
}

// counterAsIs asks AWS nothing yet.
func (w *workshop) counterAsIs(file *market.File) (*counter, error) {
	if file.Licences == nil {
		return nil, document.Fail(codeUsage, "marketplace.yaml has no licences", "see docs/marketplace.md", nil)
	}
	c := &counter{stall: w.stallOf(file), of: file.Licences, org: *file.Organization(file.Licences.Organization)}
	c.lock = w.lockFile("licences-" + c.org.ID)
	c.desk = aws.NewLicences(w.cloud.session, c.org, c.of)
	c.topics = func(ctx context.Context) ([]pipeline.Topic, error) { return w.licenceTopics(ctx, "") }
	c.books = sqlite.Licences{Log: w.state.log, Hub: w.cloud.known.Name, Organization: c.org.ID}
	return c, nil
}

func (w *workshop) counterOf(ctx context.Context, file *market.File) (*counter, error) {
	c, err := w.counterAsIs(file)
	if err != nil {
		return nil, err
	}
	if err := c.ensureRoles(ctx); err != nil || c.cloud.box == nil || string(c.of.Granter) == string(c.org.Account) {
		return c, err
	}
	there := *file // a granter that is another account has a role of the same name
	o := c.org
	o.Account, o.Role = c.of.Granter, strings.Replace(o.Role, string(c.org.Account), string(c.of.Granter), 1)
	there.Organizations = []market.Organization{o}
	return c, w.stallOf(&there).ensureRoles(ctx)
}

func (c *counter) sharing(f licenceFlags) market.Sharing {
	clock := c.cloud.session.Clock()
	return market.Sharing{Licences: c.of, Granter: c.desk, Books: c.books, Now: clock.Now, Sleep: clock.Sleep, Ask: f.ask, Organization: c.org.ID,
		Budget: cmp.Or(f.budget, time.Duration(c.file.Sync.Budget)), Say: func(format string, args ...any) { c.tell(format, args...) }}
}

// licencePlanDoc is axle licences plan as JSON, and the file that apply takes.
type licencePlanDoc struct {
	FormatVersion int    `json:"format_version"`
	Sandbox       bool   `json:"sandbox"`
	Outcome       string `json:"outcome"`
	Digest        string `json:"digest"`
	Revokes       int    `json:"revokes"`
	Replaces      int    `json:"replaces"`
	Seconds       int    `json:"seconds"` // about how long it takes
	market.LicencePlan
}

func (c *counter) doc(p market.LicencePlan) licencePlanDoc {
	return licencePlanDoc{formatVersion, c.cloud.box != nil, p.Outcome(), p.Digest(), p.Revokes(), p.Replaces(), int(p.Duration(c.of.Concurrency).Seconds()), p}
}

func (a *app) licencesPlan(ctx context.Context, f licenceFlags, _ []string) error {
	c, err := a.counter(ctx, f)
	if err != nil {
		return err
	}
	p, _, err := c.sharing(f).Propose(ctx)
	if err != nil {
		return err
	}
	doc := c.doc(p)
	guard := c.of.Guard.Permit(p, market.Accepted{Revokes: -1, Replaces: -1})
	if guard != nil {
		doc.Outcome = market.Worst(doc.Outcome, market.OutcomeOf(guard))
	}
	if err := savePlan(f.out, doc); err != nil {
		return err
	}
	if err := c.show(doc, func() { c.showLicencePlan(doc) }); err != nil {
		return err
	}
	if guard != nil {
		a.exit(guard)
	}
	switch {
	case f.detailed && guard != nil:
		return exitCode(exitFindings)
	case f.detailed && len(p.Pairs) > 0:
		return exitCode(exitUsage)
	case f.detailed:
		return nil
	}
	return outcomeErr(doc.Outcome)
}

// approved reads a plan that somebody looked at.
func approved(name string) (*market.LicencePlan, error) {
	doc, err := savedPlan(name, "axle licences plan", func(d licencePlanDoc) (int, string, string) { return d.FormatVersion, d.Digest, d.LicencePlan.Digest() })
	if err != nil {
		return nil, err
	}
	return &doc.LicencePlan, nil
}

func (a *app) licencesApply(ctx context.Context, f licenceFlags, args []string) error {
	accepted := market.Accepted{Revokes: f.revoke, Replaces: f.replace}
	if len(args) > 0 {
		plan, err := approved(args[0])
		if err != nil {
			return err
		}
		accepted.Plan = plan
	}
	c, err := a.counter(ctx, f)
	if err != nil {
		return err
	}
	return c.apply(ctx, f, accepted)
}

func (a *app) licencesStatus(ctx context.Context, f licenceFlags, _ []string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	file, err := w.marketFile(ctx, f.marketFlags)
	if err != nil {
		return err
	}
	c, err := w.counterAsIs(file)
	if err != nil {
		return err
	}
	seen, ok, err := c.books.Seen(ctx)
	if err != nil {
		return err
	}
	if !ok {
		seen.Outcome = market.Stale
		seen.Error = "no pass was made yet"
	}
	if f.maxAge > 0 && (seen.Success.IsZero() || c.cloud.now().Sub(seen.Success) > f.maxAge) {
		seen.Outcome = market.Worst(seen.Outcome, market.Stale)
	}
	doc := struct {
		FormatVersion int    `json:"format_version"`
		Sandbox       bool   `json:"sandbox"`
		Organization  string `json:"organization"`
		market.SharedSeen
	}{formatVersion, c.cloud.box != nil, c.org.Name, seen}
	if err := c.show(doc, func() { c.showSeen(seen) }); err != nil {
		return err
	}
	return outcomeErr(seen.Outcome)
}

func (a *app) licencesDrift(ctx context.Context, f licenceFlags, _ []string) error {
	c, err := a.counter(ctx, f)
	if err != nil {
		return err
	}
	p, e, err := c.sharing(f).Propose(ctx)
	if err != nil {
		return err
	}
	doc := struct {
		licencePlanDoc
		Owned []market.Owned `json:"owned"` // what accounts bought themselves
	}{c.doc(p), append([]market.Owned{}, e.Owned...)}
	if len(p.Pairs) > 0 {
		doc.Outcome = market.Worst(doc.Outcome, market.Drifted)
	}
	if f.markdown && a.output != "json" {
		fmt.Fprint(a.Out, licenceTable(p))
	} else if err := c.show(doc, func() { c.showLicencePlan(doc.licencePlanDoc) }); err != nil {
		return err
	}
	if err := a.writeReports(licenceFindings(p), nil); err != nil {
		return err
	}
	return outcomeErr(doc.Outcome)
}

// shortArn is an ARN's last part.
func shortArn(arn string) string {
	return arn[strings.LastIndexAny(arn, ":/")+1:]
}

func (c *counter) showSeen(s market.SharedSeen) {
	fmt.Fprintf(c.Out, "%s: %s, %s", c.org.Name, s.Outcome, count(s.Grants, "grant"))
	if !s.Attempt.IsZero() {
		fmt.Fprintf(c.Out, ", tried %s", s.Attempt.UTC().Format(time.RFC3339))
	}
	if !s.Success.IsZero() {
		fmt.Fprintf(c.Out, ", in line %s", s.Success.UTC().Format(time.RFC3339))
	}
	switch {
	case s.Error != "":
		fmt.Fprintf(c.Out, ": %s", document.Printable(s.Error))
	case s.Outcome == market.Conflict:
		fmt.Fprint(c.Out, ": axle licences drift lists what needs somebody")
	}
	fmt.Fprintln(c.Out)
}
