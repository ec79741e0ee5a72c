package policies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/cfn"
)

func parsed(t testing.TB, text string) *cfn.Template {
	t.Helper()
	tmpl, ds := cfn.Parse("template.yaml", []byte(text))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	return tmpl
}

const openBucket = `Parameters:
  Acl: { Type: String, Default: Private }
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: !Ref Acl
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: "false"
        IgnorePublicAcls: True
        RestrictPublicBuckets: true
`

func rule(id string) func(pipeline.Finding) bool {
	return func(f pipeline.Finding) bool { return f.Rule == id }
}

// A finding says where, what, which rule and how to mend it.
func TestFinding(t *testing.T) {
	report, err := rules(t).Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(report.Findings, rule("AXLE-S3-1"))
	if i < 0 || report.Errors != 1 || report.Warnings != 5 {
		t.Fatalf("%+v", report)
	}
	f := report.Findings[i]
	want := "template.yaml:10:9: error AXLE2400: bucket Data can be made public: BlockPublicPolicy not true (at Resources.Data.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy)"
	if f.Diagnostic.String() != want || f.Resource != "Data" || !strings.HasPrefix(f.Hint, "Set PublicAccessBlockConfiguration") {
		t.Errorf("%+v", f)
	}
	if f.Source != "" {
		t.Error("a template's line may hold a secret; it is not quoted")
	}
}

// A parameter's value decides, whoever gives it; one that nobody gives is no pass.
func TestParametersDecide(t *testing.T) {
	r := rules(t)
	for _, c := range []struct{ acl, code string }{
		{"Private", ""}, {"PublicRead", "AXLE2400"}, {"?", "AXLE2402"},
	} {
		text := openBucket
		env := cfn.Env{Params: map[string]any{"Acl": c.acl}}
		if c.acl == "?" {
			text, env = strings.Replace(text, ", Default: Private", "", 1), cfn.Env{}
		}
		report, err := r.Judge(context.Background(), parsed(t, text), env)
		if err != nil {
			t.Fatal(err)
		}
		code := ""
		if i := slices.IndexFunc(report.Findings, rule("AXLE-S3-2")); i >= 0 {
			code = report.Findings[i].Code
		}
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.acl, code, c.code)
		}
	}
}

