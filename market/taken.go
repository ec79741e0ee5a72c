package market

import (
	"fmt"
	"slices"
)

// taken tells of whom an experience is to bind while another one does: AWS takes them for one at a time
// (MKA-9). Of whom this plan frees nothing is said.
func (p Proposal) taken(s Sight) {
	for n, item := range p.Items {
		for _, step := range item.Steps {
			for _, who := range step.principals("AssociateAudience") {
				for _, x := range s.Listed[item.Organization] {
					if x.ID != item.Experience && slices.Contains(s.Read[x.ID].Audience.Principals, who) && !p.frees(item.Organization, x.ID, who) {
						p.Items[n].find("taken", "", fmt.Sprintf("%s is bound by %s, and AWS refuses a second one: take it out there first", who, x.ID), nil)
					}
				}
			}
		}
	}
}

func (p Proposal) frees(organization, experience, who string) bool {
	return slices.ContainsFunc(p.Items, func(i Item) bool {
		return i.Organization == organization && i.Experience == experience && i.Changes() &&
			slices.ContainsFunc(i.Steps, func(s Step) bool { return slices.Contains(s.principals("DisassociateAudience"), who) })
	})
}
