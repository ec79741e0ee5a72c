package market

import (
	"fmt"
	"time"
)

// wanted plans what gives an entitled account the licence.
func (p *planner) wanted(lic Licence, pair Pair, m Member) {
	mark := p.mark(pair)
	if pair.Grant == nil && len(p.seen.sub[pair.Key()]) > 0 { // by a grant to its unit, or to all
		p.keep(mark, func(m *Mark) { m.Unentitled, m.Lost = time.Time{}, "" })
		return
	}
	if !p.alone(lic, &pair) || !p.seat(lic, pair) {
		p.keep(mark, func(m *Mark) { m.Lost = "" })
		return
	}
	pair.Operations = p.Operations(lic, m)
	if len(pair.Operations) == 0 {
		p.find("operations", lic, pair.Account, "the licence permits none of the operations that it is to have")
		return
	}
	if pair.Grant == nil && mark.Step == Make && !mark.Begun.IsZero() && !mark.Sent {
		pair.Operations = mark.Operations // its call may have arrived: it is sent as it was
	}
	p.keep(mark, func(m *Mark) {
		m.Unentitled, m.Lost = time.Time{}, ""
		if pair.Grant == nil || pair.Grant.Status != "PENDING_ACCEPT" {
			m.Offered = time.Time{}
		} else if m.Offered.IsZero() {
			m.Offered = p.now
		}
		if pair.Grant != nil && pair.Grant.Status == "ACTIVE" {
			m.Failures = 0
		}
	})
	pair.Step, pair.Why = Next(pair.Grant, true, pair.Operations, p.Accept == "auto", p.ask.Recreate)
	if p.own(lic, pair) {
		p.step(lic, pair, mark)
	}
}

// alone looks whether the account bought the product itself (LIC-7).
func (p *planner) alone(lic Licence, pair *Pair) bool {
	own := p.e.owned(lic.SKU, pair.Account, p.now)
	if own == nil || own.Licence == lic.ARN {
		return true
	}
	what := "it bought the product itself"
	if own.Ends != "" {
		what += ", to " + own.Ends
	}
	switch p.OnConflict {
	case "replace":
		pair.Replace = true
		return true
	case "report":
		p.find("own_licence", lic, pair.Account, what+": two are paid for")
	default:
		p.warn("own_licence", lic, pair.Account, what+": it gets no grant")
	}
	return false
}

// seat counts whom the licence goes to (LIC-8).
func (p *planner) seat(lic Licence, pair Pair) bool {
	if pair.Grant != nil && pair.Grant.lives() {
		return true
	}
	if lic.Seats > 0 && p.plan.Counts[lic.ARN] >= lic.Seats {
		p.find("seats", lic, pair.Account, fmt.Sprintf("all %d seats of the licence are taken", lic.Seats))
		return false
	}
	p.plan.Counts[lic.ARN]++
	return true
}

// step adds the pair to what is begun, to what comes later, or to what a person has to see to.
func (p *planner) step(lic Licence, pair Pair, mark Mark) {
	fresh := pair.Grant == nil && mark.Sent && mark.Step == Make && p.seen.gone[pair.Key()] == 0 && p.now.Sub(mark.Begun) < unseen
	waits := pair.Grant != nil && pair.Grant.Status == "PENDING_ACCEPT" && pair.Step == Poll
	switch {
	case pair.Step == Rest:
	case pair.Step == Tell:
		p.find("rejected", lic, pair.Account, pair.Why)
	case fresh:
		pair.Why, pair.Due = "its grant was made, and is not seen yet", mark.Begun.Add(unseen)
		p.plan.Later = append(p.plan.Later, pair)
	case waits && !mark.Offered.IsZero() && p.now.Sub(mark.Offered) > slow:
		p.find("unaccepted", lic, pair.Account, fmt.Sprintf("its grant waits to be accepted since %s: axle licences doctor says why", mark.Offered.UTC().Format(time.RFC3339)))
	case waits:
		p.plan.Later = append(p.plan.Later, pair)
	case pair.Step == Again && pair.Grant.Status == "FAILED_WORKFLOW" && mark.Failures >= mostFailures:
		p.find("failed", lic, pair.Account, fmt.Sprintf("its grant failed %d times: %s", mark.Failures, pair.Grant.Reason))
	case pair.Step == Make && p.now.Before(mark.Retry):
		pair.Why, pair.Due = "its grant failed before", mark.Retry
		p.plan.Later = append(p.plan.Later, pair)
	default:
		p.plan.Pairs = append(p.plan.Pairs, pair)
	}
}
