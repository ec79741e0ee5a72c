package cfn_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

// What else a launch can make of a template: each value that a condition or a mapping asks for,
// but for what product.yaml fixes (F7: conditions both ways).
func TestWorlds(t *testing.T) {
	for _, c := range []struct {
		name, parameters, conditions string
		choices                      map[string][]string
		want                         []string
	}{
		{"a condition's other side", "P: {Type: String, Default: 'no'}", "C: !Equals [!Ref P, 'yes']", nil, []string{`P = "yes"`}},
		{"whatever it is compared to", "P: {Type: String, Default: ''}", "C: !Not [!Equals [!Ref P, '']]", nil, []string{"another P"}},
		{"allowed values, all", "P: {Type: String, Default: a, AllowedValues: [a, b, c]}", "C: !Equals [!Ref P, b]", nil, []string{`P = "b"`, `P = "c"`}},
		{"what no launch can give", "P: {Type: String, Default: a, AllowedPattern: '[a-c]'}", "C: !Equals [!Ref P, z]", nil, nil},
		{"what nobody asks for", "P: {Type: String, Default: a, AllowedValues: [a, b]}", "C: !Equals [x, y]", nil, nil},
		{"fixed by product.yaml", "P: {Type: String, Default: a, AllowedValues: [a, b]}", "C: !Equals [!Ref P, b]", map[string][]string{"P": {"a"}}, nil},
		{"narrowed by product.yaml", "P: {Type: String, Default: a, AllowedValues: [a, b, c]}", "C: !Equals [!Ref P, b]", map[string][]string{"P": {"a", "c"}}, []string{`P = "c"`}},
		{"two together", "P: {Type: String, Default: 'n'}\n  Q: {Type: String, Default: 'n'}", "C: !And [!Equals [!Ref P, 'y'], !Equals [!Ref Q, 'y']]", nil,
			[]string{`P = "y"`, `Q = "y"`, `P = "y", Q = "y"`}},
		{"by a condition's condition", "P: {Type: String, Default: 'n'}", "C: !Equals [!Ref P, 'y']\n  D: !Not [!Condition C]", nil, []string{`P = "y"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "Parameters:\n  " + c.parameters + "\nConditions:\n  " + c.conditions + "\nResources: {T: {Type: AWS::SNS::Topic}}\n"
			tpl, ds := cfn.Parse("t.yaml", []byte(text))
			if tpl == nil {
				t.Fatal(ds)
			}
			values, _ := tpl.Values(nil)
			var got []string
			for _, w := range tpl.Worlds(cfn.Env{Params: values, Choices: c.choices}) {
				got = append(got, w.Says)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Of very many combinations each value still stands once.
func TestWorldsAreBounded(t *testing.T) {
	var parameters, conditions strings.Builder
	for _, name := range []string{"A", "B", "C", "D", "E", "F", "G"} {
		parameters.WriteString("  " + name + ": {Type: String, Default: 'n'}\n")
		conditions.WriteString("  Is" + name + ": !Equals [!Ref " + name + ", 'y']\n")
	}
	tpl, ds := cfn.Parse("t.yaml", []byte("Parameters:\n"+parameters.String()+"Conditions:\n"+conditions.String()+"Resources: {T: {Type: AWS::SNS::Topic}}\n"))
	if tpl == nil {
		t.Fatal(ds)
	}
	values, _ := tpl.Values(nil)
	if got := len(tpl.Worlds(cfn.Env{Params: values})); got != 7 {
		t.Errorf("%d worlds, want one for each value", got)
	}
}
