package sandbox

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"
)

// What an input must have is named where it is not, in a structure that nobody must give too. SBX-9
func TestLacking(t *testing.T) {
	portfolio := servicecatalog.CreatePortfolioInput{DisplayName: aws.String("n"), ProviderName: aws.String("p"), IdempotencyToken: aws.String("t")}
	tagged := portfolio
	tagged.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}, {Key: aws.String("k")}}
	for _, c := range []struct {
		operation string
		in        any
		want      string
	}{
		{"cloudformation:DeleteStack", &cloudformation.DeleteStackInput{}, "stackName"},
		{"cloudformation:DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("")}, ""},
		{"servicecatalog:CreatePortfolio", &portfolio, ""},
		{"servicecatalog:CreatePortfolio", &tagged, "tags.member.value"},
		{"servicecatalog:ListPortfolios", &servicecatalog.ListPortfoliosInput{}, ""},
		{"nobody:Nothing", &portfolio, ""},
	} {
		want := c.want
		if want != "" {
			want = "1 validation error detected: Value null at '" + want + "' failed to satisfy constraint: Member must not be null"
		}
		if got := lacking(c.operation, c.in); got != want {
			t.Errorf("%s: %q, want %q", c.operation, got, want)
		}
	}
}
