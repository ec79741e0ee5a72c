package cloudformation_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
)

var made = regexp.MustCompile(`[0-9a-f]{10}$`)

// SBX-64, SBX-66: each template of testdata makes the resources, the outputs and the order that
// stand beside it, by CreateStack and by change set alike, and leaves nothing.
func TestTemplates(t *testing.T) {
	all, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(all) < 3 {
		t.Fatalf("%v %v", all, err)
	}
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(path, ".yaml") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t)
			s := r.create("s", string(body), acknowledging)
			if s.StackStatus != "CREATE_COMPLETE" {
				t.Fatal(reasons(r.events("s")))
			}
			for line := range strings.Lines(string(want)) {
				if wrong := r.differs(s, strings.TrimSpace(line)); wrong != "" {
					t.Errorf("%s: %s", strings.TrimSpace(line), wrong)
				}
			}
			first := outputs(s)
			if gone := r.remove("s"); gone.StackStatus != "DELETE_COMPLETE" {
				t.Fatal(gone.StackStatus)
			}
			r.propose("s", "first", string(body), create, func(in *cf.CreateChangeSetInput) {
				in.Capabilities = []types.Capability{"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
			})
			again := outputs(r.execute("s", "first"))
			for name, v := range first {
				if len(again) != len(first) || !strings.Contains(v, "-") && again[name] != v {
					t.Errorf("by change set output %s is %q, not %q", name, again[name], v)
				}
			}
		})
	}
}

// differs says in what a stack is not what a line wants.
func (r *rig) differs(s types.Stack, line string) string {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "resources":
		var got []string
		for id := range r.resources(*s.StackName) {
			got = append(got, made.ReplaceAllString(id, "*"))
		}
		want := strings.Fields(rest)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			return strings.Join(got, " ")
		}
	case "output":
		name, v, _ := strings.Cut(rest, " ")
		if got := outputs(s)[name]; got != v {
			return got
		}
	case "before":
		first, then, _ := strings.Cut(rest, " ")
		if story := r.story(*s.StackName); !has(story, first+" CREATE_COMPLETE", then+" CREATE_IN_PROGRESS") {
			return strings.Join(story, ", ")
		}
	default:
		return "no such expectation"
	}
	return ""
}

// SBX-67: what the table says is create-only replaces the resource, and no other property does.
func TestReplacementByTheTable(t *testing.T) {
	const graph = "Resources:\n  G: {Type: AWS::Neptune::DBCluster, Properties: {%s}}\n  P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref G}}"
	with := func(properties string) string { return strings.Replace(graph, "%s", properties, 1) }
	r := newRig(t)
	r.create("s", with("DBPort: 8182"))
	before := *r.resources("s")["G"].PhysicalResourceId
	r.update("s", with("DBPort: 8183"))
	if now := *r.resources("s")["G"].PhysicalResourceId; now != before {
		t.Errorf("another port made another cluster: %s, %s", before, now)
	}
	s := r.update("s", with("DBPort: 8183, StorageEncrypted: true"))
	now := *r.resources("s")["G"].PhysicalResourceId
	if now == before || s.StackStatus != "UPDATE_COMPLETE" || r.recorded("s", "P")["Value"] != now {
		t.Errorf("%s: %s stays, and the parameter reads %v", s.StackStatus, now, r.recorded("s", "P")["Value"])
	}
	if story := r.story("s"); !has(story, "G UPDATE_COMPLETE", "P UPDATE_COMPLETE", "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "G DELETE_COMPLETE", "s UPDATE_COMPLETE") {
		t.Error(story)
	}
}

// Every type is listed once, and those without schema are told apart.
func TestSchemalessTypes(t *testing.T) {
	if ended := life(t, "Resources: {S: {Type: AWS::OpsWorks::Stack, Properties: {Anything: [1]}}}", nil); ended != "CREATE_COMPLETE" {
		t.Error(ended)
	}
	if slices.Contains(cloudformation.Types(), "AWS::OpsWorks::Stack") {
		t.Error("a type without schema counts as one with it")
	}
}
