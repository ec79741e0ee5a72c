package aws

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// Analyzer is IAM Access Analyzer's checks of policies. They need no analyzer, and change nothing.
type Analyzer struct {
	*site
	checks *accessanalyzer.Client
}

// NewAnalyzer makes an Analyzer that acts as the session's own identity.
func NewAnalyzer(s *Session, region string) *Analyzer {
	c := s.config.Copy()
	c.Region = region
	return &Analyzer{s.at("", "", region), accessanalyzer.NewFromConfig(c)}
}

// Analyze asks every check about each policy that can be asked about. An error means that not
// all was answered.
func (a *Analyzer) Analyze(ctx context.Context, all []cfn.PolicyQuestion, notGranted []string) ([]cfn.PolicyAnswer, error) {
	var answers []cfn.PolicyAnswer
	for i, q := range all {
		if len(q.Open) > 0 {
			continue
		}
		for _, check := range []func(context.Context, cfn.PolicyQuestion, []string) ([]cfn.PolicyAnswer, error){a.validate, a.newAccess, a.granted, a.public} {
			more, err := check(ctx, q, notGranted)
			if err != nil {
				return nil, err
			}
			for _, answer := range more {
				answer.Question = i
				answers = append(answers, answer)
			}
		}
	}
	return answers, nil
}

// ask sends one question that is not answered in pages.
func ask[T any](ctx context.Context, a *Analyzer, name string, send func(context.Context) (T, error)) (T, error) {
	return call(ctx, a.site, op{"access-analyzer", name, repeatable}, func(ctx context.Context) (T, error) {
		out, err := send(ctx)
		return out, here(err)
	})
}

// here is err, or that whatever answers has no Access Analyzer: the sandbox, another's stand-in.
func here(err error) error {
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.HTTPStatusCode() == http.StatusNotImplemented {
		return &failed{document.Fail("AXLE3442", "what answers here has no IAM Access Analyzer: 501 Not Implemented", "choose AWS with --profile PROFILE", nil), fault{err: err}}
	}
	return err
}

// trust is how Access Analyzer calls a role's trust policy.
const trust = "AWS::IAM::AssumeRolePolicyDocument"

// validated are the resources whose policies have rules of their own.
var validated = map[string]bool{"AWS::S3::Bucket": true, "AWS::S3::AccessPoint": true, "AWS::DynamoDB::Table": true, trust: true}

func protects(q cfn.PolicyQuestion) string {
	if q.Kind == cfn.TrustPolicy {
		return trust
	}
	return q.Type
}

func (a *Analyzer) validate(ctx context.Context, q cfn.PolicyQuestion, _ []string) ([]cfn.PolicyAnswer, error) {
	in := &accessanalyzer.ValidatePolicyInput{PolicyDocument: &q.Text, PolicyType: types.PolicyTypeResourcePolicy, Locale: types.LocaleEn}
	if q.Kind == cfn.IdentityPolicy {
		in.PolicyType = types.PolicyTypeIdentityPolicy
	} else if of := protects(q); validated[of] {
		in.ValidatePolicyResourceType = types.ValidatePolicyResourceType(of)
	}
	var all []cfn.PolicyAnswer
	err := a.pagesOf(ctx, op{"access-analyzer", "ValidatePolicy", repeatable}, func(ctx context.Context, token *string) (*string, error) {
		in.NextToken = token
		out, err := a.checks.ValidatePolicy(ctx, in)
		if err != nil {
			return nil, here(err)
		}
		for _, f := range out.Findings {
			// A kind of finding that came later than this code fails too.
			mild := f.FindingType == types.ValidatePolicyFindingTypeWarning || f.FindingType == types.ValidatePolicyFindingTypeSuggestion
			all = append(all, cfn.PolicyAnswer{Check: cfn.CheckValid, Fails: !mild, Code: string(f.FindingType) + " " + sdk.ToString(f.IssueCode),
				Text: sdk.ToString(f.FindingDetails), Link: sdk.ToString(f.LearnMoreLink), Steps: stepsOf(f.Locations)})
		}
		return out.NextToken, nil
	})
	return all, err
}

