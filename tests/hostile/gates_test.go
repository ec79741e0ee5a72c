package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mutation takes one thing of the good repository away or makes it lie. What it leaves cannot be
// judged, or is judged worse: alpha may not pass.
type mutation struct {
	name string
	make func(*repo, files) files // what a later commit on main has
	code int
	says string
}

// edit replaces text in a file of the good repository.
func edit(name, old, new string) func(*repo, files) files {
	text := map[string]string{"pipeline.yaml": pipelineYAML, "products/topic/product.yaml": productYAML, template: templateYAML,
		"products/topic/tests/a.feature": featureText, "policies/names.rego": policyRego, "policies/names_test.rego": policyTestRego, "products/topic/tests/topic_test.rego": unitRego}[name]
	return func(r *repo, f files) files {
		if !strings.Contains(text, old) {
			r.t.Fatalf("%s has no %q", name, old)
		}
		return r.text(f, name, strings.Replace(text, old, new, 1))
	}
}

// whole makes a file what is given.
func whole(name, text string) func(*repo, files) files {
	return func(r *repo, f files) files { return r.text(f, name, text) }
}

// without takes files away by the beginning of their path.
func without(prefix string) func(*repo, files) files {
	return func(_ *repo, f files) files {
		for name := range f {
			if strings.HasPrefix(name, prefix) {
				delete(f, name)
			}
		}
		return f
	}
}

// rule is a policy of the repository by its body.
func rule(body string) func(*repo, files) files {
	return whole("policies/names.rego", "# METADATA\n# custom: { id: OWN-1 }\npackage acme.names\n\n"+body+"\n")
}

