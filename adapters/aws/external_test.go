package aws_test

import (
	"context"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/catalog"
)

// externalBed is a bed with a product of Terraform published; its bytes are any, for AWS does not read them.
func externalBed(t *testing.T) (*bed, catalog.Report, catalog.Catalog) {
	b := newBed(t)
	p := product("1.0.0")
	p.Type = "EXTERNAL"
	data := []byte("a tar.gz of main.tf")
	d := digestOf(data)
	b.store[d] = data
	want, err := catalog.Want(b.files, p, catalog.Release{Version: "1.0.0", Digest: d, Template: d, Commit: "c0ffee"})
	if err != nil {
		t.Fatal(err)
	}
	return b, b.publish(want), want
}

// CAT-6 F14: an EXTERNAL product is published as the tar.gz that its engine takes; drift knows where it lies.
func TestPublishExternal(t *testing.T) {
	b, r, want := externalBed(t)
	p := r.Have.Product("eu-west-1", "bucket")
	if p.Type != "EXTERNAL" {
		t.Errorf("product %+v", p)
	}
	out, err := b.hand().DescribeProvisioningArtifact(t.Context(), &servicecatalog.DescribeProvisioningArtifactInput{ProductId: &p.ID, ProvisioningArtifactId: &p.Versions[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	if url := out.Info["TemplateUrl"]; out.ProvisioningArtifactDetail.Type != types.ProvisioningArtifactTypeExternal || !strings.HasSuffix(url, "/source.tar.gz") {
		t.Errorf("type %s at %s", out.ProvisioningArtifactDetail.Type, url)
	}
	survey, err := b.hub(want).Survey(t.Context(), r.Have)
	if err != nil || len(survey.Templates) != 1 || survey.Templates[0].Digest != p.Versions[0].Digest {
		t.Errorf("drift sees %+v, %v", survey.Templates, err)
	}
	key := survey.Templates[0].Place[strings.Index(survey.Templates[0].Place, "bucket/"):]
	if _, err := s3.NewFromConfig(b.as(hubAccount, "CatalogHubPublisher")).PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucketName(), Key: &key, Body: strings.NewReader("other")}); err != nil {
		t.Fatal(err)
	}
	if survey, err = b.hub(want).Survey(t.Context(), r.Have); err != nil || survey.Templates[0].Digest == p.Versions[0].Digest { // CD-4
		t.Errorf("replaced: %+v, %v", survey.Templates, err)
	}
	mark := b.mark()
	b.publish(want)
	same(t, "again", mutating(b.since(mark)), nil)
}

// CAT-6: where no engine answers, nothing can be launched, in AWS's words.
func TestLaunchWithoutAnEngine(t *testing.T) {
	b, _, _ := externalBed(t)
	got, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
	if err == nil || got.Status == "AVAILABLE" || !strings.Contains(err.Error(), "No engine for products of type EXTERNAL answers") {
		t.Errorf("got %+v, %v", got, err)
	}
}

// CAT-6: what the engine says of a launch is what comes of it.
func TestLaunchByAnEngine(t *testing.T) {
	for status, want := range map[types.EngineWorkflowStatus]string{types.EngineWorkflowStatusSucceeded: "AVAILABLE", types.EngineWorkflowStatusFailed: "ERROR"} {
		t.Run(string(status), func(t *testing.T) {
			b, _, _ := externalBed(t)
			if err := b.sandbox.Set(t.Context(), map[string]string{"servicecatalog:engine": "on"}); err != nil {
				t.Fatal(err)
			}
			engine := servicecatalog.NewFromConfig(b.everything(hubAccount))
			asked := 0
			b.wire.set(func(operation string, _ int) fault {
				if operation != "DescribeRecord" {
					return fault{}
				}
				return fault{then: func() {
					if asked++; asked == 2 {
						answerAsEngine(t, b, engine, status)
					}
				}}
			})
			got, err := aws.NewLauncher(b.session).Launch(t.Context(), catalog.LaunchRequest{User: builder, Product: "bucket", Version: "1.0.0", Name: "trial"})
			if err != nil || got.Status != want || asked < 2 {
				t.Fatalf("got %+v, %v after %d questions", got, err, asked)
			}
			if want == "AVAILABLE" && got.Outputs["Url"] != "https://example.com" {
				t.Errorf("outputs %v", got.Outputs)
			}
		})
	}
}

// answerAsEngine ends the launch as an engine does.
func answerAsEngine(t *testing.T, b *bed, engine *servicecatalog.Client, status types.EngineWorkflowStatus) {
	ctx := context.WithoutCancel(t.Context())
	record := lastRecordOf(t, b)
	in := &servicecatalog.NotifyProvisionProductEngineWorkflowResultInput{RecordId: record, WorkflowToken: record, Status: status,
		Outputs: []types.RecordOutput{{OutputKey: sdk.String("Url"), OutputValue: sdk.String("https://example.com")}}}
	if status == types.EngineWorkflowStatusFailed {
		in.FailureReason, in.Outputs = sdk.String("terraform apply failed"), nil
	}
	if _, err := engine.NotifyProvisionProductEngineWorkflowResult(ctx, in); err != nil {
		t.Error(err)
	}
}

func lastRecordOf(t *testing.T, b *bed) *string {
	out, err := servicecatalog.NewFromConfig(b.as(builder.Account, builder.Role)).DescribeProvisionedProduct(t.Context(), &servicecatalog.DescribeProvisionedProductInput{Name: sdk.String("trial")})
	if err != nil {
		t.Error(err)
		return nil
	}
	return out.ProvisionedProductDetail.LastRecordId
}
