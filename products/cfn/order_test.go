package cfn

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// What is needed comes first; among the free the template's order decides. SBX-64
func TestOrder(t *testing.T) {
	for _, tt := range []struct{ name, resources, want string }{
		{"as written", "{A: {Type: T}, B: {Type: T}}", "A B"},
		{"Ref", "{A: {Type: T, Properties: {x: !Ref B}}, B: {Type: T}}", "B A"},
		{"GetAtt", "{A: {Type: T, Properties: {x: [!GetAtt B.Arn]}}, B: {Type: T}}", "B A"},
		{"Sub", "{A: {Type: T, Properties: {x: !Sub '${B}${C.Arn}'}}, C: {Type: T}, B: {Type: T}}", "C B A"},
		{"Sub's own variable is no resource", "{A: {Type: T, Properties: {x: !Sub ['${B}', {B: x}]}}, B: {Type: T}}", "A B"},
		{"a literal of Sub is no resource", "{A: {Type: T, Properties: {x: !Sub '${!B}'}}, B: {Type: T}}", "A B"},
		{"DependsOn", "{A: {Type: T, DependsOn: [C]}, B: {Type: T, DependsOn: C}, C: {Type: T}}", "C A B"},
		{"both branches of If", "{A: {Type: T, Properties: {x: !If [Z, !Ref B, !Ref C]}}, B: {Type: T}, C: {Type: T}}", "B C A"},
		{"a freed resource goes before later free ones", "{A: {Type: T, DependsOn: B}, B: {Type: T}, C: {Type: T}}", "B A C"},
	} {
		order, err := must(t, "Resources: "+tt.resources).Order()
		if got := strings.Join(order, " "); got != tt.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", tt.name, got, err, tt.want)
		}
	}
}

// B064: the cycle is named from its first resource in the template, without what only leads to it.
func TestOrderCycle(t *testing.T) {
	for resources, want := range map[string]string{
		"{A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: A}}":                                                          "cycle: A -> B -> A",
		"{In: {Type: T, DependsOn: C}, A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: C}, C: {Type: T, DependsOn: A}}": "cycle: A -> B -> C -> A",
		"{Ok: {Type: T}, A: {Type: T, Properties: {x: !Ref A}}}":                                                            "cycle: A -> A",
		"{A: {Type: T, DependsOn: [Ok, B]}, Ok: {Type: T}, B: {Type: T, Properties: {x: !Sub '${A.Arn}'}}}":                 "cycle: A -> B -> A",
	} {
		_, err := must(t, "Resources: "+resources).Order()
		if document.CodeOf(err) != CodeCycle || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", resources, err, want)
		}
	}
}

// The sample VPC: each of its resources after all that it names, the same in every reading.
func TestOrderOfVPC(t *testing.T) {
	tm := must(t, string(sample(t, "vpc-three-tier")))
	order, err := tm.Order()
	if err != nil || len(order) != len(tm.Resources) {
		t.Fatalf("%d of %d: %v", len(order), len(tm.Resources), err)
	}
	for i, id := range order {
		for _, ref := range tm.References(tm.Resource(id).Properties) {
			if tm.Resource(ref.LogicalID) != nil && !slices.Contains(order[:i], ref.LogicalID) {
				t.Errorf("%s comes before %s", id, ref.LogicalID)
			}
		}
	}
	if again, _ := tm.Order(); !slices.Equal(order, again) {
		t.Errorf("%v and then %v", order, again)
	}
}

func TestReferences(t *testing.T) {
	tm := must(t, with(`A: !Sub ["${B.Arn}${X}${AWS::Region}", {X: !Ref P}]
C: !If [Always, !GetAtt B.Arn, !FindInMap [M, a, b]]
D: {"Fn::GetAtt": [B, !Ref P]}`))
	var got []string
	for _, r := range tm.References(tm.Resource("R").Properties) {
		got = append(got, r.Kind+" "+r.LogicalID+" "+r.Attribute)
	}
	want := []string{"Fn::Sub B Arn", "Ref P ", "Fn::If Always ", "Fn::GetAtt B Arn", "Fn::FindInMap M ", "Fn::GetAtt B ", "Ref P "}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
