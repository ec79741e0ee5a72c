package policies

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// elsewhere is a value that the template does not decide.
func elsewhere(at *document.Node) *document.Node {
	text := func(s string) *document.Node {
		return &document.Node{Kind: document.Text, Value: s, Line: at.Line, Col: at.Col}
	}
	return &document.Node{Kind: document.Mapping, Line: at.Line, Col: at.Col, Pairs: []document.Pair{{Key: text("Fn::ImportValue"), Value: text("x")}}}
}

// pairs calls f for each entry of the mappings below a node, those of functions left out.
func pairs(n *document.Node, f func(in *document.Node, i int)) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		pairs(item, f)
	}
	for i := range n.Pairs {
		if key := n.Pairs[i].Key.Value; strings.HasPrefix(key, "Fn::") || key == "Ref" {
			continue
		}
		f(n, i)
		pairs(n.Pairs[i].Value, f)
	}
}

// F7: where taking a key out of a passing fixture makes a rule speak, so does a value there that the
// template does not decide: unknown is no pass.
func TestUnknownIsNoPass(t *testing.T) {
	r := rules(t)
	needed := 0
	for _, rule := range listed(t, r, CloudFormation) {
		r := alone(t, r, rule)
		tmpl := template(t, "starter/"+strings.TrimSuffix(filepath.Base(rule.File), ".rego")+".pass.yaml")
		for _, resource := range tmpl.Resources {
			pairs(resource.Properties, func(in *document.Node, i int) {
				all := in.Pairs
				defer func() { in.Pairs = all }()
				in.Pairs = slices.Concat(all[:i], all[i+1:])
				if len(findingsOf(t, r, tmpl, rule.ID)) == 0 {
					return // the rule does not need it
				}
				needed++
				in.Pairs = slices.Clone(all)
				in.Pairs[i].Value = elsewhere(all[i].Value)
				if pardon(rule.ID, all[i].Key.Value) == "" && len(findingsOf(t, r, tmpl, rule.ID)) == 0 {
					t.Errorf("%s passes %s with an unknown %s", rule.ID, resource.LogicalID, all[i].Key.Value)
				}
			})
		}
	}
	if needed < 100 {
		t.Errorf("only %d values were needed", needed)
	}
}

// pardon is why a rule may let an unknown value of a key be; "" if it may not.
func pardon(rule, key string) string {
	if slices.Contains([]string{"AXLE-IAM-3", "AXLE-KMS-2", "AXLE-S3-3", "AXLE-SQS-2"}, rule) && strings.Contains(key, ":") {
		return narrows // a condition's key
	}
	return pardoned[rule+" "+key]
}

// pardoned are rules that let an unknown value be, each with its reason.
var pardoned = map[string]string{
	"AXLE-EC2-2 IpProtocol": unknownPorts, "AXLE-EC2-2 FromPort": unknownPorts, "AXLE-EC2-2 ToPort": unknownPorts,

	"AXLE-LAMBDA-2 PrincipalOrgID": narrows, "AXLE-LAMBDA-2 SourceAccount": narrows, "AXLE-LAMBDA-2 SourceArn": narrows,

	"AXLE-RDS-1 DBClusterIdentifier": member, "AXLE-RDS-3 DBClusterIdentifier": member, "AXLE-RDS-4 DBClusterIdentifier": member,
	"AXLE-RDS-5 DBClusterIdentifier": member, "AXLE-RDS-7 DBClusterIdentifier": member, "AXLE-RDS-8 DBClusterIdentifier": member, "AXLE-RDS-9 DBClusterIdentifier": member,

	"AXLE-ECR-3 LifecyclePolicyText": there, "AXLE-REDSHIFT-4 BucketName": there, "AXLE-S3-8 Rules": there,
}

const (
	unknownPorts = "AXLE-EC2-1 reports ports that are not known"
	narrows      = "the account, organization or source is that of wherever it is deployed; * and all networks cannot be told from it"
	member       = "an instance of a cluster is one whatever the cluster is called"
	there        = "that it is there is what the rule asks for"
)
