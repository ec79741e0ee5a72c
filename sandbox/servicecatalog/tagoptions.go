package servicecatalog

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func tagOptionOperations() []world.Operation {
	return []world.Operation{
		write("CreateTagOption", "", createTagOption, needs("Key", "Value"), limit("Key", 128), limit("Value", 256)),
		write("UpdateTagOption", "", updateTagOption, needs("Id"), limit("Value", 256)),
		read("DescribeTagOption", describeTagOption, needs("Id")),
		read("ListTagOptions", listTagOptions),
		write("DeleteTagOption", "", deleteTagOption, needs("Id")),
		read("ListResourcesForTagOption", listTagged, needs("TagOptionId")),
		write("AssociateTagOptionWithResource", "", associateTagOption, needs("ResourceId", "TagOptionId")),
		write("DisassociateTagOptionFromResource", "", disassociateTagOption, needs("ResourceId", "TagOptionId")),
	}
}

func createTagOption(c *world.Call, in *servicecatalog.CreateTagOptionInput) (*servicecatalog.CreateTagOptionOutput, error) {
	t := tagOption{ID: newID(c, "tag-"), Account: c.Account, Key: *in.Key, Value: *in.Value, Active: true}
	if err := uniqueTagOption(c, t); err != nil {
		return nil, err
	}
	world.Put(c, kindTagOption, t.ID, t)
	return &servicecatalog.CreateTagOptionOutput{TagOptionDetail: t.detail()}, nil
}

// uniqueTagOption holds that a key has a value once, and not too many.
func uniqueTagOption(c *world.Call, t tagOption) error {
	values := 0
	for _, o := range world.List[tagOption](c, kindTagOption) {
		if o.Key != t.Key || o.ID == t.ID {
			continue
		}
		if values++; o.Value == t.Value {
			return duplicate("TagOption %s=%s already exists (%s).", t.Key, t.Value, o.ID)
		}
	}
	return maxTagOptionValues.room(c, values)
}

func updateTagOption(c *world.Call, in *servicecatalog.UpdateTagOptionInput) (*servicecatalog.UpdateTagOptionOutput, error) {
	t, err := ownTagOption(c, *in.Id)
	if err != nil {
		return nil, err
	}
	set(&t.Value, in.Value)
	if in.Active != nil {
		t.Active = *in.Active
	}
	if err := uniqueTagOption(c, t); err != nil {
		return nil, err
	}
	world.Put(c, kindTagOption, t.ID, t)
	return &servicecatalog.UpdateTagOptionOutput{TagOptionDetail: t.detail()}, nil
}

func describeTagOption(c *world.Call, in *servicecatalog.DescribeTagOptionInput) (*servicecatalog.DescribeTagOptionOutput, error) {
	t, err := ownTagOption(c, *in.Id)
	return &servicecatalog.DescribeTagOptionOutput{TagOptionDetail: t.detail()}, err
}

func listTagOptions(c *world.Call, in *servicecatalog.ListTagOptionsInput) (*servicecatalog.ListTagOptionsOutput, error) {
	f := val(in.Filters)
	all := slices.DeleteFunc(world.List[tagOption](c, kindTagOption), func(t tagOption) bool {
		return f.Key != nil && *f.Key != t.Key || f.Value != nil && *f.Value != t.Value || f.Active != nil && *f.Active != t.Active
	})
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, val(f.Key), val(f.Value))
	return &servicecatalog.ListTagOptionsOutput{TagOptionDetails: tagOptionDetails(cut), PageToken: next}, err
}

func deleteTagOption(c *world.Call, in *servicecatalog.DeleteTagOptionInput) (*servicecatalog.DeleteTagOptionOutput, error) {
	t, err := ownTagOption(c, *in.Id)
	if err != nil {
		return nil, err
	}
	if n := len(taggedBy(c, t.ID)); n > 0 {
		return nil, inUse("TagOption %s is associated with %d resources.", t.ID, n)
	}
	world.Remove(c, kindTagOption, t.ID)
	return &servicecatalog.DeleteTagOptionOutput{}, nil
}

// listTagged gives the portfolios and products with a TagOption; ResourceType is Portfolio or Product.
func listTagged(c *world.Call, in *servicecatalog.ListResourcesForTagOptionInput) (*servicecatalog.ListResourcesForTagOptionOutput, error) {
	if _, err := ownTagOption(c, *in.TagOptionId); err != nil {
		return nil, err
	}
	of := val(in.ResourceType)
	if of != "" && of != "Portfolio" && of != "Product" {
		return nil, invalid("ResourceType %s is not Portfolio or Product.", of)
	}
	all := slices.DeleteFunc(taggedBy(c, *in.TagOptionId), func(r types.ResourceDetail) bool {
		return of == "Product" && !strings.HasPrefix(*r.Id, "prod-") || of == "Portfolio" && !strings.HasPrefix(*r.Id, "port-")
	})
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, *in.TagOptionId, of)
	return &servicecatalog.ListResourcesForTagOptionOutput{ResourceDetails: cut, PageToken: next}, err
}

