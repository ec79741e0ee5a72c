package world

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

const (
	keyStruck = "m/struck" // what each rule of faults has counted
	pairsRoot = "n/"       // how many calls chance was asked about, by operation and account
	forEver   = 100 * 365 * 24 * time.Hour
)

// Kinds of faults.
const (
	KindThrottle     = "throttle"       // refused with the service's code for too many calls
	KindError        = "error"          // refused with Code, and Status if given
	KindHTTP         = "http"           // Status 500, 502, 503 or 504, without effect
	KindTimeout      = "timeout_before" // no effect and no answer
	KindLostReply    = "lost_reply"     // the effect, and no answer
	KindReset        = "reset"          // no effect, the connection is reset
	KindTruncate     = "truncate"       // the effect, and half an answer
	KindHTML         = "html"           // no effect, and a proxy's page
	KindSlow         = "slow"           // answered after For
	KindStale        = "stale"          // what the call writes is unseen by the next Reads that look at it
	KindAccessDenied = "access_denied"  // refused
	KindExpiredToken = "expired_token"  // refused
	KindShareError   = "share_error"    // the share action begun does not reach Accounts, with Code
	KindResourceFail = "resource_fail"  // the resource Resource of the stack begun fails
	KindStuck        = "stuck"          // the work begun takes For, or does not end
)

// FaultKinds are all of them.
var FaultKinds = []string{KindThrottle, KindError, KindHTTP, KindTimeout, KindLostReply, KindReset, KindTruncate, KindHTML,
	KindSlow, KindStale, KindAccessDenied, KindExpiredToken, KindShareError, KindResourceFail, KindStuck}

// Fault is a rule by which calls go wrong. It is about the calls that have its service, operation,
// account and region; "" is any. Of those it strikes the nth, or each that every divides, or by
// chance, or else all; and no more than Times of them, if given.
type Fault struct {
	Service     string   `json:"service,omitempty" yaml:"service"`
	Operation   string   `json:"operation,omitempty" yaml:"operation"`
	Account     string   `json:"account,omitempty" yaml:"account,scalar"`
	Region      string   `json:"region,omitempty" yaml:"region"`
	Nth         int      `json:"nth,omitempty" yaml:"nth"`
	Every       int      `json:"every,omitempty" yaml:"every"`
	Probability float64  `json:"probability,omitempty" yaml:"probability"`
	Times       int      `json:"times,omitempty" yaml:"times"`
	Kind        string   `json:"kind" yaml:"kind"`
	Code        string   `json:"code,omitempty" yaml:"code"`
	Status      int      `json:"status,omitempty" yaml:"status"`
	For         Duration `json:"for,omitempty" yaml:"-"`
	Reads       int      `json:"reads,omitempty" yaml:"reads"`
	Accounts    []string `json:"accounts,omitempty" yaml:"accounts"`
	Resource    string   `json:"resource,omitempty" yaml:"resource"`
}

// Latency is how long the calls take that have its service, operation and account: Min, or by
// chance up to Max.
type Latency struct {
	Service   string   `json:"service,omitempty" yaml:"service"`
	Operation string   `json:"operation,omitempty" yaml:"operation"`
	Account   string   `json:"account,omitempty" yaml:"account,scalar"`
	Min       Duration `json:"min" yaml:"-"`
	Max       Duration `json:"max,omitempty" yaml:"-"`
}

func (f *Fault) lasting(usual time.Duration) time.Duration {
	if f.For > 0 {
		return time.Duration(f.For)
	}
	return usual
}

// Struck is the fault that strikes this call, if it is of this kind, else nil. A service asks for
// the kinds that are its to carry out: share_error, resource_fail.
func (c *Call) Struck(kind string) *Fault {
	if f := c.shared().fault; f != nil && f.Kind == kind {
		return f
	}
	return nil
}

// count is what a rule has seen and done.
type count struct{ Seen, Hit int }

// Strike finds the fault that strikes this call, or nil, and counts. A call is asked once.
func Strike(c *Call) *Fault {
	rules := c.settings().Faults
	if !slices.ContainsFunc(rules, func(f Fault) bool { return f.about(c) }) {
		return nil
	}
	counts := make([]count, len(rules))
	if raw, ok := c.kept().Get(keyStruck); ok {
		decode(c, keyStruck, raw, &counts)
	}
	pair := -1
	for i := range rules {
		f := &rules[i]
		if !f.about(c) || i >= len(counts) {
			continue
		}
		counts[i].Seen++
		if f.Probability > 0 && pair < 0 {
			pair = c.pair()
		}
		if c.shared().fault == nil && (f.Times == 0 || counts[i].Hit < f.Times) && f.strikes(c, i, counts[i].Seen, pair) {
			counts[i].Hit++
			c.shared().fault = f
		}
	}
	raw, err := json.Marshal(counts)
	if err != nil {
		fail(c.kept(), err)
	}
	c.kept().Put(keyStruck, raw)
	return c.shared().fault
}

// about says whether the rule is about this call. What only a writing call can suffer passes reads by.
func (f Fault) about(c *Call) bool {
	writes := f.Kind == KindStale || f.Kind == KindShareError || f.Kind == KindResourceFail || f.Kind == KindStuck
	return fits(f.Service, c.Service) && fits(f.Operation, c.Operation) && fits(f.Account, c.Account) && fits(f.Region, c.Region) &&
		(c.Mutating || !writes)
}

func fits(want, have string) bool { return want == "" || want == have }

func (f Fault) strikes(c *Call, rule, seen, pair int) bool {
	switch {
	case f.Nth > 0:
		return seen == f.Nth
	case f.Every > 0:
		return seen%f.Every == 0
	case f.Probability > 0:
		return c.chance("fault/"+strconv.Itoa(rule), pair) < f.Probability
	}
	return true
}

// pair counts the calls of an operation by an account, of which chance is a function.
func (c *Call) pair() int {
	return next(c.kept(), pairsRoot+c.Service+"/"+c.Operation+"/"+c.Account)
}

// chance is a number from 0 to below 1: a function of the seed, the operation, the account and
// the number of the call, so that what else goes on at the same time changes nothing (SBX-52).
func (c *Call) chance(what string, n int) float64 {
	seed, _ := c.kept().Get(keySeed)
	sum := keyed(seed, "chance/"+what+"/"+c.Service+"/"+c.Operation+"/"+c.Account+"/"+strconv.Itoa(n))
	return float64(binary.BigEndian.Uint64(sum)>>11) / (1 << 53)
}

// Delay is how long this call takes: by the first rule of latency about it, and a slow fault.
func Delay(c *Call) time.Duration {
	var d time.Duration
	if f := c.Struck(KindSlow); f != nil {
		d = f.lasting(5 * time.Second)
	}
	for _, l := range c.settings().Latency {
		if !fits(l.Service, c.Service) || !fits(l.Operation, c.Operation) || !fits(l.Account, c.Account) {
			continue
		}
		if l.Max > l.Min {
			return d + time.Duration(l.Min) + time.Duration(c.chance("latency", c.pair())*float64(l.Max-l.Min))
		}
		return d + time.Duration(l.Min)
	}
	return d
}
