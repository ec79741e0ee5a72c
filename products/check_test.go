package products

import (
	"testing"
)

// product.yaml against its template: contradictions are refused, promises that the catalog does not hold are warned of. S10 S11, S12 as far as the catalog goes: fixed
func TestCheck(t *testing.T) {
	for _, tt := range []struct{ name, parameter, declared, want string }{
		{"nothing said", "{label: Name}", "{Type: String}", ""},
		{"the same said twice", "{default: a, allowed_values: [a, b]}", "{Type: String, Default: a, AllowedValues: [b, a]}", ""},
		{"another default", "{default: b}", "{Type: String, Default: a}", "product.yaml:9:16 error AXLE2307 default of P is not the template's"},
		{"a default that the template lacks", "{default: b}", "{Type: String}", "product.yaml:9:16 warning AXLE2310 the catalog shows no default for P: the template has none"},
		{"a default that the template refuses", "{default: c}", "{Type: String, AllowedValues: [a]}",
			"product.yaml:9:16 error AXLE2307 default of P is not one of the allowed values: a\n" +
				"product.yaml:9:16 warning AXLE2310 the catalog shows no default for P: the template has none"},
		{"an allowed value that the template refuses", "{allowed_values: [a, c]}", "{Type: String, AllowedValues: [a]}",
			`product.yaml:9:23 error AXLE2307 allowed value "c" of P is not one of the allowed values: a`},
		{"a hidden value is not shown", "{allowed_values: [a, c]}", "{Type: String, NoEcho: true, AllowedValues: [a]}",
			"product.yaml:9:23 error AXLE2307 allowed value (hidden) of P is not one of the allowed values"},
		{"fewer values than the template allows", "{allowed_values: [a]}", "{Type: String, AllowedValues: [a, b]}",
			"product.yaml:9:23 warning AXLE2310 the catalog allows more values of P than product.yaml: the template does"},
		{"the template's default among them", "{allowed_values: [a]}", "{Type: String, Default: b, AllowedValues: [a, b]}",
			"product.yaml:9:23 error AXLE2307 the template's Default of P is not one of the allowed values\n" +
				"product.yaml:9:23 warning AXLE2310 the catalog allows more values of P than product.yaml: the template does"},
		{"bounds as the template's", "{min: 2, max: 3}", "{Type: Number, MinValue: 2, MaxValue: 3}", ""},
		{"bounds that the template lacks", "{min: 2, max: 3}", "{Type: Number, Default: 4, MaxValue: 5}",
			"product.yaml:9:6 error AXLE2307 the template's Default of P: 4 is more than max\n" +
				"product.yaml:9:12 warning AXLE2310 the catalog allows P below min: the template does\n" +
				"product.yaml:9:20 warning AXLE2310 the catalog allows P above max: the template does"},
		{"fixed", "{fixed: x}", "{Type: String, Default: x}", ""}, // CAT-5
		{"fixed, and the console would show another value", "{fixed: x}", "{Type: String, Default: y}",
			"product.yaml:9:14 error AXLE2308 the template's Default of P is not the fixed value, and it is what the console shows"},
		{"fixed, and the console would show none", "{fixed: x}", "{Type: String}",
			"product.yaml:9:14 error AXLE2308 the template's Default of P is not the fixed value, and it is what the console shows"},
		{"fixed to what only AWS knows", `{fixed: "${ssm:/p}"}`, "{Type: String, Default: x}",
			"product.yaml:9:14 error AXLE2308 P is not fixed: what ${ssm:/p} gives is not known to the rule that holds it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, ds := Load("product.yaml", []byte("schema: 1\nname: p\nversion: 1.0.0\nowner: o\ntype: CLOUD_FORMATION_TEMPLATE\ntemplate: t.yaml\nportfolios: {x: {}}\nparameters:\n  P: "+tt.parameter+"\n"))
			if p == nil || ds.Err() != nil {
				t.Fatal(ds)
			}
			if got := places(Check(p, template(t, "t.yaml", parameter(tt.declared)))); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestCheckUnknownParameter(t *testing.T) {
	p, ds := Load("product.yaml", []byte("schema: 1\nname: p\nversion: 1.0.0\nowner: o\ntemplate: t.yaml\nparameters:\n  CidrBlok: {label: Range}\n"))
	if p == nil {
		t.Fatal(ds)
	}
	got := Check(p, template(t, "t.yaml", with("Parameters: {CidrBlock: {Type: String}}")))
	if places(got) != "product.yaml:7:13 error AXLE2306 the template has no parameter CidrBlok" || got[0].Hint != `did you mean "CidrBlock"?` {
		t.Errorf("%v", got)
	}
}

// A local file would not be there where the template is launched.
func TestCheckLocalAssets(t *testing.T) {
	got := Check(&File{}, template(t, "t.yaml", resource("{Type: 'AWS::Lambda::Function', Properties: {Role: r, Code: src/}}")))
	if places(got) != "t.yaml:1:76 error AXLE2309 Code is a local file; publishing local assets is not supported" {
		t.Errorf("%v", got)
	}
}
