package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// deletion plans to delete the version, and asks everybody who could run it.
func (l *living) deletion(ctx context.Context) (catalog.Deletion, error) {
	readings, err := aws.NewFleet(l.cloud.session).Read(ctx, l.catalog.Receivers(l.org, l.spokes, l.have, l.product.Name))
	if err != nil {
		return catalog.Deletion{}, err
	}
	campaigns, err := l.campaignsNeeding(ctx, l.product.Name, l.version)
	return catalog.PlanDeletion(l.catalog, l.have, l.unread, l.product.Name, l.version, readings, campaigns), err
}

// deletionDoc is axle product delete as JSON.
type deletionDoc struct {
	FormatVersion int  `json:"format_version"`
	Sandbox       bool `json:"sandbox"`
	catalog.Deletion
	Deleted []string `json:"deleted"` // regions
}

func (a *app) deleteVersion(ctx context.Context, f lifeFlags, arg string) error {
	l, err := a.living(ctx, f.ref, arg)
	if err != nil {
		return err
	}
	d, err := l.deletion(ctx)
	if err != nil {
		return err
	}
	doc := deletionDoc{formatVersion, l.cloud.box != nil, d, []string{}}
	switch {
	case len(d.Changes) == 0 && len(d.Withheld) == 0:
		if f.confirm == "" {
			return l.known(l.version, "it is deleted, or never was; "+"axle product versions lists what is there")
		}
	case f.confirm != "" && len(d.Withheld) == 0 && f.confirm != d.Token:
		return document.Fail(codeStaleToken, "this is not the token of the plan as it is now", "look at the plan again: axle product delete "+arg, nil)
	case f.confirm != "" && len(d.Withheld) == 0:
		if doc.Deleted, err = l.carryOut(ctx, d); err != nil {
			return err
		}
	}
	if a.output == "json" {
		err = a.print(doc)
	} else {
		a.showDeletion(l, doc, arg, f.confirm != "")
	}
	if err == nil && len(d.Withheld) > 0 {
		err = document.Fail(codeWithheld, fmt.Sprintf("%s stays: %s", arg, strings.Join(d.Withheld, "; ")), "nothing was deleted", nil)
	}
	return err
}

// carryOut deletes region by region: each is seen done before the next. That it was begun stands in
// the audit before anything is gone.
func (l *living) carryOut(ctx context.Context, d catalog.Deletion) (regions []string, err error) {
	who, err := l.repo.Identity(ctx)
	if err != nil {
		return nil, err
	}
	deed := sqlite.Deed{At: l.app.now(), What: sqlite.DeedDeleting, Hub: l.cloud.known.Name, Product: l.product.Name, Version: l.version, Actor: who, Digest: d.Token}
	if err := l.state.log.Tell(ctx, deed); err != nil {
		return nil, err
	}
	for _, c := range d.Changes {
		if err := l.hub.Apply(ctx, c); err != nil {
			return regions, err
		}
		deed.At, deed.What, deed.Region = l.app.now(), sqlite.DeedDeleted, c.Region
		if err := l.state.log.Tell(ctx, deed); err != nil {
			return regions, err
		}
		regions = append(regions, c.Region)
	}
	return regions, nil
}

func (a *app) showDeletion(l *living, doc deletionDoc, arg string, confirmed bool) {
	for _, c := range doc.Changes {
		fmt.Fprintf(a.Out, "%s (%s)\n", c, c.Version.ID)
	}
	asked := 0
	for _, p := range doc.Asked {
		if p.Skipped != "" {
			fmt.Fprintf(a.Out, "not asked: %s %s: %s\n", p.Account, p.Region, document.Printable(p.Skipped))
		} else {
			asked++
		}
	}
	if len(doc.Withheld) == 0 {
		fmt.Fprintf(a.Out, "nobody runs it, of %s asked\n", count(asked, "place"))
	}
	switch {
	case len(doc.Withheld) > 0:
	case confirmed:
		a.tell("deleted in %s", strings.Join(doc.Deleted, ", "))
		if at := l.lineOf(); at != "" {
			a.tell("next: take %s out of %s, it says nothing more", l.version, at)
		}
	default:
		a.tell("next: axle product delete %s --confirm %s", arg, doc.Token)
	}
	a.tell("%s", l.cloud.notice())
}

// lineOf is where product.yaml still retires the version.
func (l *living) lineOf() string {
	for i, v := range l.product.Lifecycle.Retired {
		if v == l.version {
			return fmt.Sprintf("%s:%d", l.product.Doc.File, l.product.Doc.At("lifecycle", "retired", fmt.Sprint(i)).Line)
		}
	}
	return ""
}
