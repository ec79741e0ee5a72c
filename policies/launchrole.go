package policies

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products/cfn"
)

// Policy is an IAM policy document. ARNs may hold ${AWS::Partition}, ${AWS::Region} and
// ${AWS::AccountId}, as Fn::Sub has them; In puts values there.
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement allows actions on resources. Condition is operator → key → values.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// LaunchRole is the least policy under which Service Catalog can launch, update and terminate the
// template's product: for the stack itself, and for what its resources call. topics are those
// that are told of the stack. unknown is what could not be computed, a sentence each: such a
// template needs more than the policy says.
func LaunchRole(t *cfn.Template, topics ...string) (needed Policy, unknown []string) {
	calls, unknown := t.Calls()
	all := append(stackStatements(topics), statementsOf(calls)...)
	return Policy{"2012-10-17", all}, unknown
}

const stacks = "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/SC-*"

// stackStatements are what Service Catalog itself does in the name of the launch role.
func stackStatements(topics []string) []Statement {
	all := []Statement{
		{Sid: "Stack", Effect: "Allow", Resource: []string{stacks}, Action: []string{"cloudformation:CreateStack",
			"cloudformation:DeleteStack", "cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks",
			"cloudformation:SetStackPolicy", "cloudformation:UpdateStack"}},
		{Sid: "Template", Effect: "Allow", Resource: []string{"*"}, Action: []string{"cloudformation:GetTemplateSummary",
			"cloudformation:ValidateTemplate"}},
		{Sid: "Artifact", Effect: "Allow", Resource: []string{"*"}, Action: []string{"s3:GetObject"},
			Condition: map[string]map[string][]string{"StringEquals": {"s3:ExistingObjectTag/servicecatalog:provisioning": {"true"}}}},
	}
	if len(topics) > 0 {
		all = append(all, Statement{Sid: "Notify", Effect: "Allow", Resource: topics, Action: []string{"sns:Publish"}})
	}
	return all
}

// statementsOf joins calls on the same resources, in a fixed order.
func statementsOf(calls []cfn.Call) []Statement {
	on := map[[2]string][]string{} // resources of an action, and the service it passes a role to
	for _, c := range calls {
		key := [2]string{c.Action, c.PassedTo}
		on[key] = append(on[key], c.Resources...)
	}
	joined := map[[2]string][]string{} // actions by service passed to, and resources
	for key, resources := range on {
		k := [2]string{key[1], strings.Join(distinct(resources), "\n")}
		joined[k] = append(joined[k], key[0])
	}
	var all []Statement
	for k, names := range joined {
		s := Statement{Effect: "Allow", Action: distinct(names), Resource: strings.Split(k[1], "\n")}
		if k[0] != "" {
			s.Condition = map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {k[0]}}}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Statement) int {
		return cmp.Or(slices.Compare(a.Action, b.Action), slices.Compare(a.Resource, b.Resource), strings.Compare(a.passedTo(), b.passedTo()))
	})
	return all
}

// distinct are the patterns that no other covers, sorted.
func distinct(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		return slices.ContainsFunc(list, func(other string) bool { return other != s && matches(other, s) })
	})
}

func (s Statement) passedTo() string {
	return strings.Join(s.Condition["StringEquals"]["iam:PassedToService"], " ")
}

// EndUser is the policy of those who launch these products, by their ARNs, and see and change only
// what is their own. Without an ARN it is every product that a portfolio gives them.
func EndUser(products ...string) Policy {
	if len(products) == 0 {
		products = []string{"arn:${AWS::Partition}:catalog:${AWS::Region}:${AWS::AccountId}:product/*"}
	}
	self := map[string]map[string][]string{"StringEquals": {"servicecatalog:userLevel": {"self"}}}
	return Policy{"2012-10-17", []Statement{
		{Sid: "Browse", Effect: "Allow", Action: []string{"servicecatalog:DescribeProductView", "servicecatalog:SearchProducts"}, Resource: []string{"*"}},
		{Sid: "Launch", Effect: "Allow", Action: []string{"servicecatalog:DescribeProduct", "servicecatalog:DescribeProvisioningParameters",
			"servicecatalog:ListLaunchPaths", "servicecatalog:ProvisionProduct"}, Resource: products},
		{Sid: "Own", Effect: "Allow", Action: []string{"servicecatalog:DescribeProvisionedProduct", "servicecatalog:DescribeRecord",
			"servicecatalog:GetProvisionedProductOutputs", "servicecatalog:ListRecordHistory", "servicecatalog:ListStackInstancesForProvisionedProduct",
			"servicecatalog:ScanProvisionedProducts", "servicecatalog:SearchProvisionedProducts", "servicecatalog:TerminateProvisionedProduct",
			"servicecatalog:UpdateProvisionedProduct"}, Resource: []string{"*"}, Condition: self},
	}}
}

// In puts a partition, a Region and an account into the ARNs; "" is any Region and account, and
// AWS's own partition.
func (p Policy) In(partition, region, account string) Policy {
	put := strings.NewReplacer("${AWS::Partition}", cmp.Or(partition, "aws"), "${AWS::Region}", cmp.Or(region, "*"),
		"${AWS::AccountId}", cmp.Or(account, "*"), "${AWS::URLSuffix}", "amazonaws.com")
	out := Policy{Version: p.Version}
	for _, s := range p.Statement {
		resources := make([]string, len(s.Resource))
		for i, r := range s.Resource {
			resources[i] = put.Replace(r)
		}
		s.Resource = distinct(resources)
		out.Statement = append(out.Statement, s)
	}
	return out
}

// JSON is the document as IAM takes it.
func (p Policy) JSON() ([]byte, error) { return json.MarshalIndent(p, "", "  ") }
