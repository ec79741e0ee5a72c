package aws

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/axle-cd/axle/document"
)

// limited is an operation that takes so many calls a second, as AWS does: a second's calls at most at
// once. It counts what it is asked.
type limited struct {
	clock         Clock
	perSecond     float64
	left          float64
	at            time.Time
	asked, denied int
}

func (l *limited) ask(context.Context) (int, error) {
	now := l.clock.Now()
	l.left = min(max(1, l.perSecond), l.left+now.Sub(l.at).Seconds()*l.perSecond)
	l.at = now
	l.asked++
	if l.left < 1 {
		l.denied++
		return 0, &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	l.left--
	return 0, nil
}

var reading = op{"servicecatalog", "DescribeProductAsAdmin", repeatable}

// CAT-46: whatever AWS takes a second, a thousand calls come near to it, and few are refused.
func TestTempoFindsTheRate(t *testing.T) {
	for name, c := range map[string]struct{ perSecond, slowest float64 }{
		"as AWS was seen to":             {3, 1.2},
		"less, and no burst":             {1, 1.3},
		"much less":                      {0.6, 1.2},
		"more: the rate creeps up to it": {10, 1.5},
	} {
		t.Run(name, func(t *testing.T) {
			s := bench()
			l := &limited{clock: s.session.clock, perSecond: c.perSecond, left: c.perSecond}
			start := s.session.clock.Now()
			const calls = 1000
			for range calls {
				if _, err := call(t.Context(), s, reading, l.ask); err != nil {
					t.Fatal(err)
				}
			}
			best, took := calls/c.perSecond, s.session.clock.Now().Sub(start).Seconds()
			t.Logf("%.0f s, at best %.0f; %d calls refused", took, best, l.denied)
			if took > c.slowest*best || l.asked > calls*11/10 {
				t.Errorf("%d calls took %.0f s and %d attempts, at best %.0f s", calls, took, l.asked, best)
			}
		})
	}
}

// CAT-46: where one call in five is throttled whatever the rate, what is asked stays within 1.5 of
// what must be; the rate has a least, so that it ends.
func TestTempoOneThrottleInFive(t *testing.T) {
	s := bench()
	asked := 0
	start := s.session.clock.Now()
	for range 400 {
		_, err := call(t.Context(), s, reading, func(context.Context) (int, error) {
			if asked++; asked%5 == 0 {
				return 0, &smithy.GenericAPIError{Code: "ThrottlingException"}
			}
			return 0, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if took := s.session.clock.Now().Sub(start); asked > 600 || took > 400/leastRate*1.5*time.Second {
		t.Errorf("asked %d times for 400 calls, in %s", asked, took)
	}
}

// A small job does not wait, and what it did long ago does not count against it.
func TestTempoLetsSmallJobsGo(t *testing.T) {
	s := bench()
	for range 3 {
		start := s.session.clock.Now()
		for range burst {
			if _, err := call(t.Context(), s, reading, func(context.Context) (int, error) { return 0, nil }); err != nil {
				t.Fatal(err)
			}
		}
		if took := s.session.clock.Now().Sub(start); took != 0 {
			t.Errorf("%d calls waited %s", burst, took)
		}
		_ = s.session.clock.Sleep(t.Context(), time.Minute)
	}
}

// Each account, region and operation has its own bucket: who waits in one keeps nobody else waiting.
func TestTemposAreApart(t *testing.T) {
	s := bench()
	first := s.session.tempo(s.place, reading)
	first.left = 0
	for name, other := range map[string]struct {
		place place
		op    op
	}{
		"another operation": {s.place, op{"servicecatalog", "DescribePortfolio", repeatable}},
		"another region":    {place{s.account, s.role, "us-east-1"}, reading},
		"another account":   {place{"333333333333", s.role, s.region}, reading},
	} {
		if got := s.session.tempo(other.place, other.op); got == first || got.left < 1 {
			t.Errorf("%s shares the bucket", name)
		}
	}
	sameAccount := place{s.account, "another role", s.region}
	if s.session.tempo(sameAccount, op{"servicecatalog", reading.name, ofNew}) != first {
		t.Error("AWS limits an account, whatever its role; here each role has a bucket")
	}
}

// Callers side by side are let through one by one, as the bucket fills, though a sleeping one moves the clock.
func TestTempoSideBySide(t *testing.T) {
	now, mu := time.Unix(0, 0), sync.Mutex{}
	s := &Session{clock: Clock{
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(d)
			return nil
		}}}
	at := &site{place: place{"999999999999", "R", "eu-west-1"}, session: s}
	var wg sync.WaitGroup
	for range burst + 30 {
		wg.Go(func() {
			if _, err := call(t.Context(), at, reading, func(context.Context) (int, error) { return 0, nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if took := now.Sub(time.Unix(0, 0)); took < 7*time.Second || took > 11*time.Second {
		t.Errorf("30 calls beyond the burst took %s, at 3 a second", took)
	}
}

// Who waits for a token can be told to stop; throttling that does not end is a failure with its code.
func TestTempoEnds(t *testing.T) {
	s := bench()
	s.session.tempo(s.place, reading).left = 0
	s.session.clock.Sleep = func(ctx context.Context, _ time.Duration) error { return context.Canceled }
	if _, err := call(t.Context(), s, reading, func(context.Context) (int, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	held := s.session.tempo(s.place, reading)
	held.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := held.wait(ctx, s.session.clock); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	_, err := call(t.Context(), bench(), reading, func(context.Context) (int, error) {
		return 0, &smithy.GenericAPIError{Code: "ThrottlingException"}
	})
	if document.CodeOf(err) != "AXLE3201" {
		t.Errorf("got %v", err)
	}
}
