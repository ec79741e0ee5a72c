package market

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// rests says whether no change set takes the product yet.
func (p Poison) rests(now time.Time) bool {
	return !p.Healed && now.Before(p.Next)
}

// String says when it is tried again, and why that is not now.
func (p Poison) String() string {
	return fmt.Sprintf("%s: %s %s; it is tried again from %s", p.Product, p.Code, p.Message, p.Next.UTC().Format(time.RFC3339))
}

// Recall tells of each product of the plan that an earlier pass quarantined: apply leaves it out until
// its time has come. A plan's digest is not of it.
func (f *File) Recall(ctx context.Context, books Hospital, p Proposal, now time.Time) error {
	for n, i := range p.Items {
		all, err := books.Poisons(ctx, f.Organization(i.Organization).ID, i.Experience)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.rests(now) && slices.Contains(slices.Concat(i.Deny, i.Allow), x.Product) {
				p.Items[n].find("quarantined", "", x.String(), []string{x.Product})
			}
		}
	}
	return nil
}
