package stages

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/axle-cd/axle/catalog"
)

// Clock is time as a value: the wall's on AWS, the sandbox's in the sandbox.
type Clock struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Journal remembers rollouts. Open begins one that it does not have, as planned, and gives one
// that it has as it was left. Record has stored the outcome when it returns.
type Journal interface {
	Open(ctx context.Context, id string, plan catalog.Rollout) (catalog.Rollout, error)
	Record(ctx context.Context, id string, t catalog.Target, o catalog.Outcome) error
	Orders(ctx context.Context, id string) ([]catalog.Order, error)
}

// Work is what a rollout does.
type Work struct {
	Do    func(context.Context, catalog.Target) error                    // idempotent; returns when it was seen done
	Watch func(ctx context.Context, wave int) ([]catalog.Trouble, error) // what has failed in the wave since; nil: nothing is watched
	Say   func(format string, args ...any)
}

// Distribute carries a rollout as far as it goes: to its end, or to a person. What each target
// came to is in the journal before the next one starts, and what was verified is never done
// again (CAT-63). An interrupt leaves what was under way to be begun again.
func (d Deps) Distribute(ctx context.Context, id string, plan catalog.Rollout, work Work) (catalog.Rollout, catalog.Turn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &spread{Deps: d, id: id, work: work, flying: map[string]bool{}, ended: make(chan landing)}
	r, err := d.Journal.Open(ctx, id, plan)
	if err != nil {
		return r, catalog.Turn{}, err
	}
	s.rollout = r.Again(s.flying)
	turn, err := s.run(ctx)
	cancel()
	for range s.flying {
		<-s.ended
	}
	return s.rollout, turn, err
}

// spread is a rollout under way in this process.
type spread struct {
	Deps
	id      string
	rollout catalog.Rollout
	work    Work
	flying  map[string]bool // keys of what is under way
	ended   chan landing
	looked  time.Time // when the bake was last watched
}

type landing struct {
	target catalog.Target
	err    error
}

func (s *spread) run(ctx context.Context) (catalog.Turn, error) {
	for {
		if err := s.listen(ctx); err != nil {
			return catalog.Turn{}, err
		}
		turn := s.rollout.Next(s.Clock.Now())
		err := s.begin(ctx, turn)
		switch {
		case err != nil:
		case len(turn.Block) > 0: // what hangs on these is blocked too
		case len(s.flying) > 0:
			err = s.land(ctx)
		case turn.End != "":
			return turn, nil
		case turn.Watch:
			err = s.judge(ctx, turn.Wave)
		default:
			err = s.bake(ctx, turn)
		}
		if err != nil {
			return turn, err
		}
	}
}

// listen hears what people ordered since. To resume changes what is known of targets.
func (s *spread) listen(ctx context.Context) error {
	orders, err := s.Journal.Orders(ctx, s.id)
	if err != nil || len(orders) == len(s.rollout.Orders) {
		return err
	}
	r, err := s.Journal.Open(ctx, s.id, catalog.Rollout{})
	s.rollout = r.Again(s.flying)
	return err
}

func (s *spread) begin(ctx context.Context, turn catalog.Turn) error {
	if err := s.before(ctx, turn); err != nil {
		return err
	}
	if err := s.block(ctx, turn.Block); err != nil {
		return err
	}
	for _, t := range turn.Start {
		if err := s.record(ctx, t, catalog.Running, ""); err != nil {
			return err
		}
		s.flying[t.Key] = true
		go func() { s.ended <- landing{t, s.work.Do(ctx, t)} }()
	}
	return nil
}

