package cloudformation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/axle-cd/axle/products/cfn"
)

// history makes a record from lines: "Logical physical STATUS", a second apart; "-" is no
// physical id, and the logical id "s" is the stack itself.
func history(lines ...string) *record {
	r := &record{ID: "arn:s", Name: "s", Created: noon}
	for i, line := range lines {
		f := strings.Fields(line)
		e := event{At: noon.Add(time.Duration(i) * time.Second), LogicalID: f[0], PhysicalID: strings.Trim(f[1], "-"), Type: "AWS::SNS::Topic", Status: f[2]}
		if f[0] == "s" {
			e.PhysicalID, e.Type = r.ID, typeStack
		}
		r.Events = append(r.Events, e)
	}
	return r
}

// SBX-33, SBX-65: what stands follows from what is due.
func TestResourcesFoldFromEvents(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"nothing yet", []string{"s - CREATE_IN_PROGRESS"}, ""},
		{"one under way", []string{"s - CREATE_IN_PROGRESS", "A - CREATE_IN_PROGRESS"}, "A= CREATE_IN_PROGRESS"},
		{"one made", []string{"A - CREATE_IN_PROGRESS", "A 1 CREATE_IN_PROGRESS", "A 1 CREATE_COMPLETE"}, "A=1 CREATE_COMPLETE"},
		{"replaced, the old one on its way out", []string{"A 1 CREATE_COMPLETE", "A 1 UPDATE_IN_PROGRESS", "A 2 UPDATE_COMPLETE", "s - UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A 1 DELETE_IN_PROGRESS", "A 1 DELETE_COMPLETE"}, "A=2 UPDATE_COMPLETE"},
		{"removed by an update", []string{"A 1 CREATE_COMPLETE", "B 2 CREATE_COMPLETE", "s - UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A 1 DELETE_COMPLETE"}, "B=2 CREATE_COMPLETE"},
		{"let go by an update", []string{"A 1 CREATE_COMPLETE", "s - UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A 1 DELETE_SKIPPED"}, ""},
		{"made and taken back by an update", []string{"A 1 CREATE_COMPLETE", "s - UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "A 1 DELETE_COMPLETE"}, ""},
		{"made again after that", []string{"A 1 CREATE_COMPLETE", "s - UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A 1 DELETE_COMPLETE", "s - UPDATE_COMPLETE", "A 2 CREATE_COMPLETE"}, "A=2 CREATE_COMPLETE"},
		{"gone with its stack", []string{"A 1 CREATE_COMPLETE", "s - DELETE_IN_PROGRESS", "A 1 DELETE_COMPLETE", "s - DELETE_COMPLETE"}, "A=1 DELETE_COMPLETE"},
		{"a failure keeps the physical id", []string{"A 1 CREATE_COMPLETE", "A - UPDATE_FAILED"}, "A=1 UPDATE_FAILED"},
	} {
		r := history(c.lines...)
		var got []string
		for _, s := range r.resources(noon.Add(time.Hour)) {
			got = append(got, fmt.Sprintf("%s=%s %s", s.LogicalID, s.PhysicalID, s.Status))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestStateIsTheLastLineThatIsDue(t *testing.T) {
	r := history("s - CREATE_IN_PROGRESS", "A 1 CREATE_COMPLETE", "s - CREATE_COMPLETE", "s - UPDATE_IN_PROGRESS")
	for at, want := range map[time.Duration]string{-time.Second: "", 0: "CREATE_IN_PROGRESS", time.Second: "CREATE_IN_PROGRESS", 2 * time.Second: "CREATE_COMPLETE", time.Hour: "UPDATE_IN_PROGRESS"} {
		if got := r.status(noon.Add(at)); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got := r.last(noon.Add(time.Hour), "CREATE_COMPLETE"); !got.Equal(noon.Add(2 * time.Second)) {
		t.Errorf("created at %s", got)
	}
	if got := r.last(noon.Add(time.Hour), "DELETE_IN_PROGRESS"); !got.IsZero() {
		t.Errorf("deleted at %s", got)
	}
}

// A revision counts for exports and imports from the moment it is planned until another stands.
func TestLiveRevisions(t *testing.T) {
	r := history("s - CREATE_COMPLETE")
	for i := range 3 {
		r.Revisions = append(r.Revisions, revision{From: noon.Add(time.Duration(i) * time.Minute), Template: fmt.Sprint(i)})
	}
	for at, want := range map[time.Duration]string{0: "012", time.Minute: "12", time.Hour: "2"} {
		var got string
		for _, v := range r.live(noon.Add(at)) {
			got += v.Template
		}
		if got != want || r.revision(noon.Add(at)).Template != want[:1] {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	r.Events = append(r.Events, history("s - DELETE_COMPLETE").Events...)
	if got := r.live(noon.Add(time.Hour)); len(got) > 0 {
		t.Errorf("of a deleted stack: %v", got)
	}
}

// SBX-66: which policy keeps a resource, and when.
func TestDeletionPolicies(t *testing.T) {
	for _, c := range []struct {
		policy, replace             string
		deleted, rolledBack, swaped bool // is it kept
	}{
		{"", "", false, false, false},
		{"Delete", "Delete", false, false, false},
		{"Snapshot", "Snapshot", false, false, false},
		{"Retain", "", true, true, false},
		{"RetainExceptOnCreate", "", true, false, false},
		{"", "Retain", false, false, true},
	} {
		r := resource{DeletionPolicy: c.policy, ReplacePolicy: c.replace}
		got := [3]bool{deletion{}.keeps(r), deletion{rollback: true}.keeps(r), deletion{replaced: true}.keeps(r)}
		if got != [3]bool{c.deleted, c.rolledBack, c.swaped} {
			t.Errorf("DeletionPolicy %q, UpdateReplacePolicy %q: kept %v", c.policy, c.replace, got)
		}
	}
}

func TestChangedProperties(t *testing.T) {
	type m = map[string]any
	for _, c := range []struct {
		old, next m
		want      string
	}{
		{nil, nil, "[]"},
		{m{"A": "1"}, m{"A": "1"}, "[]"},
		{m{"A": "1"}, m{"A": "2"}, "[A]"},
		{m{"A": "1"}, m{}, "[A]"},
		{m{}, m{"B": "1", "A": "1"}, "[A B]"},
		{m{"A": []any{"1", m{"x": "y"}}}, m{"A": []any{"1", m{"x": "y"}}}, "[]"},
		{m{"A": []any{"1", "2"}}, m{"A": []any{"2", "1"}}, "[A]"},
	} {
		if got := fmt.Sprint(changed(c.old, c.next)); got != c.want {
			t.Errorf("%v → %v: %s, want %s", c.old, c.next, got, c.want)
		}
	}
}

// Every scalar is recorded as text; what cannot be known is refused, however deep it lies.
func TestTexted(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
	}{
		{true, "true"}, {int64(7), "7"}, {1e21, "1000000000000000000000"}, {0.5, "0.5"}, {nil, ""}, {cfn.NoValue{}, ""},
		{[]any{int64(1), "a"}, "[1 a]"}, {map[string]any{"a": false}, "map[a:false]"},
		{cfn.Unknown{Why: "why"}, "!why"}, {[]any{map[string]any{"a": cfn.Unknown{Why: "deep"}}}, "!deep"},
	} {
		got, err := texted(c.in)
		if why, unknown := strings.CutPrefix(c.want, "!"); unknown {
			if err == nil || !strings.Contains(err.Error(), why) {
				t.Errorf("%v: %v, %v", c.in, got, err)
			}
			continue
		}
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%v: %v, want %s (%v)", c.in, got, c.want, err)
		}
	}
}

// SBX-67: the weightiest detail decides; what is dynamic may turn out not to replace.
func TestReplacement(t *testing.T) {
	for _, c := range []struct {
		details string // recreation/evaluation
		want    sdk.Replacement
	}{
		{"", "False"},
		{"Never/Static", "False"},
		{"Never/Static Always/Static", "True"},
		{"Always/Dynamic", "Conditional"},
		{"Always/Dynamic Always/Static", "True"},
		{"Conditionally/Static Never/Static", "Conditional"},
	} {
		var details []sdk.ResourceChangeDetail
		for _, d := range strings.Fields(c.details) {
			recreation, evaluation, _ := strings.Cut(d, "/")
			details = append(details, sdk.ResourceChangeDetail{Evaluation: sdk.EvaluationType(evaluation), Target: &sdk.ResourceTargetDefinition{RequiresRecreation: sdk.RequiresRecreation(recreation)}})
		}
		if got := replacement(details); got != c.want {
			t.Errorf("%s: %s, want %s", c.details, got, c.want)
		}
	}
}

func TestPolicyAction(t *testing.T) {
	for policy, want := range map[string]string{"": "Delete ReplaceAndDelete", "Retain": "Retain ReplaceAndRetain", "RetainExceptOnCreate": "Retain ReplaceAndRetain", "Snapshot": "Snapshot ReplaceAndSnapshot"} {
		if got := fmt.Sprint(policyAction("", policy), " ", policyAction("ReplaceAnd", policy)); got != want {
			t.Errorf("%q: %s, want %s", policy, got, want)
		}
	}
}

// A deletion order exists even where resources were stored without one.
func TestOrderedIsAnOrderOfMaking(t *testing.T) {
	all := map[string]resource{
		"A": {LogicalID: "A", After: []string{"C", "Gone"}}, "B": {LogicalID: "B"}, "C": {LogicalID: "C", After: []string{"B"}},
	}
	var got []string
	for _, r := range ordered(all) {
		got = append(got, r.LogicalID)
	}
	if fmt.Sprint(got) != "[B C A]" {
		t.Error(got)
	}
}
