package policies

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/version"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// OPA is the version of the engine that runs the rules.
func OPA() string { return version.Version }

// ReportOf is what another engine found, by rules of these names.
func ReportOf(rules []string, found []pipeline.Finding) Report {
	return Report{known: rules}.with(found)
}

// And is what several engines say together: exceptions may be of all their rules.
func (r Report) And(others ...Report) Report {
	all := r.all
	for _, o := range others {
		all = append(slices.Clip(all), o.all...)
		r.known = append(slices.Clip(r.known), o.known...)
	}
	return r.with(all)
}

// Fails is whether an error stands in r that a rule of another report found.
func (r Report) Fails(by Report) bool {
	return slices.ContainsFunc(r.all, func(f pipeline.Finding) bool {
		return f.Severity == document.SeverityError && slices.Contains(by.known, f.Rule)
	})
}

// EngineRules are the ids, beside those of the rules, that an exception may name in every repository.
func EngineRules() []string {
	return slices.Concat(RoleRules(), UserRules(), PolicyRules(), AnalyzerRules())
}