func taggedBy(c *world.Call, option string) []types.ResourceDetail {
	var all []types.ResourceDetail
	has := func(id string) bool {
		_, ok := world.Get[tagged](c, under(kindTagged, id), option)
		return ok
	}
	for _, p := range world.List[portfolio](c, kindPortfolio) {
		if has(p.ID) {
			d := p.detail()
			all = append(all, types.ResourceDetail{Id: d.Id, ARN: d.ARN, Name: d.DisplayName, Description: d.Description, CreatedTime: d.CreatedTime})
		}
	}
	for _, p := range world.List[product](c, kindProduct) {
		if has(p.ID) {
			all = append(all, types.ResourceDetail{Id: new(p.ID), ARN: new(p.arn()), Name: new(p.Name), Description: opt(p.Description), CreatedTime: new(p.Created)})
		}
	}
	return all
}

func associateTagOption(c *world.Call, in *servicecatalog.AssociateTagOptionWithResourceInput) (*servicecatalog.AssociateTagOptionWithResourceOutput, error) {
	if err := ownResource(c, *in.ResourceId); err != nil {
		return nil, err
	}
	if _, err := ownTagOption(c, *in.TagOptionId); err != nil {
		return nil, err
	}
	if p, _ := world.Get[product](c, kindProduct, *in.ResourceId); p.Type == external {
		return nil, invalid("A product of type %s takes no TagOptions.", external)
	}
	kind := under(kindTagged, *in.ResourceId)
	if _, ok := world.Get[tagged](c, kind, *in.TagOptionId); ok {
		return nil, duplicate("TagOption %s is already associated with %s.", *in.TagOptionId, *in.ResourceId)
	}
	if err := maxTagOptions.room(c, len(world.List[tagged](c, kind))); err != nil {
		return nil, err
	}
	world.Put(c, kind, *in.TagOptionId, tagged{*in.ResourceId, *in.TagOptionId})
	return &servicecatalog.AssociateTagOptionWithResourceOutput{}, nil
}

func disassociateTagOption(c *world.Call, in *servicecatalog.DisassociateTagOptionFromResourceInput) (*servicecatalog.DisassociateTagOptionFromResourceOutput, error) {
	kind := under(kindTagged, *in.ResourceId)
	if _, ok := world.Get[tagged](c, kind, *in.TagOptionId); !ok {
		return nil, notFound("TagOption %s is not associated with %s.", *in.TagOptionId, *in.ResourceId)
	}
	world.Remove(c, kind, *in.TagOptionId)
	return &servicecatalog.DisassociateTagOptionFromResourceOutput{}, nil
}

// ownResource is a portfolio or product of the caller's account.
func ownResource(c *world.Call, id string) error {
	if _, err := ownPortfolio(c, id); err == nil {
		return nil
	}
	if _, err := ownProduct(c, id); err == nil {
		return nil
	}
	return notFound("Resource %s not found.", id)
}

func ownTagOption(c *world.Call, id string) (tagOption, error) {
	t, ok := world.Get[tagOption](c, kindTagOption, id)
	if !ok {
		return t, notFound("TagOption %s not found.", id)
	}
	return t, nil
}

// tagOptionsOf gives the TagOptions of a resource of the call's account.
func tagOptionsOf(c *world.Call, resource string) []tagOption {
	var all []tagOption
	for _, at := range world.List[tagged](c, under(kindTagged, resource)) {
		if t, ok := world.Get[tagOption](c, kindTagOption, at.TagOption); ok {
			all = append(all, t)
		}
	}
	return all
}

// choices gives what a launch may choose from: by key, the values of the portfolio and the
// product. Where both name a key and no value in common, the key stands without values (CT-18).
func choices(folio, product []tagOption) []types.TagOptionSummary {
	f, p := byKey(folio), byKey(product)
	var keys []string
	for k := range f {
		keys = append(keys, k)
	}
	for k := range p {
		if _, both := f[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var out []types.TagOptionSummary
	for _, k := range keys {
		out = append(out, types.TagOptionSummary{Key: new(k), Values: common(f[k], p[k])})
	}
	return out
}

func byKey(all []tagOption) map[string][]string {
	out := map[string][]string{}
	for _, t := range all {
		if t.Active {
			out[t.Key] = append(out[t.Key], t.Value)
		}
	}
	return out
}

func common(a, b []string) []string {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	both := slices.DeleteFunc(slices.Clone(a), func(v string) bool { return !slices.Contains(b, v) })
	slices.Sort(both)
	return both
}

func (t tagOption) detail() *types.TagOptionDetail {
	return &types.TagOptionDetail{Id: new(t.ID), Key: new(t.Key), Value: new(t.Value), Active: new(t.Active), Owner: new(t.Account)}
}

func tagOptionDetails(all []tagOption) []types.TagOptionDetail {
	var out []types.TagOptionDetail
	for _, t := range all {
		out = append(out, *t.detail())
	}
	return out
}