// stepsOf is the first place of a finding.
func stepsOf(places []types.Location) (steps []string) {
	if len(places) == 0 {
		return nil
	}
	for _, p := range places[0].Path {
		switch p := p.(type) {
		case *types.PathElementMemberValue:
			steps = append(steps, p.Value)
		case *types.PathElementMemberKey:
			steps = append(steps, p.Value)
		case *types.PathElementMemberIndex:
			steps = append(steps, strconv.Itoa(int(p.Value)))
		}
	}
	return steps
}

func accessType(q cfn.PolicyQuestion) types.AccessCheckPolicyType {
	if q.Kind == cfn.IdentityPolicy {
		return types.AccessCheckPolicyTypeIdentityPolicy
	}
	return types.AccessCheckPolicyTypeResourcePolicy
}

// newAccess compares with the last version; a policy that it had not is all new, and not asked about.
func (a *Analyzer) newAccess(ctx context.Context, q cfn.PolicyQuestion, _ []string) ([]cfn.PolicyAnswer, error) {
	if q.Before == "" || q.Before == q.Text {
		return nil, nil
	}
	out, err := ask(ctx, a, "CheckNoNewAccess", func(ctx context.Context) (*accessanalyzer.CheckNoNewAccessOutput, error) {
		return a.checks.CheckNoNewAccess(ctx, &accessanalyzer.CheckNoNewAccessInput{ExistingPolicyDocument: &q.Before, NewPolicyDocument: &q.Text, PolicyType: accessType(q)})
	})
	if err != nil || out.Result == types.CheckNoNewAccessResultPass {
		return nil, err
	}
	return reasons(cfn.CheckNewAccess, out.Message, out.Reasons), nil
}

func (a *Analyzer) granted(ctx context.Context, q cfn.PolicyQuestion, actions []string) ([]cfn.PolicyAnswer, error) {
	if len(actions) == 0 || q.Kind == cfn.TrustPolicy {
		return nil, nil
	}
	out, err := ask(ctx, a, "CheckAccessNotGranted", func(ctx context.Context) (*accessanalyzer.CheckAccessNotGrantedOutput, error) {
		return a.checks.CheckAccessNotGranted(ctx, &accessanalyzer.CheckAccessNotGrantedInput{Access: []types.Access{{Actions: actions}}, PolicyDocument: &q.Text, PolicyType: accessType(q)})
	})
	if err != nil || out.Result == types.CheckAccessNotGrantedResultPass {
		return nil, err
	}
	return reasons(cfn.CheckNotGranted, out.Message, out.Reasons), nil
}

func (a *Analyzer) public(ctx context.Context, q cfn.PolicyQuestion, _ []string) ([]cfn.PolicyAnswer, error) {
	of := protects(q)
	if q.Kind == cfn.IdentityPolicy || of == "" {
		return nil, nil
	}
	out, err := ask(ctx, a, "CheckNoPublicAccess", func(ctx context.Context) (*accessanalyzer.CheckNoPublicAccessOutput, error) {
		return a.checks.CheckNoPublicAccess(ctx, &accessanalyzer.CheckNoPublicAccessInput{PolicyDocument: &q.Text, ResourceType: types.AccessCheckResourceType(of)})
	})
	if err != nil || out.Result == types.CheckNoPublicAccessResultPass {
		return nil, err
	}
	return reasons(cfn.CheckPublic, out.Message, out.Reasons), nil
}

// reasons are why a check did not pass: each statement that is named, else the message.
func reasons(check cfn.PolicyCheck, message *string, all []types.ReasonSummary) []cfn.PolicyAnswer {
	if len(all) == 0 {
		return []cfn.PolicyAnswer{{Check: check, Fails: true, Text: sdk.ToString(message)}}
	}
	var out []cfn.PolicyAnswer
	for _, r := range all {
		a := cfn.PolicyAnswer{Check: check, Fails: true, Text: sdk.ToString(r.Description)}
		if r.StatementIndex != nil {
			a.Steps = []string{"Statement", strconv.Itoa(int(*r.StatementIndex))}
		}
		out = append(out, a)
	}
	return out
}
