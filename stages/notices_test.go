package stages_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

const (
	allNews  = "arn:aws:sns:eu-west-1:999999999999:all"
	security = "arn:aws:sns:eu-west-1:999999999999:updates"
)

// post is a bed with seven that run version 1.0.0 of the product, one that runs 1.1.0, which is
// what the commit publishes, and two topics.
type post struct {
	*bed
	claimed map[string]string // by notice: the run that sends it, or "sent"
	sent    []catalog.Notice
	run     string
}

func newPost(t *testing.T, change func(*post)) *post {
	t.Helper()
	p := &post{bed: newBed(), claimed: map[string]string{}, run: "r1"}
	runs := func(n int, version string) (all []catalog.Launched) {
		for i := range n {
			all = append(all, catalog.Launched{ID: fmt.Sprintf("pp-%s-%d", version, i), Name: fmt.Sprintf("mine-%d", i), Product: "prod-1", ProductName: "topic", Version: version, State: "AVAILABLE", Owner: "arn:aws:sts::555555555555:assumed-role/CatalogBuilder/ann"})
		}
		return all
	}
	p.launched = map[string][]catalog.Launched{"555555555555 eu-west-1": append(runs(4, "1.0.0"), runs(1, "1.1.0")...), "666666666666 eu-west-1": runs(3, "1.0.0")}
	p.settings("stages:", `notifications:
  - { when: [version.published, version.deprecated, update.available], sns: { topic: "`+allNews+`" } }
  - { when: [update.available], sns: { topic: "`+security+`" } }
stages:`)
	o, err := p.deps().Look(t.Context(), p.input(t, "prod", "enforce"))
	if err != nil {
		t.Fatal(err)
	}
	p.have = o.Want
	for i := range p.have.Products {
		p.have.Products[i].ID = "prod-1"
		p.have.Products[i].Versions = []catalog.Version{{ID: "pa-1", Name: "1.0.0", Digest: "sha256:00", Active: true, Guidance: "DEFAULT"}}
	}
	if change != nil {
		change(p)
	}
	return p
}

func (p *post) Claim(_ context.Context, run, id string, _ time.Time) (bool, error) {
	if by := p.claimed[id]; by != "" && by != run {
		return false, p.call("Claim")
	}
	p.claimed[id] = run
	return true, p.call("Claim")
}

func (p *post) Settle(_ context.Context, id string, sent bool) error {
	if delete(p.claimed, id); sent {
		p.claimed[id] = "sent"
	}
	return p.call("Settle")
}

// published is the end of a run that has published.
func (p *post) published(t *testing.T) (pipeline.Result, error) {
	t.Helper()
	d := p.deps()
	d.Told = p
	d.Tell = func(_ context.Context, _ *catalog.File, topic string, n catalog.Notice) error {
		if err := p.call("Tell %s %s", topic, n.Data.Event); err != nil {
			return err
		}
		p.sent = append(p.sent, n)
		return nil
	}
	in := p.input(t, "prod", "enforce")
	in.RunID = p.run
	p.calls, p.said, p.sent = nil, nil, nil
	return stages.All(d)["prod/enforce"](t.Context(), in)
}

// about is how many of the notices sent are of an event.
func (p *post) about(event string) (n int) {
	for _, s := range p.sent {
		if s.Data.Event == event {
			n++
		}
	}
	return n
}

// S15 INT-36: a version is published: who runs an older one is told, each once to each topic that
// wants it; whoever runs the new one is not. The next run tells nobody.
func TestSevenUsersAreTold(t *testing.T) {
	p := newPost(t, func(p *post) {
		p.edit("q/product.yaml", "changes: Second version", "changes: \"Security: a hole is closed\\nmore\"")
	})
	res, err := p.published(t)
	if got := word(res, err); got != "skipped" || p.about("update.available") != 14 || p.about("version.published") != 1 || len(p.sent) != 15 {
		t.Fatalf("%s, %d notices\n%s", got, len(p.sent), p.text(res, err))
	}
	if said := p.text(res, err); !strings.Contains(said, "told "+allNews+": 8 notices") || !strings.Contains(said, "told "+security+": 7 notices") {
		t.Error(said)
	}
	last := p.sent[len(p.sent)-1]
	want := catalog.News{Event: "update.available", Product: "topic", Version: "1.0.0", Newest: "1.1.0", Severity: "security", Changes: "Security: a hole is closed",
		Account: "666666666666", Region: "eu-west-1", Provisioned: "mine-2", ProvisionedID: "pp-1.0.0-2", Owner: "arn:aws:sts::555555555555:assumed-role/CatalogBuilder/ann"}
	if last.Data != want {
		t.Errorf("%+v", last.Data)
	}
	for _, run := range []string{"r1", "r2"} {
		for id := range p.claimed { // r1 again, as r2, finds all settled
			if p.claimed[id] != "sent" {
				t.Errorf("%s is %s", id, p.claimed[id])
			}
		}
		p.run = run
		if res, err := p.published(t); word(res, err) != "skipped" || len(p.sent) != 0 {
			t.Errorf("%s tells again: %d\n%s", run, len(p.sent), p.text(res, err))
		}
	}
}

