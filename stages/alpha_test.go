package stages_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

func TestLint(t *testing.T) {
	table(t, "alpha/lint", []outcome{
		{"sound files", nil, "pass", ""},
		{"a key that is not known", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") },
			"fail AXLE1001 AXLE1019", `did you mean "owner"?`},
		{"a template that is not there", func(b *bed) { delete(b.files, "q/template.yaml") },
			"fail AXLE1041", "q/product.yaml:6:11"},
		{"a reference to nothing", func(b *bed) { b.edit("q/template.yaml", "!Ref Level", "!Ref Levl") },
			"fail AXLE2213", "q/template.yaml:8:20"},
		{"a parameter that the template has not", func(b *bed) { b.edit("q/product.yaml", "Level:", "Levels:") },
			"fail AXLE2222 AXLE2306", "q/product.yaml:7:23"},
		{"a portfolio that catalog.yaml has not", func(b *bed) { b.edit("q/product.yaml", "messaging:", "mesaging:") },
			"fail AXLE1150", "did you mean \"messaging\"?"},
		{"type EXTERNAL", func(b *bed) { b.edit("q/product.yaml", "template: template.yaml", "type: EXTERNAL\nsource: tests") },
			"fail AXLE1212", "type EXTERNAL is not supported"},
		{"what publishing would refuse, said now", func(b *bed) { b.edit("q/product.yaml", "{ constraints:", "{ quota: { per_account: 1 }, constraints:") },
			"fail AXLE1037 AXLE2601", "quota is not supported"},
		{"a staging portfolio that is one of prod", func(b *bed) { b.settings("portfolio: staging", "portfolio: messaging") },
			"fail AXLE2603", "portfolio messaging is both gamma's"},
		{"a staging portfolio that is not there", func(b *bed) { b.settings("portfolio: staging", "portfolio: stagin") },
			"fail AXLE2600", "gamma publishes to portfolio stagin"},
		{"a template of 100 MB, which is not read", func(b *bed) { b.write("q/template.yaml", strings.Repeat("x", 100_000_000)) }, // B086
			"fail AXLE1008", "q/template.yaml:1:1: error AXLE1008: template is 100 MB; CloudFormation allows 1 MB by S3"},
		{"no commit to read", failing("Tree"), "unjudged AXLE3002", "the world is down"},
	})
}

