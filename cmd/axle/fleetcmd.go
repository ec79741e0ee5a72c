package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/stages"
)

type fleetFlags struct {
	ref, product, spoke string
	outdated, check     bool
}

// bind gives a command the flags that say what is read.
func (f *fleetFlags) bind(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.ref, "ref", "", "branch, tag or commit; default HEAD")
	fl.StringVar(&f.product, "product", "", "this product alone, by its name on AWS")
	fl.StringVar(&f.spoke, "spoke", "", "this account alone")
}

func (a *app) fleetCommand() *cobra.Command {
	var f fleetFlags
	status := &cobra.Command{Use: "status", Short: "Who runs what: spoke, region, product, version, state, age, owner", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.fleetStatus(cmd.Context(), f) }}
	f.bind(status)
	fl := status.Flags()
	fl.BoolVar(&f.check, "check", false, "fail where one is not compliant with forced or concurrent of its spoke")
	fl.BoolVar(&f.outdated, "outdated", false, "only what somebody has to see to")
	return group("fleet", "What every spoke has of the catalog, whoever launched it", status)
}

// standing is the hub and the fleet as git has them, and as the hub is.
type standing struct {
	*shelf
	hub     *aws.Hub
	want    catalog.Catalog
	have    catalog.Catalog
	unread  catalog.RegionErrors
	refused []error // products whose want cannot be said
}

// standing reads the hub in every region, for all products of the commit at once.
func (a *app) standing(ctx context.Context, ref string) (*standing, error) {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return nil, err
	}
	if s.catalog == nil {
		return nil, document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	st := &standing{shelf: s}
	var wants []catalog.Catalog
	for _, p := range s.products {
		want, err := s.wanted(p)
		if err != nil {
			st.refused = append(st.refused, fmt.Errorf("%s: %w", p.Name, err))
			continue
		}
		wants = append(wants, want)
	}
	st.want = catalog.Merge(wants...)
	st.hub = aws.NewHub(s.cloud.session, s.catalog.Hub, st.want, pins{ctx, s.cloud.known}, s.cloud.state.store.Get)
	st.have, err = st.hub.Observe(ctx)
	if errors.As(err, &st.unread) {
		err = nil
	}
	st.want = catalog.Thinned(st.want, st.have, s.thinning, s.cloud.now())
	return st, err
}

// wanted is what the hub should hold for a product, whichever of its versions are published.
func (s *shelf) wanted(p *products.File) (catalog.Catalog, error) {
	rules, err := stages.Rules(s.tree, p)
	if err != nil {
		return catalog.Catalog{}, err
	}
	return catalog.Want(s.catalog, p, catalog.Release{Rules: rules, Now: s.cloud.now()})
}

// fleetDoc is axle fleet status as JSON.
type fleetDoc struct {
	FormatVersion int           `json:"format_version"`
	Sandbox       bool          `json:"sandbox"`
	Rows          []catalog.Row `json:"rows"`
	Spokes        int           `json:"spokes"`  // accounts and regions that are looked after
	Unknown       int           `json:"unknown"` // of them, those that could not be read
	Breaches      int           `json:"not_compliant"`
}

func (a *app) fleetStatus(ctx context.Context, f fleetFlags) error {
	st, err := a.standing(ctx, f.ref)
	if err != nil {
		return err
	}
	fleet, readings, err := st.fleet(ctx, f)
	if err != nil {
		return err
	}
	doc := fleetDoc{FormatVersion: formatVersion, Sandbox: st.cloud.box != nil, Rows: []catalog.Row{}, Spokes: len(readings)}
	for _, row := range fleet.Rows(readings) {
		if row.Word == catalog.Unknown {
			doc.Unknown++
		}
		if row.Breach != "" {
			doc.Breaches++
		}
		if !f.outdated || row.Outdated() {
			doc.Rows = append(doc.Rows, row)
		}
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		showFleet(a, doc)
		accounts, regions := map[string]bool{}, map[string]bool{}
		for _, r := range readings {
			accounts[r.Spoke.Account], regions[r.Spoke.Region] = true, true
		}
		a.tell("%s in %s, %s", count(len(accounts), "spoke"), count(len(regions), "region"), st.cloud.notice())
	}
	if f.check && doc.Breaches > 0 {
		err = errors.Join(err, document.Fail("AXLE2850", count(doc.Breaches, "provisioned product")+" not compliant with forced or concurrent of catalog.yaml", "each is shown with its reason and, where there is one, the command that mends it", nil))
	}
	return errors.Join(err, st.unseen(readings))
}

