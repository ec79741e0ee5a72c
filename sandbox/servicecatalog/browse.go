package servicecatalog

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func browseOperations() []world.Operation {
	return []world.Operation{
		read("SearchProducts", searchProducts),
		read("DescribeProduct", describeProduct),
		read("DescribeProductView", describeProductView, needs("Id")),
		read("ListLaunchPaths", listLaunchPaths, needs("ProductId")),
		read("DescribeProvisioningParameters", describeParameters),
	}
}

// searchProducts gives the products that the caller has a path to.
func searchProducts(c *world.Call, in *servicecatalog.SearchProductsInput) (*servicecatalog.SearchProductsOutput, error) {
	paths := map[string]int{}
	var all []product
	for _, l := range pathsTo(c, "") {
		if paths[l.Product.ID]++; paths[l.Product.ID] == 1 {
			all = append(all, l.Product)
		}
	}
	all, err := matching(all, in.Filters)
	if err != nil {
		return nil, err
	}
	if err := sortProducts(c, all, in.SortBy, in.SortOrder); err != nil {
		return nil, err
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, wide, c.Principal.ARN, filterText(in.Filters))
	out := &servicecatalog.SearchProductsOutput{NextPageToken: next, ProductViewAggregations: aggregate(all)}
	for _, p := range cut {
		out.ProductViewSummaries = append(out.ProductViewSummaries, *p.summary(paths[p.ID] == 1))
	}
	return out, err
}

func aggregate(all []product) map[string][]types.ProductViewAggregationValue {
	owners, kinds := map[string]int32{}, map[string]int32{}
	for _, p := range all {
		owners[p.Owner]++
		kinds[p.Type]++
	}
	return map[string][]types.ProductViewAggregationValue{"Owner": counts(owners), "ProductType": counts(kinds)}
}

func counts(of map[string]int32) []types.ProductViewAggregationValue {
	var out []types.ProductViewAggregationValue
	for _, v := range slices.Sorted(maps.Keys(of)) {
		out = append(out, types.ProductViewAggregationValue{Value: new(v), ApproximateCount: of[v]})
	}
	return out
}

// describeProductView is DescribeProduct by the id of the view, without launch paths.
func describeProductView(c *world.Call, in *servicecatalog.DescribeProductViewInput) (*servicecatalog.DescribeProductViewOutput, error) {
	all := pathsTo(c, "")
	i := slices.IndexFunc(all, func(l launchPath) bool { return l.Product.ViewID == *in.Id })
	if i < 0 {
		return nil, notFound("Product view %s not found.", *in.Id)
	}
	d, err := describeProduct(c, &servicecatalog.DescribeProductInput{Id: &all[i].Product.ID})
	if err != nil {
		return nil, err
	}
	return &servicecatalog.DescribeProductViewOutput{ProductViewSummary: d.ProductViewSummary, ProvisioningArtifacts: d.ProvisioningArtifacts}, nil
}

func describeProduct(c *world.Call, in *servicecatalog.DescribeProductInput) (*servicecatalog.DescribeProductOutput, error) {
	paths, err := pathsBy(c, val(in.Id), val(in.Name))
	if err != nil {
		return nil, err
	}
	p := paths[0].Product
	out := &servicecatalog.DescribeProductOutput{ProductViewSummary: p.summary(len(paths) == 1)}
	for _, l := range paths {
		out.LaunchPaths = append(out.LaunchPaths, types.LaunchPath{Id: new(l.ID), Name: new(l.Folio.DisplayName)})
	}
	for _, a := range artifactsOf(c.In(p.Account, p.Region), p.ID) {
		if a.visible(c) {
			out.ProvisioningArtifacts = append(out.ProvisioningArtifacts, a.shown())
		}
	}
	return out, nil
}

// visible to end users is what is whole and active.
func (a artifact) visible(c *world.Call) bool { return a.Active && a.done(c) }

