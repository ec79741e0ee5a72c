package policies_test

import (
	"context"
	"strings"
	"testing"

	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products/cfn"
)

// F7: what is safe by default and open by a launch's choice is found, with the choice.
func TestConditionsAreJudgedBothWays(t *testing.T) {
	const head = `
Parameters:
  Public: {Type: String, Default: "no", AllowedValues: ["no", "yes"]}
Mappings: {Net: {"no": {Cidr: 10.0.0.0/8}, "yes": {Cidr: 0.0.0.0/0}}}
Conditions: {Open: !Equals [!Ref Public, "yes"]}
Resources:
  G:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: vpc-1
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, Description: d, CidrIp: `
	rules, err := policies.New(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, cidr, says string }{
		{"a branch that is not taken by default", "!If [Open, 0.0.0.0/0, 10.0.0.0/8]", `, with Public = "yes"`},
		{"a mapping's other row", "!FindInMap [Net, !Ref Public, Cidr]", `, with Public = "yes"`},
		{"open by default", "!If [Open, 10.0.0.0/8, 0.0.0.0/0]", "port 22"},
		{"closed both ways", "!If [Open, 192.168.0.0/16, 10.0.0.0/8]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tpl, ds := cfn.Parse("t.yaml", []byte(head+c.cidr+"}\n"))
			if tpl == nil {
				t.Fatal(ds)
			}
			report, err := rules.Judge(context.Background(), tpl, cfn.Env{}.In("eu-west-1"))
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, f := range report.Findings {
				if f.Rule == "AXLE-EC2-1" {
					said = append(said, f.Summary)
				}
			}
			if got := strings.Join(said, "\n"); c.says == "" && got != "" || !strings.HasSuffix(got, c.says) || len(said) > 1 {
				t.Errorf("got %q, want once …%q", got, c.says)
			}
		})
	}
}