// M20 B101 B102 B103 B104 B105 B106 B107 B108 B109 B110 B111 B112 B116 B117 B118 FC01 FC02 FC03 FC04 FC05: 0 may pass.
var mutations = []mutation{
	// Rules that would never say a word, or say another thing each time.
	{"misspelt rule", edit("policies/names.rego", "deny contains", "denny contains"), 2, "did you mean"},
	{"rule in capitals", edit("policies/names.rego", "deny contains", "DENY contains"), 2, "AXLE1405: package has no deny/violation/warn rule"},
	{"a rule that is a function", rule(`deny(x) := x`), 2, "AXLE1405: package has no deny/violation/warn rule"},
	{"a rule that is never defined", rule(`deny := input.Nothing`), 2, "AXLE1405: package has no deny/violation/warn rule"},
	{"a rule that is a boolean", rule(`deny if input.Resources`), 2, "AXLE1405: package has no deny/violation/warn rule"},
	{"a reserved package", edit("policies/names.rego", "package acme.names", "package axle.names"), 2, "is reserved"},
	{"the organization's package", edit("policies/names.rego", "package acme.names", "package org.names"), 2, "is reserved"},
	{"Rego v0", whole("policies/names.rego", "package acme.names\ndeny[msg] {\n\tmsg := \"always\"\n}\n"), 2, "opa fmt --v0-v1"},
	{"no Rego", whole("policies/names.rego", "package acme.names\n\ndeny contains {\n"), 2, "AXLE1402: unexpected eof token"},
	{"an empty policy", whole("policies/names.rego", ""), 2, "AXLE1402: policies/names.rego:0: rego_parse_error: empty module"},
	{"http.send", rule(`deny contains r.body if r := http.send({"method": "get", "url": "http://169.254.169.254/"})`), 2, "http.send is not allowed"},
	{"time.now_ns", rule(`deny contains "x" if time.now_ns() < 0`), 2, "time.now_ns is not allowed"},
	{"opa.runtime", rule(`deny contains "x" if opa.runtime().env.HOME == ""`), 2, "opa.runtime is not allowed"},
	{"net.lookup_ip_addr", rule(`deny contains "x" if count(net.lookup_ip_addr("example.com")) == 0`), 2, "is not allowed"},
	{"a builtin by with", rule("deny contains \"x\" if f(1) with data.x as 1\n\nf(x) if http.send({\"url\": x})"), 2, "http.send is not allowed"},
	{"recursion", rule("deny contains \"x\" if a\n\na if b\n\nb if a"), 2, "recursive"},
	{"two values", rule("deny contains \"x\" if a == 3\n\na := 1 if input.Resources\n\na := 2 if input.Resources"), 1, "conflicting values"},
	{"a builtin's error", rule(`deny contains "x" if to_number("abc") == 1`), 1, "to_number"},
	{"an endless comprehension", rule(`deny contains "x" if count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b < 0]) > 0`), 1, "exceeded"},
	{"a memory bomb of text", rule(`deny contains "x" if count(concat("", [s | some i in numbers.range(1, 100000); s := sprintf("%01000d", [i])])) == 0`), 1, "exceeded"},
	{"a memory bomb", rule(`deny contains "x" if count(numbers.range(1, 1000000000)) == 0`), 1, "exceeded"},
	{"a denial that is a number", rule(`deny contains 1 if input.Resources`), 1, "must yield text or an object with msg"},
	{"a denial without msg", rule(`deny contains {"message": "x"} if input.Resources`), 1, "must yield text or an object with msg"},
	{"the input replaced by with", rule("deny contains \"a topic has no name\" if count(data.acme.names.found) > 0 with input as {}\n\nfound contains 1 if input.Resources.Topic"), 1, "AXLE2420: acme.names_test.test_nameless failed: policies/names_test.rego:5 does"},
	{"no test of the rule", without("policies/names_test.rego"), 1, "has no test"},
	{"a test that fails", edit("policies/names_test.rego", "== 1", "== 2"), 1, "AXLE2420: acme.names_test.test_nameless failed: policies/names_test.rego:5 does"},
	{"a test that loops", edit("policies/names_test.rego", "count(names.deny) == 1", "count(names.deny) + count([1 | some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b < 0]) == 1"), 1, "exceeded"},
	{"two rules by one id", whole("policies/other.rego", strings.Replace(policyRego, "acme.names", "acme.other", 1)), 2, "OWN-1"},

	// Gates that are not where the pipeline says.
	{"the policies' folder gone", without("policies/"), 2, "policies"},
	{"the policies' folder empty of rules", func(r *repo, f files) files { return r.text(without("policies/")(r, f), "policies/README", "x") }, 2, "policies"},
	{"a folder that is misspelt", edit("pipeline.yaml", "policies/", "policy/"), 2, "policy/"},
	{"fail_on misspelt", edit("pipeline.yaml", "violation", "violatoin"), 2, "violatoin"},
	{"a gate's key misspelt", edit("pipeline.yaml", "    policy:", "    polcy:"), 2, "polcy"},
	{"a stage misspelt", edit("pipeline.yaml", "  alpha:", "  alhpa:"), 2, "alhpa"},
	{"no stages", edit("pipeline.yaml", "  alpha:", "  pre-commit:"), 2, "AXLE1103: policy does not belong to pre-commit"},
	{"pipeline.yaml gone", without("pipeline.yaml"), 2, "no pipeline.yaml"},
	{"pipeline.yaml that is none", whole("pipeline.yaml", "- a\n"), 2, "AXLE1004: pipeline.yaml must be a mapping, found a list"},
	{"tests demanded and gone", without("products/topic/tests/"), 1, "no unit tests"},
	{"the tests' folder misspelt", edit("pipeline.yaml", "tests/", "test/"), 1, "no unit tests"},
	{"a glob that matches nothing", edit("pipeline.yaml", "products/*/", "product/*/"), 2, "matches no file"},

	// Tests that assert nothing.
	{"an undefined step", edit("products/topic/tests/a.feature", "there is a resource", "there was a resource"), 1, `AXLE2461: topic: named failed: there was a resource "Topic" of type "AWS::SNS::T`},
	{"a scenario without a step", edit("products/topic/tests/a.feature", "    Then there is a resource \"Topic\" of type \"AWS::SNS::Topic\"\n", ""), 1, "AXLE2461: topic: named failed: the scenario has no steps: it asserts nothing"},
	{"a feature that is none", whole("products/topic/tests/a.feature", "Fature: x\n"), 1, "not Gherkin"},
	{"an empty feature", whole("products/topic/tests/a.feature", ""), 1, "AXLE2460: not Gherkin: the file has no Feature"},
	{"an outline without examples", whole("products/topic/tests/a.feature", "Feature: x\n  Scenario Outline: y\n    Then there is a resource \"<r>\" of type \"AWS::SNS::Topic\"\n"), 1, `AXLE2461: x: y failed: there is a resource "<r>" of type "AWS::SNS::Topic": ther`},
	{"a feature in a language that nobody said", whole("products/topic/tests/a.feature", "# language: xx\nFeature: x\n"), 1, "AXLE2460: not Gherkin: Language not supported: xx"},
	{"a unit test that fails", edit("products/topic/tests/topic_test.rego", "if data.", "if not data."), 1, "does not hold"},
	{"a unit test that does not parse", edit("products/topic/tests/topic_test.rego", "if data.", "if if data."), 2, "AXLE1402: unexpected if keyword"},
	{"a unit test that sends", edit("products/topic/tests/topic_test.rego", "data.template.Resources.Topic", `http.send({"url": "http://169.254.169.254/"})`), 2, "http.send is not allowed"},

	// Suppressions that do not count.
	{"a baseline that is no JSON", whole(".axle-baseline.json", "{"), 2, ".axle-baseline.json"},
	{"a baseline of another repository", func(r *repo, f files) files {
		return r.text(r.text(f, "leak", leak()), ".axle-baseline.json", `{"format_version": 1, "repository": "`+strings.Repeat("1", 40)+`", "findings": []}`)
	}, 2, "another repository"},
	{"an allow comment", whole("leak", leak()+" # gitleaks:allow\n"), 1, "gitleaks:allow"},
	{"a gitleaks allow-list", func(r *repo, f files) files {
		return r.text(r.text(f, ".gitleaks.toml", "[allowlist]\npaths = ['.*']\n"), "leak", leak())
	}, 1, ".gitleaks.toml"},
	{"an expired exception", exception("2020-01-01", "AXLE-SNS-1"), 1, "expired"},
	{"an exception for an unknown rule", exception("2999-01-01", "AXLE-NOPE-1"), 1, "AXLE2425: rule AXLE-NOPE-1 does not exist"},

	// Templates of which something was not judged.
	{"template gone", without(template), 1, "template.yaml"},
	{"template empty", whole(template, ""), 1, "AXLE2200: products/topic/template.yaml is empty"},
	{"template of comments", whole(template, "# x\n"), 1, "AXLE2200: products/topic/template.yaml is empty"},
	{"a transform", edit(template, "Resources:", "Transform: AWS::Include\nResources:"), 1, "transforms are denied"},
	{"Fn::Transform", edit(template, "TopicName: orders", "TopicName: { 'Fn::Transform': { Name: AWS::Include, Parameters: { Location: s3://x/y } } }"), 1, "transforms are denied"},
	{"Fn::ForEach", edit(template, "Resources:", "Resources:\n  'Fn::ForEach::x': [A, [b], { 'T${A}': { Type: AWS::SNS::Topic } }]"), 1, "AXLE2226: transforms are denied by default: Fn::ForEach"},
	{"a nested template of a foreign host", edit(template, "Resources:", "Resources:\n  N: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: https://evil.example.com/t.yaml } }"), 1, "evil.example.com"},
	{"a macro", edit(template, "Resources:", "Resources:\n  M: { Type: AWS::CloudFormation::Macro, Properties: { Name: m, FunctionName: f } }"), 1, "transforms are denied by default: AWS::CloudFormation::Macro"},
	{"a key twice", edit(template, "TopicName: orders", "TopicName: orders\n      TopicName: others"), 1, "repeats line"},
	{"a NoEcho parameter with a default", edit(template, "Resources:", "Parameters:\n  P: { Type: String, NoEcho: true, Default: hunter2hunter2 }\nResources:"), 1, "AXLE2501: default of a secret parameter ****, in commit 7baec62320ba"},
	{"a secret in an output", edit(template, "Resources:", "Outputs:\n  O: { Value: '{{resolve:secretsmanager:a:SecretString:b}}' }\nResources:"), 1, "output O would print a secret"},
}

