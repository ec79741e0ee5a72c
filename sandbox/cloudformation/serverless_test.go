package cloudformation_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// SBX-62: what a serverless template becomes, by logical id and type.
func TestServerless(t *testing.T) {
	const function = "  F:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.13, InlineCode: x%s}\n"
	with := func(more string) string { return strings.Replace(function, "%s", more, 1) }
	for _, c := range []struct {
		name, resources string
		want            []string
	}{
		{"a function and its role", with(""), []string{"F Lambda::Function", "FRole IAM::Role"}},
		{"a role of its own", with(", Role: 'arn:aws:iam::999999999999:role/r'"), []string{"F Lambda::Function"}},
		{"an alias publishes a version", with(", AutoPublishAlias: live"), []string{"F Lambda::Function", "FRole IAM::Role", "FVersion* Lambda::Version", "FAliaslive Lambda::Alias"}},
		{"a URL", with(", FunctionUrlConfig: {AuthType: NONE}"), []string{"F Lambda::Function", "FRole IAM::Role", "FUrl Lambda::Url", "FUrlPublicPermissions Lambda::Permission"}},
		{"a route without API makes one", with(", Events: {Get: {Type: Api, Properties: {Path: /a, Method: get}}}"),
			[]string{"F Lambda::Function", "FRole IAM::Role", "FGetPermission Lambda::Permission", "ServerlessRestApi ApiGateway::RestApi", "ServerlessRestApiDeployment* ApiGateway::Deployment", "ServerlessRestApiProdStage ApiGateway::Stage"}},
		{"a route of HTTP", with(", Events: {Get: {Type: HttpApi}}"),
			[]string{"F Lambda::Function", "FRole IAM::Role", "FGetPermission Lambda::Permission", "ServerlessHttpApi ApiGatewayV2::Api", "ServerlessHttpApiApiGatewayDefaultStage ApiGatewayV2::Stage"}},
		{"a schedule", with(", Events: {Often: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}"),
			[]string{"F Lambda::Function", "FRole IAM::Role", "FOften Events::Rule", "FOftenPermission Lambda::Permission"}},
		{"a queue", with(", Events: {Q: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:999999999999:q', BatchSize: 5}}}"),
			[]string{"F Lambda::Function", "FRole IAM::Role", "FQ Lambda::EventSourceMapping"}},
		{"a topic", with(", Events: {N: {Type: SNS, Properties: {Topic: 'arn:aws:sns:eu-west-1:999999999999:n'}}}"),
			[]string{"F Lambda::Function", "FRole IAM::Role", "FN SNS::Subscription", "FNPermission Lambda::Permission"}},
		{"policies of all kinds", with(", Policies: [AWSXRayDaemonWriteAccess, {Statement: []}, {S3ReadPolicy: {BucketName: b}}, {SQSPollerPolicy: {QueueName: q}}]"), []string{"F Lambda::Function", "FRole IAM::Role"}},
		{"a table", "  T: {Type: AWS::Serverless::SimpleTable, Properties: {PrimaryKey: {Name: key, Type: Number}}}", []string{"T DynamoDB::Table"}},
		{"an API", "  A: {Type: AWS::Serverless::Api, Properties: {StageName: prod, EndpointConfiguration: REGIONAL}}", []string{"A ApiGateway::RestApi", "ADeployment* ApiGateway::Deployment", "AprodStage ApiGateway::Stage"}},
		{"an HTTP API", "  A: {Type: AWS::Serverless::HttpApi}", []string{"A ApiGatewayV2::Api", "AApiGatewayDefaultStage ApiGatewayV2::Stage"}},
		{"a layer", "  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: 's3://b/k', RetentionPolicy: Delete}}", []string{"L* Lambda::LayerVersion"}},
		{"a state machine", "  S: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A}}}", []string{"S StepFunctions::StateMachine", "SRole IAM::Role"}},
		{"gradual deployment", with(", AutoPublishAlias: live, DeploymentPreference: {Type: Linear10PercentEvery1Minute}"), []string{"F Lambda::Function", "FRole IAM::Role", "FVersion* Lambda::Version", "FAliaslive Lambda::Alias",
			"ServerlessDeploymentApplication CodeDeploy::Application", "CodeDeployServiceRole IAM::Role", "FDeploymentGroup CodeDeploy::DeploymentGroup"}},
		{"what is not serverless stays", "  T: {Type: AWS::SNS::Topic}", []string{"T SNS::Topic"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			s := r.create("s", "Transform: AWS::Serverless-2016-10-31\nResources:\n"+c.resources, acknowledging)
			if s.StackStatus != "CREATE_COMPLETE" {
				t.Fatalf("%s: %v", s.StackStatus, reasons(r.events("s")))
			}
			var got []string
			for id, x := range r.resources("s") {
				got = append(got, digest.ReplaceAllString(id+" "+strings.TrimPrefix(*x.ResourceType, "AWS::"), "* "))
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("%v\nwant %v", got, c.want)
			}
		})
	}
}

func acknowledging(in *cf.CreateStackInput) {
	in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
}

// digest ends an id that changes with the content.
var digest = regexp.MustCompile(`[0-9a-f]{10} `)

func reasons(all []types.StackEvent) []string {
	var out []string
	for _, e := range all {
		out = append(out, aws.ToString(e.ResourceStatusReason))
	}
	return out
}

