package aws

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// tempo is how fast an operation is called in one account and region: a bucket of tokens, one a
// call, that fills at a rate which AWS's answers move (CAT-46). Of what waits for a token, one
// waits for the next and the others for it; no other operation, account or region waits with them.
type tempo struct {
	turn chan struct{} // who holds it may wait for a token

	mu      sync.Mutex
	rate    float64 // tokens a second
	size    float64 // what a quiet bucket holds
	left    float64
	at      time.Time // when left was counted
	short   bool      // the last call had to wait: the bucket is what holds it back
	most    float64   // the rate never goes above it; 0: no such bound
	refused float64   // the rate at which AWS last had enough; 0: never yet
	cut     time.Time // when that was
}

// AWS does not publish its rates. Service Catalog was seen to take about three calls a second of
// one operation.
const (
	firstRate = 3
	leastRate = 0.5
	burst     = 10 // a small job does not wait
	restless  = time.Second
)

// quicker are the services that take more; S3 and STS more than one catalog ever asks.
var quicker = map[string]float64{"organizations": 5, "s3": 300, "sts": 300}

// bounded are the services and operations that are never called faster: four fifths of what AWS
// publishes (MKA-2), or what it was seen to take (MKA-24).
var bounded = map[string]float64{
	"license-manager":                    2,
	"marketplace-catalog/DescribeEntity": 16, "marketplace-catalog/ListEntities": 8, "marketplace-catalog/DescribeChangeSet": 8,
	"marketplace-catalog": 4, "marketplace-agreement": 4,
}

func newTempo(o op) *tempo {
	service := o.service
	if most := cmp.Or(bounded[service+"/"+o.name], bounded[service]); most > 0 {
		return &tempo{turn: make(chan struct{}, 1), rate: most, size: most, left: most, most: most}
	}
	rate := cmp.Or(quicker[service], firstRate)
	return &tempo{turn: make(chan struct{}, 1), rate: rate, size: max(burst, rate), left: max(burst, rate)}
}

// tempoKey is what AWS limits by.
type tempoKey struct{ account, region, service, operation string }

func (s *Session) tempo(p place, o op) *tempo {
	key := tempoKey{p.account, p.region, o.service, o.name}
	if t, ok := s.tempos.Load(key); ok {
		return t.(*tempo)
	}
	t, _ := s.tempos.LoadOrStore(key, newTempo(o))
	return t.(*tempo)
}

// wait takes a token, and gives the time at which it was there.
func (t *tempo) wait(ctx context.Context, clock Clock) (time.Time, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
	for waited := false; ; waited = true {
		now := clock.Now()
		pause := t.take(now, waited)
		if pause == 0 {
			return now, nil
		}
		if err := clock.Sleep(ctx, pause); err != nil {
			return now, err
		}
	}
}

// take takes a token, or says how long it is until there is one.
func (t *tempo) take(now time.Time, waited bool) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.at.IsZero() && now.After(t.at) {
		t.left = min(t.size, t.left+now.Sub(t.at).Seconds()*t.rate)
	}
	t.at = now
	if t.left < 1 {
		return max(time.Millisecond, time.Duration((1-t.left)/t.rate*float64(time.Second)))
	}
	t.left--
	t.short = waited
	return 0
}

// passed lets the rate creep up, where it was what held the call back: soon to near where AWS last
// had enough, slowly past that, and on from there.
func (t *tempo) passed() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.short {
		return
	}
	switch {
	case t.rate < 0.9*t.refused:
		t.rate *= 1.1
	case t.rate < 1.1*t.refused:
		t.rate *= 1.002
	default:
		t.rate *= 1.01
	}
	if t.most > 0 {
		t.rate = min(t.rate, t.most)
	}
}

// throttled halves the rate and what a quiet bucket holds. Answers that come together are one.
func (t *tempo) throttled(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = 0
	if now.Sub(t.cut) < restless {
		return
	}
	t.cut, t.refused = now, t.rate
	t.rate, t.size = max(leastRate, t.rate/2), max(1, t.size/2)
}
