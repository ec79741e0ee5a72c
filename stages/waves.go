package stages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Codes of a distribution that goes no further.
const (
	CodePaused  = "AXLE2722"
	CodeStopped = "AXLE2723"
	CodeAborted = "AXLE2724"
)

// Waves are those of pipeline.yaml; none where everything goes at once.
func Waves(d *pipeline.Distribute) []catalog.Wave {
	var all []catalog.Wave
	if d == nil {
		return nil
	}
	for _, w := range d.Waves {
		wave := catalog.Wave{Name: w.Name, Regions: w.Regions, Bake: time.Duration(w.Bake), MaxParallel: w.MaxParallel, MaxFailures: w.MaxFailures}
		if s := w.Spokes; s != nil {
			wave.Spokes = &catalog.SpokeSelector{All: s.All, Tags: s.Tags, Accounts: s.Accounts, OrganizationalUnits: s.OrganizationalUnits}
		}
		all = append(all, wave)
	}
	return all
}

// CheckWaves says what is wrong with the waves for the catalog, and who will see a version before
// their own wave (CAT-60). It knows the files alone.
func CheckWaves(p *pipeline.File, f *catalog.File) document.Diagnostics {
	if p.Stages.Prod == nil || p.Stages.Prod.Distribute == nil || f == nil {
		return nil
	}
	at := []string{"stages", "prod", "distribute", "waves"}
	waves := Waves(p.Stages.Prod.Distribute)
	early, err := catalog.EarlyOffline(f, waves)
	var wrong *document.Error
	if errors.As(err, &wrong) {
		return document.Diagnostics{p.Doc.Fault(wrong.Code, wrong.Summary, wrong.Hint, at...)}
	}
	var all document.Diagnostics
	for _, line := range early {
		all = append(all, p.Doc.Fault("AXLE2730", line, "give the canary a region of its own, or rely on gamma", at...).Warning())
	}
	for i, w := range waves {
		for _, tag := range f.Untagged(w) {
			all = append(all, p.Doc.Fault("AXLE2731", fmt.Sprintf("wave %s selects tag %s, and no spoke of catalog.yaml has it: nobody goes with the wave by it", w.Name, tag),
				"correct the tag, or give it to a spoke", append(slices.Clone(at), strconv.Itoa(i), "spokes", "tags")...).Warning())
		}
	}
	return all
}

// publication is the hub on its way to be as an approved plan has it.
type publication struct {
	Deps
	in      pipeline.Input
	look    Outlook
	changes []catalog.Change                               // that were approved
	verify  func(ctx context.Context, region string) error // as an end user there
	turns   *turns                                         // in waves
}

// turns is one turn at the hub that the regions of a wave share: it is taken with the first that
// is worked on, and given up with the last. While a wave bakes, others may have theirs.
type turns struct {
	take  func(context.Context) (done func(), err error)
	mu    sync.Mutex
	users int
	done  func()
}

func (t *turns) enter(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users == 0 {
		done, err := t.take(ctx)
		if err != nil {
			return err
		}
		t.done = done
	}
	t.users++
	return nil
}

func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 {
		t.done()
	}
}

