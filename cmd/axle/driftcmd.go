package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

func (a *app) driftCommand() *cobra.Command {
	var ref string
	var spokes bool
	cmd := &cobra.Command{Use: "drift", Short: "In what AWS is not as git has it; nothing is repaired", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.drift(cmd.Context(), ref, spokes) }}
	cmd.Flags().StringVar(&ref, "ref", "", "branch, tag or commit; default HEAD")
	cmd.Flags().BoolVar(&spokes, "spokes", false, "read the spokes too, with their own roles: launch roles, copies, enforced products")
	return cmd
}

// driftDoc is axle drift as JSON.
type driftDoc struct {
	FormatVersion int              `json:"format_version"`
	Sandbox       bool             `json:"sandbox"`
	Drifts        []catalog.Drift  `json:"drifts"`
	Unseen        []catalog.Unseen `json:"unseen"`
}

func (a *app) drift(ctx context.Context, ref string, spokes bool) error {
	st, err := a.standing(ctx, ref)
	if err != nil {
		return err
	}
	sight, err := st.sight(ctx, spokes)
	if err != nil {
		return err
	}
	doc := driftDoc{formatVersion, st.cloud.box != nil, append([]catalog.Drift{}, sight.Drifts()...), append([]catalog.Unseen{}, sight.Unseen()...)}
	for _, refused := range st.refused {
		doc.Unseen = append(doc.Unseen, catalog.Unseen{Kinds: []string{"all"}, Why: refused.Error(), Err: refused})
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		a.showDrift(doc)
		a.tell("%s", st.cloud.notice())
	}
	return errors.Join(err, doc.err())
}

// sight reads what drift is judged from: the hub, and the spokes where they are asked for.
func (st *standing) sight(ctx context.Context, spokes bool) (catalog.Sight, error) {
	s := catalog.Sight{File: st.catalog, Products: st.products, Want: st.want, Have: st.have, Unread: st.unread, Published: map[string][]products.Published{}}
	for _, p := range st.products {
		all, err := st.cloud.known.Published(ctx, p.Name)
		if err != nil {
			return s, err
		}
		s.Published[p.Name] = all
	}
	var err error
	s.Survey, err = st.hub.Survey(ctx, st.have)
	if failed := (catalog.RegionErrors)(nil); errors.As(err, &failed) {
		maps.Copy(failed, s.Unread)
		s.Unread = failed
	} else if err != nil {
		return s, err
	}
	if !spokes {
		return s, nil
	}
	if s.Spokes, err = st.spokeSight(ctx); err != nil {
		return s, err
	}
	s.Want = catalog.WithLocals(st.catalog, s.Spokes.Org, s.Spokes.Spokes(), st.want)
	s.Have.Locals, err = aws.NewHub(st.cloud.session, st.catalog.Hub, s.Want, pins{ctx, st.cloud.known}, st.cloud.state.store.Get).Locals(ctx, st.have)
	return s, err
}

func (st *standing) spokeSight(ctx context.Context) (*catalog.SpokeSight, error) {
	fleet, readings, err := st.fleet(ctx, fleetFlags{})
	if err != nil {
		return nil, err
	}
	s := &catalog.SpokeSight{Org: fleet.Org, Readings: readings}
	all := s.Spokes()
	reader := aws.NewFleet(st.cloud.session)
	if s.Roles, err = reader.Roles(ctx, st.catalog.Accounts(all)); err == nil {
		s.Locals, err = reader.Locals(ctx, all)
	}
	return s, err
}

// err is the command's end: drift, or what was to be seen and was not. Nil is: all that was
// asked for was seen, and is as git has it.
func (d driftDoc) err() error {
	var all []error
	if n := len(d.Drifts); n > 0 {
		all = append(all, document.Fail("AXLE2630", count(n, "drift")+": AWS is not as git has it", "each line says its repair; nothing was changed", nil))
	}
	for _, u := range d.Unseen {
		if u.Err != nil {
			all = append(all, document.Fail("AXLE3601", "not seen: "+ofWhat(u), "", u.Err))
		}
	}
	return errors.Join(all...)
}

func (a *app) showDrift(d driftDoc) {
	for _, x := range d.Drifts {
		line := fmt.Sprintf("%-5s %s %-12s %s", x.Kind, x.Account, x.Region, document.Printable(x.What))
		if x.ID != "" {
			line += " (" + document.Printable(x.ID) + ")"
		}
		fmt.Fprintf(a.Out, "%s\n      %s\n", line, x.Repair)
	}
	for _, u := range d.Unseen {
		if u.Err == nil {
			fmt.Fprintf(a.Out, "not seen: %s: %s\n", ofWhat(u), document.Printable(u.Why))
		}
	}
	if len(d.Drifts) == 0 {
		fmt.Fprintln(a.Out, "no drift in what was seen")
	}
}

func ofWhat(u catalog.Unseen) string {
	words := []string{strings.Join(u.Kinds, ", ")}
	for _, w := range []string{u.Account, u.Region} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}
