package cfn

import (
	"regexp"
	"strings"

	"github.com/axle-cd/axle/document"
)

var secretReference = regexp.MustCompile(`\{\{\s*resolve:(secretsmanager|ssm-secure):`)

// unprinted refuses an output that whoever may describe the stack would read a secret in.
func (c *checker) unprinted(o Output, path string) {
	texts(o.Value, func(n *document.Node) {
		if secretReference.MatchString(n.Value) {
			c.fault(n, CodeSecretOutput, path+".Value", "output "+o.Name+" would print a secret", "give out the secret's name or ARN instead")
		}
	})
}

// nested refuses the template of a nested stack that comes from a place that is not S3: what it
// holds today, nobody has judged, and tomorrow it is another.
func (c *checker) nested(r *Resource, path string) {
	if r.Type != "AWS::CloudFormation::Stack" && r.Type != "AWS::CloudFormation::StackSet" {
		return
	}
	texts(r.Node.Get("Properties").Get("TemplateURL"), func(n *document.Node) {
		if host := foreignHost(n.Value); host != "" {
			c.fault(n, CodeTemplateHost, path+".Properties.TemplateURL", "TemplateURL host "+host+" is not allowed", "put the template beside this one, and name it by its path")
		}
	})
}

// bucketHost is S3's, as CloudFormation takes it.
var bucketHost = regexp.MustCompile(`^([a-z0-9.-]+\.)?s3[a-z0-9.-]*\.amazonaws\.com(\.cn)?$`)

// foreignHost is the host of a URL that is not S3's; "" for a path, and where a variable stands for the host.
func foreignHost(text string) string {
	_, rest, ok := strings.Cut(text, "://")
	host, _, _ := strings.Cut(rest, "/")
	if !ok || host == "" || strings.Contains(host, "${") || bucketHost.MatchString(strings.ToLower(host)) {
		return ""
	}
	return quote(host)
}

// texts are the scalars of a value, in whatever functions they stand.
func texts(n *document.Node, visit func(*document.Node)) {
	if n == nil {
		return
	}
	if isScalar(n) {
		visit(n)
	}
	for _, p := range n.Pairs {
		texts(p.Value, visit)
	}
	for _, item := range n.Items {
		texts(item, visit)
	}
}
