package cloudformation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

// The table is sorted, a type a line, four fields each.
func TestTableIsWellFormed(t *testing.T) {
	var names []string
	for line := range strings.Lines(typesText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, " | ")
		if len(fields) != 4 || strings.ContainsAny(fields[0], " *!?") {
			t.Errorf("%q", line)
		}
		names = append(names, fields[0])
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) || len(names) < 1600 {
		t.Errorf("%d types, sorted: %v", len(names), slices.IsSorted(names))
	}
}

// What gates know of a type and what its record knows are the same.
func TestTableAgreesWithTheGates(t *testing.T) {
	for _, typ := range Types() {
		info, ok := cfn.Type(typ)
		if !ok || typ == typeStack { // as a resource, a stack has other properties than as a type
			continue
		}
		s, _ := schemaOf(typ)
		for name, p := range info.Properties {
			if f, ok := s.properties[name]; !ok || f.required != p.Required || f.createOnly != p.CreateOnly {
				t.Errorf("%s.%s: gates %+v, table %+v", typ, name, p, f)
			}
		}
		for name := range s.properties {
			if _, ok := info.Properties[name]; !ok {
				t.Errorf("%s.%s: the gates do not know it", typ, name)
			}
		}
	}
}

func TestCutMarks(t *testing.T) {
	for word, want := range map[string]string{"Name": "Name ", "Name*!": "Name *!", "Tags@": "Tags @", "Port?#": "Port ?#", "*": "* ", "Outputs.*": "Outputs.* ", "Endpoint.Port#": "Endpoint.Port #"} {
		if name, marks := cutMarks(word); name+" "+marks != want {
			t.Errorf("%s: %q %q", word, name, marks)
		}
	}
}

// SBX-63: which property does not fit, and why.
func TestMisfit(t *testing.T) {
	list, mapping := []any{}, map[string]any{}
	for _, c := range []struct {
		name, typ  string
		properties map[string]any
		want       string
	}{
		{"fits", "AWS::EKS::Cluster", map[string]any{"RoleArn": "a", "ResourcesVpcConfig": mapping}, ""},
		{"unknown", "AWS::EKS::Cluster", map[string]any{"RoleArn": "a", "ResourcesVpcConfig": mapping, "Colour": "red"}, "#: extraneous key [Colour] is not permitted"},
		{"missing", "AWS::EKS::Cluster", map[string]any{"ResourcesVpcConfig": mapping}, "#: required key [RoleArn] not found"},
		{"text for a mapping", "AWS::EKS::Cluster", map[string]any{"RoleArn": "a", "ResourcesVpcConfig": "x"}, "#/ResourcesVpcConfig: expected type: JSONObject, found: String"},
		{"a list for a mapping", "AWS::EKS::Cluster", map[string]any{"RoleArn": "a", "ResourcesVpcConfig": list}, "expected type: JSONObject, found: JSONArray"},
		{"a mapping for a list", "AWS::EKS::Cluster", map[string]any{"RoleArn": "a", "ResourcesVpcConfig": mapping, "Tags": mapping}, "#/Tags: expected type: JSONArray, found: JSONObject"},
		{"text for a number", "AWS::SQS::Queue", map[string]any{"DelaySeconds": "soon"}, "#/DelaySeconds: expected type: Number, found: String"},
		{"a number as text", "AWS::SQS::Queue", map[string]any{"DelaySeconds": "5"}, ""},
		{"text for a boolean", "AWS::SQS::Queue", map[string]any{"FifoQueue": "maybe"}, "#/FifoQueue: expected type: Boolean, found: String"},
		{"a boolean as text", "AWS::SQS::Queue", map[string]any{"FifoQueue": "True"}, ""},
		{"what is resolved later", "AWS::SQS::Queue", map[string]any{"DelaySeconds": "{{resolve:ssm:/a}}"}, ""},
		{"all at once", "AWS::KMS::Alias", map[string]any{"Colour": "red"}, "[Colour] is not permitted; #: required key [AliasName] not found; #: required key [TargetKeyId] not found"},
		{"a custom resource takes anything", "Custom::Thing", map[string]any{"ServiceToken": "a", "Colour": list}, ""},
		{"but its token", "Custom::Thing", nil, "#: required key [ServiceToken] not found"},
		{"a type without schema takes anything", "AWS::OpsWorks::Stack", map[string]any{"Colour": "red"}, ""},
	} {
		got := misfit(resource{LogicalID: "Thing", Type: c.typ, Properties: c.properties})
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What a type without code of its own answers has the form of AWS.
func TestInventedAnswers(t *testing.T) {
	for _, c := range []struct {
		typ        string
		properties map[string]any
		attribute  string // "" for Ref
		want       string
	}{
		{"AWS::CodePipeline::Pipeline", map[string]any{"Name": "p"}, "", "p"},
		{"AWS::CodePipeline::Pipeline", map[string]any{"Name": "p"}, "Arn", "arn:aws:codepipeline:eu-west-1:999999999999:pipeline/p"},
		{"AWS::CodePipeline::Pipeline", nil, "", "shop-Thing-[A-Z0-9]{12}"},
		{"AWS::Neptune::DBCluster", nil, "", "shop-thing-[a-z0-9]{12}"},
		{"AWS::EMR::Cluster", nil, "", "j-[a-z0-9]{13}"},
		{"AWS::EC2::TransitGateway", nil, "", "tgw-[0-9a-f]{17}"},
		{"AWS::WAFv2::WebACL", map[string]any{"Name": "w", "Scope": "REGIONAL"}, "", `w\|[0-9a-f-]{36}\|REGIONAL`},
		{"AWS::WAFv2::WebACL", map[string]any{"Name": "w", "Scope": "REGIONAL"}, "Id", `[0-9a-f-]{36}`},
		{"AWS::ApiGateway::Authorizer", map[string]any{"RestApiId": "r"}, "", "[a-z0-9]{7}"},
		{"AWS::DMS::Endpoint", nil, "", "arn:aws:dms:eu-west-1:999999999999:endpoint/shop-Thing-[A-Z0-9]{12}"},
		{"AWS::CloudFront::CachePolicy", nil, "Id", `[0-9a-f-]{36}`},
		{"AWS::ServiceCatalog::Portfolio", nil, "", "port-[a-z0-9]{13}"},
		{"AWS::EKS::Cluster", nil, "Endpoint", `[a-z0-9]{12}\.eks\.eu-west-1\.amazonaws\.com`},
		{"AWS::Neptune::DBCluster", map[string]any{"DBPort": "8182"}, "Port", "8182"},
		{"Custom::Thing", nil, "Anything", "anything-[a-z0-9]{10}"},
	} {
		r := resourceOf(c.typ, c.properties)
		got := fmt.Sprint(refOf(somewhere, r))
		if c.attribute != "" {
			v, _ := attributeOf(somewhere, r, c.attribute)
			got = fmt.Sprint(v)
		}
		if !regexp.MustCompile("^" + c.want + "$").MatchString(got) {
			t.Errorf("%s %s: %q, want %s", c.typ, c.attribute, got, c.want)
		}
	}
	if _, ok := attributeOf(somewhere, resourceOf("AWS::EKS::Cluster", nil), "Colour"); ok {
		t.Error("an attribute that the schema does not have is answered")
	}
}
