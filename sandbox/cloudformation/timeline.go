package cloudformation

import "time"

// task is work on one resource. Tasks come in an order in which each stands behind those it
// waits for.
type task struct {
	ID    string
	After []string
	Takes time.Duration
	Fault string // why it will fail; "" is success
}

// slot is when a task runs. One that waits for a failed one never runs and has no slot.
type slot struct {
	task
	Start, End time.Time
}

// schedule starts each task when all it waits for is done; independent ones run in parallel.
// The end is when the last one is done, start if there is none.
func schedule(start time.Time, tasks []task) (slots []slot, end time.Time) {
	done, never := map[string]time.Time{}, map[string]bool{}
	end = start
	for _, t := range tasks {
		from, ok := start, true
		for _, a := range t.After {
			ok = ok && !never[a]
			if done[a].After(from) {
				from = done[a]
			}
		}
		if !ok {
			never[t.ID] = true
			continue
		}
		s := slot{t, from, from.Add(t.Takes)}
		done[t.ID], never[t.ID] = s.End, t.Fault != ""
		slots = append(slots, s)
		if s.End.After(end) {
			end = s.End
		}
	}
	return slots, end
}

// halt ends the schedule at its first failure: what has not begun by then never does, what
// runs then is cancelled. Without a failure it gives the slots as they are.
func halt(slots []slot, end time.Time) (kept []slot, halted time.Time, failed []string) {
	for _, s := range slots {
		if s.Fault != "" && (failed == nil || s.End.Before(halted)) {
			halted, failed = s.End, []string{s.ID}
		}
	}
	if failed == nil {
		return slots, end, nil
	}
	failed = nil
	for _, s := range slots {
		switch {
		case !s.Start.Before(halted):
			continue
		case s.End.After(halted):
			s.End, s.Fault = halted, cancelled
		}
		if s.Fault != "" && s.Fault != cancelled {
			failed = append(failed, s.ID)
		}
		kept = append(kept, s)
	}
	return kept, halted, failed
}

// until ends the schedule at a time that something else sets.
func until(slots []slot, end time.Time) []slot {
	var kept []slot
	for _, s := range slots {
		if !s.Start.Before(end) {
			continue
		}
		if s.End.After(end) {
			s.End, s.Fault = end, cancelled
		}
		kept = append(kept, s)
	}
	return kept
}

const cancelled = "Resource creation cancelled"

// backwards turns an order of making into one of removing: each waits for those that use it.
func backwards(order []resource) []task {
	users := map[string][]string{}
	for _, r := range order {
		for _, a := range r.After {
			users[a] = append(users[a], r.LogicalID)
		}
	}
	tasks := make([]task, 0, len(order))
	for i := len(order) - 1; i >= 0; i-- {
		r := order[i]
		tasks = append(tasks, task{ID: r.LogicalID, After: users[r.LogicalID], Takes: removal(r.Type)})
	}
	return tasks
}
