package servicecatalog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	sc "github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// A version has no draft: it is live for every receiver once AVAILABLE, and hidden once
// inactive. CT-13, SBX-33
func TestVersionIsLive(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	user := b.builder(spoke)
	seen := func() string {
		out, err := user.DescribeProduct(t.Context(), &sc.DescribeProductInput{Id: &p.product})
		must(t, err)
		var names []string
		for _, a := range out.ProvisioningArtifacts {
			names = append(names, *a.Name+" "+string(a.Guidance))
		}
		return strings.Join(names, ", ")
	}
	made, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &p.product, Parameters: b.version("1.1.0", simple), IdempotencyToken: b.token()})
	must(t, err)
	same(t, "status", made.Status, types.StatusCreating)
	same(t, "while CREATING", seen(), "1.0.0 DEFAULT")
	b.sleep(2 * time.Second)
	same(t, "AVAILABLE", seen(), "1.0.0 DEFAULT, 1.1.0 DEFAULT")
	b.guide(p.product, p.artifact, types.ProvisioningArtifactGuidanceDeprecated, true)
	same(t, "deprecated", seen(), "1.0.0 DEPRECATED, 1.1.0 DEFAULT")
	b.guide(p.product, p.artifact, types.ProvisioningArtifactGuidanceDeprecated, false)
	same(t, "inactive", seen(), "1.1.0 DEFAULT")
}

// What the hub reads back of a version: name, description, and the template's URL.
func TestDescribeArtifact(t *testing.T) {
	b := newBed(t)
	product, artifact := b.product("bucket", simple)
	got, err := b.hub.DescribeProvisioningArtifact(t.Context(), &sc.DescribeProvisioningArtifactInput{
		ProductId: &product, ProvisioningArtifactName: aws.String("1.0.0"), IncludeProvisioningArtifactParameters: true,
	})
	must(t, err)
	same(t, "id", *got.ProvisioningArtifactDetail.Id, artifact)
	same(t, "description", *got.ProvisioningArtifactDetail.Description, "sha256:abc")
	same(t, "template", got.Info["TemplateUrl"], b.upload(simple))
	same(t, "parameters", len(got.ProvisioningArtifactParameters), 3)
	list, err := b.hub.ListProvisioningArtifacts(t.Context(), &sc.ListProvisioningArtifactsInput{ProductId: &product})
	must(t, err)
	same(t, "listed", *list.ProvisioningArtifactDetails[0].Id, artifact)
	if list.NextPageToken != nil { // CT-16
		t.Errorf("a list of one has the token %s", *list.NextPageToken)
	}
}

// Templates that are refused, and with DisableTemplateValidation are not.
func TestTemplates(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	tests := []struct {
		name, template, says string
		trusted              bool
	}{
		{"no resources", "Parameters: {}\n", "Invalid templateBody", false},
		{"not YAML", "Resources: [\n", "Invalid templateBody", false},
		{"a Ref to nothing", "Resources:\n  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Nope}}\n", "Nope", false},
		{"not validated", "Resources: [\n", "", true},
		{"valid", simple, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := b.version("2.0.0", tt.template)
			v.DisableTemplateValidation = tt.trusted
			_, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: v, IdempotencyToken: b.token()})
			if tt.says == "" {
				must(t, err)
				return
			}
			wants(t, err, "InvalidParametersException", tt.says)
		})
	}
}

// The template is an object that the caller can read.
func TestTemplateURL(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	b.in(func(c *world.Call) {
		world.Put(c.In("", ""), world.KindBucket, "private", world.Bucket{Name: "private", Account: spoke, Region: region})
		world.PutObject(c, world.Object{Bucket: "private", Key: "t.yaml", Body: []byte(simple)})
	})
	tests := []struct{ name, url, says string }{
		{"of another account's bucket", "https://private.s3.eu-west-1.amazonaws.com/t.yaml", "Access Denied"},
		{"of no bucket", "https://nope.s3.eu-west-1.amazonaws.com/t.yaml", "bucket does not exist"},
		{"of no key", "https://" + bucket + ".s3.eu-west-1.amazonaws.com/nope.yaml", "key does not exist"},
		{"elsewhere", "https://example.com/t.yaml", "must be an Amazon S3 URL"},
		{"none", "", "LoadTemplateFromURL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := b.version("2.0.0", simple)
			v.Info = map[string]string{"LoadTemplateFromURL": tt.url}
			_, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: v, IdempotencyToken: b.token()})
			wants(t, err, "InvalidParametersException", tt.says)
		})
	}
}

