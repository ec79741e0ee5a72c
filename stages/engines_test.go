package stages_test

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/products/tf"
	"github.com/axle-cd/axle/stages"
)

// engines are cfn-guard and Access Analyzer as a test has them, and what they were asked.
type engines struct {
	guard    pipeline.Engine
	found    []pipeline.Finding
	err      error
	answers  []cfn.PolicyAnswer
	reviewed fstest.MapFS // the protected branch's tree, at "main"

	rules     map[string][]byte
	questions []cfn.PolicyQuestion
	forbidden []string
}

func (e *engines) deps(b *bed) stages.Deps {
	d := b.deps()
	d.Guard = func(_ context.Context, _ string, _ []byte, rules map[string][]byte) (pipeline.Engine, []pipeline.Finding, error) {
		e.rules = rules
		return e.guard, e.found, e.err
	}
	d.Analyzer = func(_ context.Context, _ string, all []cfn.PolicyQuestion, notGranted []string) ([]cfn.PolicyAnswer, error) {
		e.questions, e.forbidden = all, notGranted
		return e.answers, e.err
	}
	if e.reviewed != nil {
		d = withTree(d, "main", e.reviewed)
	}
	return d
}

// action is one that may be given an Input of the test's own.
func (b *bed) action(key string) pipeline.Action {
	d := b.deps()
	d.Now = func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	return stages.All(d)[key]
}

func guardFinding() pipeline.Finding {
	return pipeline.Finding{Rule: "named", Resource: "Topic", Fingerprint: "f",
		Diagnostic: document.Diagnostic{File: "q/template.yaml", Line: 6, Col: 5, Severity: document.SeverityError, Code: "AXLE2490", Summary: "it has a name"}}
}

const (
	guarded  = "policy: { guard: { rules: [guard] } }"
	demanded = "policy: { guard: { rules: [guard], required: true } }"
)

// F7b: cfn-guard's findings stand beside ours, and that it was not there is said, or blocks.
func TestPolicyGuard(t *testing.T) {
	there := pipeline.Engine{Version: "3.1.1"}
	absent := pipeline.Engine{Verdict: pipeline.Skipped, Note: "cfn-guard was not found"}
	for _, c := range []struct {
		name     string
		settings string
		e        engines
		ends     string
		line     string
	}{
		{"met", guarded, engines{guard: there}, "pass", "judged: cfn-guard 3.1.1, pass: 2 rules in 1 file"},
		{"not met", guarded, engines{guard: there, found: []pipeline.Finding{guardFinding()}}, "fail AXLE2490", "judged: cfn-guard 3.1.1, fail: 2 rules in 1 file"},
		{"absent", guarded, engines{guard: absent}, "pass", "not judged: cfn-guard: 2 rules in 1 file not asked: cfn-guard was not found"},
		{"absent, where it is demanded", demanded, engines{guard: absent}, "fail AXLE3441", "not judged: cfn-guard: 2 rules in 1 file not asked: cfn-guard was not found"},
		{"it failed, demanded or not", guarded, engines{err: document.Fail("AXLE3491", "cfn-guard ended with 101", "", nil)}, "unjudged AXLE3491", "not judged: cfn-guard: it could not judge"},
	} {
		b := newBed()
		b.settings("timeout: 5m", c.settings)
		b.write("guard/deep/a.guard", "rule named when x { Resources exists }\n  rule other { y exists }\n")
		b.write("guard/notes.md", "rule none { }")
		res, err := stages.All(c.e.deps(b))["alpha/policy"](t.Context(), b.input(t, "alpha", "policy"))
		if word(res, err) != c.ends || !judged(res, c.line) {
			t.Errorf("%s: %s, want %s\n%s\n%v", c.name, word(res, err), c.ends, b.text(res, err), res.Judged)
		}
		if names := slices.Collect(maps.Keys(c.e.rules)); !slices.Equal(names, []string{"guard/deep/a.guard"}) {
			t.Errorf("%s: asked by %q", c.name, names)
		}
	}
}

