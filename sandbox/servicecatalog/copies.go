package servicecatalog

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func copyOperations() []world.Operation {
	return []world.Operation{
		write("CopyProduct", "IdempotencyToken", copyProduct, needs("SourceProductArn"), limit("TargetProductName", 8191)),
		read("DescribeCopyProductStatus", describeCopy, needs("CopyProductToken")),
	}
}

// copyJob is one copying of a product, by its token.
type copyJob struct {
	Target string
	fate
}

// copyProduct copies a product's versions into a new product of the caller, or into one it
// has. Between source and copy there is no link afterwards (CT-20).
func copyProduct(c *world.Call, in *servicecatalog.CopyProductInput) (*servicecatalog.CopyProductOutput, error) {
	source, err := copySource(c, *in.SourceProductArn)
	if err != nil {
		return nil, err
	}
	chosen, err := copyChoice(c, source, in.SourceProvisioningArtifactIdentifiers)
	if err != nil {
		return nil, err
	}
	job := copyJob{fate: copying.start(c)}
	target, err := copyTarget(c, in, source, job.fate)
	if err != nil {
		return nil, err
	}
	job.Target = target.ID
	if !job.Fails {
		err = target.take(c, source, chosen, job.fate)
	}
	token := newID(c, "copyproduct-")
	world.Put(c, kindCopy, token, job)
	return &servicecatalog.CopyProductOutput{CopyProductToken: &token}, err
}

// copySource finds the product by its ARN: the caller's, of any region, or a received one.
func copySource(c *world.Call, arn string) (product, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != "catalog" || !strings.HasPrefix(parts[5], "product/") {
		return product{}, invalid("%q is not the ARN of a product: arn:aws:catalog:region:account:product/prod-id.", arn)
	}
	region, account, id := parts[3], parts[4], strings.TrimPrefix(parts[5], "product/")
	p, err := receivedProduct(c.In(c.Account, region), id)
	if err == nil && p.Account != account {
		err = notFound("Product %s not found.", arn)
	}
	return p, err
}

// copyChoice gives the versions named by their ids, or all.
func copyChoice(c *world.Call, source product, ids []map[string]string) ([]artifact, error) {
	owner := c.In(source.Account, source.Region)
	all := artifactsOf(owner, source.ID)
	if len(ids) == 0 {
		return all, nil
	}
	var chosen []artifact
	for _, by := range ids {
		a, err := artifactBy(owner, source, by[string(types.ProvisioningArtifactPropertyNameId)], "")
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, a)
	}
	return chosen, nil
}

// copyTarget is the product to copy into. A new one is there when the copying is done.
func copyTarget(c *world.Call, in *servicecatalog.CopyProductInput, source product, f fate) (product, error) {
	if in.TargetProductId != nil {
		p, err := ownProduct(c, *in.TargetProductId)
		if err == nil && p.Type != source.Type {
			err = invalid("Product %s of type %s cannot be copied into %s of type %s.", source.ID, source.Type, p.ID, p.Type)
		}
		return p, err
	}
	if err := maxProducts.room(c, len(world.List[product](c, kindProduct))); err != nil {
		return product{}, err
	}
	p := source
	p.ID, p.ViewID, p.Account, p.Region = newID(c, "prod-"), newID(c, "prodview-"), c.Account, c.Region
	p.Created, p.fate, p.Tags = c.Now, f, nil
	set(&p.Name, in.TargetProductName)
	if slices.Contains(in.CopyOptions, types.CopyOptionCopyTags) {
		p.Tags = source.Tags
	}
	if !f.Fails {
		world.Put(c, kindProduct, p.ID, p)
		locate(c, p.ID)
	}
	return p, nil
}

// take adds copies of versions, under new ids.
func (p product) take(c *world.Call, source product, versions []artifact, f fate) error {
	owner := c.In(source.Account, source.Region)
	for _, v := range versions {
		body := templateBody(owner, v)
		v.fate = f
		if _, err := p.store(c, v, body); err != nil {
			return err
		}
	}
	return nil
}

func describeCopy(c *world.Call, in *servicecatalog.DescribeCopyProductStatusInput) (*servicecatalog.DescribeCopyProductStatusOutput, error) {
	job, ok := world.Get[copyJob](c, kindCopy, *in.CopyProductToken)
	if !ok {
		return nil, notFound("Copy product token %s not found.", *in.CopyProductToken)
	}
	out := &servicecatalog.DescribeCopyProductStatusOutput{CopyProductStatus: types.CopyProductStatusInProgress}
	switch {
	case job.done(c):
		out.CopyProductStatus, out.TargetProductId = types.CopyProductStatusSucceeded, &job.Target
	case job.over(c):
		out.CopyProductStatus, out.StatusDetail = types.CopyProductStatusFailed, new("The product could not be copied.")
	}
	return out, nil
}
