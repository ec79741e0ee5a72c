package pipeline

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// own are the keys that belong to some stages only.
var own = map[string][]string{
	"secrets": {"pre-commit", "alpha"}, "lint": {"pre-commit", "alpha"},
	"policy": {"alpha"}, "unit": {"alpha"},
	"provision": {"beta"}, "integration": {"beta"},
	"publish": {"gamma", "prod"}, "launch": {"gamma"}, "upgrade": {"gamma"},
	"approval": {"prod"}, "distribute": {"prod"},
}

// events are what a notification may be about.
var events = strings.Fields(`* run.queued run.started run.finished run.failed stage.started stage.finished
 finding.created secret.detected approval.requested approval.decided approval.expired
 version.published version.deprecated version.retired distribution.wave.started distribution.wave.finished
 spoke.failed update.available licence.ending licence.ended request.created request.decided quota.near drift.detected`)

// checks are the rules of pipeline.yaml that look at more than one key.
type checks struct{ document.Checks }

func (f *File) check() document.Diagnostics {
	c := &checks{document.Checks{Doc: f.Doc}}
	c.order()
	for _, name := range StageNames {
		if s := f.Stages.Config(name); s != nil {
			c.belongs(name)
		}
	}
	c.publish(f)
	c.triggers(f.Triggers)
	c.notifications(f.Notifications)
	if p := f.Stages.Prod; p != nil {
		c.approval(p.Approval)
		c.waves(p.Distribute)
	}
	return c.Found
}

// order holds the stages in their order, and prod to all before it (CLI-10).
func (c *checks) order() {
	stages := c.Doc.At().Get("stages")
	if stages == nil {
		return
	}
	last := -1
	for _, p := range stages.Pairs {
		at := slices.Index(StageNames, p.Key.Value)
		if at >= 0 && at < last {
			c.FailKey("AXLE1101", fmt.Sprintf("%s must come after %s", StageNames[last], p.Key.Value),
				"the order is "+strings.Join(StageNames, ", "), "stages", p.Key.Value)
		}
		last = max(last, at)
	}
	if stages.Get("prod") == nil {
		return
	}
	for _, name := range StageNames {
		if stages.Get(name) == nil {
			c.FailKey("AXLE1102", "prod needs "+name+" before it", "add "+name+": {}", "stages", "prod")
		}
	}
}

// belongs refuses keys of another stage.
func (c *checks) belongs(stage string) {
	for _, p := range c.Doc.At("stages", stage).Pairs {
		if owners, known := own[p.Key.Value]; known && !slices.Contains(owners, stage) {
			c.FailKey("AXLE1103", fmt.Sprintf("%s does not belong to %s", p.Key.Value, stage),
				"it belongs to "+strings.Join(owners, " and "), "stages", stage, p.Key.Value)
		}
	}
}

// publish has another key in gamma than in prod.
func (c *checks) publish(f *File) {
	if s := f.Stages.Gamma; s != nil && s.Publish != nil && s.Publish.Deprecate != nil {
		c.FailKey("AXLE1103", "publish.deprecate does not belong to gamma", "it belongs to prod", "stages", "gamma", "publish", "deprecate")
	}
	if s := f.Stages.Prod; s != nil && s.Publish != nil && s.Publish.Portfolio != "" {
		c.FailKey("AXLE1103", "publish.portfolio does not belong to prod", "portfolios of prod are named in product.yaml", "stages", "prod", "publish", "portfolio")
	}
}

func (c *checks) triggers(t Triggers) {
	for i, s := range t.Schedule {
		if why := cronFault(s.Cron); s.Cron != "" && why != "" {
			c.Fail("AXLE1104", fmt.Sprintf("cron %q: %s", s.Cron, why), "minute, hour, day, month, weekday, in UTC: 0 3 * * 1", "triggers", "schedule", strconv.Itoa(i), "cron")
		}
	}
}

var cronFields = []struct {
	name   string
	lo, hi int
}{{"minute", 0, 59}, {"hour", 0, 23}, {"day", 1, 31}, {"month", 1, 12}, {"weekday", 0, 7}}

var cronPart = regexp.MustCompile(`^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?$`)

func cronFault(cron string) string {
	fields := strings.Fields(cron)
	if len(fields) != len(cronFields) {
		return fmt.Sprintf("%d fields, 5 are needed", len(fields))
	}
	for i, f := range cronFields {
		for part := range strings.SplitSeq(fields[i], ",") {
			if !cronFits(part, f.lo, f.hi) {
				return fmt.Sprintf("%s %q is not within %d..%d", f.name, part, f.lo, f.hi)
			}
		}
	}
	return ""
}

func cronFits(part string, lo, hi int) bool {
	m := cronPart.FindStringSubmatch(part)
	if m == nil || m[3] != "" && strings.Trim(m[3], "0") == "" {
		return false
	}
	from, _ := strconv.Atoi(m[1])
	to, _ := strconv.Atoi(m[2])
	return m[1] == "" || from >= lo && from <= hi && (m[2] == "" || to >= from && to <= hi)
}

func (c *checks) notifications(all []Notification) {
	for i, n := range all {
		at := []string{"notifications", strconv.Itoa(i)}
		c.One("a notification", []string{"slack", "sns", "webhook"}, at...)
		for j, when := range n.When {
			if !slices.Contains(events, when) {
				c.Fail("AXLE1022", fmt.Sprintf("when must be one of %s; found %q", strings.Join(events, ", "), when),
					document.DidYouMean(when, events), append(at, "when", strconv.Itoa(j))...)
			}
		}
	}
}

func (c *checks) approval(a *Approval) {
	if a == nil {
		return
	}
	for i, r := range a.Rules {
		for j, from := range r.From {
			if !approver(from) {
				c.Fail("AXLE1105", fmt.Sprintf("%q is not an approver", from), "write user:name@host or group:name",
					"stages", "prod", "approval", "rules", strconv.Itoa(i), "from", strconv.Itoa(j))
			}
		}
	}
}

func approver(from string) bool {
	kind, who, _ := strings.Cut(from, ":")
	switch kind {
	case "group":
		return who != ""
	case "user":
		a, err := mail.ParseAddress(who)
		return err == nil && a.Address == who
	}
	return false
}

var failuresForm = regexp.MustCompile(`^(\d{1,6}|(\d{1,2}|100)%)$`)

func (c *checks) waves(d *Distribute) {
	if d == nil {
		return
	}
	lines := map[string]int{}
	for i, w := range d.Waves {
		at := []string{"stages", "prod", "distribute", "waves", strconv.Itoa(i)}
		if w.Name != "" {
			c.Twice(lines, fmt.Sprintf("wave %q", w.Name), w.Name, append(at, "name")...)
		}
		c.spokes(w, at)
		if w.MaxFailures != "" && !failuresForm.MatchString(w.MaxFailures) {
			c.Fail("AXLE1106", fmt.Sprintf("max_failures %q is neither a count nor a share", w.MaxFailures), "write 3, or 2%", append(at, "max_failures")...)
		}
	}
}

// spokes are given in one way; a wave of regions needs none.
func (c *checks) spokes(w Wave, at []string) {
	switch {
	case w.Spokes != nil:
		c.One("spokes", []string{"all", "tags", "accounts", "organizational_units"}, append(at, "spokes")...)
	case w.Regions == nil:
		c.Fail("AXLE1107", "a wave needs spokes or regions", "", at...)
	}
}