// make makes all of it: region by region in waves where pipeline.yaml has them, else in all
// regions at once. What is superseded is deprecated and retired last, once the rest was seen to
// be there in every region (CAT-53, I15).
func (p publication) make(ctx context.Context) (pipeline.Result, error) {
	p.turns = &turns{take: func(ctx context.Context) (func(), error) { return p.turn(ctx, p.in) }}
	if p.look.waves != nil {
		if res, err := p.inWaves(ctx); err != nil || res.Verdict != pipeline.Pass {
			return res, err
		}
		if err := p.turns.enter(ctx); err != nil {
			return pipeline.Result{}, err
		}
		defer p.turns.leave()
	} else if err := p.reconcile(ctx, p.look.hub, p.look.Want, p.first); err != nil {
		return pipeline.Result{}, err
	} else if err := p.verified(ctx); err != nil {
		return pipeline.Result{}, err
	}
	if slices.ContainsFunc(p.changes, catalog.Change.Superseding) {
		if err := p.reconcile(ctx, p.look.hub, p.look.Want, catalog.Approved(p.changes)); err != nil {
			return pipeline.Result{}, err
		}
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// first permits what was approved, but for what is superseded.
func (p publication) first(plan []catalog.Change) ([]catalog.Change, error) {
	allowed, err := catalog.Approved(p.changes)(plan)
	return slices.DeleteFunc(slices.Clone(allowed), catalog.Change.Superseding), err
}

func (p publication) reconcile(ctx context.Context, hub catalog.Hub, want catalog.Catalog, permit catalog.Permit) error {
	report, err := catalog.Reconcile(ctx, hub, want, permit)
	for _, c := range report.Applied {
		p.Say(p.in, "%s", c)
	}
	return errors.Join(err, report.Err())
}

// verified looks in every region before something is superseded; without that, prod/verify is soon enough.
func (p publication) verified(ctx context.Context) error {
	if !slices.ContainsFunc(p.changes, catalog.Change.Superseding) {
		return nil
	}
	var unseen []error
	for _, region := range p.look.Want.Regions() {
		unseen = append(unseen, p.verify(ctx, region))
	}
	return errors.Join(unseen...)
}

// inWaves takes the regions that change through the waves.
func (p publication) inWaves(ctx context.Context) (pipeline.Result, error) {
	plan := p.rollout()
	if len(plan.Targets) == 0 {
		return pipeline.Result{Verdict: pipeline.Pass}, nil
	}
	for _, line := range catalog.Early(p.look.waves, p.look.org, p.look.spokes) {
		p.Say(p.in, "%s", line)
	}
	say := func(format string, args ...any) { p.Say(p.in, format, args...) }
	r, turn, err := p.Distribute(ctx, p.in.RunID, plan, Work{Do: p.region, Watch: p.watch, Say: say})
	if err != nil {
		return pipeline.Result{}, err
	}
	return p.concluded(p.in, r, turn)
}

// rollout is a target for each region in which something changes.
func (p publication) rollout() catalog.Rollout {
	r := catalog.Rollout{Waves: p.look.waves}
	for i, w := range r.Waves {
		for _, region := range w.Regions {
			if slices.ContainsFunc(p.changes, func(c catalog.Change) bool { return c.InHub(region) }) {
				r.Targets = append(r.Targets, catalog.Target{Key: region, Account: string(p.look.file.Hub.Account), Region: region, Wave: i})
			}
		}
	}
	r.Targets = append(r.Targets, p.localTargets(r.Targets)...)
	return r
}

// region makes one region as wanted and looks at it as an end user. Other runs may change the
// hub before and after, and while a wave bakes.
func (p publication) region(ctx context.Context, t catalog.Target) error {
	if err := p.turns.enter(ctx); err != nil {
		return err
	}
	defer p.turns.leave()
	hub, want := p.Hub(p.look.file, part(p.look.scope, t)), part(p.look.Want, t)
	if err := p.reconcile(ctx, hub, there(want, p.look.have), p.first); err != nil {
		return err
	}
	if slices.ContainsFunc(p.look.Want.In(t.Region).Locals, func(l catalog.Local) bool { return len(l.Portfolios) > 0 }) {
		return nil // what spokes have of their own was seen, or comes with their waves
	}
	return p.verify(ctx, t.Region)
}

// there is a region's want without states for versions that were never published in it: that
// another region has them is no concern of this one.
func there(want, have catalog.Catalog) catalog.Catalog {
	want.Products = slices.Clone(want.Products)
	for i, p := range want.Products {
		published := have.Product(p.Region, p.Key)
		want.Products[i].Versions = slices.DeleteFunc(slices.Clone(p.Versions), func(v catalog.Version) bool {
			return v.Digest == "" && published.Version(v.Name) == nil
		})
	}
	return want
}

// watch reads the provisioned products of the published products in a wave's spokes: those that
// are TAINTED or ERROR, and spokes that cannot be read (CAT-61, CT-19).
func (p publication) watch(ctx context.Context, wave int) ([]catalog.Trouble, error) {
	var spokes []catalog.Spoke
	for _, s := range p.look.spokes {
		if s.Active() && slices.Contains(p.look.waves[wave].Regions, s.Region) {
			spokes = append(spokes, s)
		}
	}
	readings, err := p.Fleet(ctx, spokes)
	var all []catalog.Trouble
	for _, r := range readings {
		all = append(all, p.troubles(r)...)
	}
	return all, err
}

func (p publication) troubles(r catalog.Reading) (all []catalog.Trouble) {
	at := catalog.Target{Key: "spoke " + r.Spoke.Account + " " + r.Spoke.Region, Account: r.Spoke.Account, Region: r.Spoke.Region}
	if r.Err != nil {
		return []catalog.Trouble{{Target: at, Why: "it could not be read: " + r.Err.Error(), Unseen: true}}
	}
	for _, l := range r.Launched {
		ours := slices.ContainsFunc(p.look.Want.Products, func(x catalog.Product) bool { return x.Name == l.ProductName })
		if ours && (l.State == "TAINTED" || l.State == "ERROR") {
			at.Key = l.ID + " in " + at.Account + " " + at.Region
			all = append(all, catalog.Trouble{Target: at, Why: fmt.Sprintf("%s is %s: %s", l.Name, l.State, l.Message)})
		}
	}
	return all
}

// concluded is how a distribution ended. One that waits for a person ends the driving of its run,
// and not the run.
func (d Deps) concluded(in pipeline.Input, r catalog.Rollout, turn catalog.Turn) (pipeline.Result, error) {
	waiting := func(code, what string) (pipeline.Result, error) {
		err := document.Fail(code, fmt.Sprintf("the distribution of run %s %s", in.RunID, what),
			fmt.Sprintf("axle distribute status %[1]s shows it; then axle distribute resume %[1]s --reason TEXT, or abort, or rollback", in.RunID), nil)
		if d.Halt != nil {
			d.Halt(err)
		}
		return pipeline.Result{}, err
	}
	switch turn.End {
	case catalog.Paused:
		return waiting(CodePaused, "is paused "+turn.Why)
	case catalog.Stopped:
		return waiting(CodeStopped, "is stopped: "+turn.Why+brokenIn(r))
	case catalog.Aborted:
		return failed(CodeAborted, fmt.Sprintf("the distribution of run %s was aborted %s", in.RunID, turn.Why), "axle distribute rollback "+in.RunID+" takes back what was distributed"), nil
	}
	if left := brokenIn(r); left != "" {
		return waiting(CodeStopped, "has come to its end, and not everywhere"+left)
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

// brokenIn names what is broken, the first few.
func brokenIn(r catalog.Rollout) string {
	text, n := "", 0
	for _, t := range r.Targets {
		if o := r.Done[t.Key]; o.State == catalog.Broken || o.State == catalog.Blocked {
			if n++; n <= 5 {
				text += fmt.Sprintf("; %s: %s", t.Key, o.Why)
			}
		}
	}
	if n > 5 {
		text += fmt.Sprintf("; and %d more", n-5)
	}
	return text
}

// asked is how many spokes of a region are asked at most.
const asked = 3

// offered looks as an end user of one active spoke of a region, the first by account: what is
// shared by reference is there for all of them or for none. A spoke whose role axle cannot assume
// says nothing of the version: it is named, and the next is asked.
func (d Deps) offered(ctx context.Context, in pipeline.Input, spokes []catalog.Spoke, region, product, version string) error {
	var refused []error
	for _, s := range spokes {
		if s.Region != region || !s.Active() || len(refused) == asked {
			continue
		}
		offer, err := d.Launcher.Offer(ctx, catalog.User{Account: s.Account, Role: s.Role, Region: s.Region}, product, version)
		if err == nil {
			d.Say(in, "%s %s: %s %s can be launched as %s (%s)", s.Account, s.Region, product, version, s.Role, offer.PathID)
			return nil
		}
		refused = append(refused, document.Fail("AXLE3130", fmt.Sprintf("spoke %s %s cannot launch %s %s", s.Account, s.Region, product, version), "", err))
		if !noRole(err) {
			break
		}
		d.Say(in, "%v", refused[len(refused)-1])
	}
	return errors.Join(refused...)
}

// noRole says whether a role is missing, or lets nobody in.
func noRole(err error) bool {
	for e := new(document.Error); errors.As(err, &e); err = e.Cause {
		if e.Code == "AXLE3210" {
			return true
		}
	}
	return false
}
