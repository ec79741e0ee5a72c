package servicecatalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func productOperations() []world.Operation {
	limits := []rule{
		limit("Name", 8191), limit("Owner", 8191), limit("Description", 8191), limit("Distributor", 8191),
		limit("SupportDescription", 8191), limit("SupportEmail", 254), limit("SupportUrl", 2083), refuses("SourceConnection"),
	}
	return []world.Operation{
		write("CreateProduct", "IdempotencyToken", createProduct, append(limits, needs("Name", "Owner", "ProductType"))...),
		write("UpdateProduct", "", updateProduct, append(limits, needs("Id"))...),
		read("DescribeProductAsAdmin", describeProductAsAdmin),
		read("SearchProductsAsAdmin", searchProductsAsAdmin, refuses("ProductSource")),
		write("DeleteProduct", "", deleteProduct, needs("Id")),
	}
}

func createProduct(c *world.Call, in *servicecatalog.CreateProductInput) (*servicecatalog.CreateProductOutput, error) {
	if err := creatable(in.ProductType); err != nil {
		return nil, err
	}
	if err := maxProducts.room(c, len(world.List[product](c, kindProduct))); err != nil {
		return nil, err
	}
	tags, err := retag(c, nil, in.Tags, nil, maxTags)
	if err != nil {
		return nil, err
	}
	p := product{
		ID: newID(c, "prod-"), ViewID: newID(c, "prodview-"), Account: c.Account, Region: c.Region,
		Name: *in.Name, Owner: *in.Owner, Type: string(in.ProductType), Description: val(in.Description),
		Distributor: val(in.Distributor), SupportDescription: val(in.SupportDescription),
		SupportEmail: val(in.SupportEmail), SupportURL: val(in.SupportUrl),
		Created: c.Now, fate: makingProduct.start(c), Tags: tags,
	}
	a, err := addArtifact(c, p, in.ProvisioningArtifactParameters)
	if err != nil {
		return nil, err
	}
	world.Put(c, kindProduct, p.ID, p)
	locate(c, p.ID)
	return &servicecatalog.CreateProductOutput{
		ProductViewDetail: p.detail(c), ProvisioningArtifactDetail: a.detail(), Tags: toTags(p.Tags),
	}, nil
}

// creatable refuses what AWS no longer makes, and what the sandbox cannot launch.
func creatable(t types.ProductType) error {
	switch t {
	case types.ProductTypeCloudFormationTemplate, types.ProductTypeExternal:
		return nil
	case types.ProductTypeTerraformOpenSource:
		return invalid("Product type TERRAFORM_OPEN_SOURCE can no longer be created. Use EXTERNAL.")
	case types.ProductTypeTerraformCloud, types.ProductTypeMarketplace:
		return notHere("CreateProduct with ProductType %s", t)
	}
	return violated("Value '%s' at 'productType' failed to satisfy constraint: Member must satisfy enum value set", t)
}

func updateProduct(c *world.Call, in *servicecatalog.UpdateProductInput) (*servicecatalog.UpdateProductOutput, error) {
	p, err := ownProduct(c, *in.Id)
	if err != nil {
		return nil, err
	}
	if p.Tags, err = retag(c, p.Tags, in.AddTags, in.RemoveTags, maxTags); err != nil {
		return nil, err
	}
	set(&p.Name, in.Name)
	set(&p.Owner, in.Owner)
	set(&p.Description, in.Description)
	set(&p.Distributor, in.Distributor)
	set(&p.SupportDescription, in.SupportDescription)
	set(&p.SupportEmail, in.SupportEmail)
	set(&p.SupportURL, in.SupportUrl)
	world.Put(c, kindProduct, p.ID, p)
	return &servicecatalog.UpdateProductOutput{ProductViewDetail: p.detail(c), Tags: toTags(p.Tags)}, nil
}

