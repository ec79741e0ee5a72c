package cloudformation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/world"
)

// Orphans are the records of all accounts and regions that nobody owns, a sentence each: an
// import without its export, and a resource of a stack that does not have it and has not
// retained it (SBX-69).
func Orphans(c *world.Call) []string {
	var all []string
	for _, r := range world.ListAll[record](c, kindStack) {
		there := where(c, r.ID)
		for _, v := range r.live(c.Now) {
			for _, name := range v.Imports {
				if exporter(there, name, r.ID) == "" {
					all = append(all, fmt.Sprintf("stack %s imports %s, which nobody exports", r.ID, name))
				}
			}
		}
	}
	for _, h := range world.ListAll[holding](c, kindRow) {
		r, ok := load(where(c, h.StackID), h.StackID)
		if !ok || !r.answersFor(c, h.LogicalID) {
			all = append(all, fmt.Sprintf("resource %s is there, and not in its stack %s", h.LogicalID, h.StackID))
		}
	}
	return all
}

// where is the call in the account and region that a stack's ARN names.
func where(c *world.Call, stackID string) *world.Call {
	parts := strings.SplitN(stackID, ":", 6)
	if len(parts) < 6 {
		return c
	}
	return c.In(parts[4], parts[3])
}

// answersFor says whether the stack has the resource, or has left it standing.
func (r *record) answersFor(c *world.Call, logicalID string) bool {
	return slices.ContainsFunc(r.live(c.Now), func(v revision) bool { _, has := v.Resources[logicalID]; return has }) ||
		slices.ContainsFunc(r.Events, func(e event) bool {
			return e.LogicalID == logicalID && (e.Status == "DELETE_SKIPPED" || e.Status == "DELETE_FAILED")
		})
}
