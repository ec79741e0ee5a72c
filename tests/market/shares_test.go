package market

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// see is each grantee's grants by their status.
func (s *shop) grants() map[string][]string {
	s.Helper()
	return boto3[map[string][]string](s, "management", "buyer.py", "see")
}

// A purchase, shared by a role of no more than what the doctor prints: who is tagged has it, an unknown
// value changes nothing; a suspended account has none when its grace is over; an account that was
// made with its tag has one after one pass. LIC-1 LIC-2 LIC-3 LIC-9 LIC-10 L1 L3 L5
func TestShares(t *testing.T) {
	needs(t)
	t.Parallel() // it waits, mostly
	s := served(t, "shares.yaml")
	buyer := func(step string, args ...string) map[string]string {
		return boto3[map[string]string](s, "management", "buyer.py", append([]string{step}, args...)...)
	}
	buyer("setup")
	_, out := s.end(s.remote("licences", "doctor", "-o", "json"))
	var doctor struct{ Policy string }
	check(t, json.Unmarshal([]byte(out), &doctor))
	buyer("least", doctor.Policy)

	s.says(1, []string{"create", "333333333333", "444444444444", "yes"}, "licences", "plan")
	s.says(1, []string{"has it: prod-scanner"}, "licences", "apply")
	want := map[string][]string{"333333333333": {"ACTIVE"}, "444444444444": {"ACTIVE"}}
	if got := s.grants(); !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, want %v\n%s", got, want, s.said.String())
	}

	buyer("suspend")
	late := buyer("newcomer")["account"]
	s.exits(1, "licences", "apply")
	want[late] = []string{"ACTIVE"}
	if got := s.grants(); !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, want %v: the grace is not over\n%s", got, want, s.said.String())
	}
	time.Sleep(5 * time.Second)
	s.says(1, []string{"444444444444"}, "licences", "drift")
	s.exits(1, "licences", "apply")
	want["444444444444"] = []string{"DELETED"}
	if got := s.grants(); !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, want %v\n%s", got, want, s.said.String())
	}
	s.says(1, []string{"555555555555", "yes"}, "licences", "drift")
	s.says(0, []string{`"principal":"arn:aws:iam::444444444444:root"`, `"effect":"revoke"`, `"actor":"dev@example.com"`}, "audit", "export")
	s.exits(0, "audit", "verify")
}