func listLaunchPaths(c *world.Call, in *servicecatalog.ListLaunchPathsInput) (*servicecatalog.ListLaunchPathsOutput, error) {
	paths, err := pathsBy(c, *in.ProductId, "")
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, paths, in.PageSize, in.PageToken, narrow, *in.ProductId, c.Principal.ARN)
	out := &servicecatalog.ListLaunchPathsOutput{NextPageToken: next}
	for _, l := range cut {
		out.LaunchPathSummaries = append(out.LaunchPathSummaries, l.summary())
	}
	return out, err
}

// pathsBy gives the caller's paths, at least one, to the product of that id or name.
func pathsBy(c *world.Call, id, name string) ([]launchPath, error) {
	if (id == "") == (name == "") {
		return nil, invalid("Give the product's id or its name, and not both.")
	}
	paths := slices.DeleteFunc(pathsTo(c, id), func(l launchPath) bool { return name != "" && l.Product.Name != name })
	if len(paths) == 0 {
		return nil, notFound("No launch paths found for resource: %s", cmp.Or(id, name))
	}
	for _, l := range paths {
		if l.Product.ID != paths[0].Product.ID {
			return nil, invalid("More than one product has the name %s. Give an id.", name)
		}
	}
	return paths, nil
}

// choose picks the path that a caller names, or the only one.
func choose(paths []launchPath, id, name string) (launchPath, error) {
	if id != "" && name != "" {
		return launchPath{}, invalid("Give PathId or PathName, and not both.")
	}
	found := slices.DeleteFunc(slices.Clone(paths), func(l launchPath) bool {
		return id != "" && l.ID != id || name != "" && l.Folio.DisplayName != name
	})
	switch {
	case len(found) == 0:
		return launchPath{}, notFound("Launch path %s not found for product %s.", cmp.Or(id, name), paths[0].Product.ID)
	case len(found) > 1:
		return launchPath{}, invalid("Product %s has %d launch paths. Give PathId.", paths[0].Product.ID, len(found))
	}
	return found[0], nil
}

// offer is a version that the caller may have, and the path to it.
type offer struct {
	launchPath
	Version artifact
	owner   *world.Call // of the product
}

// pick finds what a caller asks for by ids or names.
func pick(c *world.Call, productID, productName, artifactID, artifactName, pathID, pathName string) (offer, error) {
	paths, err := pathsBy(c, productID, productName)
	if err != nil {
		return offer{}, err
	}
	path, err := choose(paths, pathID, pathName)
	if err != nil {
		return offer{}, err
	}
	owner := c.In(path.Product.Account, path.Product.Region)
	a, err := artifactBy(owner, path.Product, artifactID, artifactName)
	if err == nil && !a.visible(c) {
		err = notFound("Provisioning artifact %s of product %s not found.", a.ID, path.Product.ID)
	}
	return offer{path, a, owner}, err
}

func describeParameters(c *world.Call, in *servicecatalog.DescribeProvisioningParametersInput) (*servicecatalog.DescribeProvisioningParametersOutput, error) {
	o, err := pick(c, val(in.ProductId), val(in.ProductName), val(in.ProvisioningArtifactId), val(in.ProvisioningArtifactName), val(in.PathId), val(in.PathName))
	if err != nil {
		return nil, err
	}
	if o.Product.Type == external {
		return o.parsed(c)
	}
	t, err := templateOf(o.owner, o.Version)
	if err != nil {
		return nil, err
	}
	return &servicecatalog.DescribeProvisioningParametersOutput{
		ConstraintSummaries: o.constraintSummaries(), TagOptions: o.Options,
		ProvisioningArtifactParameters: parameters(t), ProvisioningArtifactOutputKeys: outputKeys(t),
		ProvisioningArtifactOutputs: []types.ProvisioningArtifactOutput{{Key: new(o.Version.ID), Description: opt(o.Version.Description)}},
	}, nil
}
