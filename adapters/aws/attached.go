package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
)

// shared reads what products of the region have in common, as far as it is wanted or was given to
// one of ours, and notes which of c's versions have which service action. Of a product that never
// had one nothing is asked.
func (r *region) shared(ctx context.Context, c *catalog.Catalog) error {
	all := catalog.Shared{Region: r.region()}
	keys, names, had := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range r.scope.Products {
		for _, o := range p.TagOptions {
			keys[o.Key] = true
		}
		for _, a := range p.Actions {
			names[a.Name] = true
		}
		for _, name := range strings.Fields(r.pin("service actions", p.Key)) {
			had[name] = true
		}
	}
	for key := range keys {
		options, err := r.tagOptions(ctx, &types.ListTagOptionsFilters{Key: &key})
		if err != nil {
			return err
		}
		all.TagOptions = append(all.TagOptions, options...)
	}
	slices.SortFunc(all.TagOptions, func(a, b catalog.TagOption) int { return compareText(a.Key, b.Key, a.Value, b.Value) })
	var err error
	if len(names)+len(had) > 0 {
		all.Actions, err = r.acting(ctx, c, names, had)
	}
	c.Shared = []catalog.Shared{all}
	return err
}

// acting are the wanted actions, with what they do, and those that our versions have had.
func (r *region) acting(ctx context.Context, c *catalog.Catalog, wanted, had map[string]bool) ([]catalog.Action, error) {
	actions, err := r.actions(ctx)
	if err != nil {
		return nil, err
	}
	var all []catalog.Action
	for _, a := range actions {
		if wanted[a.Name] {
			err = r.define(ctx, &a)
		} else if !had[a.Name] {
			continue
		}
		if err == nil {
			err = r.actionsOn(ctx, c, a)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	for _, p := range c.Products {
		if err := r.setPin("service actions", p.Key, strings.Join(p.ActionNames(), " ")); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *region) tagOptions(ctx context.Context, of *types.ListTagOptionsFilters) ([]catalog.TagOption, error) {
	var all []catalog.TagOption
	err := r.pages(ctx, "ListTagOptions", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListTagOptions(ctx, &servicecatalog.ListTagOptionsInput{Filters: of, PageToken: token})
		if err != nil {
			return nil, err
		}
		all = append(all, options(out.TagOptionDetails)...)
		return out.PageToken, nil
	})
	return all, err
}

func options(details []types.TagOptionDetail) []catalog.TagOption {
	var all []catalog.TagOption
	for _, o := range details {
		all = append(all, catalog.TagOption{ID: sdk.ToString(o.Id), Key: sdk.ToString(o.Key), Value: sdk.ToString(o.Value), Inactive: !sdk.ToBool(o.Active)})
	}
	slices.SortFunc(all, func(a, b catalog.TagOption) int { return compareText(a.Key, b.Key, a.Value, b.Value) })
	return all
}

// owner marks a service action as ours: it has no tags.
const owner = catalog.TagKey + "="

// actions are all of the region, without what they do.
func (r *region) actions(ctx context.Context) ([]catalog.Action, error) {
	var all []catalog.Action
	err := r.pages(ctx, "ListServiceActions", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListServiceActions(ctx, &servicecatalog.ListServiceActionsInput{PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, a := range out.ServiceActionSummaries {
			one := catalog.Action{ID: sdk.ToString(a.Id), Name: sdk.ToString(a.Name)}
			if key, ours := strings.CutPrefix(sdk.ToString(a.Description), owner); ours {
				one.Owner = key
			}
			all = append(all, one)
		}
		return out.NextPageToken, nil
	})
	slices.SortFunc(all, func(a, b catalog.Action) int { return compareText(a.Name, b.Name, a.ID, b.ID) })
	return all, err
}

// define reads what an action does.
func (r *region) define(ctx context.Context, a *catalog.Action) error {
	out, err := call(ctx, r.site, op{"servicecatalog", "DescribeServiceAction", r.effect(repeatable, a.ID)}, func(ctx context.Context) (*servicecatalog.DescribeServiceActionOutput, error) {
		return r.catalog.DescribeServiceAction(ctx, &servicecatalog.DescribeServiceActionInput{Id: &a.ID})
	})
	if err != nil {
		return err
	}
	d := out.ServiceActionDetail.Definition
	a.Document, a.Version, a.AssumeRole = d["Name"], d["Version"], d["AssumeRole"]
	if d["Parameters"] != "" {
		a.Parameters = catalog.CanonicalJSON(d["Parameters"])
	}
	return nil
}

func definition(a catalog.Action) map[string]string {
	d := map[string]string{"Name": a.Document, "Version": a.Version}
	if a.AssumeRole != "" {
		d["AssumeRole"] = a.AssumeRole
	}
	if a.Parameters != "" {
		d["Parameters"] = a.Parameters
	}
	return d
}

// actionsOn notes an action on the versions that have it: a region has fewer actions than versions.
func (r *region) actionsOn(ctx context.Context, c *catalog.Catalog, a catalog.Action) error {
	return r.versionsWith(ctx, a.ID, func(product, version string) {
		p := c.Product(r.region(), c.KeyOf(r.region(), product))
		if v := p.VersionByID(version); v != nil && !slices.Contains(v.Actions, a.Name) {
			v.Actions = append(v.Actions, a.Name)
		}
	})
}

// versionsWith tells the ids of each product and version that an action is on.
func (r *region) versionsWith(ctx context.Context, action string, tell func(product, version string)) error {
	return r.pages(ctx, "ListProvisioningArtifactsForServiceAction", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListProvisioningArtifactsForServiceAction(ctx, &servicecatalog.ListProvisioningArtifactsForServiceActionInput{ServiceActionId: &action, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, on := range out.ProvisioningArtifactViews {
			if on.ProductViewSummary != nil && on.ProvisioningArtifact != nil {
				tell(sdk.ToString(on.ProductViewSummary.ProductId), sdk.ToString(on.ProvisioningArtifact.Id))
			}
		}
		return out.NextPageToken, nil
	})
}

func (r *region) budgets(ctx context.Context, resource string) ([]string, error) {
	var all []string
	err := r.pages(ctx, "ListBudgetsForResource", func(ctx context.Context, token *string) (*string, error) {
		out, err := r.catalog.ListBudgetsForResource(ctx, &servicecatalog.ListBudgetsForResourceInput{ResourceId: &resource, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, b := range out.Budgets {
			all = append(all, sdk.ToString(b.BudgetName))
		}
		return out.NextPageToken, nil
	})
	slices.Sort(all)
	return all, err
}
