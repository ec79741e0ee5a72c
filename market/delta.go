package market

import "slices"

// Delta is what has to change in a policy. All lists are sorted.
type Delta struct {
	Deny  []string `json:"deny"` // goes first: what is allowed too long is the worse fault (PMP-3)
	Allow []string `json:"allow"`
	Stale []string `json:"stale,omitempty"` // denied there and wanted neither way: told, never changed (MKA-5)
}

// Empty says whether there is nothing to do.
func (d Delta) Empty() bool { return len(d.Deny)+len(d.Allow) == 0 }

// Diff is what takes a policy to what is wanted. A nil policy is one that is about to be made,
// empty: what is in no policy is denied already.
func Diff(w Want, have *Policy) Delta {
	if have == nil {
		have = &Policy{}
	}
	ignored := set(w.Ignore)
	allow, deny := set(w.Allow), set(w.Deny)
	allowed, denied := set(have.Allowed), set(have.Denied)
	d := Delta{Deny: []string{}, Allow: []string{}}
	for _, id := range sorted(slices.Concat(have.Allowed, w.Deny)) {
		unwanted := allowed[id] && !allow[id]
		missing := deny[id] && !denied[id]
		if (unwanted || missing) && !ignored[id] {
			d.Deny = append(d.Deny, id)
		}
	}
	for _, id := range sorted(w.Allow) {
		if !allowed[id] && !ignored[id] {
			d.Allow = append(d.Allow, id)
		}
	}
	for _, id := range sorted(have.Denied) {
		if !deny[id] && !allow[id] && !ignored[id] {
			d.Stale = append(d.Stale, id)
		}
	}
	return d
}

// After is the policy once a delta was carried out.
func (p Policy) After(d Delta) Policy {
	denied, allowed := set(d.Deny), set(d.Allow)
	p.Allowed = sorted(append(slices.DeleteFunc(slices.Clone(p.Allowed), func(id string) bool { return denied[id] }), d.Allow...))
	p.Denied = sorted(append(slices.DeleteFunc(slices.Clone(p.Denied), func(id string) bool { return allowed[id] }), d.Deny...))
	return p
}

func set(ids []string) map[string]bool {
	all := make(map[string]bool, len(ids))
	for _, id := range ids {
		all[id] = true
	}
	return all
}

// MostIDs is how many products one change names at most (MKA-1).
const MostIDs = 50

// Batch is one change of products: one effect, 50 ids at most.
type Batch struct {
	Effect Effect   `json:"effect"`
	IDs    []string `json:"ids"`
}

// Batches are a delta's, all denials before the first allowance. Ids in apart have failed
// before: each goes alone, after the others of its effect, so that it holds up nobody.
func (d Delta) Batches(apart map[string]bool) []Batch {
	return append(batches(Deny, d.Deny, apart), batches(Allow, d.Allow, apart)...)
}

func batches(e Effect, ids []string, apart map[string]bool) (all []Batch) {
	var together, alone []string
	for _, id := range ids {
		if apart[id] {
			alone = append(alone, id)
		} else {
			together = append(together, id)
		}
	}
	for chunk := range slices.Chunk(together, MostIDs) {
		all = append(all, Batch{e, chunk})
	}
	for _, id := range alone {
		all = append(all, Batch{e, []string{id}})
	}
	return all
}

// Split is what to try instead of a batch that AWS refused: the ids that it names are apart
// from the others; where it names none of them, or all, the batch is halved. One id alone
// cannot be split (PMP-5).
func (b Batch) Split(named []string) []Batch {
	if len(b.IDs) < 2 {
		return nil
	}
	bad := set(named)
	var good, poor []string
	for _, id := range b.IDs {
		if bad[id] {
			poor = append(poor, id)
		} else {
			good = append(good, id)
		}
	}
	if len(poor) == 0 || len(good) == 0 {
		half := len(b.IDs) / 2
		return []Batch{{b.Effect, b.IDs[:half]}, {b.Effect, b.IDs[half:]}}
	}
	all := []Batch{{b.Effect, good}}
	for _, id := range poor {
		all = append(all, Batch{b.Effect, []string{id}})
	}
	return all
}
