package market

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/products/cfn"
)

const eventsTemplate = "../../docs/marketplace-events.yaml"

// eventRule is a rule of the template: what it matches, and the queue that it sends to.
type eventRule struct {
	name, queue string
	pattern     map[string]any
}

func eventRules(t *testing.T) (rules []eventRule, template *cfn.Template) {
	t.Helper()
	data, err := os.ReadFile(eventsTemplate)
	if err != nil {
		t.Fatal(err)
	}
	template, ds := cfn.Parse(eventsTemplate, data)
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	for _, r := range template.Resources {
		if r.Type != "AWS::Events::Rule" {
			continue
		}
		p := r.Properties.Plain().(map[string]any)
		if p["State"] != "ENABLED" { // no read event is asked for: LIC-3, L2
			t.Errorf("%s: state %v", r.LogicalID, p["State"])
		}
		rules = append(rules, eventRule{r.LogicalID, attribute(t, p["Targets"].([]any)[0].(map[string]any)["Arn"]), p["EventPattern"].(map[string]any)})
	}
	return rules, template
}

// attribute is the resource of a GetAtt of its Arn.
func attribute(t *testing.T, v any) string {
	t.Helper()
	m, _ := v.(map[string]any)
	switch at := m["Fn::GetAtt"].(type) {
	case []any:
		if len(at) == 2 && at[1] == "Arn" {
			return at[0].(string)
		}
	case string:
		if name, ok := strings.CutSuffix(at, ".Arn"); ok {
			return name
		}
	}
	t.Errorf("%v is no Arn", v)
	return ""
}

// matches is EventBridge's rule for patterns of exact values: every key is there, with one of its values.
func matches(pattern, event map[string]any) bool {
	for key, want := range pattern {
		switch want := want.(type) {
		case map[string]any:
			if inner, _ := event[key].(map[string]any); !matches(want, inner) {
				return false
			}
		case []any:
			if !slices.Contains(want, event[key]) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// MKA-12, MKA-28, LIC-3: each rule of the template sends to a loop's queue the events that shorten its
// wait, and no other.
func TestMarketplaceEventsMatch(t *testing.T) {
	rules, _ := eventRules(t)
	raw, err := os.ReadFile("../../market/testdata/events.json")
	if err != nil {
		t.Fatal(err)
	}
	var events map[string]json.RawMessage
	if err := json.Unmarshal(raw, &events); err != nil {
		t.Fatal(err)
	}
	for source, known := range market.Known { // and one of each kind that axle knows
		for _, kind := range known.Types {
			for _, name := range append([]string{""}, known.Events...) {
				e := map[string]any{"source": source, "detail-type": kind, "detail": map[string]any{"eventName": name}}
				if events[source+kind+name], err = json.Marshal(e); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	woken := map[market.Loop]int{}
	for name, raw := range events {
		var e map[string]any
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		queue := ""
		for _, r := range rules {
			if matches(r.pattern, e) {
				queue = r.queue
			}
		}
		h := market.HearEvent(raw)
		if want := map[market.Loop]string{market.ForExperiences: "Market", market.ForLicences: "Licences"}[h.Wakes]; queue != want {
			t.Errorf("%s goes to %q, and wakes %q", name, queue, h.Wakes)
		}
		woken[h.Wakes]++
	}
	if woken[market.ForExperiences] < 8 || woken[market.ForLicences] < 13 || woken[""] < 4 {
		t.Error("too few events to tell:", woken)
	}
}

// L2: a queue takes messages of its own rules' ARNs alone, and gives them to the reader alone.
func TestMarketplaceEventsPolicies(t *testing.T) {
	rules, template := eventRules(t)
	senders := map[string][]string{}
	for _, r := range rules {
		senders[r.queue] = append(senders[r.queue], r.name)
	}
	policies := 0
	for _, r := range template.Resources {
		if r.Type != "AWS::SQS::QueuePolicy" {
			continue
		}
		policies++
		p := r.Properties.Plain().(map[string]any)
		queue := p["Queues"].([]any)[0].(map[string]any)["Ref"].(string)
		all := p["PolicyDocument"].(map[string]any)["Statement"].([]any)
		if len(all) != 2 {
			t.Fatalf("%s has %d statements", r.LogicalID, len(all))
		}
		send, read := all[0].(map[string]any), all[1].(map[string]any)
		var arns []string
		for _, a := range send["Condition"].(map[string]any)["ArnEquals"].(map[string]any)["aws:SourceArn"].([]any) {
			arns = append(arns, attribute(t, a))
		}
		if !slices.Equal(arns, senders[queue]) || send["Principal"].(map[string]any)["Service"] != "events.amazonaws.com" || send["Action"] != "sqs:SendMessage" {
			t.Errorf("%s lets %v send; the rules are %v", queue, arns, senders[queue])
		}
		if reader := read["Principal"].(map[string]any)["AWS"].(map[string]any)["Ref"]; reader != "Reader" || attribute(t, read["Resource"]) != queue {
			t.Errorf("%s is read by %v", queue, reader)
		}
	}
	if policies != len(senders) {
		t.Errorf("%d policies for %d queues", policies, len(senders))
	}
}

// cfn-lint, where it is installed, finds nothing in the template.
func TestMarketplaceEventsLint(t *testing.T) {
	if out, err := exec.Command("cfn-lint", "--version").CombinedOutput(); err != nil {
		t.Skipf("cfn-lint, the referee, is not installed: %v %.200s", err, out)
	}
	if out, err := exec.Command("cfn-lint", "--regions", "us-east-1", "--", eventsTemplate).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
