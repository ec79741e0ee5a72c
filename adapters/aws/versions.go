package aws

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

func (r *region) createVersion(ctx context.Context, c catalog.Change) error {
	key := c.Product + "/" + c.Version.Name
	product := r.ids["product/"+c.Product]
	if r.ids["version/"+key] != "" {
		return nil
	}
	kind := r.scope.Product(c.Region, c.Product).Kind()
	url, err := r.template(ctx, c.Product, kind, *c.Version)
	if err != nil {
		return err
	}
	in := &servicecatalog.CreateProvisioningArtifactInput{ProductId: &product, Parameters: artifact(kind, *c.Version, url),
		IdempotencyToken: sdk.String(token("CreateProvisioningArtifact", r.place, product+r.was("version", key), c.Version))}
	look := func(ctx context.Context) (string, error) { return r.versionID(ctx, product, *c.Version) }
	o := op{"servicecatalog", "CreateProvisioningArtifact", r.effect(create, product)}
	id, err := r.once(ctx, o, look, func(ctx context.Context) (string, error) {
		out, err := r.catalog.CreateProvisioningArtifact(ctx, in)
		if err != nil {
			return "", err
		}
		return sdk.ToString(out.ProvisioningArtifactDetail.Id), nil
	})
	if err != nil {
		return err
	}
	r.ids["version/"+key] = id
	if err := r.setPin("version", key, id); err != nil {
		return err
	}
	return r.versionReady(ctx, product, id)
}

// versionID finds a version by name and digest.
func (r *region) versionID(ctx context.Context, product string, v catalog.Version) (string, error) {
	all, err := r.versions(ctx, product, nil)
	i := slices.IndexFunc(all, func(x catalog.Version) bool { return x.Name == v.Name && x.Digest == v.Digest })
	if err != nil || i < 0 {
		return "", err
	}
	return all[i].ID, nil
}

// versionOf is the id of a change's version; one made with its product is looked for.
func (r *region) versionOf(ctx context.Context, c catalog.Change) (string, error) {
	if id := r.ids["version/"+c.Product+"/"+c.Version.Name]; id != "" {
		return id, nil
	}
	return r.versionID(ctx, r.ids["product/"+c.Product], *c.Version)
}

func (r *region) versionReady(ctx context.Context, product, id string) error {
	o := op{"servicecatalog", "DescribeProvisioningArtifact", r.effect(repeatable, id, product)}
	return r.poll(ctx, "version "+id, objectPause, func() (bool, error) {
		out, err := call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.DescribeProvisioningArtifactOutput, error) {
			return r.catalog.DescribeProvisioningArtifact(ctx, &servicecatalog.DescribeProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &id})
		})
		if err == nil && out.Status == types.StatusFailed {
			err = document.Fail("AXLE3212", "Service Catalog could not make version "+id+" of product "+product+r.place.String(), "delete it, then run again", nil)
		}
		return err == nil && out.Status == types.StatusAvailable, err
	})
}

func (r *region) updateVersion(ctx context.Context, c catalog.Change) error {
	product := r.ids["product/"+c.Product]
	id, err := r.versionOf(ctx, c)
	if err != nil {
		return err
	}
	in := &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &id,
		Active: &c.Version.Active, Guidance: types.ProvisioningArtifactGuidance(c.Version.Guidance)}
	o := op{"servicecatalog", "UpdateProvisioningArtifact", r.effect(repeatable, id, product)}
	_, err = call(ctx, r.site, o, func(ctx context.Context) (*servicecatalog.UpdateProvisioningArtifactOutput, error) {
		return r.catalog.UpdateProvisioningArtifact(ctx, in)
	})
	return err
}

// template uploads a version's template under its digest, and gives its URL.
func (r *region) template(ctx context.Context, product, kind string, v catalog.Version) (string, error) {
	data, err := r.hub.open(v.Template)
	if err != nil {
		return "", document.Fail("AXLE3215", "the template "+v.Template+" is not in the artifact store", "run the pipeline from alpha again", err)
	}
	if got := digestOf(data); got != v.Template {
		return "", document.Fail("AXLE3213", fmt.Sprintf("the artifact store gives %s for template %s", got, v.Template), "the store is damaged: run the pipeline from alpha again", nil)
	}
	bucket, key := r.object(product, kind, v.Digest)
	return r.upload(ctx, bucket, key, data)
}

func artifact(kind string, v catalog.Version, url string) *types.ProvisioningArtifactProperties {
	return &types.ProvisioningArtifactProperties{Name: sdk.String(v.Name), Description: sdk.String(v.Description()),
		Type: types.ProvisioningArtifactType(kind), Info: map[string]string{"LoadTemplateFromURL": url}}
}
