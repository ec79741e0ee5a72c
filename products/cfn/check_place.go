package cfn

import (
	"regexp"
	"slices"

	"github.com/axle-cd/axle/document"
)

// placed is an ARN up to its account: the region and the account that stand in it.
var placed = regexp.MustCompile(`\barn:(?:aws[a-z-]*|\$\{AWS::Partition\}):([a-z0-9-]+):([a-z]{2}(?:-[a-z]+)+-[0-9])?:([0-9]{12}\b)?`)

// zone is an Availability Zone, as the whole of a text.
var zone = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$`)

// global are the services of which CloudFront takes what is in us-east-1, and nothing else.
var global = []string{"acm", "lambda", "wafv2"}

// portable warns, once a resource, of an account or a region that stands in a property: whoever
// launches the product elsewhere gets a resource that speaks of another place (B078). Who may come in,
// a Principal, is another account on purpose.
func (c *checker) portable(r *Resource, path string) {
	var first *document.Node
	what := ""
	elsewhere(r.Properties, func(n *document.Node) {
		if first != nil {
			return
		}
		if what = hardcoded(n.Value); what != "" {
			first = n
		}
	})
	if first != nil {
		c.found = append(c.found, c.t.diag(first, CodeHardcoded, path+".Properties", what, portableHint).Warning())
	}
}

const portableHint = "write it as ${AWS::…} in Fn::Sub; where another place is meant, make it a parameter"

// hardcoded says what of a text holds in one place alone, and what to use instead; "" where nothing does.
func hardcoded(text string) string {
	if zone.MatchString(text) {
		return "hardcoded Availability Zone " + text + ": use Fn::GetAZs of AWS::Region"
	}
	for _, m := range placed.FindAllStringSubmatch(text, -1) {
		service, region, account := m[1], m[2], m[3]
		if region == "us-east-1" && slices.Contains(global, service) {
			region = ""
		}
		switch {
		case region != "" && account != "":
			return "hardcoded region " + region + " and account id " + account + ": use AWS::Region and AWS::AccountId"
		case account != "":
			return "hardcoded account id " + account + ": use AWS::AccountId"
		case region != "":
			return "hardcoded region " + region + ": use AWS::Region"
		}
	}
	return ""
}

// elsewhere are the texts of a value but for principals and descriptions.
func elsewhere(n *document.Node, visit func(*document.Node)) {
	if n == nil {
		return
	}
	if isScalar(n) {
		visit(n)
	}
	for _, p := range n.Pairs {
		if key := p.Key.Value; key != "Principal" && key != "Description" {
			elsewhere(p.Value, visit)
		}
	}
	for _, item := range n.Items {
		elsewhere(item, visit)
	}
}