// leak is a line with a key, put together here: this repository is scanned too.
func leak() string { return "key = AKIA" + "Q4WE5RT6YU7IOPA2" }

// exception takes the topic's key away and asks to be let off.
func exception(expires, id string) func(*repo, files) files {
	return func(r *repo, f files) files {
		f = r.text(f, template, strings.Replace(templateYAML, "      KmsMasterKeyId: alias/orders\n", "", 1))
		f = r.text(f, "pipeline.yaml", strings.Replace(pipelineYAML, "fail_on: violation", "fail_on: warning", 1))
		return r.text(f, ".axle-exceptions.yaml", "schema: 1\nexceptions:\n  - { rule: "+id+", resource: Topic, reason: later, owner: team@example.com, expires: "+expires+" }\n")
	}
}

func TestMutationsOfGates(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			sampled(t)
			r := newRepo(t)
			r.most = 384 << 10 // BL06 allows a policy 100 MB; the process, with what its collector has yet to free, has been seen at 321
			first := r.commit(r.root(r.good()))
			r.setMain(r.commitBy(person, "mutated\n", r.root(m.make(r, r.good())), first))
			o := r.alpha()
			if o.code == 0 {
				t.Errorf("alpha passed\n%s", o.all())
			}
			if o.code != m.code || !strings.Contains(o.all(), m.says) {
				t.Errorf("%s ended with %d, want %d and %q\n%.3000s", m.name, o.code, m.code, m.says, o.all())
			}
		})
	}
}

