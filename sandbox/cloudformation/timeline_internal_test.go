package cloudformation

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// drawn tells a schedule in seconds from its start: A 0-2, B 2-3 failed.
func drawn(slots []slot) string {
	var all []string
	for _, s := range slots {
		line := fmt.Sprintf("%s %v-%v", s.ID, s.Start.Sub(noon).Seconds(), s.End.Sub(noon).Seconds())
		if s.Fault != "" {
			line += " " + s.Fault
		}
		all = append(all, line)
	}
	return strings.Join(all, ", ")
}

// SBX-64: what depends waits, what does not runs at the same time. SBX-65: a failure ends it.
func TestSchedule(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name         string
		tasks        []task
		whole, until string // the schedule, and as far as its first failure lets it run
		failed       string
	}{
		{"nothing to do", nil, "", "", "[]"},
		{"independent ones run together",
			[]task{{"A", nil, s, ""}, {"B", nil, 2 * s, ""}}, "A 0-1, B 0-2", "A 0-1, B 0-2", "[]"},
		{"one waits for the later of two",
			[]task{{"A", nil, s, ""}, {"B", nil, 3 * s, ""}, {"C", []string{"A", "B"}, s, ""}}, "A 0-1, B 0-3, C 3-4", "A 0-1, B 0-3, C 3-4", "[]"},
		{"what waits for a failed one never runs",
			[]task{{"A", nil, s, "x"}, {"B", []string{"A"}, s, ""}, {"C", []string{"B"}, s, ""}}, "A 0-1 x", "A 0-1 x", "[A]"},
		{"what runs when one fails is cancelled, what would come later does not begin",
			[]task{{"A", nil, s, "x"}, {"B", nil, 3 * s, ""}, {"C", nil, s, ""}, {"D", []string{"C"}, s, ""}},
			"A 0-1 x, B 0-3, C 0-1, D 1-2", "A 0-1 x, B 0-1 " + cancelled + ", C 0-1", "[A]"},
		{"two fail at once",
			[]task{{"A", nil, s, "x"}, {"B", nil, s, "y"}}, "A 0-1 x, B 0-1 y", "A 0-1 x, B 0-1 y", "[A B]"},
		{"a dependency that is no task is there already",
			[]task{{"A", []string{"Standing"}, s, ""}}, "A 0-1", "A 0-1", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			slots, end := schedule(noon, c.tasks)
			if got := drawn(slots); got != c.whole {
				t.Errorf("schedule: %s, want %s", got, c.whole)
			}
			kept, halted, failed := halt(slots, end)
			if got := drawn(kept); got != c.until {
				t.Errorf("halt: %s, want %s", got, c.until)
			}
			if fmt.Sprint(failed) != c.failed {
				t.Errorf("failed %v, want %s", failed, c.failed)
			}
			if halted.After(end) || halted.Before(noon) {
				t.Errorf("halted at %v, outside of the schedule", halted)
			}
		})
	}
}

func TestRemovalGoesBackwards(t *testing.T) {
	made := []resource{{LogicalID: "VPC"}, {LogicalID: "Subnet", After: []string{"VPC"}}, {LogicalID: "Route", After: []string{"Subnet", "VPC"}}}
	slots, _ := schedule(noon, backwards(made))
	if got, want := drawn(slots), "Route 0-1, Subnet 1-2, VPC 2-3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
