package stages

import (
	"context"
	"fmt"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// kept tells whoever approves a plan who keeps what it denies (P8). It is beside the plan, not of
// it: an agreement that ends, or that cannot be read, makes no other plan.
func kept(ctx context.Context, pass market.Pass, p market.Proposal, s market.Sight) (found []pipeline.Finding) {
	if pass.Bought == nil || pass.Received == nil {
		return nil
	}
	f, in := pass.File, pass.File.Denying(p)
	readings := append(f.Bought(ctx, in, pass.Bought), f.Received(ctx, in, pass.Received)...)
	p.Tell(f.Keeps(f.Experiences, p, s, readings, pass.Now()))
	for _, i := range p.Items {
		for _, id := range i.Deny {
			if of := i.Keepers(id); len(of) > 0 {
				found = append(found, remark("AXLE2810", fmt.Sprintf("%s %s: %s is denied, and kept by %s", i.Entry, i.Experience, id, strings.Join(of, "; ")), "axle ends no subscription"))
			}
		}
	}
	for _, r := range readings {
		if r.Err != nil {
			found = append(found, remark("AXLE2811", r.String(), "axle market doctor prints what the role needs"))
		}
	}
	return found
}

func remark(code, text, hint string) pipeline.Finding {
	return pipeline.Finding{Diagnostic: document.Diagnostic{Severity: document.SeverityWarning, Code: code, Summary: text, Hint: hint}}
}