// T01 T02 T03 M20: what a branch edits of the gates themselves counts for nothing; the branch ends in a finding.
func TestBranchesCannotWeaken(t *testing.T) {
	bad := strings.Replace(templateYAML, "      TopicName: orders\n", "", 1)
	for _, c := range []struct {
		name string
		make func(*repo, files) files
	}{
		{"no policy gate", edit("pipeline.yaml", "    policy: { bundles: [policies/], fail_on: violation }\n", "")},
		{"other policies", func(r *repo, f files) files {
			f = edit("pipeline.yaml", "[policies/]", "[lax/]")(r, f)
			return r.text(f, "lax/x.rego", "package lax\n\nwarn contains \"x\" if input.Nothing\n")
		}},
		{"only alpha renamed", edit("pipeline.yaml", "  alpha:", "  pre-commit:")},
		{"another branch protected", edit("pipeline.yaml", "stages:", "triggers: { protected: branch }\nstages:")},
		{"the rule emptied", rule("warn contains \"x\" if input.Nothing")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRepo(t)
			main := r.commit(r.root(r.good()))
			f := r.text(c.make(r, r.good()), template, bad)
			r.write(".git/refs/heads/main", main+"\n")
			r.write(".git/refs/heads/branch", r.commitBy(person, "weaker\n", r.root(f), main)+"\n")
			r.write(".git/HEAD", "ref: refs/heads/branch\n")
			if o := r.alpha(); o.code == 0 {
				t.Errorf("the branch passed\n%s", o.all())
			}
		})
	}
}

// A baseline and an exception that the branch itself brings do not count.
func TestSuppressionsOfTheBranch(t *testing.T) {
	r := newRepo(t)
	main := r.commit(r.root(r.good()))
	r.write(".git/refs/heads/main", main+"\n")
	r.write(".git/refs/heads/branch", r.commitBy(person, "leak\n", r.root(r.text(r.good(), "leak", leak())), main)+"\n")
	r.write(".git/HEAD", "ref: refs/heads/branch\n")
	if o := r.drive("", "secrets", "baseline"); o.code != 0 {
		t.Fatal(o.all())
	}
	data, err := os.ReadFile(filepath.Join(r.dir, ".axle-baseline.json"))
	r.check(err)
	filled := strings.NewReplacer(`"reason": ""`, `"reason": "known"`, `"owner": ""`, `"owner": "dev"`, `"expires": ""`, `"expires": "2999-01-01"`).Replace(string(data))
	f := r.text(r.text(r.good(), "leak", leak()), ".axle-baseline.json", filled)
	both := r.commitBy(person, "leak\n", r.root(f), main)
	r.write(".git/refs/heads/branch", both+"\n")
	if o := r.alpha(); o.code != 1 {
		t.Errorf("on the branch: %d\n%s", o.code, o.all())
	}
	r.write(".git/refs/heads/main", both+"\n")
	r.write(".git/HEAD", "ref: refs/heads/main\n")
	if o := r.alpha(); o.code != 0 {
		t.Errorf("on the protected branch: %d\n%s", o.code, o.all())
	}
}
