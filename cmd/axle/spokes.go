package main

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

func (a *app) spokesCommand() *cobra.Command {
	var ref, product string
	status := &cobra.Command{Use: "status", Short: "What each spoke can launch, seen as its end user", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.spokesStatus(cmd.Context(), ref, product) }}
	status.Flags().StringVar(&ref, "ref", "", "branch, tag or commit; default HEAD")
	status.Flags().StringVar(&product, "product", "", "this product alone")
	return group("spokes", "The accounts that products go to", status)
}

// spokes are catalog.yaml's, by the organization as it is now.
func (w *workshop) spokes(ctx context.Context, f *catalog.File) ([]catalog.Spoke, error) {
	org, err := w.cloud.organization(ctx, f)
	if err != nil {
		return nil, err
	}
	return catalog.Spokes(f, org)
}

// productAt reads the product and the catalog of a run; nil where a file is not as it must be.
func (w *workshop) productAt(ctx context.Context, run pipeline.Run) (*products.File, *catalog.File, error) {
	tree, err := w.repo.Tree(ctx, run.Commit.SHA)
	if err != nil || run.Spec.Catalog == "" {
		return nil, nil, err
	}
	f, err := catalogAt(tree, run.Spec.Catalog)
	if err != nil {
		return nil, nil, err
	}
	data, err := fs.ReadFile(tree, run.Product)
	if err != nil {
		return nil, nil, err
	}
	p, ds := products.Load(run.Product, data)
	return p, f, ds.Err()
}

// spokeDoc is what a spoke can do with a product.
type spokeDoc struct {
	Account     string          `json:"account"`
	Name        string          `json:"name,omitempty"`
	Region      string          `json:"region"`
	State       string          `json:"state"`
	Product     string          `json:"product,omitempty"`
	Version     string          `json:"version,omitempty"`
	LaunchPath  string          `json:"launch_path"`
	Provisioned *provisionedDoc `json:"provisioned_product,omitempty"` // of the product's own name, as axle catalog launch makes it
	Reason      string          `json:"reason,omitempty"`              // why it cannot launch
}

type provisionedDoc struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

type spokesDoc struct {
	FormatVersion int        `json:"format_version"`
	Sandbox       bool       `json:"sandbox"`
	Spokes        []spokeDoc `json:"spokes"`
}