// PERF-20, PERF-22: short and long form, and three spellings of true, are one template.
func TestSpellingsGetOneVerdict(t *testing.T) {
	r := rules(t)
	say := func(text string) (all []string) {
		report, err := r.Judge(context.Background(), parsed(t, text), cfn.Env{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			all = append(all, f.Rule+" "+f.Summary+" "+f.Fingerprint)
		}
		return all
	}
	want := say(openBucket)
	for old, other := range map[string]string{"!Ref Acl": "{Ref: Acl}", "BlockPublicAcls: true": `BlockPublicAcls: "true"`, "IgnorePublicAcls: True": "IgnorePublicAcls: true"} {
		if got := say(strings.Replace(openBucket, old, other, 1)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", other, got, want)
		}
	}
	if moved := say("# a line more\n" + openBucket); !slices.Equal(moved, want) {
		t.Errorf("a moved line changes fingerprints: %v, want %v", moved, want)
	}
}

// What a repository's rules may say, and where it then stands.
func TestWhatRulesYield(t *testing.T) {
	for _, c := range []struct{ id, text, want string }{
		{"text", `deny contains "no" if input.Resources.Data`, "template.yaml:1:1: error AXLE2400: no | a |  | "},
		{"object", `violation contains {"msg": "no", "id": "T-1", "resource": "Data", "path": ["Properties", "AccessControl"], "fix": "do"} if true`,
			"template.yaml:7:7: error AXLE2400: no (at Resources.Data.Properties.AccessControl) | T-1 | Data | do"},
		{"warning", `warn_size contains {"msg": "big", "resource": "Data"} if true`, "template.yaml:4:3: warning AXLE2401: big (at Resources.Data) | a | Data | "},
		{"section", `deny contains {"msg": "no", "path": ["Parameters", "Acl", "Default"]} if true`, "template.yaml:2:24: error AXLE2400: no (at Parameters.Acl.Default) | a |  | "},
		{"nowhere", `deny contains {"msg": "no", "path": ["Outputs", 3]} if true`, "template.yaml:1:1: error AXLE2400: no (at Outputs.3) | a |  | "},
		{"unknown", `deny contains {"msg": "?", "resource": "Gone", "unknown": true} if true`, "template.yaml:1:1: error AXLE2402: ? (at Resources.Gone) | a | Gone | "},
		{"B112 number", `deny contains 7 if true`, "AXLE2417: deny must yield text or an object with msg; it gave 7"},
		{"B112 true", `deny contains true`, "AXLE2417: deny must yield text or an object with msg; it gave true"},
		{"B112 no msg", `warn contains {"message": "x"} if true`, "AXLE2417: warn must yield text or an object with msg"},
		{"B112 empty", `deny contains "" if true`, "AXLE2417: deny must yield text"},
		{"B108", "deny contains x\nx := 1 if true\nx := 2 if true", "AXLE2412: rules/a.rego:4: rule data.a.x produced conflicting values: 1 at rules/a.rego:3, 2 at rules/a.rego:4"},
		{"B111 FC02", `deny contains "x" if to_number("abc") == 1`, "AXLE2413: rules/a.rego:2: to_number: "},
		{"B111 type", `deny contains "x" if object.get(input.Resources.Data.Type, "a", 1) == 1`, "AXLE2413: rules/a.rego:2: object.get: "},
	} {
		t.Run(c.id, func(t *testing.T) {
			r := rules(t, bundle(map[string]string{"a.rego": "package a\n" + c.text + "\n"}))
			report, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
			got := fmt.Sprint(err)
			for _, f := range report.Findings {
				if !strings.HasPrefix(f.Rule, "AXLE-") {
					got = fmt.Sprintf("%s | %s | %s | %s", f.Diagnostic, f.Rule, f.Resource, f.Hint)
				}
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if strings.HasPrefix(c.want, "AXLE") && (err == nil || len(report.Findings) > 0) {
				t.Error("a rule that cannot judge is an error, and nothing else")
			}
		})
	}
}

// A template of the largest size is no runaway rule's doing, also on a machine with much else to do.
func TestTimeGrowsWithTheTemplate(t *testing.T) {
	for resources, want := range map[int]time.Duration{1: 2 * time.Second, 99: 2 * time.Second, 100: 3 * time.Second, 490: 6 * time.Second} {
		if got := usual.about(resources); got.time != want || got.memory != usual.memory {
			t.Errorf("%d resources: %v, want %v", resources, got.time, want)
		}
	}
}

func outgrown(builtin string) string {
	return "AXLE2411: rules/a.rego:3: policy exceeded its memory limit: " + builtin + ": its result would be larger than 32 MB"
}

// FC04: endless or huge, a rule is stopped, and what it judged does not pass (B109, B110).
func TestRunawayRules(t *testing.T) {
	for _, c := range []struct {
		id string
		bounds
		body, want string
	}{
		{"B109", usual, `count({x | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); x := i * j; x < 0}) > 0`, "AXLE2410: policy exceeded 2 s"},
		{"FC04", bounds{100 * time.Millisecond, 4 << 30}, `count(numbers.range(1, 1000000000)) > 0`, "AXLE2410: policy exceeded 0.1 s"},
		{"B110", bounds{time.Minute, 32 << 20}, `pad := sprintf("%050000d", [1])
count([x | some i in numbers.range(1, 200000); x := sprintf("%d%s", [i, pad])]) > 0`, "AXLE2411: policy exceeded its memory limit"},
		// One call makes much of little, where nothing looks at the heap meanwhile.
		{"concat", usual, `count(concat("", [s | some i in numbers.range(1, 50000); s := sprintf("%01000d", [i])])) == 0`, outgrown("concat")},
		{"concat, by a long text", usual, `count(concat(sprintf("%0900000d", [1]), [s | some i in numbers.range(1, 10000); s := "x"])) == 0`, outgrown("concat")},
		{"replace", usual, `a := sprintf("%0900000d", [1]); count(replace(a, "0", a)) == 0`, outgrown("replace")},
		{"strings.replace_n", usual, `a := sprintf("%0900000d", [1]); count(strings.replace_n({"0": a}, a)) == 0`, outgrown("strings.replace_n")},
		{"regex.replace", usual, `a := sprintf("%0900000d", [1]); count(regex.replace(a, "0", a)) == 0`, outgrown("regex.replace")},
		{"sprintf", usual, `f := concat("", [s | some i in numbers.range(1, 1000); s := sprintf("%%0900%dd", [i])]); count(sprintf(f, numbers.range(1, 1000))) == 0`, outgrown("sprintf")},
		{"json.marshal of the same in many places", usual, `a := sprintf("%0900000d", [1]); count(json.marshal([b | some i in numbers.range(1, 50); b := a])) == 0`, outgrown("json.marshal")},
		{"split", usual, `count(split(sprintf("%0900000d", [1]), "")) == 0`, outgrown("split")},
		{"bits.lsh", usual, `bits.lsh(1, 100000000000) == 0`, outgrown("bits.lsh")},
		{"mul", usual, `a := bits.lsh(1, 30000); b := a * a; b * b == 0`, outgrown("mul")},
	} {
		t.Run(c.id, func(t *testing.T) {
			r := rules(t, bundle(map[string]string{"a.rego": "package a\ndeny contains \"x\" if {\n" + c.body + "\n}\n"}))
			r.asked[CloudFormation].bounds = c.bounds
			report, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || len(report.Findings) > 0 {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// B113: the first hundred and the count; an error is never hidden behind warnings.
func TestManyFindings(t *testing.T) {
	r := rules(t, bundle(map[string]string{"a.rego": `package a
warn contains sprintf("w%d", [i]) if some i in numbers.range(1, 5000)
deny contains {"msg": "the one", "resource": "Data"} if true
`}))
	report, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil || len(report.Findings) != 100 || report.Warnings < 5000 || report.Errors != 2 {
		t.Fatalf("%d findings, %d errors, %d warnings, %v", len(report.Findings), report.Errors, report.Warnings, err)
	}
	errs := 0
	for _, f := range report.Findings {
		if f.Severity == document.SeverityError {
			errs++
		}
	}
	if errs != 2 {
		t.Errorf("%d errors are shown", errs)
	}
}

// A caller who gives up gets an error, not a report.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := rules(t)
	cancel()
	report, err := r.Judge(ctx, parsed(t, openBucket), cfn.Env{})
	if !errors.Is(err, context.Canceled) || len(report.Findings) > 0 {
		t.Errorf("%v, %d findings", err, len(report.Findings))
	}
}

// PERF-18: one compilation judges many templates at a time, always alike.
func TestJudgesConcurrently(t *testing.T) {
	r := rules(t)
	want, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 10 {
				got, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	group.Wait()
}

// F7: what a test reads of the template is what the rules judge.
func TestTemplateThatCannotBeEvaluated(t *testing.T) {
	tmpl, _ := cfn.Parse("template.yaml", []byte("Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: !Ref Nothing }\n"))
	report, err := rules(t).Judge(context.Background(), tmpl, cfn.Env{})
	if err == nil || len(report.Findings) > 0 {
		t.Errorf("%v, %v", report, err)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		rules(b)
	}
}

func BenchmarkJudge(b *testing.B) {
	r, tmpl := rules(b), template(b, "../products/vpc-three-tier/template.yaml")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Judge(context.Background(), tmpl, cfn.Env{}); err != nil {
			b.Fatal(err)
		}
	}
}

// A template that takes apart what is not made yet is judged: ranges cut from its own VPC's.
func TestTakenApart(t *testing.T) {
	text := `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]] }
  Logs:
    Type: AWS::EC2::FlowLog
    Properties: { ResourceId: !Ref Vpc, ResourceType: VPC, TrafficType: ALL }
`
	report, err := rules(t).Judge(context.Background(), parsed(t, text), cfn.Env{}.In("eu-west-1", "us-east-1"))
	if err != nil || report.Errors != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}
