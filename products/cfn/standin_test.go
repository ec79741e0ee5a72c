package cfn

import (
	"reflect"
	"strings"
	"testing"
)

// named answers as rules and unit tests see what is not made yet.
var named = Env{
	Params:   map[string]any{"P": "p"},
	Ref:      func(id string) (any, bool) { return "${" + id + "}", true },
	GetAtt:   func(id, attr string) (any, bool) { return "${" + id + "." + attr + "}", true },
	StandIns: true,
}

// A name that stands for what is not made yet may be put together with text, never taken apart:
// a template that slices its VPC's range or reads a load balancer's ARN is sound.
func TestStandIns(t *testing.T) {
	for expr, want := range map[string]any{
		`!GetAtt B.Arn`:                            "${B.Arn}",
		`!Sub "${B.Arn}/*"`:                        "${B.Arn}/*",
		`!Join ["/", [!Ref B, x]]`:                 "${B}/x",
		`!Split [",", "${P},${Nobody}"]`:           []any{"${P}", "${Nobody}"},
		`!Cidr [!GetAtt B.CidrBlock, 4, 8]`:        Unknown{"B.CidrBlock is known only once it is made", "B"},
		`!Select [0, !Cidr [!GetAtt B.X, 4, 8]]`:   Unknown{"B.X is known only once it is made", "B"},
		`!Select [0, !GetAtt B.Ipv6CidrBlocks]`:    Unknown{"B.Ipv6CidrBlocks is known only once it is made", "B"},
		`!Select [5, !Split [":", !GetAtt B.Arn]]`: Unknown{"B.Arn is known only once it is made", "B"},
		`!Split ["/", !Sub "a/${B}"]`:              Unknown{"B is known only once it is made", "B"},
		`!Join [",", !GetAtt B.NameServers]`:       Unknown{"B.NameServers is known only once it is made", "B"},
		`!Cidr [10.0.0.0/16, 1, !GetAtt B.Bits]`:   Unknown{"B.Bits is known only once it is made", "B"},
	} {
		tm := must(t, with("V: "+expr))
		v, err := tm.Eval(tm.Resource("R").Properties.Get("V"), named)
		if err != nil || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %#v, %v; want %#v", expr, v, err, want)
		}
	}
}

// Where stacks are real, a text that looks like a stand-in is that text.
func TestStandInsAreAsked(t *testing.T) {
	real := named
	real.StandIns = false
	tm := must(t, with(`V: !Split [",", "${B},b"]`))
	if v, err := tm.Eval(tm.Resource("R").Properties.Get("V"), real); err != nil || !reflect.DeepEqual(v, []any{"${B}", "b"}) {
		t.Errorf("%#v, %v", v, err)
	}
}

// What all regions share is known; what differs is not.
func TestEnvIn(t *testing.T) {
	for _, c := range []struct{ regions, region, partition, suffix string }{
		{"", "", "aws", "amazonaws.com"},
		{"eu-west-1", "eu-west-1", "aws", "amazonaws.com"},
		{"cn-north-1", "cn-north-1", "aws-cn", "amazonaws.com.cn"},
		{"eu-west-1 us-east-1", "", "aws", "amazonaws.com"},
		{"us-gov-west-1 us-gov-east-1", "", "aws-us-gov", "amazonaws.com"},
		{"eu-west-1 us-gov-east-1", "", "", "amazonaws.com"},
		{"cn-north-1 us-east-1", "", "", ""},
	} {
		env := Env{AccountID: "1"}.In(strings.Fields(c.regions)...)
		tm := must(t, with(`V: [!Ref "AWS::Region", !Ref "AWS::Partition", !Ref "AWS::URLSuffix", !Ref "AWS::AccountId"]`))
		v, err := tm.Eval(tm.Resource("R").Properties.Get("V"), env)
		got, ok := v.([]any)
		if err != nil || !ok {
			t.Fatalf("%v, %v", v, err)
		}
		for i, want := range []string{c.region, c.partition, c.suffix, "1"} {
			if _, unknown := got[i].(Unknown); unknown != (want == "") || !unknown && got[i] != want {
				t.Errorf("%s: %#v, want %q", c.regions, got[i], want)
			}
		}
	}
}