// fleet reads the spokes that the flags leave.
func (st *standing) fleet(ctx context.Context, f fleetFlags) (catalog.Fleet, []catalog.Reading, error) {
	org, err := st.cloud.organization(ctx, st.catalog)
	if err != nil {
		return catalog.Fleet{}, nil, err
	}
	spokes, err := catalog.Spokes(st.catalog, org)
	if err != nil {
		return catalog.Fleet{}, nil, err
	}
	if f.spoke != "" {
		ids := make([]string, len(spokes))
		for i, s := range spokes {
			ids[i] = s.Account
		}
		if !slices.Contains(ids, f.spoke) {
			return catalog.Fleet{}, nil, document.Fail(codeUsage, fmt.Sprintf("no spoke %q", f.spoke), cmp.Or(document.DidYouMean(f.spoke, ids), "axle spokes status lists them"), nil)
		}
		spokes = slices.DeleteFunc(spokes, func(s catalog.Spoke) bool { return s.Account != f.spoke })
	}
	reader := aws.NewFleet(st.cloud.session)
	readings, err := reader.Read(ctx, spokes)
	if f.product != "" {
		for i := range readings {
			readings[i] = readings[i].Only(f.product)
		}
	}
	return catalog.Fleet{File: st.catalog, Products: st.products, Have: st.have, Unread: st.unread, Org: org, Now: reader.Now()}, readings, err
}

// unseen is what the answer is not whole without: products that could not be told, regions of
// the hub and spokes that could not be read. Nil is: all was seen.
func (st *standing) unseen(readings []catalog.Reading) error {
	all := slices.Clone(st.refused)
	if len(st.unread) > 0 {
		all = append(all, st.unread)
	}
	for _, r := range readings {
		if r.Err != nil {
			all = append(all, document.Fail("AXLE3600", fmt.Sprintf("spoke %s %s was not read: what it has is unknown", r.Spoke.Account, r.Spoke.Region), "", r.Err))
		}
	}
	return errors.Join(all...)
}

func showFleet(a *app, doc fleetDoc) {
	for _, r := range doc.Rows {
		fmt.Fprintln(a.Out, rowLine(r))
		if r.Mend != "" {
			fmt.Fprintln(a.Out, "  mend: "+r.Mend)
		}
	}
}

func rowLine(r catalog.Row) string {
	what := document.Printable(r.Product)
	if r.Provisioned != "" && r.Provisioned != r.Product {
		what += " (" + document.Printable(r.Provisioned) + ")"
	}
	line := fmt.Sprintf("%s %-10s %-12s %-10s %-28s %-10s", r.Account, document.Printable(r.Name), r.Region, r.Word, what, r.Version)
	return strings.TrimRight(line+" "+rowNotes(r), " ")
}

// rowNotes are what stands behind a row's word.
func rowNotes(r catalog.Row) string {
	var notes []string
	if r.Expected != "" && r.Expected != r.Version {
		notes = append(notes, "expected "+r.Expected)
	}
	if r.Breach != "" {
		notes = append(notes, "not compliant: "+document.Printable(r.Breach))
	}
	if r.State != "" {
		notes = append(notes, r.State, fmt.Sprintf("%dd", r.AgeDays), "by "+document.Printable(catalog.Who(r.Owner)))
	}
	if r.Entry != "" {
		notes = append(notes, "enforced by "+r.Entry)
	}
	if r.Vulnerable != "" {
		notes = append(notes, "vulnerable: "+document.Printable(r.Vulnerable))
	} else if r.Because != "" {
		notes = append(notes, "deprecated: "+document.Printable(r.Because))
	}
	if r.Deadline != "" {
		notes = append(notes, "until "+r.Deadline)
	}
	if r.Reason != "" {
		notes = append(notes, document.Printable(r.Reason))
	}
	return strings.Join(notes, ", ")
}