// A folder of rules that is not there, or holds none, is refused, demanded or not: somebody believes in it.
func TestGuardRulesThatAreNotThere(t *testing.T) {
	for _, c := range []struct{ name, settings, file, text, says string }{
		{"no folder", guarded, "g/a.guard", "rule a { x exists }", "there is no *.guard file in guard"},
		{"no folder, demanded", demanded, "g/a.guard", "rule a { x exists }", "there is no *.guard file in guard"},
		{"no rules in it", guarded, "guard/README.md", "rule a { x exists }", "there is no *.guard file in guard"},
		{"an empty file", demanded, "guard/a.guard", "# rule a { x exists }\n\n", "guard/a.guard holds no rule of cfn-guard"},
	} {
		b := newBed()
		b.settings("timeout: 5m", c.settings)
		b.write(c.file, c.text)
		res, err := stages.All((&engines{guard: pipeline.Engine{Version: "3.1.1"}}).deps(b))["alpha/policy"](t.Context(), b.input(t, "alpha", "policy"))
		if word(res, err) != "unjudged AXLE1420" || !strings.Contains(b.text(res, err), c.says) {
			t.Errorf("%s: %s\n%s", c.name, word(res, err), b.text(res, err))
		}
	}
}

// What alpha's policy gate names and the tree has not stands at its line in pipeline.yaml (axle check).
func TestCheckTree(t *testing.T) {
	for _, c := range []struct{ settings, want string }{
		{"policy: { namespaces: [terraform, cloudformation], guard: { rules: [guard] }, launch_roles: { paths: [roles, roles/a.json] } }", ""},
		{"policy: { namespaces: [terraform, cloudfromation] }", "pipeline.yaml:7:46: error AXLE1410: no policy namespace is called cloudfromation (at stages.alpha.policy.namespaces[1])"},
		{"policy: { guard: { rules: [guard, gaurd] } }", "pipeline.yaml:7:46: error AXLE1420: there is no *.guard file in gaurd"},
		{"policy: { launch_roles: { paths: [rules] } }", "pipeline.yaml:7:46: error AXLE2440: what stages.alpha.policy.launch_roles.paths names cannot be read: rules"},
		{"policy: { launch_roles: { paths: [guard] } }", "AXLE2440"}, // no policy in it
	} {
		f, ds := pipeline.Load("pipeline.yaml", []byte(strings.Replace(pipelineYAML, "timeout: 5m", c.settings, 1)))
		if err := ds.Err(); err != nil {
			t.Fatal(err)
		}
		ds = stages.CheckTree(f, fstest.MapFS{"guard/a.guard": {Data: []byte("a exists")}, "roles/a.json": {Data: []byte("{}")}})
		if got := ds.Error(); c.want == "" && len(ds) > 0 || !strings.Contains(got, c.want) {
			t.Errorf("%s\n%s\nwant %s", c.settings, got, c.want)
		}
	}
}

// T01: a branch adds rules, and takes none of the protected branch's away.
func TestGuardRulesOfTheProtectedBranch(t *testing.T) {
	b := newBed()
	b.settings("timeout: 5m", demanded)
	b.write("guard/changed.guard", "rule changed { }")
	b.write("guard/same.guard", "rule same { x exists }")
	b.write("guard/new.guard", "rule new { x exists }")
	e := engines{reviewed: fstest.MapFS{}}
	for name, rule := range map[string]string{"changed": "rule changed { x exists }", "same": "rule same { x exists }", "gone": "rule gone { x exists }"} {
		e.reviewed["guard/"+name+".guard"] = &fstest.MapFile{Data: []byte(rule)}
	}
	in := b.input(t, "alpha", "policy")
	in.Reviewed = "main"
	if _, err := stages.All(e.deps(b))["alpha/policy"](t.Context(), in); err != nil {
		t.Fatal(err)
	}
	want := []string{"guard/changed.guard", "guard/changed.guard of this commit", "guard/gone.guard", "guard/new.guard", "guard/same.guard"}
	if got := slices.Sorted(maps.Keys(e.rules)); !slices.Equal(got, want) {
		t.Errorf("asked by %q, want %q", got, want)
	}
}

const analyzed = "policy: { access_analyzer: { required: true, not_granted: [\"iam:CreateUser\"] } }"