// describeProductAsAdmin answers the owner, and who has received a portfolio with the product.
func describeProductAsAdmin(c *world.Call, in *servicecatalog.DescribeProductAsAdminInput) (*servicecatalog.DescribeProductAsAdminOutput, error) {
	p, err := adminProduct(c, val(in.Id), val(in.Name))
	if err != nil {
		return nil, err
	}
	owner := c.In(p.Account, p.Region)
	out := &servicecatalog.DescribeProductAsAdminOutput{
		ProductViewDetail:             p.detail(c),
		ProvisioningArtifactSummaries: summaries(artifactsOf(owner, p.ID)),
	}
	source, err := seenPortfolio(c, val(in.SourcePortfolioId))
	if p.Account == c.Account {
		out.Tags = toTags(p.Tags)
	}
	if p.Account == c.Account || err == nil && source.TagOptions {
		out.TagOptions = tagOptionDetails(tagOptionsOf(owner, p.ID))
	}
	return out, nil
}

func deleteProduct(c *world.Call, in *servicecatalog.DeleteProductInput) (*servicecatalog.DeleteProductOutput, error) {
	p, err := ownProduct(c, *in.Id)
	if err != nil {
		return nil, err
	}
	if len(placementsOf(c, p.ID)) > 0 {
		return nil, inUse("Product %s is associated with a portfolio.", p.ID)
	}
	if len(tagOptionsOf(c, p.ID)) > 0 {
		return nil, inUse("Product %s has associated TagOptions.", p.ID)
	}
	for _, a := range artifactsOf(c, p.ID) {
		dropArtifact(c, a)
	}
	dropBudgets(c, p.ID)
	world.Remove(c, kindProduct, p.ID)
	world.Remove(global(c), kindHome, p.ID)
	return &servicecatalog.DeleteProductOutput{}, nil
}

func searchProductsAsAdmin(c *world.Call, in *servicecatalog.SearchProductsAsAdminInput) (*servicecatalog.SearchProductsAsAdminOutput, error) {
	all := world.List[product](c, kindProduct)
	if in.PortfolioId != nil {
		p, err := seenPortfolio(c, *in.PortfolioId)
		if err != nil {
			return nil, err
		}
		all = productsIn(c.In(p.Account, p.Region), p.ID)
	}
	all, err := matching(all, in.Filters)
	if err != nil {
		return nil, err
	}
	if err := sortProducts(c, all, in.SortBy, in.SortOrder); err != nil {
		return nil, err
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, val(in.PortfolioId), filterText(in.Filters))
	out := &servicecatalog.SearchProductsAsAdminOutput{NextPageToken: next}
	for _, p := range cut {
		out.ProductViewDetails = append(out.ProductViewDetails, *p.detail(c))
	}
	return out, err
}

// matching filters as AWS does: FullTextSearch is fuzzy (CT-1), the others are exact.
func matching(all []product, filters map[string][]string) ([]product, error) {
	for key := range filters {
		if !slices.Contains(types.ProductViewFilterBy("").Values(), types.ProductViewFilterBy(key)) {
			return nil, invalid("Filter %s is not one of FullTextSearch, Owner, ProductType, SourceProductId.", key)
		}
	}
	return slices.DeleteFunc(all, func(p product) bool {
		for key, values := range filters {
			if !slices.ContainsFunc(values, func(v string) bool { return p.matches(key, v) }) {
				return true
			}
		}
		return false
	}), nil
}

func (p product) matches(key, value string) bool {
	switch types.ProductViewFilterBy(key) {
	case types.ProductViewFilterByOwner:
		return p.Owner == value
	case types.ProductViewFilterByProductType:
		return p.Type == value
	case types.ProductViewFilterBySourceProductId:
		return p.ID == value
	}
	text := strings.ToLower(strings.Join([]string{p.Name, p.Owner, p.Description, p.Distributor}, " "))
	return slices.ContainsFunc(strings.Fields(strings.ToLower(value)), func(w string) bool { return strings.Contains(text, w) })
}

