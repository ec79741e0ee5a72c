package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

type campaignFlags struct {
	ref, product, to, from, reason, preview, confirm, maxFailures string
	spokes                                                        []string
	maxParallel                                                   int
	critical                                                      bool
}

const campaignLong = `Move what runs a product to another version, whoever launched it, with the parameters it has.
Without --confirm nothing is changed: it shows who would be moved, what AWS says that changes for
one of each region and version (or all, --preview all), and a token. --confirm TOKEN, with the
same flags, moves exactly that. It goes by the waves of pipeline.yaml, stops where more fails than
a wave allows, and goes on with axle campaign resume. Each is moved as its spoke's role.`

func (a *app) campaignCommand() *cobra.Command {
	var f campaignFlags
	create := &cobra.Command{Use: "create --product P --to V", Short: "Move provisioned products to a version", Long: campaignLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.createCampaign(cmd.Context(), f) }}
	fl := create.Flags()
	fl.StringVar(&f.ref, "ref", "", "branch, tag or commit whose files count; default HEAD")
	fl.StringVar(&f.product, "product", "", "the product; required")
	fl.StringVar(&f.to, "to", "", "the version; required")
	fl.StringVar(&f.from, "from", "", "only what has a version of this range")
	fl.StringSliceVar(&f.spokes, "spokes", nil, "there: tag:T, account:ID, unit:OU, all; may be repeated; default all")
	fl.BoolVar(&f.critical, "critical", false, "let no wave bake")
	fl.StringVar(&f.preview, "preview", "sample", "sample, all or none")
	fl.StringVar(&f.maxFailures, "max-failures", "", "without waves in pipeline.yaml: a count, or 2%; default 0")
	fl.IntVar(&f.maxParallel, "max-parallel", 0, "without waves in pipeline.yaml: how many at a time; default 10")
	fl.StringVar(&f.confirm, "confirm", "", "carry out the campaign of this token")
	fl.StringVar(&f.reason, "reason", "", "why; required with --confirm, and recorded")
	list := &cobra.Command{Use: "list", Short: "Campaigns and how far they are", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showCampaigns(cmd.Context(), "") }}
	show := &cobra.Command{Use: "show ID", Short: "How far each of its targets is", Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.showCampaigns(cmd.Context(), args[0]) }}
	return group("campaign", "Move provisioned products to a version", create, list, show,
		a.campaignOrder(catalog.Pause, "Begin nothing new; what is under way finishes"),
		a.campaignOrder(catalog.Resume, "Go on; what failed is begun again"),
		a.campaignOrder(catalog.Abort, "End it; what is under way finishes, what was moved stays moved"))
}

// selector reads --spokes.
func (f campaignFlags) selector() (*catalog.SpokeSelector, error) {
	if len(f.spokes) == 0 {
		return nil, nil
	}
	sel := &catalog.SpokeSelector{}
	for _, s := range f.spokes {
		kind, name, _ := strings.Cut(s, ":")
		switch {
		case s == "all":
			sel.All = true
		case kind == "tag" && name != "":
			sel.Tags = append(sel.Tags, name)
		case kind == "account" && name != "":
			sel.Accounts = append(sel.Accounts, document.AccountID(name))
		case kind == "unit" && name != "":
			sel.OrganizationalUnits = append(sel.OrganizationalUnits, name)
		default:
			return nil, document.Fail(codeUsage, fmt.Sprintf("--spokes %q selects nobody", s), "write tag:T, account:ID, unit:OU or all", nil)
		}
	}
	return sel, nil
}

func (f campaignFlags) check() error {
	switch {
	case f.product == "" || f.to == "":
		return document.Fail(codeUsage, "a campaign needs --product and --to", "axle campaign create --product P --to V", nil)
	case !slices.Contains([]string{"sample", "all", "none"}, f.preview):
		return document.Fail(codeUsage, fmt.Sprintf("--preview %q is not sample, all or none", f.preview), "", nil)
	case f.confirm != "" && strings.TrimSpace(f.reason) == "":
		return document.Fail(pipeline.CodeNoReason, "a reason is needed", "give --reason TEXT", nil)
	}
	return nil
}

func (a *app) createCampaign(ctx context.Context, f campaignFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	st, c, err := a.muster(ctx, f)
	if err != nil {
		return err
	}
	if f.confirm == "" {
		return a.showCampaign(st, f, c)
	}
	if token := c.Token(); token != f.confirm {
		return document.Fail("AXLE2757", fmt.Sprintf("the campaign is no longer what was shown: shown %s, now %s", f.confirm, token), "look at it again: the same command without --confirm", nil)
	}
	by, err := st.repo.Identity(ctx)
	if err != nil {
		return err
	}
	begun := catalog.Begun{ID: "campaign-" + c.Token(), By: by, At: st.cloud.now(), Reason: a.concealedText(f.reason), Campaign: c}
	if err := st.cloud.known.Begin(ctx, begun); err != nil {
		return err
	}
	return st.moveAll(ctx, begun)
}

