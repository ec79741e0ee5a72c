package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// width is what a plan's lines are broken at.
const width = 80

// planText writes a plan for a person who decides in a minute: whether it needs eyes and why, whom
// it reaches, what it does wave by wave, what it removes, what it comes to.
func planText(p catalog.Proposal, everything bool) []string {
	t := &text{}
	t.unmet(p.Unmet, everything)
	for _, n := range p.Notes {
		t.fold("note: ", n)
	}
	if len(p.Changes) == 0 {
		return append(t.lines, "nothing to change")
	}
	t.fold("", headline(p))
	t.reach(p)
	for _, r := range p.Reach {
		t.changes(r.Wave, waveOf(p, r.Wave), everything)
	}
	t.removals(p, everything)
	t.totals(p, everything)
	return t.lines
}

func waveOf(p catalog.Proposal, wave string) []catalog.Change {
	return slices.DeleteFunc(slices.Clone(p.Changes), func(c catalog.Change) bool { return c.Wave != wave || c.Removal })
}

// text is lines in the making.
type text struct{ lines []string }

func (t *text) add(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

// fold adds words behind a head, broken at the width; what follows the first line stands under them.
func (t *text) fold(head, words string) {
	rest := strings.Repeat(" ", len([]rune(head)))
	if strings.TrimSpace(head) == "" {
		rest += "  "
	}
	line, room := head, width-len([]rune(head))
	for i, word := range strings.Fields(document.Printable(words)) {
		n := len([]rune(word)) + 1
		if i > 0 && n > room {
			t.lines = append(t.lines, line)
			line, room = rest+word, width-len([]rune(rest))-n+1
			continue
		}
		if i > 0 {
			line += " "
		} else {
			n--
		}
		line, room = line+word, room-n
	}
	t.lines = append(t.lines, line)
}

// headline says in a line whether the plan needs eyes.
func headline(p catalog.Proposal) string {
	var why []string
	if p.Removals.Count > 0 {
		why = append(why, count(p.Removals.Count, "removal"))
	}
	if len(p.Unmet) > 0 {
		why = append(why, fmt.Sprintf("%d not planned", len(p.Unmet)))
	}
	if len(p.Risks) > 0 {
		why = append(why, count(len(p.Risks), "risk"))
	}
	provisioned := 0
	for _, r := range p.Reach {
		provisioned += r.Provisioned
	}
	if provisioned > 0 {
		why = append(why, count(provisioned, "provisioned product"))
	}
	since := ""
	if p.Version != "" && p.Since == "" { // catalog.yaml's own run has no version
		why = append(why, "the first version in prod")
	} else if p.Since != "" {
		since = ", after " + p.Since
	}
	line := fmt.Sprintf("%s, %s%s: ", count(len(p.Changes), "change"), count(p.Writes(), "mutating call"), since)
	if len(why) == 0 {
		return line + "looks safe, nothing is removed and nothing flagged"
	}
	return line + "needs eyes: " + strings.Join(why, ", ")
}

// reach says whom each wave reaches.
func (t *text) reach(p catalog.Proposal) {
	for _, r := range p.Risks {
		t.fold("  ", "risk: "+r.What+askedAt(r.Reason))
	}
	for _, r := range p.Reach {
		line := "reaches " + count(r.Spokes, "active spoke") + " in " + strings.Join(r.Regions, ", ")
		if r.Wave != "" {
			line = "wave " + r.Wave + " " + line
		}
		if r.Skipped > 0 {
			line += fmt.Sprintf(", %d skipped", r.Skipped)
		}
		if r.Provisioned > 0 {
			line += ", " + count(r.Provisioned, "provisioned product")
		} else {
			line += "; what runs there stays as it is"
		}
		t.fold("  ", line)
	}
}

func askedAt(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

// changes shows a wave's: regions of the hub that change alike together, accounts that do counted.
func (t *text) changes(wave string, all []catalog.Change, everything bool) {
	for _, g := range together(all) {
		head := strings.Join(g.regions, ", ")
		if wave != "" {
			head = "wave " + wave + ": " + head
		}
		t.add("")
		t.fold("", head)
		for _, c := range g.changes {
			t.change(c)
		}
	}
	t.abroad(wave, all, everything)
}

// regionsAlike are regions that have the same changes.
type regionsAlike struct {
	regions []string
	words   string
	changes []catalog.Change
}

func together(all []catalog.Change) []regionsAlike {
	byRegion, words := map[string][]catalog.Change{}, map[string]string{}
	var regions []string
	for _, c := range all {
		if c.Account != "" {
			continue
		}
		if byRegion[c.Region] == nil {
			regions = append(regions, c.Region)
		}
		byRegion[c.Region] = append(byRegion[c.Region], c)
		words[c.Region] += c.Words() + "\n"
	}
	var groups []regionsAlike
	for _, region := range regions {
		i := slices.IndexFunc(groups, func(g regionsAlike) bool { return g.words == words[region] })
		if i < 0 {
			groups = append(groups, regionsAlike{[]string{region}, words[region], byRegion[region]})
			continue
		}
		groups[i].regions = append(groups[i].regions, region)
	}
	return groups
}

// change is a line, with its reason at the right.
func (t *text) change(c catalog.Change) {
	t.fold("  ", c.Words())
	_, reason := splitLast(c.Reason)
	last := len(t.lines) - 1
	room := width - len([]rune(t.lines[last])) - len(reason)
	if room < 2 && reason != "" {
		t.lines = append(t.lines, "")
		last, room = last+1, width-len(reason)
	}
	if reason != "" {
		t.lines[last] += strings.Repeat(" ", room) + reason
	}
}

// splitLast takes a reason's folder away: the file's name and line are enough on one screen.
func splitLast(reason string) (folder, name string) {
	i := strings.LastIndex(reason, "/")
	return reason[:i+1], reason[i+1:]
}

// abroad shows what is done in other accounts, counted unless everything is asked for.
func (t *text) abroad(wave string, all []catalog.Change, everything bool) {
	var order []string
	by := map[string][]catalog.Change{}
	for _, c := range all {
		if c.Account == "" {
			continue
		}
		key := anywhere(c)
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], c)
	}
	if len(order) == 0 {
		return
	}
	head := "in the spokes"
	if wave != "" {
		head = "wave " + wave + ", " + head
	}
	t.add("")
	t.add("%s", head)
	for _, key := range order {
		changes := by[key]
		if everything || len(changes) == 1 {
			for _, c := range changes {
				t.fold("  ", c.String())
			}
			continue
		}
		t.fold("  ", key+": "+places(changes))
	}
}

