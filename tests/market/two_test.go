package market

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// experience is one as boto3 reads it; products by the end of their ids.
type experience struct {
	Status   string
	Archived bool
	Allow    []string
	Deny     []string
}

// seen is what AWS has.
type seen struct {
	Experiences map[string]experience
	Sets        []struct {
		Name, Status string
		Changes      [][]any
	}
	Mutating int
}

func (s *shop) see() seen { s.Helper(); return boto3[seen](s, "axle", "see.py") }

// Two organizations that do not agree with the file: a local approval, a product that AWS will not
// have, archived experiences, a purchase. One pass brings in line what can be, the drift report names
// the rest, and the audit says who, what and why. PMP-1 PMP-3 PMP-5 PMP-10 PMP-11 PMP-12 PMP-13
func TestTwoOrganizations(t *testing.T) {
	t.Parallel()
	needs(t)
	s := served(t, "two.yaml")
	agreement := boto3[map[string]string](s, "axle", "scene.py")["agreement"]
	before := s.see()

	s.says(0, []string{"deny  prod-local", "allow prod-new  Scanner, source, legal review, P-41", "subscriptions"}, "market", "plan")
	if now := s.see(); !reflect.DeepEqual(now, before) {
		t.Errorf("the plan changed something:\n%+v\n%+v", before, now)
	}

	s.says(1, []string{"exp-1111approved: quarantined", "exp-2222north: quarantined", "exp-2222pilots: quarantined", "prod-poison"}, "market", "apply")
	after := s.see()
	want := map[string]experience{
		"exp-1111approved": {"Enabled", false, []string{"0001", "0002", "0003", "0004", "prod-new"}, []string{"0005", "0006", "prod-old"}},
		"exp-1111side":     before.Experiences["exp-1111side"],
		"exp-2222north":    {"Enabled", false, []string{"0001", "0002", "0003", "0004", "0009", "prod-new"}, []string{"0006", "prod-local", "prod-old"}},
		"exp-2222pilots":   {"Enabled", false, []string{"0001", "0002", "0003", "0004", "prod-new"}, []string{"0006", "prod-old"}},
		"exp-2222old":      before.Experiences["exp-2222old"],
		"exp-2222labs":     before.Experiences["exp-2222labs"],
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got := after.Experiences[id]; !reflect.DeepEqual(got, want[id]) {
			t.Errorf("%s:\n got %+v\nwant %+v", id, got, want[id])
		}
	}
	if len(after.Experiences) != len(want) || !after.Experiences["exp-2222labs"].Archived {
		t.Errorf("%+v", after.Experiences)
	}

	s.says(1, []string{"prod-poison", "residual", "exp-1111side", "unmanaged", "subscribed", agreement, "2099-01-01"}, "market", "drift")
	s.says(1, []string{"exp-2222north: quarantined, never in line"}, "market", "status", "--max-age", "1h")
	s.exits(1, "market", "apply")
	if now := s.see(); now.Mutating != after.Mutating {
		t.Errorf("the second pass makes %d calls that change something", now.Mutating-after.Mutating)
	}
	s.says(0, []string{"rows, the last hash is"}, "audit", "verify")
	s.told()
}

// told holds that the audit says of each product who changed it, what was done, and why.
func (s *shop) told() {
	s.Helper()
	rows := s.exits(0, "audit", "export")
	for _, want := range [][]string{
		{`"actor":"dev@example.com"`, `"experience":"exp-2222north"`, `"product":"prod-local"`, `"effect":"deny"`, `"status":"SUCCEEDED"`},
		{`"product":"prod-new"`, `"effect":"allow"`, `"why":"source"`, `"ticket":"P-41"`, `"experience":"exp-2222pilots"`},
		{`"product":"prod-poison"`, `"effect":"allow"`, `"status":"FAILED"`, `"experience":"exp-1111approved"`},
		{`"product":"ab1234cd-1234-abcd-5678-90abcdef0005"`, `"effect":"deny"`, `"why":`},
	} {
		if !slices.ContainsFunc(strings.Split(rows, "\n"), func(row string) bool {
			return !slices.ContainsFunc(want, func(part string) bool { return !strings.Contains(row, part) })
		}) {
			s.Errorf("the audit has no row with %v:\n%s", want, rows)
		}
	}
}