// A pipeline without a catalog has alpha and beta: its products are linted all the same.
func TestLintWithoutCatalog(t *testing.T) {
	b := newBed()
	b.settings("catalog: catalog.yaml\n", "")
	b.settings("  prod: {}\n", "")
	delete(b.files, "catalog.yaml")
	res, err := b.do(t, "alpha/lint")
	if word(res, err) != "pass" {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
	res, err = b.do(t, "gamma/publish")
	if word(res, err) != "unjudged AXLE1213" {
		t.Errorf("gamma: %s", word(res, err))
	}
}

// I2: the line that a finding quotes may hold a secret; it is not said.
func TestLintHidesSecrets(t *testing.T) {
	b := newBed()
	b.edit("q/template.yaml", "KmsMasterKeyId:", "KmsMasterKeyIdd: HUNTER2\n      KmsMasterKeyId:")
	b.edit("q/template.yaml", "!Ref Level", "!Ref HUNTER2")
	res, err := b.do(t, "alpha/lint")
	if err != nil || res.Verdict != pipeline.Fail || strings.Contains(b.text(res, err), "HUNTER2") {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
	for _, f := range res.Findings {
		if strings.Contains(f.Source, "HUNTER2") {
			t.Errorf("quoted: %q", f.Source)
		}
	}
}

func TestSecrets(t *testing.T) {
	leak := secrets.Blob{Path: "q/notes.txt", Commit: "c0ffee", Data: []byte("a\npassword = HUNTER2\n")}
	table(t, "alpha/secrets", []outcome{
		{"nothing secret", nil, "pass", "1 objects scanned, 0 findings"},
		{"a push that brought nothing", func(b *bed) { b.blobs = nil }, "pass", "0 objects scanned"},
		{"a secret", func(b *bed) { b.blobs = append(b.blobs, leak) }, "fail AXLE2501", "q/notes.txt:2:12"},
		{"a file too large to be read", func(b *bed) { b.blobs = []secrets.Blob{{Path: "big", Size: 6 << 20}} }, "fail AXLE2502", "big"},
		{"no detector", failing("Detector"), "unjudged AXLE3002", "the world is down"},
		{"a detector that fails", failing("Detect q"), "unjudged AXLE3521", "the world is down"},
		{"a history that cannot be read", failing("Incoming"), "unjudged AXLE3002", "the world is down"},
	})
}

// I2: what is found is told, and what was found is not.
func TestSecretsAreNotSaid(t *testing.T) {
	b := newBed()
	b.blobs = []secrets.Blob{{Path: "q/notes.txt", Data: []byte("password = HUNTER2\n")}}
	res, err := b.do(t, "alpha/secrets")
	if err != nil || res.Verdict != pipeline.Fail || strings.Contains(b.text(res, err), "HUNTER2") || strings.Contains(res.Findings[0].Source, "HUNTER2") {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
}

const warnRule = `# METADATA
# title: A team is named
# custom: { id: OUR-1, severity: low, fix: add a tag }
package rules.team

warn contains {"msg": "no team", "resource": "Topic"} if input.Resources.Topic
`

const ruleTest = `package rules.team_test

test_a_topic_is_told if data.rules.team with input as {"Resources": {"Topic": {}}}
`

func TestPolicy(t *testing.T) {
	own := func(rule string) func(*bed) {
		return func(b *bed) {
			b.settings("timeout: 5m", "policy: { bundles: [rules] }")
			b.write("rules/rule.rego", rule)
			b.write("rules/rule_test.rego", ruleTest)
		}
	}
	table(t, "alpha/policy", []outcome{
		{"sound", nil, "pass", "0 violations"},
		{"an open bucket", func(b *bed) {
			b.edit("q/template.yaml", "  Topic:", "  Open: { Type: AWS::S3::Bucket, Properties: { AccessControl: PublicRead } }\n  Topic:")
		},
			"fail AXLE2400 AXLE2401", "q/template.yaml:5:48: error AXLE2400: bucket Open is open to the world"},
		{"a topic with no key of its own", func(b *bed) { b.edit("q/template.yaml", "      KmsMasterKeyId: alias/aws/sns\n", "") },
			"pass AXLE2401", "0 violations"},
		{"a rule of the repository's own", own(strings.ReplaceAll(warnRule, "warn ", "deny ")), "fail AXLE2400", "no team"},
		{"one that only warns", own(warnRule), "pass AXLE2401", "no team"},
		{"one that only warns, where that is enough", func(b *bed) {
			own(warnRule)(b)
			b.settings("bundles: [rules]", "bundles: [rules], fail_on: warning")
		}, "fail AXLE2401", "no team"},
		{"a rule without a test", func(b *bed) {
			own(warnRule)(b)
			delete(b.files, "rules/rule_test.rego")
		}, "fail AXLE2401 AXLE2422", "policy OUR-1 has no test"},
		{"a rule whose test does not hold", func(b *bed) {
			own(warnRule)(b)
			b.edit("rules/rule_test.rego", "data.rules.team with", "data.rules.team.deny with")
		}, "fail AXLE2401 AXLE2420 AXLE2422", "test_a_topic_is_told failed"},
		{"a rule that is no Rego", own("package x\nnot rego"), "unjudged AXLE1402", "rules/rule.rego:2:"},
		{"a rule that takes axle's name", own(strings.ReplaceAll(warnRule, "rules.team", "axle.team")), "unjudged AXLE1403", "policy package axle.* is reserved"}, // T02
		{"a namespace that no rule has", func(b *bed) { b.settings("timeout: 5m", "policy: { namespaces: [cloudfromation] }") },
			"unjudged AXLE1410", `did you mean "cloudformation"?`},
		{"a namespace that leaves the template out", func(b *bed) { b.settings("timeout: 5m", "policy: { namespaces: [terraform] }") },
			"unjudged AXLE2428", "nothing is asked about this product"},
		{"a folder of rules that is not there", func(b *bed) { b.settings("timeout: 5m", "policy: { bundles: [rules] }") },
			"unjudged AXLE1214", "policy bundle rules is not a folder of the repository"},
		{"a file for a folder of rules", func(b *bed) {
			b.settings("timeout: 5m", "policy: { bundles: [rules] }")
			b.write("rules", "")
		}, "unjudged AXLE1214", "correct stages.alpha.policy.bundles"},
		{"files with errors", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") },
			"unjudged AXLE2111", "not judged: 2 errors in the product's files"},
	})
}

// T02, B115: the organization's bundle judges as it is pinned, and not at all otherwise.
func TestOrganizationsBundle(t *testing.T) {
	rule := strings.NewReplacer("warn ", "deny ", "rules.team", "org.team", "OUR-1", "ORG-1").Replace(warnRule)
	pinned := func(digest string) func(*bed) {
		return func(b *bed) {
			b.write("org/team.rego", rule)
			b.write("org/team_test.rego", strings.ReplaceAll(ruleTest, "rules.team", "org.team"))
			if digest == "its own" {
				digest, _ = policies.Digest(b.files, "org")
			}
			b.settings("timeout: 5m", fmt.Sprintf("policy: { organization: { path: org/, digest: %q } }", digest))
		}
	}
	table(t, "alpha/policy", []outcome{
		{"judges", pinned("its own"), "fail AXLE2400", "no team"},
		{"is not pinned", pinned(""), "unjudged AXLE2426", "policy bundle signature missing: org has no pinned digest"},
		{"is pinned to another", pinned("sha256:00"), "unjudged AXLE2427", "policy bundle org does not verify"},
		{"is silenced by an edit", func(b *bed) {
			pinned("its own")(b)
			b.edit("org/team.rego", "if input", "if not input")
		}, "unjudged AXLE2427", "does not verify"},
		{"is not there", func(b *bed) {
			b.settings("timeout: 5m", `policy: { organization: { path: org/, digest: "sha256:00" } }`)
		}, "unjudged AXLE1214", "the organization's policy bundle org is not a folder of the protected branch"},
	})
}

// T02: a branch that takes a rule out of the organization's folder is judged by the protected branch's.
func TestOrganizationsBundleOfABranch(t *testing.T) {
	b := newBed()
	protected := fstest.MapFS{
		"org/team.rego":      {Data: []byte(strings.NewReplacer("warn ", "deny ", "rules.team", "org.team").Replace(warnRule))},
		"org/team_test.rego": {Data: []byte(strings.ReplaceAll(ruleTest, "rules.team", "org.team"))},
	}
	digest, err := policies.Digest(protected, "org")
	if err != nil {
		t.Fatal(err)
	}
	b.settings("timeout: 5m", fmt.Sprintf("policy: { organization: { path: org/, digest: %q } }", digest))
	d, in := b.deps(), b.input(t, "alpha", "policy")
	in.Reviewed = "main"
	own := d.Tree
	d.Tree = func(ctx context.Context, sha string) (fs.FS, error) {
		if sha == in.Reviewed {
			return protected, nil
		}
		return own(ctx, sha)
	}
	res, err := stages.All(d)["alpha/policy"](t.Context(), in)
	if got := word(res, err); got != "fail AXLE2400" {
		t.Errorf("%s\n%s", got, b.text(res, err))
	}
}

func TestUnit(t *testing.T) {
	none := func(b *bed) { delete(b.files, "q/tests/topic_test.rego") }
	table(t, "alpha/unit", []outcome{
		{"a test that holds", nil, "pass", "1 tests, 0 failed"},
		{"a test that does not", func(b *bed) { b.edit("q/tests/topic_test.rego", "alias/aws/sns", "alias/ours") },
			"fail AXLE2420", "test_is_encrypted failed"},
		{"one that is undefined", func(b *bed) { b.edit("q/tests/topic_test.rego", "Resources.Topic", "Resources.Topik") },
			"fail AXLE2420", "test_is_encrypted failed"},
		{"one that is no Rego", func(b *bed) { b.write("q/tests/topic_test.rego", "package x\nnot rego") },
			"unjudged AXLE1402", "q/tests/topic_test.rego:2:"},
		{"no tests, and none asked for", none, "skipped", "0 tests"},
		{"no tests, and pipeline.yaml asks for them", func(b *bed) {
			none(b)
			b.settings("timeout: 5m", "unit: {}")
		}, "fail AXLE2112", "no unit tests under q/tests\nwrite one, or remove the key from pipeline.yaml"},
		{"tests in another folder", func(b *bed) {
			b.settings("timeout: 5m", "unit: { paths: [checks/] }")
			b.write("q/checks/topic_test.rego", unitTest)
		}, "pass", "1 tests, 0 failed"},
		{"a folder of several that is not there", func(b *bed) { b.settings("timeout: 5m", "unit: { paths: [tests/, checks/] }") },
			"fail AXLE2431", "no unit tests under q/checks: it is not there"},
		{"a file for a folder", func(b *bed) {
			b.settings("timeout: 5m", "unit: { paths: [tests/, product.yaml] }")
		}, "fail AXLE2431", "no unit tests under q/product.yaml: it is a file, not a folder"},
		{"a link for a folder", func(b *bed) {
			b.settings("timeout: 5m", "unit: { paths: [tests/, checks] }")
			b.files["q/checks"] = &fstest.MapFile{Data: []byte("tests"), Mode: fs.ModeSymlink}
		}, "fail AXLE2431", "no unit tests under q/checks: it is a symbolic link, which is not followed"},
		{"a link that nobody asks for", func(b *bed) {
			none(b)
			delete(b.files, "q/tests/integration/topic.rego")
			b.files["q/tests"] = &fstest.MapFile{Data: []byte("elsewhere"), Mode: fs.ModeSymlink}
		}, "fail AXLE2431", "no unit tests under q/tests: it is a symbolic link"},
		{"a link among the tests", func(b *bed) { b.files["q/tests/more"] = &fstest.MapFile{Data: []byte("x"), Mode: fs.ModeSymlink} },
			"unjudged AXLE1400", "q/tests/more is a symbolic link; not allowed"},
		{"a folder of several without a test", func(b *bed) {
			b.settings("timeout: 5m", "unit: { paths: [tests/, checks/] }")
			b.write("q/checks/README", "")
		}, "fail AXLE2431", "no unit tests under q/checks: nothing in it is a test"},
		{"files with errors", func(b *bed) { b.edit("q/product.yaml", "owner:", "ownr:") }, "unjudged AXLE2111", ""},
	})
}

// CAT-10, CAT-11, CAT-20, X33: the number must fit what is published and what changed.
func TestCompatibility(t *testing.T) {
	last := func(b *bed, version, template string) {
		b.published = []products.Published{{Version: version, Digest: "sha256:00", Template: b.put([]byte(template))}}
	}
	table(t, "alpha/compatibility", []outcome{
		{"the first version", func(b *bed) { b.published = nil }, "pass", "the first version of topic"},
		{"a property changed, one minor up", nil, "pass", "changes since 1.0.0: "},
		{"an output is gone under a minor number", func(b *bed) { last(b, "1.0.0", publishedYAML) },
			"fail AXLE2302 AXLE2311", "smallest allowed is 2.0.0"},
		{"an output is gone under a major number", func(b *bed) {
			last(b, "1.0.0", publishedYAML)
			b.edit("q/product.yaml", "version: 1.1.0", "version: 2.0.0")
		}, "pass", "changes since 1.0.0: 1"},
		{"that version with other content", func(b *bed) { last(b, "1.1.0", templateYAML) },
			"fail AXLE2300", "version 1.1.0 already published"},
		{"a lower version", func(b *bed) { last(b, "1.2.0", templateYAML) },
			"fail AXLE2301", "1.1.0 is older than 1.2.0"},
		{"the last version's template is lost", func(b *bed) { b.store = map[string][]byte{} },
			"unjudged AXLE3312", "is not in the store"},
		{"the last version's template cannot be read any more", func(b *bed) { last(b, "1.0.0", "a: [") },
			"unjudged AXLE2200 AXLE3002", "the template of 1.0.0, to compare with"},
		{"what is published is not known", failing("Published"), "unjudged AXLE3002", "the world is down"},
	})
}

// CAT-10: the same content under the same number is no fault: there is nothing to do.
func TestCompatibilityOfWhatIsPublished(t *testing.T) {
	b := newBed()
	b.planned(t)
	b.published = []products.Published{{Version: "1.1.0", Digest: b.results["prod/plan"].Artifact("package"), Template: b.put([]byte(templateYAML))}}
	if res, err := b.do(t, "alpha/compatibility"); word(res, err) != "pass" {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
}

// A retired version is not what the next one is held against.
func TestCompatibilityPassesOverRetired(t *testing.T) {
	b := newBed()
	b.published = append(b.published, products.Published{Version: "1.0.5", Template: b.put([]byte(publishedYAML))})
	b.edit("q/product.yaml", "portfolios:", "lifecycle: { retired: [1.0.5] }\nportfolios:")
	res, err := b.do(t, "alpha/compatibility")
	if word(res, err) != "pass" || !slices.ContainsFunc(b.said, func(s string) bool { return strings.HasPrefix(s, "changes since 1.0.0") }) {
		t.Errorf("%s\n%s", word(res, err), b.text(res, err))
	}
}