// anywhere is a change in words that are the same in every account.
func anywhere(c catalog.Change) string {
	if l := c.Launch; l != nil {
		return fmt.Sprintf("%s %s %s: %s %s", c.Verb, c.Kind, l.Entry, l.Product, l.Version)
	}
	return c.Words()
}

// places says where changes are that are alike: how many, and the first few.
func places(all []catalog.Change) string {
	accounts, regions := map[string]bool{}, map[string]bool{}
	var named []string
	for _, c := range all {
		if !accounts[c.Account] {
			named = append(named, c.Account)
		}
		accounts[c.Account], regions[c.Region] = true, true
	}
	return fmt.Sprintf("%d in %s and %s (%s; -v for all)", len(all), count(len(accounts), "account"), count(len(regions), "region"), firstFew(named, 3))
}

// removals stand apart.
func (t *text) removals(p catalog.Proposal, everything bool) {
	if p.Removals.Count == 0 {
		return
	}
	t.add("")
	t.add("REMOVALS")
	for _, r := range p.Reach {
		gone := slices.DeleteFunc(slices.Clone(p.Changes), func(c catalog.Change) bool { return c.Wave != r.Wave || !c.Removal })
		t.changes(r.Wave, gone, everything)
	}
	if p.Removals.Asks {
		t.fold("  ", fmt.Sprintf("%s: approve with --yes-remove %d", p.Removals.Why, p.Removals.Count))
	}
}

// totals are what the plan comes to.
func (t *text) totals(p catalog.Proposal, everything bool) {
	t.add("")
	var calls []string
	for _, c := range p.Calls {
		calls = append(calls, fmt.Sprintf("%d + %d in %s %s", c.Writes, c.Reads, c.Account, c.Region))
	}
	shown := calls
	if !everything && len(calls) > 4 {
		shown = append(slices.Clone(calls[:3]), count(len(calls)-3, "more place")+" (-v for all)")
	}
	t.fold("calls   ", fmt.Sprintf("%d that change something, about %d that read: %s", p.Writes(), p.Reads(), strings.Join(shown, ", ")))
	took := "about " + p.Duration().Round(time.Second).String() + ", regions side by side, shares one after the other"
	if p.Launches > 0 {
		took += fmt.Sprintf(", without what the %d that launch or update take themselves", p.Launches)
	}
	t.fold("time    ", took)
	t.quotas(p.Quotas, everything)
	t.fold("cost    ", fmt.Sprintf("%.2f to %.2f USD for the calls: each beyond an account's 1,000 free a month is 0.0007; what is launched is not estimated", p.USDLeast, p.USDMost))
	t.add("plan    %s", p.Digest)
}

// quotas shows those that are half used or more; else that none is, and the nearest.
func (t *text) quotas(all []catalog.Quota, everything bool) {
	nearest := slices.Clone(all)
	slices.SortStableFunc(nearest, func(a, b catalog.Quota) int { return b.After*a.Limit - a.After*b.Limit })
	near := 0
	for near < len(nearest) && 2*nearest[near].After >= nearest[near].Limit {
		near++
	}
	head := "quotas  "
	if near == 0 && len(all) > 0 && !everything {
		t.fold(head, fmt.Sprintf("none of %d would be half used; the nearest is", len(all)))
		head, near = "        ", 1
	}
	if everything {
		near = len(nearest)
	}
	for _, q := range nearest[:near] {
		t.fold(head, quota(q))
		head = "        "
	}
}

func quota(q catalog.Quota) string {
	of := q.Region
	if q.Of != "" {
		of = q.Of + " in " + q.Region
	}
	limit := fmt.Sprint(q.Limit)
	switch {
	case q.Code == "":
		limit += ", fixed"
	case q.Read:
		limit += " " + q.Code
	default:
		limit += " " + q.Code + ", AWS's default, not read"
	}
	return fmt.Sprintf("%s %s: %d → %d of %s", q.Name, of, q.Used, q.After, limit)
}
