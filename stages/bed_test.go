package stages_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

const pipelineYAML = `schema: 1
name: p
products: [q/product.yaml]
catalog: catalog.yaml
stages:
  pre-commit: {}
  alpha: { timeout: 5m }
  beta:
    account: { id: "111111111111", role: CatalogBetaDeploy }
  gamma:
    account: { id: "222222222222", role: CatalogGammaDeploy }
    publish: { portfolio: staging }
    launch: { role: CatalogGammaBuilder }
  prod: {}
`

const catalogYAML = `schema: 1
hub: { account: "999999999999", regions: [eu-west-1, us-east-1], role: CatalogHubPublisher, bucket: artifacts }
portfolios:
  messaging:
    display_name: Messaging
    provider_name: Team
    shares: [{ organizational_unit: ou-ab12-11111111, principals: true }]
  staging: { display_name: Staging, provider_name: Team }
spokes:
  - { organizational_unit: ou-ab12-11111111, regions: [eu-west-1] }
`

const productYAML = `schema: 1
name: topic
version: 1.1.0
changes: Second version
owner: team@example.com
template: template.yaml
parameters: { Level: { default: low } }
portfolios:
  messaging: { constraints: { launch: { local_role_name: SCLaunchTopic } } }
`

const templateYAML = `AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Level: { Type: String, AllowedValues: [low, high], Default: low }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Ref Level
      KmsMasterKeyId: alias/aws/sns
Outputs:
  Name: { Value: !GetAtt Topic.TopicName }
`

// publishedYAML is what version 1.0.0 was made of.
var publishedYAML = strings.Replace(templateYAML, "Outputs:\n", "Outputs:\n  Arn: { Value: !Ref Topic }\n", 1)

const unitTest = `package topic_test

test_is_encrypted if data.template.Resources.Topic.Properties.KmsMasterKeyId == "alias/aws/sns"
`

const integrationTest = `package integration

test_level_is_the_product_files if input.resources.Topic.properties.DisplayName == "low"

test_output if input.outputs.Name == input.resources.Topic.physical_id
`

// bed is a commit and a world in which every action passes. Its fields are what a test breaks.
type bed struct {
	files                  fstest.MapFS
	pipeline               string // pipeline.yaml of the protected branch
	ref                    string
	results                map[string]pipeline.Result // of what has finished
	approved               string
	blobs                  []secrets.Blob
	store                  map[string][]byte
	published              []products.Published
	created, kept, deleted products.Stack // how a stack is after Provision, Describe, Delete
	provisioned            catalog.Provisioned
	have                   catalog.Catalog // what the hub has before anything is applied
	accounts               []catalog.Account
	unread                 []string                      // spokes that do not show what they have of their own
	used                   map[string]int                // of quotas
	launched               map[string][]catalog.Launched // what spokes run, by "account region"
	time                   virtual
	book                   book
	last                   stages.Last  // who published topic
	former                 string       // name of the file's product before
	before                 fstest.MapFS // the files at the commit "before"

	mu    sync.Mutex
	fail  func(call string) error // asked before every call into the world
	calls []string                // what was called, in order
	made  []catalog.Change        // what was applied to the hub
	said  []string
}

func newBed() *bed {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	b := &bed{
		files: fstest.MapFS{
			"catalog.yaml": text(catalogYAML), "q/product.yaml": text(productYAML), "q/template.yaml": text(templateYAML),
			"q/tests/topic_test.rego": text(unitTest), "q/tests/integration/topic.rego": text(integrationTest),
		},
		pipeline: pipelineYAML, ref: "refs/heads/main", store: map[string][]byte{}, results: map[string]pipeline.Result{},
		blobs:       []secrets.Blob{{Path: "q/template.yaml", Data: []byte(templateYAML)}},
		created:     products.Stack{Name: "axle-r1", Status: "CREATE_COMPLETE"},
		deleted:     products.Stack{Name: "axle-r1", Status: "DELETE_COMPLETE"},
		provisioned: catalog.Provisioned{Status: "AVAILABLE"},
		accounts:    []catalog.Account{{ID: "555555555555", Parent: "ou-ab12-11111111", State: "ACTIVE"}, {ID: "666666666666", Parent: "ou-ab12-11111111", State: "ACTIVE"}},
		fail:        func(string) error { return nil },
		time:        virtual{now: sunrise},
		last:        stages.Last{SHA: "c0ffee", File: "q/product.yaml"},
	}
	b.kept = b.created
	b.kept.Outputs = map[string]string{"Name": "topic-1"}
	b.kept.Resources = []products.StackResource{{LogicalID: "Topic", PhysicalID: "topic-1", Type: "AWS::SNS::Topic", Status: "CREATE_COMPLETE", Properties: map[string]any{"DisplayName": "low"}}}
	b.published = []products.Published{{Version: "1.0.0", Digest: "sha256:00", Template: b.put([]byte(strings.Replace(templateYAML, "DisplayName", "TopicName", 1)))}}
	return b
}

func (b *bed) put(data []byte) string {
	sum := sha256.Sum256(data)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	b.mu.Lock()
	defer b.mu.Unlock()
	b.store[digest] = data
	return digest
}