// F7c: IAM Access Analyzer is asked where it is demanded only, and what it did not answer does not pass.
func TestPolicyAnalyzer(t *testing.T) {
	const own = "judged: IAM policies, pass: 1 policy judged by axle's own subset"
	for _, c := range []struct {
		name     string
		settings string
		e        engines
		ends     string
		line     string
	}{
		{"not demanded", "timeout: 6m", engines{}, "pass", own + ", not by IAM Access Analyzer"},
		{"sound", analyzed, engines{}, "pass", "judged: IAM Access Analyzer, pass: 1 policy, in eu-west-1"},
		{"and axle's own subset too", analyzed, engines{}, "pass", own},
		{"a fault", analyzed, engines{answers: []cfn.PolicyAnswer{{Check: cfn.CheckValid, Fails: true, Text: "No."}}}, "fail AXLE2445", "judged: IAM Access Analyzer, fail: 1 policy, in eu-west-1"},
		{"more than the last version", analyzed, engines{answers: []cfn.PolicyAnswer{{Check: cfn.CheckNewAccess, Fails: true, Text: "More."}}}, "pass AXLE2446", "judged: IAM Access Analyzer, pass: 1 policy, in eu-west-1"},
		{"no answer", analyzed, engines{err: document.Fail("AXLE3200", "access-analyzer ValidatePolicy: NotImplemented", "", nil)}, "unjudged AXLE3440", "not judged: IAM Access Analyzer: it could not judge"},
	} {
		b := newBed()
		b.settings("timeout: 5m", c.settings)
		b.edit("q/template.yaml", "  Topic:\n", `  Policy: { Type: AWS::SNS::TopicPolicy, Properties: { Topics: [!Ref Topic], PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { AWS: !Ref AWS::AccountId }, Action: sns:Publish, Resource: !Ref Topic }] } } }
  Topic:
`)
		res, err := stages.All(c.e.deps(b))["alpha/policy"](t.Context(), b.input(t, "alpha", "policy"))
		if word(res, err) != c.ends || !judged(res, c.line) {
			t.Errorf("%s: %s, want %s\n%s\n%v", c.name, word(res, err), c.ends, b.text(res, err), res.Judged)
		}
		if asked := len(c.e.questions) > 0; asked != strings.Contains(c.settings, "analyzer") || asked && !slices.Equal(c.e.forbidden, []string{"iam:CreateUser"}) {
			t.Errorf("%s: asked %v %q", c.name, asked, c.e.forbidden)
		}
	}
}

// Without AWS to ask, and with what was published out of reach, the demand is not met.
func TestPolicyAnalyzerCannotBeAsked(t *testing.T) {
	table(t, "alpha/policy", []outcome{
		{"no AWS", func(b *bed) { b.settings("timeout: 5m", analyzed) }, "fail AXLE3440", "choose AWS with --profile"},
	})
	b := newBed()
	b.settings("timeout: 5m", analyzed)
	failing("Published")(b)
	res, err := stages.All((&engines{}).deps(b))["alpha/policy"](t.Context(), b.input(t, "alpha", "policy"))
	if word(res, err) != "unjudged AXLE3002" {
		t.Errorf("%s", word(res, err))
	}
}

// withTree puts another tree at one commit.
func withTree(d stages.Deps, sha string, tree fs.FS) stages.Deps {
	before := d.Tree
	d.Tree = func(ctx context.Context, at string) (fs.FS, error) {
		if at == sha {
			return tree, nil
		}
		return before(ctx, at)
	}
	return d
}

// F7b, F7c, F15: an engine that reads CloudFormation only does not judge a Terraform source, and says so.
func TestPolicyOfASourceSaysWhoDidNotJudge(t *testing.T) {
	for settings, ends := range map[string]string{
		"timeout: 6m": "pass", demanded: "fail AXLE3441", analyzed: "fail AXLE3440", demandRoles: "fail AXLE2441",
	} {
		b := newBed()
		b.settings("timeout: 5m", settings)
		b.edit("q/product.yaml", "template: template.yaml", "type: EXTERNAL\nsource: tf")
		b.edit("q/product.yaml", "parameters: { Level: { default: low } }\n", "")
		b.write("q/tf/main.tf", "")
		d := b.deps()
		d.Terraform = func(fs.FS, string, map[string]string) (*tf.Configuration, document.Diagnostics) {
			return &tf.Configuration{}, nil
		}
		in := b.run(t, stages.Limit{To: "alpha"}).Input(pipeline.Step{Kind: pipeline.Do, Stage: "alpha", Action: "policy"})
		res, err := stages.All(d)["alpha/policy"](t.Context(), in)
		if word(res, err) != ends || !judged(res, "not judged: launch roles: a Terraform source is judged by rules alone") {
			t.Errorf("%s: %s, want %s\n%s\n%v", settings, word(res, err), ends, b.text(res, err), res.Judged)
		}
	}
}
