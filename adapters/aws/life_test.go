package aws_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// lived publishes 1.0.0 and 1.1.0, and gives the hub with both.
func lived(t *testing.T) (*bed, catalog.Catalog) {
	t.Helper()
	b := newBed(t)
	b.publish(b.want("1.0.0"))
	return b, b.publish(b.want("1.1.0")).Have
}

func deletion(have catalog.Catalog, version string) catalog.Change {
	v := *have.Product("eu-west-1", "bucket").Version(version)
	return catalog.Change{Verb: catalog.Delete, Kind: catalog.KindVersion, Region: "eu-west-1", Product: "bucket", Version: &v}
}

func (b *bed) versions() []string {
	b.t.Helper()
	have, err := b.hub(b.want("1.1.0")).Observe(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, v := range have.Product("eu-west-1", "bucket").Versions {
		names = append(names, v.Name)
	}
	return names
}

// A version is deleted once, whatever becomes of the call; deleted again, nothing happens. CAT-33 CT-3
func TestDeleteVersion(t *testing.T) {
	for name, f := range map[string]fault{
		"in peace": {}, "its answer is lost": {lost: true}, "it is never sent": {reset: true}, "it is throttled": {status: 400, code: "ThrottlingException"},
		"another version is being made": {status: 400, code: "ResourceNotFoundException"},
	} {
		t.Run(name, func(t *testing.T) {
			b, have := lived(t)
			b.wire.set(func(operation string, nth int) fault {
				if operation == "DeleteProvisioningArtifact" && nth == 1 {
					return f
				}
				return fault{}
			})
			if err := b.hub(b.want("1.1.0")).Apply(t.Context(), deletion(have, "1.0.0")); err != nil {
				t.Fatal(err)
			}
			same(t, "versions", b.versions(), []string{"1.1.0"})
			mark := b.mark()
			if err := b.hub(b.want("1.1.0")).Apply(t.Context(), deletion(have, "1.0.0")); err != nil {
				t.Error(err)
			}
			same(t, "a second time", mutating(b.since(mark)), nil)
		})
	}
}

// The trap itself: AWS does not find a version while another of its product is being made. CT-3
func TestDeleteVersionBesideACreation(t *testing.T) {
	b, have := lived(t)
	if err := b.sandbox.Set(t.Context(), map[string]string{"servicecatalog:parallel-versions-not-found": "on", "servicecatalog:version": "20s"}); err != nil {
		t.Fatal(err)
	}
	p := have.Product("eu-west-1", "bucket")
	client := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	told, err := client.DescribeProvisioningArtifact(t.Context(), &servicecatalog.DescribeProvisioningArtifactInput{ProductId: &p.ID, ProvisioningArtifactId: &p.Versions[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	hub := b.hub(b.want("1.1.0"))
	if _, err := hub.Observe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateProvisioningArtifact(t.Context(), &servicecatalog.CreateProvisioningArtifactInput{ProductId: &p.ID, IdempotencyToken: sdk.String("other"),
		Parameters: &types.ProvisioningArtifactProperties{Name: sdk.String("9.0.0"), Type: types.ProvisioningArtifactTypeCloudFormationTemplate,
			Info: map[string]string{"LoadTemplateFromURL": told.Info["TemplateUrl"]}}}); err != nil {
		t.Fatal(err)
	}
	if err := hub.Apply(t.Context(), deletion(have, "1.0.0")); err != nil {
		t.Fatal(err)
	}
	same(t, "versions", b.versions(), []string{"1.1.0", "9.0.0"})
	if n := b.wire.count("DeleteProvisioningArtifact"); n < 2 {
		t.Errorf("%d deletions: the trap did not bite", n)
	}
}

// A version under the planned name that is not the planned one is left alone.
func TestDeleteAnotherVersion(t *testing.T) {
	b, have := lived(t)
	c := deletion(have, "1.0.0")
	c.Version.ID = "pa-another"
	if err := b.hub(b.want("1.1.0")).Apply(t.Context(), c); document.CodeOf(err) != "AXLE2772" {
		t.Error(err)
	}
	same(t, "versions", b.versions(), []string{"1.0.0", "1.1.0"})
}

// What the hub says of a version, and what it says once somebody was at it. CAT-16 S4
func TestWitnesses(t *testing.T) {
	object := func(b *bed, have catalog.Catalog) (bucket, key *string) {
		_, hex, _ := strings.Cut(have.Product("eu-west-1", "bucket").Version("1.0.0").Digest, ":")
		return sdk.String("axle-artifacts-999999999999-eu-west-1"), sdk.String("bucket/" + hex + "/template.yaml")
	}
	publisher := func(b *bed) sdk.Config { return b.as("999999999999", "CatalogHubPublisher") }
	for name, c := range map[string]struct {
		by         func(*bed, catalog.Catalog) error
		version    string
		parameters []string
		says       string
	}{
		"untouched":        {version: "1.0.0"},
		"with parameters":  {version: "1.0.0", parameters: []string{"Owner"}},
		"other parameters": {version: "1.0.0", parameters: []string{"Name"}, says: "it has the parameters [Owner], the template has [Name]"},
		"no such version":  {version: "2.0.0", says: "it has no such version"},
		"replaced": {version: "1.0.0", says: "has sha256:", by: func(b *bed, have catalog.Catalog) error {
			bucket, key := object(b, have)
			_, err := s3.NewFromConfig(publisher(b)).PutObject(b.t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("other")})
			return err
		}},
		"removed": {version: "1.0.0", says: "it is gone", by: func(b *bed, have catalog.Catalog) error {
			bucket, key := object(b, have)
			_, err := s3.NewFromConfig(publisher(b)).DeleteObject(b.t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key})
			return err
		}},
		"described by hand": {version: "1.0.0", says: "its description has no digest", by: func(b *bed, have catalog.Catalog) error {
			p := have.Product("eu-west-1", "bucket")
			_, err := servicecatalog.NewFromConfig(publisher(b)).UpdateProvisioningArtifact(b.t.Context(), &servicecatalog.UpdateProvisioningArtifactInput{
				ProductId: &p.ID, ProvisioningArtifactId: &p.Version("1.0.0").ID, Description: sdk.String("mine")})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, have := lived(t)
			if c.by != nil {
				if err := c.by(b, have); err != nil {
					t.Fatal(err)
				}
			}
			hub := b.hub(b.want("1.1.0"))
			mark := b.mark()
			got, err := hub.Witnesses(t.Context(), have, "bucket", c.version, c.parameters)
			if err != nil {
				t.Fatal(err)
			}
			published := b.release("1.0.0")
			faults := catalog.Verify("bucket", c.version, slices.Concat([]catalog.Witness{{Place: "git", Content: published.Digest, Template: published.Template}}, got))
			if says := fmt.Sprint(faults); (len(faults) > 0) != (c.says != "") || !strings.Contains(says, c.says) {
				t.Errorf("%s, want %q", says, c.says)
			}
			same(t, "it only reads", mutating(b.since(mark)), nil)
		})
	}
}

// The hundredth version is published; one more is refused before anything is called, and what
// could go is named. CAT-14 CAT-47 CT-16
func TestAHundredVersions(t *testing.T) {
	b, have := lived(t)
	p := have.Product("eu-west-1", "bucket")
	client := servicecatalog.NewFromConfig(b.as("999999999999", "CatalogHubPublisher"))
	told, err := client.DescribeProvisioningArtifact(t.Context(), &servicecatalog.DescribeProvisioningArtifactInput{ProductId: &p.ID, ProvisioningArtifactId: &p.Versions[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 97 {
		name := fmt.Sprintf("0.%d.0", i)
		out, err := client.CreateProvisioningArtifact(t.Context(), &servicecatalog.CreateProvisioningArtifactInput{ProductId: &p.ID, IdempotencyToken: sdk.String(fmt.Sprint("v", i)),
			Parameters: &types.ProvisioningArtifactProperties{Name: &name, Description: told.ProvisioningArtifactDetail.Description,
				Type: types.ProvisioningArtifactTypeCloudFormationTemplate, Info: map[string]string{"LoadTemplateFromURL": told.Info["TemplateUrl"]}}})
		if err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			_, err = client.UpdateProvisioningArtifact(t.Context(), &servicecatalog.UpdateProvisioningArtifactInput{ProductId: &p.ID, ProvisioningArtifactId: out.ProvisioningArtifactDetail.Id, Active: sdk.Bool(false)})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	quotas := func(version string) ([]catalog.Change, catalog.Catalog, error) {
		want := b.want(version)
		want.Products[0].Versions = append(want.Products[0].Versions, catalog.Version{Name: "0.0.0", Guidance: "DEFAULT"}, catalog.Version{Name: "0.1.0", Guidance: "DEFAULT"})
		have, err := b.hub(want).Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		plan := catalog.Plan(want, have)
		return plan, have, catalog.CheckQuotas(catalog.Quotas(plan, have))
	}
	plan, have, err := quotas("1.2.0")
	if err != nil || len(plan) != 1 {
		t.Fatalf("the hundredth: %v %v", plan, err)
	}
	crowds := catalog.Crowded(have, b.files)
	if len(crowds) != 1 || crowds[0].Versions != 99 || !slices.Equal(crowds[0].Proposed, []string{"0.0.0", "0.1.0"}) {
		t.Errorf("%+v", crowds)
	}
	if err := b.hub(b.want("1.2.0")).Apply(t.Context(), plan[0]); err != nil {
		t.Fatal(err)
	}
	_, _, err = quotas("1.3.0")
	var refused *document.Error
	if !errors.As(err, &refused) || refused.Code != "AXLE2700" || !strings.Contains(refused.Hint, "0.0.0") {
		t.Errorf("the hundred and first: %v", err)
	}
}
