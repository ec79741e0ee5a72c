package cfn_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

// What else a launch can make of a resource: each of its forms once, by values that conditions
// and mappings ask for, but for what product.yaml fixes (F7: conditions both ways).
func TestWorlds(t *testing.T) {
	const byC, byD = "!If [C, a, b]", "!If [D, a, b]"
	for _, c := range []struct {
		name, parameters, conditions, value string
		choices                             map[string][]string
		want                                []string
	}{
		{"a condition's other side", "P: {Type: String, Default: 'no'}", "C: !Equals [!Ref P, 'yes']", byC, nil, []string{`P = "yes"`}},
		{"whatever it is compared to", "P: {Type: String, Default: ''}", "C: !Not [!Equals [!Ref P, '']]", byC, nil, []string{"another P"}},
		{"allowed values, one of each form", "P: {Type: String, Default: a, AllowedValues: [a, b, c]}", "C: !Equals [!Ref P, b]", byC, nil, []string{`P = "b"`}},
		{"a mapping's rows", "P: {Type: String, Default: a, AllowedValues: [a, b, c]}", "C: !Equals [x, y]", "!FindInMap [M, !Ref P, k]", nil, []string{`P = "b"`, `P = "c"`}},
		{"what no launch can give", "P: {Type: String, Default: a, AllowedPattern: '[a-c]', AllowedValues: [a]}", "C: !Equals [!Ref P, z]", byC, map[string][]string{"P": {"a"}}, nil},
		{"a condition that nothing asks for", "P: {Type: String, Default: a, AllowedValues: [a, b]}", "C: !Equals [!Ref P, b]", "x", nil, nil},
		{"fixed by product.yaml", "P: {Type: String, Default: a, AllowedValues: [a, b]}", "C: !Equals [!Ref P, b]", byC, map[string][]string{"P": {"a"}}, nil},
		{"narrowed by product.yaml", "P: {Type: String, Default: a, AllowedValues: [a, b, c]}", "C: !Equals [!Ref P, c]", byC, map[string][]string{"P": {"a", "c"}}, []string{`P = "c"`}},
		{"two that only together", "P: {Type: String, Default: 'n'}\n  Q: {Type: String, Default: 'n'}", "C: !And [!Equals [!Ref P, 'y'], !Equals [!Ref Q, 'y']]", byC, nil,
			[]string{`P = "y", Q = "y"`}},
		{"by a condition's condition", "P: {Type: String, Default: 'n'}", "C: !Equals [!Ref P, 'y']\n  D: !Not [!Condition C]", byD, nil, []string{`P = "y"`}},
		{"on a text that is put together", "P: {Type: String, Default: 'n'}", "C: !Equals [!Sub '${P}-x', 'y-x']", byC, nil, []string{"condition C being true"}},
		{"on a text of what is fixed", "P: {Type: String, Default: 'n'}", "C: !Equals [!Sub '${P}-x', 'y-x']", byC, map[string][]string{"P": {"n"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			worlds, unjudged := worldsOf(t, c.parameters, c.conditions, c.value, c.choices)
			var got []string
			for _, w := range worlds {
				got = append(got, w.Says)
			}
			if !slices.Equal(got, c.want) || len(unjudged) > 0 {
				t.Errorf("got %q and %q, want %q", got, unjudged, c.want)
			}
		})
	}
}

func worldsOf(t *testing.T, parameters, conditions, value string, choices map[string][]string) ([]cfn.World, map[string]string) {
	t.Helper()
	tpl, ds := cfn.Parse("t.yaml", []byte("Parameters:\n  "+parameters+"\nConditions:\n  "+conditions+
		"\nMappings: {M: {a: {k: '1'}, b: {k: '2'}, c: {k: '3'}}}\nResources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: "+value+"}}}\n"))
	if tpl == nil {
		t.Fatal(ds)
	}
	values, _ := tpl.Values(nil)
	return tpl.Worlds(cfn.Env{Params: values, Choices: choices})
}

// Switches that do not concern a resource make nothing of it; those that do, and are too many, are said.
func TestWorldsAreBounded(t *testing.T) {
	var parameters, conditions, all []string
	for _, name := range strings.Split("ABCDEFGHIJK", "") {
		parameters = append(parameters, name+": {Type: String, Default: 'n'}")
		conditions = append(conditions, "Is"+name+": !Equals [!Ref "+name+", 'y']")
		all = append(all, "!If [Is"+name+", a, b]")
	}
	p, c := strings.Join(parameters, "\n  "), strings.Join(conditions, "\n  ")
	if worlds, unjudged := worldsOf(t, p, c, "!If [IsC, a, b]", nil); len(worlds) != 1 || len(unjudged) > 0 {
		t.Errorf("one switch of eleven: %d worlds, %q", len(worlds), unjudged)
	}
	if worlds, unjudged := worldsOf(t, p, c, "!Join ['', ["+strings.Join(all, ", ")+"]]", nil); len(worlds) > 0 || !strings.Contains(unjudged["T"], "more than 1024 forms, by A, B") {
		t.Errorf("eleven switches of one: %d worlds, %q", len(worlds), unjudged)
	}
}
