package sandbox_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
)

// A value that an enum has not is refused in the word each service has for it. SBX-9
func TestEnums(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	c := config(t, s, "axle")
	cases := []struct {
		want string
		call func() error
	}{
		{"ValidationError", func() error {
			_, err := cloudformation.NewFromConfig(c).CreateStack(t.Context(), &cloudformation.CreateStackInput{
				StackName: aws.String("s"), TemplateBody: aws.String("Resources: {T: {Type: AWS::SNS::Topic}}"), OnFailure: "EXPLODE"})
			return err
		}},
		{"ValidationException", func() error {
			_, err := servicecatalog.NewFromConfig(c).SearchProducts(t.Context(), &servicecatalog.SearchProductsInput{SortOrder: "UP"})
			return err
		}},
		{"InvalidInputException", func() error {
			_, err := organizations.NewFromConfig(c).ListChildren(t.Context(), &organizations.ListChildrenInput{ParentId: aws.String("r-ab12"), ChildType: "PET"})
			return err
		}},
	}
	for _, k := range cases {
		if got := codeOf(k.call()); got != k.want {
			t.Errorf("got %q, want %q", got, k.want)
		}
	}
}

// What is not here is 501 once, in the request's own form; what AWS lacks is unknown. SBX-5
func TestNotHere(t *testing.T) {
	bothWays(t, func(t *testing.T, s *sandbox.Sandbox, c aws.Config) {
		cases := []struct {
			want string
			call func() error
		}{
			{"NotImplemented", func() error {
				_, err := sts.NewFromConfig(c).GetSessionToken(t.Context(), nil)
				return err
			}},
			{"NotImplemented", func() error {
				_, err := organizations.NewFromConfig(c).EnableAllFeatures(t.Context(), nil)
				return err
			}},
			{"NotImplemented", func() error {
				_, err := cloudformation.NewFromConfig(c).ListTypes(t.Context(), nil)
				return err
			}},
			{"NotImplemented", func() error {
				_, err := iam.NewFromConfig(c).ListGroups(t.Context(), nil)
				return err
			}},
			{"NotImplemented", func() error {
				_, err := s3.NewFromConfig(c, pathStyle).GetBucketAcl(t.Context(), &s3.GetBucketAclInput{Bucket: aws.String(artifacts)})
				return err
			}},
			{"NotImplemented", func() error { // a member that would be ignored
				_, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{
					RoleArn: aws.String(roleARN("111111111111", "CatalogBetaDeploy")), RoleSessionName: aws.String("test"), SourceIdentity: aws.String("me")})
				return err
			}},
		}
		for i, k := range cases {
			before := len(calls(t, s))
			if got := codeOf(k.call()); got != k.want {
				t.Errorf("%d: got %q, want %q", i, got, k.want)
			}
			if tries := len(calls(t, s)) - before; tries != 1 {
				t.Errorf("%d: %d attempts", i, tries)
			}
		}
	})
}

func pathStyle(o *s3.Options) { o.UsePathStyle = true }
