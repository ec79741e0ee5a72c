package main

import (
	"context"
	"fmt"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// marketDoctorDoc is axle market doctor as JSON.
type marketDoctorDoc struct {
	FormatVersion int                       `json:"format_version"`
	Sandbox       bool                      `json:"sandbox"`
	Outcome       string                    `json:"outcome"`
	Organizations map[string][]market.Check `json:"organizations"`
	Policy        string                    `json:"policy"`
	Trust         map[string]string         `json:"trust"`
	Control       string                    `json:"control,omitempty"`
	Boundary      string                    `json:"boundary,omitempty"` // for the management account, which the control does not bind
	Caveats       []string                  `json:"caveats,omitempty"`
}

// marketDoctor says what each organization lacks, and prints the least policies.
func (a *app) marketDoctor(ctx context.Context, f marketFlags, scp bool) error {
	s, err := a.stall(ctx, f)
	if err != nil {
		return err
	}
	_, identity, err := s.cloud.session.Identity(ctx)
	if err != nil {
		return err
	}
	sight := s.file.Everywhere(ctx, func(o market.Organization) market.Marketplace { return s.at(o) })
	doc := marketDoctorDoc{formatVersion, s.cloud.box != nil, market.Clean, map[string][]market.Check{}, market.LeastPolicy(), map[string]string{}, "", "", nil}
	var roles []string
	ours := s.file.Home(identity)
	for _, o := range s.file.Organizations {
		office, err := s.at(o).Office(ctx, o)
		checks := office.Examine(sight)
		if err != nil {
			checks = []market.Check{{What: "the organization can be read: " + err.Error(), Fix: "see the policy and the trust below"}}
		}
		doc.Organizations[o.Name], roles = checks, append(roles, o.Role)
		doc.Trust[o.Name] = o.TrustPolicy(identity, ours)
		for _, c := range checks {
			if !c.OK {
				doc.Outcome = market.Drifted
			}
		}
	}
	if scp {
		if doc.Control, err = market.SyncControl(roles); err == nil {
			doc.Boundary, err = market.SyncBoundary(roles)
		}
		if doc.Caveats = market.SyncCaveats; err != nil {
			return err
		}
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		a.showMarketDoctor(s, doc)
	}
	if err == nil && doc.Outcome != market.Clean {
		err = exitCode(exitFindings)
	}
	return err
}

func (a *app) showMarketDoctor(s *stall, doc marketDoctorDoc) {
	for _, o := range s.file.Organizations {
		fmt.Fprintf(a.Out, "%s (%s, account %s)\n", o.Name, o.ID, o.Account)
		for _, c := range doc.Organizations[o.Name] {
			word := "ok     "
			if !c.OK {
				word = "missing"
			}
			fmt.Fprintf(a.Out, "  %s  %s\n", word, document.Printable(c.What))
			if !c.OK && c.Fix != "" {
				fmt.Fprintln(a.Out, "           "+document.Printable(c.Fix))
			}
		}
	}
	fmt.Fprintf(a.Out, "\nthe least policy of each role:\n%s\n", doc.Policy)
	for _, o := range s.file.Organizations {
		fmt.Fprintf(a.Out, "\nthe trust of %s:\n%s\n", o.Role, doc.Trust[o.Name])
	}
	if doc.Control != "" {
		fmt.Fprintf(a.Out, "\nthe service control policy that lets these roles alone change experiences (%d of %d characters):\n%s\n", len(doc.Control), market.MostControl, doc.Control)
		fmt.Fprintf(a.Out, "\nthe permissions boundary that does the same in the management account (%d of %d characters):\n%s\n", len(doc.Boundary), market.MostBoundary, doc.Boundary)
		for _, c := range doc.Caveats {
			fmt.Fprintln(a.Out, "- "+c)
		}
	}
	a.tell("%s", s.cloud.notice())
}
