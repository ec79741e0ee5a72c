package catalog

import (
	"math"
	"slices"
	"time"
)

// What things take, as far as it is known (catalog.md §4, §6): a call by itself; each of an
// operation's calls, after the first few, by the rate at which they are sent; how long AWS makes a
// product, a version or a constraint; and one share after the other.
const (
	perCall   = 150 * time.Millisecond
	perToken  = time.Second / 3
	burst     = 10
	perObject = 2 * time.Second
	perShare  = 15 * time.Second

	usualParallel = 10 // accounts side by side, where a wave does not say how many
)

// The price of a call to Service Catalog, beyond what an account has free each month: the first
// tier; the higher ones are not verified.
const (
	usdPerCall  = 0.0007
	freeOfMonth = 1000
)

// span is what changes take that follow each other in one account and region.
type span struct {
	calls map[string]int // by operation, as far as verb and kind tell
	all   int
	waits time.Duration
}

// add adds a change. What a launch takes is its template's, and not known.
func (s *span) add(c Change) {
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[string(c.Verb)+string(c.Kind)] += c.Calls
	s.all += c.Calls
	switch {
	case c.Kind == KindShare:
		s.waits += perShare
	case c.Kind == KindConstraint && c.Verb != Delete, c.Verb == Create && (c.Kind == KindProduct || c.Kind == KindVersion):
		s.waits += perObject
	}
}

func (s *span) lasts() time.Duration {
	sent := time.Duration(s.all) * perCall
	for _, n := range s.calls {
		sent = max(sent, time.Duration(n-burst)*perToken)
	}
	return sent + s.waits
}

// CallsIn is what a plan calls in one account and region.
type CallsIn struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	Writes  int    `json:"writes"` // that change something
	Reads   int    `json:"reads"`  // polls aside
}

// duration is how long the changes take: wave after wave, each with its bake; in a wave the
// hub's regions side by side, and accounts as many as it lets.
func duration(changes []Change, waves []Wave) time.Duration {
	names, byWave := byWave(changes)
	var all time.Duration
	for _, name := range names {
		w := Wave{}
		if i := rank(waves, name); i >= 0 {
			w = waves[i]
		}
		all += w.lasts(byWave[name])
		if slices.ContainsFunc(byWave[name], func(c Change) bool { return !c.Superseding() }) {
			all += w.Bake
		}
	}
	return all.Round(time.Second)
}

// byWave sorts changes by their wave, in the order in which they first come.
func byWave(changes []Change) (names []string, by map[string][]Change) {
	by = map[string][]Change{}
	for _, c := range changes {
		if _, ok := by[c.Wave]; !ok {
			names = append(names, c.Wave)
		}
		by[c.Wave] = append(by[c.Wave], c)
	}
	return names, by
}

func (w Wave) lasts(changes []Change) time.Duration {
	spans := map[[2]string]*span{}
	for _, c := range changes {
		at := [2]string{c.Account, c.Region}
		if spans[at] == nil {
			spans[at] = &span{}
		}
		spans[at].add(c)
	}
	var hub, most, sum time.Duration
	for at, s := range spans {
		if at[0] == "" {
			hub = max(hub, s.lasts())
		} else {
			most, sum = max(most, s.lasts()), sum+s.lasts()
		}
	}
	parallel := w.MaxParallel
	if parallel == 0 {
		parallel = usualParallel
	}
	return hub + max(most, sum/time.Duration(parallel))
}

// looks is how often carrying out a plan looks at the hub: whether the plan still holds, before
// the first change, and whether it was carried out.
const looks = 3

// Spent is what a process has called so far, and when that was, by the hub's clock.
type Spent struct {
	At time.Time
	In map[[2]string]CallsIn // by account and region
}

// Since is what was called after before.
func (s Spent) Since(before Spent) (all []CallsIn, took time.Duration) {
	for at, now := range s.In {
		was := before.In[at]
		if now.Writes, now.Reads = now.Writes-was.Writes, now.Reads-was.Reads; now.Writes+now.Reads > 0 {
			all = append(all, now)
		}
	}
	slices.SortFunc(all, func(a, b CallsIn) int { return order(a.Account, b.Account, a.Region, b.Region) })
	return all, s.At.Sub(before.At)
}

// callsIn counts the calls by account and region. reads are those of one look at the hub.
func callsIn(hub string, changes []Change, reads map[string]int) []CallsIn {
	at := map[[2]string]*CallsIn{}
	in := func(account, region string) *CallsIn {
		if account == "" {
			account = hub
		}
		key := [2]string{account, region}
		if at[key] == nil {
			at[key] = &CallsIn{Account: account, Region: region}
		}
		return at[key]
	}
	for _, c := range changes {
		in(c.Account, c.Region).Writes += c.Calls
	}
	if len(changes) > 0 {
		for region, n := range reads {
			in(hub, region).Reads += looks * n
		}
	}
	all := make([]CallsIn, 0, len(at))
	for _, c := range at {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b CallsIn) int { return order(a.Account, b.Account, a.Region, b.Region) })
	return all
}

// cost is what the calls cost, in US dollars: at least, with all of each account's free calls
// left; at most, with none.
func cost(all []CallsIn) (least, most float64) {
	byAccount := map[string]int{}
	for _, c := range all {
		byAccount[c.Account] += c.Writes + c.Reads
	}
	beyond, sum := 0, 0
	for _, n := range byAccount {
		beyond, sum = beyond+max(0, n-freeOfMonth), sum+n
	}
	round := func(n int) float64 { return math.Round(float64(n)*usdPerCall*100) / 100 }
	return round(beyond), round(sum)
}
