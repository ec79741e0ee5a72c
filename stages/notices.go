package stages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
)

// told are the events that topics are told of by a publication; a pass over licences tells of others.
var told = []string{catalog.VersionPublished, catalog.VersionDeprecated, catalog.UpdateAvailable}

var toldElsewhere = []string{market.LicenceEnding, market.LicenceEnded}

// Told remembers what topics were told, by the notice's id. Claim says whether the notice is the
// run's to send: it was not sent, and no other run is sending it. Settle says what came of it: one
// that was not sent is anybody's again.
type Told interface {
	Claim(ctx context.Context, run, id string, at time.Time) (bool, error)
	Settle(ctx context.Context, id string, sent bool) error
}

// Topics are the notifications that can be carried out.
func Topics(f *pipeline.File) (all []pipeline.Topic) {
	for _, n := range f.Notifications {
		if n.SNS != nil && !fifo(n.SNS.Topic) {
			all = append(all, pipeline.Topic{ARN: n.SNS.Topic, When: n.When})
		}
	}
	return all
}

func fifo(topic string) bool { return strings.HasSuffix(topic, ".fifo") }

// notifications names those that are not carried out, or not whole.
func (u *unsupported) notifications(all []pipeline.Notification) {
	for i, n := range all {
		at := []string{"notifications", strconv.Itoa(i)}
		u.notice(n.Slack != nil, "nothing is sent; write sns", append(at, "slack")...)
		u.notice(n.Webhook != nil, "nothing is sent; write sns", append(at, "webhook")...)
		u.notice(n.SNS != nil && fifo(n.SNS.Topic), "write the ARN of a standard topic", append(at, "sns", "topic")...)
		for j, event := range n.When {
			u.notice(n.SNS != nil && event != "*" && !slices.Contains(slices.Concat(told, toldElsewhere), event), "nothing is sent of "+event, append(at, "when", strconv.Itoa(j))...)
		}
	}
}

// telling carries out what comes last in a publication, and tells topics what is new. Nothing that
// goes wrong with telling changes how the action ends: it is a warning, and the next run tells.
func (d Deps) telling(last pipeline.Action) pipeline.Action {
	return func(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
		res, err := last(ctx, in)
		wants := func(t pipeline.Topic) bool { return slices.ContainsFunc(told, t.Wants) }
		if d.Told == nil || ctx.Err() != nil || !slices.ContainsFunc(in.Topics, wants) {
			return res, err
		}
		for _, fault := range d.tell(ctx, in) {
			for _, f := range pipeline.FindingsOf(fault) {
				f.Diagnostic = f.Diagnostic.Warning()
				res.Findings = append(res.Findings, f)
			}
		}
		return res, err
	}
}

func (d Deps) tell(ctx context.Context, in pipeline.Input) []error {
	o, err := d.Look(ctx, in)
	if err != nil {
		return []error{document.Fail("AXLE2841", "nobody was told: the hub was not read", "run again", err)}
	}
	news, faults := d.news(ctx, o)
	for _, t := range in.Topics {
		sent, err := d.send(ctx, in, o.file, t, news)
		if sent > 0 {
			d.Say(in, "told %s: %s", t.ARN, counted(sent, "notice", "notices"))
		}
		if err != nil {
			faults = append(faults, document.Fail("AXLE2842", fmt.Sprintf("%s was not told of everything", t.ARN), "the next run goes on with it", err))
		}
	}
	return faults
}

// news is what a look at the hub, and for a product's run at the spokes, has to tell. The hub is
// taken as it was made: what was just published is seen late now and then.
func (d Deps) news(ctx context.Context, o Outlook) (news []catalog.News, faults []error) {
	hub := catalog.Become(o.Want, o.have)
	if o.commit == nil {
		for _, p := range o.products {
			news = append(news, catalog.Deprecations(hub, p)...)
		}
		return news, nil
	}
	p := o.commit.product
	news = append(catalog.Publication(p), catalog.Deprecations(hub, p)...)
	readings, err := d.Fleet(ctx, o.spokes)
	if err != nil {
		return news, []error{err}
	}
	rows := catalog.Fleet{File: o.file, Products: []*products.File{p}, Have: hub, Org: o.org, Now: d.today()}.Rows(readings)
	for _, r := range rows {
		if r.Word == catalog.Unknown {
			faults = append(faults, document.Fail("AXLE2840", fmt.Sprintf("spoke %s %s was not read: who runs %s there is not told", r.Account, r.Region, p.Name), "the next run tells them: "+r.Reason, nil))
		}
	}
	return append(news, catalog.Updates(rows, p)...), faults
}

// send tells a topic what it was not told yet, as far as it goes: a topic that fails once is not
// waited for again and again.
func (d Deps) send(ctx context.Context, in pipeline.Input, f *catalog.File, t pipeline.Topic, news []catalog.News) (sent int, err error) {
	for _, n := range news {
		if !t.Wants(n.Event) {
			continue
		}
		notice := n.Notice(in.Pipeline, t.ARN, d.today())
		mine, err := d.Told.Claim(ctx, in.RunID, notice.ID, d.today())
		if err != nil {
			return sent, err
		}
		if !mine {
			continue
		}
		err = d.Tell(ctx, f, t.ARN, notice)
		if lost := d.Told.Settle(context.WithoutCancel(ctx), notice.ID, err == nil); err == nil {
			err = lost
		}
		if err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}