// S15 INT-35 X87: nothing that goes wrong with telling fails a publication; it is a warning, and
// the next run tells those who were not told, and nobody twice.
func TestTellingFails(t *testing.T) {
	for _, c := range []struct {
		name, call string
		ends, says string
		now, then  int // notices of this run, and of the next
		tells      int // calls to topics of this run
	}{
		{"a topic", "Tell " + allNews, "skipped AXLE2842", allNews + " was not told of everything", 7, 8, 8},
		{"both topics", "Tell", "skipped AXLE2842", security + " was not told of everything", 0, 15, 2},
		{"a spoke", "Read 555555555555", "skipped AXLE2840", "spoke 555555555555 eu-west-1 was not read: who runs topic there is not told", 7, 8, 7},
		{"the journal", "Claim", "skipped AXLE2842", "was not told of everything", 0, 15, 0},
		{"the hub", "Observe", "skipped AXLE2841", "nobody was told", 0, 15, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPost(t, nil)
			failing(c.call)(p.bed)
			res, err := p.published(t)
			if got := word(res, err); got != c.ends || !strings.Contains(p.text(res, err), c.says) {
				t.Errorf("%s\n%s", got, p.text(res, err))
			}
			for _, f := range res.Findings {
				if f.Severity != "warning" {
					t.Errorf("no warning: %s", f)
				}
			}
			if len(p.sent) != c.now || len(p.called("Tell")) != c.tells {
				t.Errorf("%d notices by %v", len(p.sent), p.called("Tell"))
			}
			p.fail, p.run = func(string) error { return nil }, "r2"
			if c.name == "the journal" { // the claims of r1 stand until they are old, or r1 goes on
				p.run = "r1"
			}
			if res, err := p.published(t); word(res, err) != "skipped" || len(p.sent) != c.then {
				t.Errorf("then %d notices\n%s", len(p.sent), p.text(res, err))
			}
		})
	}
}

// A run that failed tells what was published all the same; one that nobody subscribed looks at nothing.
func TestWhoIsTold(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*post)
		events []string
	}{
		{"no topic", func(p *post) { p.settings(allNews, allNews+".fifo"); p.settings(security, security+".fifo") }, nil},
		{"another event alone", func(p *post) {
			p.settings("version.published, version.deprecated, update.available", "run.failed")
			p.settings("[update.available]", "[drift.detected]")
		}, nil},
		{"every event", func(p *post) {
			p.settings("[version.published, version.deprecated, update.available]", `["*"]`)
			p.settings("[update.available]", "[version.retired]")
			p.launched = nil
		}, []string{"version.published"}},
		{"a version is deprecated", func(p *post) {
			p.write("q/product.yaml", productYAML+"lifecycle: { deprecated: [{ version: 1.0.0, reason: old, successor: 1.1.0, until: 2099-01-01 }] }\n")
			p.launched = nil
		}, []string{"version.published", "version.deprecated"}},
		{"nobody is to hear of it", func(p *post) {
			p.write("q/product.yaml", productYAML+"lifecycle: { on_deprecated: none, deprecated: [{ version: 1.0.0, reason: old }] }\n")
			p.launched = nil
		}, []string{"version.published"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPost(t, c.change)
			res, err := p.published(t)
			var events []string
			for _, n := range p.sent {
				events = append(events, n.Data.Event)
			}
			if word(res, err) != "skipped" || !slices.Equal(events, c.events) {
				t.Errorf("%v\n%s", events, p.text(res, err))
			}
			if c.events == nil && len(p.called("Observe", "Read")) > 0 {
				t.Errorf("looked for nobody: %v", p.calls)
			}
		})
	}
}

// INT-35: telling comes after what enforce does, and leaves its end as it is.
func TestTellingLeavesTheEnd(t *testing.T) {
	p := newPost(t, nil)
	p.write("catalog.yaml", enforcedYAML)
	p.approved = "" // nobody approved what enforce is to do
	res, err := p.published(t)
	if err == nil || word(res, err) != "unjudged AXLE4110" {
		t.Errorf("%s", word(res, err))
	}
	if p.about("update.available") != 14 {
		t.Errorf("%d notices", len(p.sent))
	}
}
