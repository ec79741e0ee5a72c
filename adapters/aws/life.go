package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// deleteVersion deletes until AWS's own list lacks the version: while another one of the product
// is being made, AWS says that this one is not found (CT-3).
func (r *region) deleteVersion(ctx context.Context, c catalog.Change) error {
	product, key := r.ids["product/"+c.Product], c.Product+"/"+c.Version.Name
	id := r.ids["version/"+key]
	if id == "" {
		return nil
	}
	if c.Version.ID != "" && c.Version.ID != id {
		return document.Fail("AXLE2772", fmt.Sprintf("version %s of %s%s is %s now, planned was %s", c.Version.Name, c.Product, r.place, id, c.Version.ID), "look at a new plan", nil)
	}
	in := &servicecatalog.DeleteProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &id}
	err := r.poll(ctx, "deleting version "+id, objectPause, func() (bool, error) {
		_, err := call(ctx, r.site, op{"servicecatalog", "DeleteProvisioningArtifact", repeatable}, func(ctx context.Context) (*servicecatalog.DeleteProvisioningArtifactOutput, error) {
			return r.catalog.DeleteProvisioningArtifact(ctx, in)
		})
		if err != nil && !answered(err, missing) {
			return false, err
		}
		left, err := r.versions(ctx, product, nil)
		return !slices.ContainsFunc(left, func(v catalog.Version) bool { return v.ID == id }), err
	})
	if err == nil {
		delete(r.ids, "version/"+key)
	}
	return err
}

// Template reads the object that a version was made from.
func (h *Hub) Template(ctx context.Context, p catalog.Product, v catalog.Version) ([]byte, error) {
	r := h.region(p.Region)
	bucket, key := r.object(p.Key, p.Type, v.Digest)
	return r.get(ctx, bucket, key)
}

// Witnesses are what the hub says of one version, region by region: its description, the object
// that it was made from, and what Service Catalog tells of it. parameters are those that its
// template has, where they are known. What is not there is a fault in its witness; an error is
// what could not be asked.
func (h *Hub) Witnesses(ctx context.Context, have catalog.Catalog, product, version string, parameters []string) ([]catalog.Witness, error) {
	found := make([][]catalog.Witness, len(h.at.Regions))
	failed := make([]error, len(h.at.Regions))
	var wg sync.WaitGroup
	for i, name := range h.at.Regions {
		wg.Go(func() {
			found[i], failed[i] = h.region(name).witnesses(ctx, have.Product(name, product), version, parameters)
		})
	}
	wg.Wait()
	return slices.Concat(found...), errors.Join(failed...)
}

func (r *region) witnesses(ctx context.Context, p *catalog.Product, version string, parameters []string) ([]catalog.Witness, error) {
	v := p.Version(version)
	if v == nil {
		return []catalog.Witness{{Region: r.region(), Place: "Service Catalog", Fault: "it has no such version"}}, nil
	}
	told, err := r.told(ctx, p.ID, *v, parameters)
	if err != nil || v.Digest == "" {
		return []catalog.Witness{told.Witness}, err
	}
	bucket, key := r.object(p.Key, p.Type, v.Digest)
	object := catalog.Witness{Region: r.region(), Place: "s3://" + bucket + "/" + key}
	data, err := r.get(ctx, bucket, key)
	switch {
	case err == nil:
		object.Template = digestOf(data)
	case coded(err, "NoSuchKey", "NotFound"):
		object.Fault, err = "it is gone", nil
	}
	if url := told.url; err == nil && strings.Contains(url, "//"+bucket+".") && url != objectURL(r.region(), bucket, key) {
		told.Fault = "it was made from " + url
	}
	return []catalog.Witness{told.Witness, object}, err
}

// told is a version as DescribeProvisioningArtifact has it.
type told struct {
	catalog.Witness
	url string // of the object that it was made from
}

func (r *region) told(ctx context.Context, product string, v catalog.Version, parameters []string) (told, error) {
	t := told{Witness: catalog.Witness{Region: r.region(), Place: v.ID}}
	in := &servicecatalog.DescribeProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &v.ID, IncludeProvisioningArtifactParameters: parameters != nil}
	out, err := call(ctx, r.site, op{"servicecatalog", "DescribeProvisioningArtifact", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProvisioningArtifactOutput, error) {
		return r.catalog.DescribeProvisioningArtifact(ctx, in)
	})
	if answered(err, missing) {
		t.Fault = "it is gone"
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.url = out.Info["TemplateUrl"]
	t.Content, _, _ = catalog.ParseDescription(sdk.ToString(out.ProvisioningArtifactDetail.Description))
	var has []string
	for _, p := range out.ProvisioningArtifactParameters {
		has = append(has, sdk.ToString(p.ParameterKey))
	}
	switch slices.Sort(has); {
	case out.Status != types.StatusAvailable:
		t.Fault = "it is " + string(out.Status)
	case t.Content == "":
		t.Fault = "axle did not publish it: its description has no digest"
	case parameters != nil && !slices.Equal(has, slices.Sorted(slices.Values(parameters))):
		t.Fault = fmt.Sprintf("it has the parameters %v, the template has %v", has, parameters)
	}
	return t, nil
}
