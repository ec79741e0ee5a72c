package market

import (
	"context"
	"testing"
	"time"
)

type ward []Poison

func (w ward) Poisons(context.Context, string, string) ([]Poison, error) { return w, nil }
func (ward) Poison(context.Context, Poison) error                        { return nil }

// PMP-5, PMP-10: a plan says which of its products apply leaves out for now, and until when. What a
// person approves is the same.
func TestRecall(t *testing.T) {
	f, s := twoEntries(t, "")
	p := f.Plan(f.Experiences, s, today)
	var item *Item
	for n := range p.Items {
		if len(p.Items[n].Allow) > 0 {
			item = &p.Items[n]
		}
	}
	if item == nil {
		t.Fatal("nothing is to be allowed")
	}
	id, before := item.Allow[0], p.Digest()
	found := func() string {
		for _, r := range item.Findings {
			if r.Kind == "quarantined" {
				return r.Text
			}
		}
		return ""
	}
	sick := Poison{Product: id, Code: "NO", Message: "not here", Next: today.Add(time.Hour)}
	healed, over, other := sick, sick, sick
	healed.Healed, over.Next, other.Product = true, today, "no-part-of-it"
	if err := f.Recall(t.Context(), ward{healed, over, other}, p, today); err != nil || found() != "" {
		t.Error(found(), err)
	}
	err := f.Recall(t.Context(), ward{sick}, p, today)
	if want := id + ": NO not here; it is tried again from " + today.Add(time.Hour).Format(time.RFC3339); err != nil || found() != want || p.Digest() != before {
		t.Error(found(), err)
	}
}