// A version keeps its template, whatever becomes of the object.
func TestTemplateIsCopied(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	key := strings.TrimPrefix(b.upload(simple), "https://"+bucket+".s3."+region+".amazonaws.com/")
	_, err := s3.NewFromConfig(b.keys[hub+publisher]).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key})
	must(t, err)
	b.launch(b.builder(spoke), p, "mine", nil)
}

// What a version must not be. CT-14
func TestVersionRefusals(t *testing.T) {
	b := newBed(t)
	product, artifact := b.product("bucket", simple)
	edit := func(f func(*types.ProvisioningArtifactProperties)) *types.ProvisioningArtifactProperties {
		v := b.version("2.0.0", simple)
		f(v)
		return v
	}
	tests := []struct {
		name string
		v    *types.ProvisioningArtifactProperties
		code string
	}{
		{"a name with a space", edit(func(v *types.ProvisioningArtifactProperties) { v.Name = aws.String("2.0 0") }), "InvalidParametersException"},
		{"another type than the product's", edit(func(v *types.ProvisioningArtifactProperties) { v.Type = types.ProvisioningArtifactTypeExternal }), "InvalidParametersException"},
		{"from what is no stack", edit(func(v *types.ProvisioningArtifactProperties) {
			v.Info = map[string]string{"ImportFromPhysicalId": "arn:aws:cloudformation:x"}
		}), "InvalidParametersException"},
		{"a name that is there already", b.version("1.0.0", simple), ""}, // SBX-31: names repeat
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: tt.v, IdempotencyToken: b.token()})
			wants(t, err, tt.code)
		})
	}
	_, err := b.hub.DescribeProvisioningArtifact(t.Context(), &sc.DescribeProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactName: aws.String("1.0.0")})
	wants(t, err, "ResourceNotFoundException") // two have the name
	_, err = b.hub.UpdateProvisioningArtifact(t.Context(), &sc.UpdateProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &artifact, Guidance: "OLD"})
	wants(t, err, "ValidationException", "guidance")
	_, err = b.hub.UpdateProvisioningArtifact(t.Context(), &sc.UpdateProvisioningArtifactInput{ProductId: &product, ProvisioningArtifactId: &artifact, Name: aws.String("a b")})
	wants(t, err, "InvalidParametersException", "spaces")
}

// The last version is not deletable; one in use is, and its provisioned products stay. CT-15
func TestDeleteVersion(t *testing.T) {
	b := newBed(t)
	p := b.publish(simple)
	del := &sc.DeleteProvisioningArtifactInput{ProductId: &p.product, ProvisioningArtifactId: &p.artifact}
	_, err := b.hub.DeleteProvisioningArtifact(t.Context(), del)
	wants(t, err, "ResourceInUseException", "last")
	user := b.builder(spoke)
	id := b.launch(user, p, "mine", nil)
	b.artifact(p.product, "1.1.0", simple)
	_, err = b.hub.DeleteProvisioningArtifact(t.Context(), del)
	must(t, err)
	same(t, "orphan", b.describe(user, id).Status, types.ProvisionedProductStatusAvailable)
	_, err = b.hub.DeleteProvisioningArtifact(t.Context(), del)
	wants(t, err, "ResourceNotFoundException", p.artifact)
}

// A hundred versions of a product; the next is refused. SBX-39, RT04
func TestVersionQuota(t *testing.T) {
	b := newBed(t)
	product, _ := b.product("bucket", simple)
	for i := range 99 {
		b.artifact(product, fmt.Sprintf("1.0.%d", i+1), simple)
	}
	_, err := b.hub.CreateProvisioningArtifact(t.Context(), &sc.CreateProvisioningArtifactInput{ProductId: &product, Parameters: b.version("2.0.0", simple), IdempotencyToken: b.token()})
	wants(t, err, "LimitExceededException", "100 versions")
	list, err := b.hub.ListProvisioningArtifacts(t.Context(), &sc.ListProvisioningArtifactsInput{ProductId: &product})
	must(t, err)
	same(t, "in the order they were made", *list.ProvisioningArtifactDetails[99].Name, "1.0.99")
}