func sortProducts(c *world.Call, all []product, by types.ProductViewSortBy, order types.SortOrder) error {
	var less func(a, b product) int
	switch by {
	case "":
		return nil
	case types.ProductViewSortByTitle:
		less = func(a, b product) int { return cmp.Compare(a.Name, b.Name) }
	case types.ProductViewSortByCreationDate:
		less = func(a, b product) int { return a.Created.Compare(b.Created) }
	case types.ProductViewSortByVersionCount:
		less = func(a, b product) int { return cmp.Compare(versions(c, a), versions(c, b)) }
	default:
		return invalid("SortBy %s is not one of Title, VersionCount, CreationDate.", by)
	}
	slices.SortStableFunc(all, func(a, b product) int {
		if order == types.SortOrderDescending {
			a, b = b, a
		}
		return less(a, b)
	})
	return nil
}

func versions(c *world.Call, p product) int { return len(artifactsOf(c.In(p.Account, p.Region), p.ID)) }

// filterText is the filters as one text, for page tokens.
func filterText(filters map[string][]string) string {
	var all []string
	for key, values := range filters {
		all = append(all, key+"="+strings.Join(values, ","))
	}
	slices.Sort(all)
	return strings.Join(all, ";")
}

func ownProduct(c *world.Call, id string) (product, error) {
	p, ok := world.Get[product](c, kindProduct, id)
	if !ok {
		return p, notFound("Product %s not found.", id)
	}
	return p, nil
}

// adminProduct finds a product by id, own or received, or an own one by exact name.
func adminProduct(c *world.Call, id, name string) (product, error) {
	switch {
	case (id == "") == (name == ""):
		return product{}, invalid("Give the product's id or its name, and not both.")
	case id != "":
		return receivedProduct(c, id)
	}
	all := slices.DeleteFunc(world.List[product](c, kindProduct), func(p product) bool { return p.Name != name })
	if len(all) != 1 {
		return product{}, notFound("%d products have the name %s. Give an id.", len(all), name)
	}
	return all[0], nil
}

// receivedProduct is an own product, or one in a portfolio that the account has received.
func receivedProduct(c *world.Call, id string) (product, error) {
	if p, ok := world.Get[product](c, kindProduct, id); ok {
		return p, nil
	}
	for _, r := range received(c) {
		owner := c.In(r.Account, r.Region)
		if _, ok := world.Get[placement](owner, under(kindPlacement, r.ID), id); !ok {
			continue
		}
		if p, ok := world.Get[product](owner, kindProduct, id); ok {
			return p, nil
		}
	}
	return product{}, notFound("Product %s not found.", id)
}

func (p product) detail(c *world.Call) *types.ProductViewDetail {
	return &types.ProductViewDetail{
		ProductARN: new(p.arn()), CreatedTime: new(p.Created), Status: p.state(c), ProductViewSummary: p.summary(false),
	}
}

// state says CREATED for AVAILABLE where the world is so switched: AWS's documents differ.
func (p product) state(c *world.Call) types.Status {
	if s := p.status(c); s != types.StatusAvailable || !switched(c, statusCreated) {
		return s
	}
	return "CREATED"
}

func (p product) arn() string { return catalogARN(p.Account, p.Region, "product/"+p.ID) }

func (p product) summary(defaultPath bool) *types.ProductViewSummary {
	return &types.ProductViewSummary{
		Id: new(p.ViewID), ProductId: new(p.ID), Name: new(p.Name), Owner: new(p.Owner), Type: types.ProductType(p.Type),
		ShortDescription: opt(p.Description), Distributor: opt(p.Distributor), HasDefaultPath: defaultPath,
		SupportDescription: opt(p.SupportDescription), SupportEmail: opt(p.SupportEmail), SupportUrl: opt(p.SupportURL),
	}
}