// edit replaces text in a file of the commit.
func (b *bed) edit(name, old, now string) {
	data := b.files[name].Data
	if !bytes.Contains(data, []byte(old)) {
		panic(name + " has no " + old)
	}
	b.files[name] = &fstest.MapFile{Data: bytes.Replace(data, []byte(old), []byte(now), 1)}
}

func (b *bed) write(name, text string) { b.files[name] = &fstest.MapFile{Data: []byte(text)} }

// settings replaces text in pipeline.yaml.
func (b *bed) settings(old, now string) {
	if !strings.Contains(b.pipeline, old) {
		panic("pipeline.yaml has no " + old)
	}
	b.pipeline = strings.Replace(b.pipeline, old, now, 1)
}

// call notes a call into the world, and fails where the test says so.
func (b *bed) call(format string, args ...any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := fmt.Sprintf(format, args...)
	b.calls = append(b.calls, name)
	return b.fail(name)
}

// spec is what pipeline.yaml asks of a run.
func (b *bed) spec(limit stages.Limit) (pipeline.Spec, error) {
	f, ds := pipeline.Load("pipeline.yaml", []byte(b.pipeline))
	if err := ds.Err(); err != nil {
		return pipeline.Spec{}, err
	}
	return stages.Spec(f, b.ref, limit)
}

// do carries out one action, as an executor would.
func (b *bed) do(t *testing.T, key string) (pipeline.Result, error) {
	t.Helper()
	stage, action, _ := strings.Cut(key, "/")
	return stages.All(b.deps())[key](t.Context(), b.input(t, stage, action))
}

func (b *bed) input(t *testing.T, stage, action string) pipeline.Input {
	t.Helper()
	in := b.run(t, stages.Limit{}).Input(pipeline.Step{Kind: pipeline.Do, Stage: stage, Action: action})
	in.Results, in.Approved = b.results, b.approved
	return in
}

// run is a new run of the commit.
func (b *bed) run(t *testing.T, limit stages.Limit) pipeline.Run {
	t.Helper()
	spec, err := b.spec(limit)
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Run{ID: "r1", Spec: spec, Product: "q/product.yaml", Commit: pipeline.Commit{SHA: "c0ffee", Ref: b.ref}}
}

// execute takes a run as far as it goes.
func (b *bed) execute(t *testing.T, run pipeline.Run) pipeline.Run {
	t.Helper()
	local := pipeline.Local{
		Actions: stages.All(b.deps()),
		Log:     func(context.Context, string, ...pipeline.Event) error { return nil },
		Now:     func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
	}
	run, err := local.Execute(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// planned makes the plan, and has somebody approve it.
func (b *bed) planned(t *testing.T) *bed {
	t.Helper()
	res, err := b.do(t, "prod/plan")
	if err != nil {
		t.Fatal(err)
	}
	b.results["prod/plan"], b.approved, b.calls, b.said = res, "sha256:seen", nil, nil
	return b
}

// word is how an action ended, as a run shows it, and the codes of what it says, each once: "fail AXLE2120".
func word(res pipeline.Result, err error) string {
	findings, verdict := res.Findings, string(res.Verdict)
	if err != nil {
		verdict, findings = string(pipeline.Unjudged), pipeline.FindingsOf(err)
	}
	var codes []string
	for _, f := range findings {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return strings.Join(append([]string{verdict}, slices.Compact(codes)...), " ")
}

// text is all that an action says to people.
func (b *bed) text(res pipeline.Result, err error) string {
	lines := slices.Clone(b.said)
	if err != nil {
		res.Findings = append(slices.Clone(res.Findings), pipeline.FindingsOf(err)...)
	}
	for _, f := range res.Findings {
		lines = append(lines, f.String(), f.Hint)
	}
	return strings.Join(lines, "\n")
}

// called are the calls that begin with one of the names.
func (b *bed) called(names ...string) []string {
	var all []string
	for _, c := range b.calls {
		name, _, _ := strings.Cut(c, " ")
		if slices.Contains(names, name) {
			all = append(all, c)
		}
	}
	return all
}

// outcome is a row: what is otherwise in the bed, how the action then ends, and a part of what it says.
type outcome struct {
	name   string
	change func(*bed)
	ends   string
	says   string
}

func table(t *testing.T, action string, rows []outcome) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b := newBed()
			if strings.HasPrefix(action, "prod/") && action != "prod/plan" {
				b.planned(t)
			}
			if row.change != nil {
				row.change(b)
			}
			res, err := b.do(t, action)
			if got := word(res, err); got != row.ends {
				t.Errorf("ends %q, want %q\n%s", got, row.ends, b.text(res, err))
			}
			if got := b.text(res, err); !strings.Contains(got, row.says) {
				t.Errorf("says\n%s\nwant %q", got, row.says)
			}
		})
	}
}

// failing fails every call that begins so.
func failing(prefix string) func(*bed) {
	return func(b *bed) {
		b.fail = func(call string) error {
			if strings.HasPrefix(call, prefix) {
				return errors.New("the world is down")
			}
			return nil
		}
	}
}