func (s *spread) block(ctx context.Context, why map[string]string) error {
	if len(why) == 0 {
		return nil
	}
	for _, t := range s.rollout.Targets {
		if reason, ok := why[t.Key]; ok {
			if err := s.record(ctx, t, catalog.Blocked, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// land waits for a target to end, and takes those that have ended behind it.
func (s *spread) land(ctx context.Context) error {
	err := s.landed(ctx, <-s.ended)
	for err == nil {
		select {
		case l := <-s.ended:
			err = s.landed(ctx, l)
		default:
			return nil
		}
	}
	return err
}

func (s *spread) landed(ctx context.Context, l landing) error {
	delete(s.flying, l.target.Key)
	switch {
	case l.err == nil:
		return s.record(context.WithoutCancel(ctx), l.target, catalog.Verified, "")
	case ctx.Err() != nil: // it was broken off: nothing is known of it
		return ctx.Err()
	}
	return s.record(ctx, l.target, catalog.Broken, l.err.Error())
}

func (s *spread) record(ctx context.Context, t catalog.Target, state catalog.OutcomeState, why string) error {
	o := catalog.Outcome{State: state, At: s.Clock.Now(), Why: why}
	if err := s.Journal.Record(ctx, s.id, t, o); err != nil {
		return err
	}
	s.rollout.Record(t.Key, o)
	if why != "" {
		why = ": " + why
	}
	if state != catalog.Running && (!t.Found || why != "") { // a mark of our own says nothing to people
		s.work.Say("wave %s: %s %s%s", s.rollout.Waves[t.Wave].Name, t.Key, state, why)
	}
	return nil
}

// bake lets a little of a wave's bake pass. It is watched each five minutes, and listens to
// people each fifteen seconds; a long bake less often.
func (s *spread) bake(ctx context.Context, turn catalog.Turn) error {
	now, wave := s.Clock.Now(), s.rollout.Waves[turn.Wave]
	if s.looked.IsZero() {
		s.work.Say("wave %s bakes until %s", wave.Name, turn.Until.UTC().Format(time.RFC3339))
		s.looked = now
	}
	if now.Sub(s.looked) >= max(5*time.Minute, wave.Bake/50) {
		return s.watch(ctx, turn.Wave, false)
	}
	return s.Clock.Sleep(ctx, min(turn.Until.Sub(now), max(15*time.Second, wave.Bake/1000)))
}

// judge looks when the bake is over, and records that it did.
func (s *spread) judge(ctx context.Context, wave int) error {
	if err := s.watch(ctx, wave, true); err != nil {
		return err
	}
	s.looked = time.Time{}
	return s.record(ctx, catalog.Target{Key: catalog.Baked(wave), Wave: wave, Found: true}, catalog.Verified, "")
}

// before notes what has failed in a wave before it begins: that is not this rollout's doing.
func (s *spread) before(ctx context.Context, turn catalog.Turn) error {
	if len(turn.Start) == 0 || turn.End != "" || s.work.Watch == nil || s.rollout.Waves[turn.Wave].Bake == 0 {
		return nil
	}
	mark := catalog.Target{Key: "before " + strconv.Itoa(turn.Wave), Wave: turn.Wave, Found: true}
	if s.rollout.Done[mark.Key].State == catalog.Verified {
		return nil
	}
	if err := s.note(ctx, turn.Wave, catalog.Accepted, false); err != nil {
		return err
	}
	return s.record(ctx, mark, catalog.Verified, "")
}

// watch records what has failed in the wave since it began.
func (s *spread) watch(ctx context.Context, wave int, last bool) error {
	if s.looked = s.Clock.Now(); s.work.Watch == nil {
		return nil
	}
	return s.note(ctx, wave, catalog.Broken, last)
}

// note records the wave's troubles. What was known of before stays as it is. A spoke that cannot be
// read is asked again as long as the wave bakes; it is a trouble where it could not be read last:
// it may have anything.
func (s *spread) note(ctx context.Context, wave int, as catalog.OutcomeState, last bool) error {
	all, err := s.work.Watch(ctx, wave)
	if err != nil {
		return fmt.Errorf("wave %s could not be watched: %w", s.rollout.Waves[wave].Name, err)
	}
	for _, f := range all {
		t := f.Target
		t.Wave, t.Found = wave, true
		if _, known := s.rollout.Done[t.Key]; known || f.Unseen && !last {
			continue
		}
		if err := s.record(ctx, t, as, f.Why); err != nil {
			return err
		}
		s.rollout.Targets = append(s.rollout.Targets, t)
	}
	return nil
}
