package policies

import (
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// What no rule reads, though it is there: a type that AWS does not list, what somebody's own type or module
// makes, what a custom resource's function does.
var (
	unlistedType = &Rule{ID: "AXLE-TYPE-1", Fix: "correct the type; where AWS has it since this axle was made, take a newer axle, or write an exception"}
	privateType  = &Rule{ID: "AXLE-TYPE-2", Fix: "write out what it makes, or answer for it by an exception"}
	customType   = &Rule{ID: "AXLE-TYPE-3", Fix: "look at what its function makes, and at the function's role"}

	unreadRules = []string{unlistedType.ID, privateType.ID, customType.ID}
)

// unread says of each resource whose content no rule can know that it is not judged.
func unread(t *cfn.Template) (all []said) {
	for _, r := range t.Resources {
		s := said{resource: r.LogicalID, path: []string{"Type"}, severity: document.SeverityError, code: "AXLE2404"}
		switch {
		case strings.HasPrefix(r.Type, "Custom::") || r.Type == "AWS::CloudFormation::CustomResource":
			s.rule, s.severity, s.message = customType, document.SeverityWarning, "nothing that the custom resource "+r.LogicalID+" makes is judged"
		case r.Type == "AWS::CDK::Metadata" || cfn.Named(r.Type):
			continue
		case strings.HasPrefix(r.Type, "AWS::"):
			s.rule, s.message = unlistedType, r.LogicalID+" is not judged: no "+r.Type+" is known"
		case strings.HasSuffix(r.Type, "::MODULE"):
			s.rule, s.message = privateType, r.LogicalID+" is not judged: what the module "+r.Type+" makes is not read"
		default:
			s.rule, s.message = privateType, r.LogicalID+" is not judged: nothing is known of the private type "+r.Type
		}
		s.id, s.fix = s.rule.ID, s.rule.Fix
		all = append(all, s)
	}
	return all
}