// survey looks as each spoke's end user whether each product's version can be launched.
func (s *shelf) survey(ctx context.Context, list []*products.File) ([]spokeDoc, error) {
	if s.catalog == nil {
		return nil, document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	spokes, err := s.spokes(ctx, s.catalog)
	if err != nil {
		return nil, err
	}
	launcher := aws.NewLauncher(s.cloud.session)
	docs := []spokeDoc{}
	for _, sp := range spokes {
		if !sp.Active() {
			docs = append(docs, spokeDoc{Account: sp.Account, Name: sp.Name, Region: sp.Region, State: sp.State, Reason: "skipped: " + sp.Why})
			continue
		}
		for _, p := range list {
			d := spokeDoc{Account: sp.Account, Name: sp.Name, Region: sp.Region, State: sp.State, Product: p.Name, Version: p.Version}
			user := catalog.User{Account: sp.Account, Role: sp.Role, Region: sp.Region}
			offer, err := launcher.Offer(ctx, user, p.Name, p.Version)
			if d.LaunchPath = offer.PathID; err != nil {
				d.Reason = s.whyNot(ctx, p, sp.Region, err)
			} else if have, ok, err := launcher.Find(ctx, user, slug(p.Name)); err != nil {
				return nil, err
			} else if ok {
				d.Provisioned = &provisionedDoc{have.ID, have.Status}
			}
			docs = append(docs, d)
		}
	}
	return docs, nil
}

// whyNot tells a version that is not out yet from one that a spoke should see and does not.
func (s *shelf) whyNot(ctx context.Context, p *products.File, region string, unseen error) string {
	doc, err := s.doc(ctx, p)
	if err != nil {
		return unseen.Error()
	}
	last := ""
	for _, v := range doc.Products[0].Published {
		if v.Region == region && v.Version == p.Version {
			return unseen.Error()
		}
		if v.Region == region {
			last = v.Version
		}
	}
	if last == "" {
		return "not published yet"
	}
	return "not published yet; the last one is " + last
}

func (a *app) spokesStatus(ctx context.Context, ref, product string) error {
	s, err := a.shelf(ctx, ref)
	if err != nil {
		return err
	}
	list := s.products
	if product != "" {
		p, err := s.find(product)
		if err != nil {
			return err
		}
		list = []*products.File{p}
	}
	docs, err := s.survey(ctx, list)
	if err != nil {
		return err
	}
	if a.output == "json" {
		return a.print(spokesDoc{formatVersion, s.cloud.box != nil, docs})
	}
	for _, d := range docs {
		fmt.Fprintf(a.Out, "%s %-10s %-12s %-24s %-10s %s\n", d.Account, d.Name, d.Region, document.Printable(d.Product), d.Version, launchable(d))
	}
	a.tell("%s", s.cloud.notice())
	return nil
}

func launchable(d spokeDoc) string {
	if d.LaunchPath != "" {
		return "launchable (" + d.LaunchPath + ")"
	}
	return document.Printable(d.Reason)
}

// catalogCommand is what a builder in a spoke does.
func (a *app) catalogCommand() *cobra.Command {
	var l launchFlags
	launch := &cobra.Command{Use: "launch PRODUCT", Short: "Launch a published version in a spoke, as its end user", Args: exactly("PRODUCT"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.launch(cmd.Context(), args[0], l) }}
	fl := launch.Flags()
	fl.StringVar(&l.account, "account", "", "the spoke's account id; required")
	fl.StringVar(&l.region, "region", "", "default the spoke's first")
	fl.StringVar(&l.version, "version", "", "default the one product.yaml has")
	fl.StringVar(&l.name, "name", "", "of the provisioned product; default the product's")
	fl.StringToStringVar(&l.params, "param", nil, "K=V, as often as needed")
	fl.StringToStringVar(&l.tags, "tag", nil, "K=V, as often as needed; of a tag option without one, product.yaml's first value")
	return group("catalog", "Use the catalog as a builder does, and hold it against git", launch, a.catalogVerifyCommand())
}

type launchFlags struct {
	account, region, version, name string
	params, tags                   map[string]string
}

// launchDoc is what axle catalog launch prints.
type launchDoc struct {
	FormatVersion int                 `json:"format_version"`
	Sandbox       bool                `json:"sandbox"`
	Account       string              `json:"account"`
	Region        string              `json:"region"`
	Provisioned   catalog.Provisioned `json:"provisioned_product"`
}

func (a *app) launch(ctx context.Context, name string, l launchFlags) error {
	s, err := a.shelf(ctx, "")
	if err != nil {
		return err
	}
	p, err := s.find(name)
	if err != nil {
		return err
	}
	if s.catalog == nil {
		return document.Fail(codeUsage, "pipeline.yaml names no catalog", "add catalog: catalog.yaml", nil)
	}
	spoke, err := s.spoke(ctx, l)
	if err != nil {
		return err
	}
	request := catalog.LaunchRequest{User: catalog.User{Account: spoke.Account, Role: spoke.Role, Region: spoke.Region},
		Product: p.Name, Version: l.version, Name: l.name, Parameters: l.params, Tags: l.tags, Choices: p.TagOptions}
	if request.Version == "" {
		request.Version = p.Version
	}
	if request.Name == "" {
		request.Name = slug(p.Name)
	}
	got, err := aws.NewLauncher(s.cloud.session).Launch(ctx, request)
	if err != nil {
		return err
	}
	if a.output == "json" {
		err = a.print(launchDoc{formatVersion, s.cloud.box != nil, spoke.Account, spoke.Region, got})
	} else {
		fmt.Fprintf(a.Out, "%s %s is %s in %s %s (%s)\n", got.Name, got.Version, got.Status, spoke.Account, spoke.Region, got.ID)
		a.tell("%s", s.cloud.notice())
	}
	if err == nil && got.Status != "AVAILABLE" {
		return document.Fail("AXLE3142", fmt.Sprintf("%s ended %s: %s", got.Name, got.Status, got.Message), "", nil)
	}
	return err
}

// spoke is the one that the flags name; it must be one that catalog.yaml looks after.
func (s *shelf) spoke(ctx context.Context, l launchFlags) (catalog.Spoke, error) {
	spokes, err := s.spokes(ctx, s.catalog)
	if err != nil {
		return catalog.Spoke{}, err
	}
	return chosen(spokes, l.account, l.region)
}

func chosen(spokes []catalog.Spoke, account, region string) (catalog.Spoke, error) {
	where, ids := fmt.Sprintf("spoke %q", account), []string{}
	if region != "" {
		where += " in " + region
	}
	for _, sp := range spokes {
		switch ids = append(ids, sp.Account); {
		case sp.Account != account || region != "" && sp.Region != region:
		case sp.Active():
			return sp, nil
		default:
			return catalog.Spoke{}, document.Fail(codeUsage, where+" cannot launch: "+sp.Why, "axle spokes status lists those that can", nil)
		}
	}
	hint := document.DidYouMean(account, ids)
	if hint == "" || slices.Contains(ids, account) {
		hint = "axle spokes status lists them"
	}
	return catalog.Spoke{}, document.Fail(codeUsage, "no "+where, hint, nil)
}