// muster reads the fleet, finds whom the campaign moves, and asks AWS what that would change.
func (a *app) muster(ctx context.Context, f campaignFlags) (*standing, catalog.Campaign, error) {
	sel, err := f.selector()
	if err != nil {
		return nil, catalog.Campaign{}, err
	}
	st, err := a.standing(ctx, f.ref)
	if err != nil {
		return nil, catalog.Campaign{}, err
	}
	if len(st.unread) > 0 {
		return nil, catalog.Campaign{}, st.unread
	}
	fleet, readings, err := st.fleet(ctx, fleetFlags{})
	if err != nil {
		return nil, catalog.Campaign{}, err
	}
	c := catalog.Campaign{Product: f.product, Name: f.product, To: f.to, From: f.from, Critical: f.critical, Waves: st.waves}
	if len(c.Waves) == 0 {
		c.Waves = []catalog.Wave{{Name: "all", Spokes: &catalog.SpokeSelector{All: true}, MaxFailures: f.maxFailures, MaxParallel: f.maxParallel}}
	}
	if c, err = fleet.Muster(c, sel, readings); err != nil || f.preview == "none" {
		return st, c, err
	}
	c.Previews, err = st.previews(ctx, c, f.preview == "all")
	return st, c, err
}

// previews asks AWS, one after the other, what the update of each would change.
func (st *standing) previews(ctx context.Context, c catalog.Campaign, all bool) ([]catalog.Preview, error) {
	launcher := aws.NewLauncher(st.cloud.session)
	previews := []catalog.Preview{}
	for _, m := range c.Sample(all) {
		l, _ := c.Launch(m.Key())
		p, err := launcher.Preview(ctx, l)
		if err != nil {
			return nil, err
		}
		p.Key = m.Key()
		previews = append(previews, p)
	}
	return previews, nil
}

// moveAll moves each target, in waves, as far as it goes.
func (w *workshop) moveAll(ctx context.Context, c catalog.Begun) error {
	lock, err := disk.TryLock(w.lockFile(c.ID))
	if err != nil {
		return err
	}
	if lock == nil {
		return document.Fail("AXLE2758", c.ID+" is carried out by another process", "axle campaign show "+c.ID+" tells how far it is", nil)
	}
	defer lock.Unlock()
	launcher := aws.NewLauncher(w.cloud.session)
	deps := w.deps(ctx, func(pipeline.Input, string, ...any) {})
	r, turn, err := deps.Distribute(ctx, c.ID, c.Rollout(), stages.Work{Say: w.app.tell, Do: func(ctx context.Context, t catalog.Target) error {
		l, _ := c.Launch(t.Key)
		p, err := launcher.Move(ctx, l)
		if err == nil && (p.Status != "AVAILABLE" || p.Version != c.To) {
			err = document.Fail("AXLE2759", fmt.Sprintf("%s ended %s at %s: %s", l.Name, p.Status, p.Version, p.Message), "", nil)
		}
		return err
	}})
	if ctx.Err() != nil {
		w.app.tell("interrupted; next: axle campaign resume %s --reason TEXT", c.ID)
		return exitCode(exitInterrupted)
	}
	if err != nil {
		return err
	}
	return w.app.campaignEnd(c.ID, r, turn)
}

// campaignEnd is the command's end: nil only where everything was moved.
func (a *app) campaignEnd(id string, r catalog.Rollout, turn catalog.Turn) error {
	d := distributionOf(id, id, r)
	if a.output == "json" {
		if err := a.print(distributionsDoc{formatVersion, a.isSandbox(), []distributionDoc{d}}); err != nil {
			return err
		}
	} else {
		a.showDistribution(d)
	}
	failed := slices.ContainsFunc(r.Targets, func(t catalog.Target) bool { return r.Done[t.Key].State != catalog.Verified })
	if turn.End == catalog.Finished && !failed {
		return nil
	}
	return document.Fail("AXLE2760", fmt.Sprintf("%s is not at its end: %s", id, cmp.Or(turn.Why, "some were not moved")),
		"mend what failed, then axle campaign resume "+id+" --reason TEXT; or abort", nil)
}

// campaignOrder tells a campaign to pause, go on or end.
func (a *app) campaignOrder(verb catalog.OrderVerb, short string) *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: string(verb) + " ID --reason TEXT", Short: short, Args: exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tellCampaign(cmd.Context(), args[0], verb, reason)
		}}
	cmd.Flags().StringVar(&reason, "reason", "", "why; required, and recorded")
	return cmd
}

func (a *app) tellCampaign(ctx context.Context, id string, verb catalog.OrderVerb, reason string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	c, r, err := w.begun(ctx, id)
	if err != nil {
		return err
	}
	if end := r.Next(w.cloud.now()).End; end == catalog.Aborted || end == catalog.Finished && verb != catalog.Resume {
		return document.Fail("AXLE2761", fmt.Sprintf("%s is %s", c.ID, end), "axle campaign create begins another", nil)
	}
	if err := w.tell(ctx, c.ID, verb, reason); err != nil || verb != catalog.Resume {
		return err
	}
	return w.moveAll(ctx, c)
}

// begun is a campaign by its id, and how far it is.
func (w *workshop) begun(ctx context.Context, id string) (catalog.Begun, catalog.Rollout, error) {
	all, err := w.cloud.known.Campaigns(ctx)
	if err != nil {
		return catalog.Begun{}, catalog.Rollout{}, err
	}
	ids := make([]string, len(all))
	for i, c := range all {
		if ids[i] = c.ID; c.ID == id {
			rollouts, err := sqlite.Journal{Log: w.state.log}.Rollouts(ctx, id)
			r, opened := rollouts[id]
			if !opened {
				r = c.Rollout()
			}
			return c, r, err
		}
	}
	return catalog.Begun{}, catalog.Rollout{}, document.Fail(codeUsage, fmt.Sprintf("no campaign %q", id), document.DidYouMean(id, ids), nil)
}
