package stages

import (
	"context"
	"fmt"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/pipeline"
)

// examineMarket asks, by reading, what the file's organizations lack. What would make the publication
// fail is an error; what else a doctor finds is told, for whoever approves.
func (d Deps) examineMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	s, err := d.fair(ctx, in)
	if err != nil {
		return pipeline.Result{}, err
	}
	f, sight := s.file, s.sight
	var found []pipeline.Finding
	for _, o := range f.Organizations {
		if f.Experienced(o.Name) {
			found = append(found, d.examineOffice(ctx, f, o, sight)...)
		}
	}
	if f.Licences != nil {
		found = append(found, d.examineLicences(ctx, f)...)
	}
	return verdict(found), ctx.Err()
}

// examineLicences fails what would never be granted, where there is something to grant.
func (d Deps) examineLicences(ctx context.Context, f *market.File) []pipeline.Finding {
	l := f.Licences
	estate, setup, err := d.Market.Setup(ctx, f)
	if err != nil {
		return []pipeline.Finding{lacks(l.Organization, document.SeverityWarning, "not examined: "+err.Error(), "axle licences doctor prints the policy that the role needs")}
	}
	never := l.Never(setup)
	if plan, err := d.Market.Licences(ctx, f); err == nil && !plan.Grants() {
		never = ""
	}
	return unfit(l.Organization, l.Doctor(estate, setup), never)
}

// tryMarket shows that prod's plan can be made.
func (d Deps) tryMarket(ctx context.Context, in pipeline.Input) (pipeline.Result, error) {
	if _, _, err := d.proposed(ctx, in); err != nil {
		return pipeline.Result{}, err
	}
	return pipeline.Result{Verdict: pipeline.Pass}, nil
}

func (d Deps) examineOffice(ctx context.Context, f *market.File, o market.Organization, sight market.Sight) []pipeline.Finding {
	office, err := d.Market.Office(ctx, f, o)
	if err != nil {
		severity := document.SeverityWarning // it can do without what a doctor reads
		if sight.Failed[o.Name] != nil {
			severity = document.SeverityError
		}
		return []pipeline.Finding{lacks(o.Name, severity, "not examined: "+err.Error(), "axle market doctor prints the policy and the trust that the role needs")}
	}
	never := ""
	if !office.Acts() {
		never = fmt.Sprintf("account %s is neither the management account nor the delegated administrator: it can change no experience", o.Account)
	}
	return unfit(o.Name, office.Examine(sight), never)
}

// unfit are a doctor's checks as findings; never is why nothing could be carried out, if so.
func unfit(organization string, checks []market.Check, never string) (found []pipeline.Finding) {
	if never != "" {
		found = append(found, lacks(organization, document.SeverityError, never, ""))
	}
	for _, c := range checks {
		if !c.OK {
			found = append(found, lacks(organization, document.SeverityWarning, "not so: "+c.What, c.Fix))
		}
	}
	return found
}

func lacks(organization string, severity document.Severity, what, fix string) pipeline.Finding {
	return pipeline.Finding{Diagnostic: document.Diagnostic{Severity: severity, Code: "AXLE2803", Summary: fmt.Sprintf("organization %s: %s", organization, what), Hint: fix}}
}
