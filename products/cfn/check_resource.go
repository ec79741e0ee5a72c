package cfn

import (
	"maps"
	"slices"

	"github.com/axle-cd/axle/document"
)

var resourceKeys = []string{"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Description", "Metadata",
	"Properties", "Type", "UpdatePolicy", "UpdateReplacePolicy", "Version"}

var (
	deletionPolicies = []string{"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"}
	replacePolicies  = []string{"Delete", "Retain", "Snapshot"}
)

// typeShape is what a type's name looks like: AWS's, a registry's, a module's, or Custom::.
var typeShape = document.NewPattern(`^([A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}(::MODULE)?|Custom::[A-Za-z0-9_@-]{1,60})$`)

func (c *checker) resource(r *Resource) {
	path := "Resources." + r.LogicalID
	c.keys(r.Node, path, resourceKeys)
	c.conditional(r.Node.Get("Condition"), path+".Condition")
	c.dependsOn(r, path)
	c.oneOf(r.Node.Get("DeletionPolicy"), path+".DeletionPolicy", deletionPolicies)
	c.oneOf(r.Node.Get("UpdateReplacePolicy"), path+".UpdateReplacePolicy", replacePolicies)
	for _, key := range []string{"Properties", "Metadata", "UpdatePolicy", "CreationPolicy", "DeletionPolicy", "UpdateReplacePolicy"} {
		c.functions(r.Node.Get(key), path+"."+key)
	}
	if r.Type == "" {
		return
	}
	c.typed(r, path)
	c.nested(r, path)
	c.portable(r, path)
	c.macro(r)
}

func (c *checker) macro(r *Resource) {
	if r.Type == "AWS::CloudFormation::Macro" { // T11
		c.fault(r.Node.Get("Type"), CodeMacro, "Resources."+r.LogicalID+".Type", "transforms are denied by default: "+r.Type, "write what the macro would make into the templates")
	}
}

func (c *checker) dependsOn(r *Resource, path string) {
	n := r.Node.Get("DependsOn")
	for i, id := range r.DependsOn {
		if c.t.Resource(id) != nil {
			continue
		}
		at := n
		if n.Kind == document.Sequence {
			at = n.Items[i]
		}
		c.fault(at, CodeReference, path+".DependsOn", "DependsOn "+quote(id)+" names no resource", document.DidYouMean(id, c.t.resourceNames()))
	}
}

func (c *checker) oneOf(n *document.Node, path string, known []string) {
	if isScalar(n) && !slices.Contains(known, n.Value) {
		hint := document.DidYouMean(n.Value, known)
		if hint == "" {
			hint = "use " + list(known)
		}
		c.fault(n, CodeShape, path, quote(n.Value)+" is not allowed here", hint)
	}
}

func list(words []string) string {
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " or "
		default:
			out += ", "
		}
		out += w
	}
	return out
}

// typed judges a resource by its type, where the type is known.
func (c *checker) typed(r *Resource, path string) {
	at := r.Node.Get("Type")
	if !typeShape.MatchString(r.Type) {
		c.fault(at, CodeType, path+".Type", "unknown type "+quote(r.Type), "a type reads AWS::S3::Bucket")
		return
	}
	if meant := misspelt(r.Type); meant != "" {
		c.fault(at, CodeType, path+".Type", "unknown type "+quote(r.Type), "did you mean "+meant+"?")
		return
	}
	info, ok := Type(r.Type)
	if !ok {
		return
	}
	known := slices.Sorted(maps.Keys(info.Properties))
	if r.Properties != nil {
		for _, p := range r.Properties.Pairs {
			if _, ok := info.Properties[p.Key.Value]; !ok {
				c.fault(p.Key, CodeProperty, path+".Properties."+p.Key.Value, r.Type+" has no property "+quote(p.Key.Value), document.DidYouMean(p.Key.Value, known))
			}
		}
	}
	for _, name := range known {
		if info.Properties[name].Required && r.Properties.Get(name) == nil {
			c.fault(c.t.key(r.LogicalID), CodeRequired, path+".Properties", "property "+quote(name)+" is required by "+r.Type, "")
		}
	}
}