// Globals stand under what each function says; names that only serverless templates know are resolved.
func TestServerlessGlobalsAndNames(t *testing.T) {
	const template = `
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Globals:
  Function: {Runtime: python3.13, Handler: a.b, MemorySize: 256, Environment: {Variables: {A: '1', B: '2'}}, Tags: {team: red}}
Resources:
  Fn::ForEach::Functions:
  - N
  - [One, Two]
  - F${N}:
      Type: AWS::Serverless::Function
      Properties: {InlineCode: x, AutoPublishAlias: live, Environment: {Variables: {B: !Ref N}}}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: {Bucket: b, Key: k}, RetentionPolicy: Delete}}
Outputs:
  Alias: {Value: !Ref FOne.Alias}
  Version: {Value: !GetAtt FTwo.Version.Version}
  Both: {Value: !Sub '${FOne.Alias} ${Layer}'}
`
	r := newRig(t)
	s := r.create("s", template, acknowledging)
	if s.StackStatus != "CREATE_COMPLETE" {
		t.Fatal(reasons(r.events("s")))
	}
	f := r.recorded("s", "FTwo")
	variables := f["Environment"].(map[string]any)["Variables"].(map[string]any)
	if f["MemorySize"] != "256" || variables["A"] != "1" || variables["B"] != "Two" {
		t.Errorf("%v", f)
	}
	out := outputs(s)
	if !strings.HasSuffix(out["Alias"], ":live") || out["Version"] == "" || !strings.Contains(out["Both"], ":layer:") {
		t.Errorf("%v", out)
	}
}

// SBX-62: what is not written out is refused by name, all at once, and makes nothing.
func TestServerlessRefused(t *testing.T) {
	for _, c := range []struct{ name, resources, code, want string }{
		{"local code", "  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ./src}}", "ValidationError", "Resource with id [F] is invalid. 'CodeUri' is not a valid S3 Uri"},
		{"no code", "  F: {Type: AWS::Serverless::Function, Properties: {Handler: a}}", "ValidationError", "Resource with id [F] is invalid. 'InlineCode' or 'CodeUri'"},
		{"two mistakes", "  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: a}}\n  G: {Type: AWS::Serverless::Api}", "ValidationError", "Number of errors found: 2."},
		{"unknown kinds", "  G: {Type: AWS::Serverless::GraphQLApi}\n  C: {Type: AWS::Serverless::Connector}", "NotImplemented", "cloudformation:Transform.AWS::Serverless-2016-10-31.Connector, GraphQLApi"},
		{"unknown property", "  T: {Type: AWS::Serverless::SimpleTable, Properties: {Colour: red}}", "NotImplemented", "SimpleTable.Colour"},
		{"unknown policy template", "  F: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Policies: [{SkyPolicy: {A: b}}]}}", "NotImplemented", "policy template SkyPolicy"},
		{"unknown event", "  F: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Events: {E: {Type: Sky}}}}", "NotImplemented", "event Sky"},
		{"the public repository", "  A: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: b}}}", "NotImplemented", "Application.Location.ApplicationId"},
		{"a type without the transform's help", "  A: {Type: AWS::Sky::Hook}", "ValidationError", "[AWS::Sky::Hook]: not in the sandbox"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			in := &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String("Transform: AWS::Serverless-2016-10-31\nResources:\n" + c.resources)}
			acknowledging(in)
			_, err := r.CreateStack(r.ctx, in)
			wants(t, err, c.code, c.want)
		})
	}
	r := newRig(t)
	_, err := r.CreateStack(r.ctx, &cf.CreateStackInput{StackName: aws.String("s"), TemplateBody: aws.String("Resources: {F: {Type: AWS::Serverless::Function}}")})
	wants(t, err, "ValidationError", "[AWS::Serverless::Function]: not in the sandbox")
}

// SBX-61: ValidateTemplate judges what transforms make as far as defaults tell, and says all
// that a reader cannot read at once.
func TestValidateTransformed(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ name, template, want string }{
		{"a loop is written out", "Transform: AWS::LanguageExtensions\nResources: {'Fn::ForEach::L': [N, [A], {'T${N}': {Type: AWS::SNS::Topic}}]}", ""},
		{"and what it makes is judged", "Transform: AWS::LanguageExtensions\nResources: {'Fn::ForEach::L': [N, [A], {'T${N}': {Type: AWS::Sky::Hook}}]}", "[AWS::Sky::Hook]"},
		{"a value decides, and is not there", "Transform: AWS::LanguageExtensions\nParameters: {P: {Type: CommaDelimitedList}}\nResources: {'Fn::ForEach::L': [N, !Ref P, {'T${N}': {Type: AWS::Sky::Hook}}]}", ""},
		{"a loop without the extensions", "Resources: {'Fn::ForEach::L': [N, [A], {'T${N}': {Type: AWS::SNS::Topic}}]}", "Fn::ForEach needs Transform: AWS::LanguageExtensions"},
		{"all tags at once", "Resources: {A: !Sky::One x, B: !Sky::Two y}", "tag !Sky::One is not allowed; tag !Sky::Two is not allowed"},
	} {
		_, err := r.ValidateTemplate(r.ctx, &cf.ValidateTemplateInput{TemplateBody: &c.template})
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want != "" {
			wants(t, err, "ValidationError", c.want)
		}
	}
}
