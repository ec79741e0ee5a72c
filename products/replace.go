package products

import (
	"reflect"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

func (c *comparison) resources() {
	for _, old := range c.before.Resources {
		if c.after.Resource(old.LogicalID) == nil {
			c.lost(old, old.Type+" "+old.LogicalID+" is gone", "Resources", old.LogicalID)
		}
	}
	for _, id := range ordered(c.after) {
		now := c.after.Resource(id)
		if old := c.before.Resource(id); old != nil {
			c.resource(*old, *now)
		} else {
			c.add(Minor, false, now.Type+" "+id+" is new", "Resources", id)
		}
		c.actions(id)
	}
}

// ordered gives what others need first, so that a replacement is known before those it pulls along.
func ordered(t *cfn.Template) []string {
	order, err := t.Order()
	if err != nil { // a cycle: Check has said so
		for _, r := range t.Resources {
			order = append(order, r.LogicalID)
		}
	}
	return order
}

// lost grades a resource that goes, or is made anew: with data, or Retain or Snapshot, it is major.
func (c *comparison) lost(old cfn.Resource, what string, path ...string) {
	switch {
	case cfn.Stateful(old.Type):
		c.add(Major, true, what+", and it holds data", path...)
	case kept(old.DeletionPolicy):
		c.add(Major, true, what+", and it was to be kept", path...)
	default:
		c.add(Minor, true, what, path...)
	}
}

func kept(policy string) bool {
	return policy == "Retain" || policy == "Snapshot" || policy == "RetainExceptOnCreate"
}

func (c *comparison) resource(old, now cfn.Resource) {
	path := []string{"Resources", now.LogicalID}
	if old.Type != now.Type {
		c.replaced[now.LogicalID] = "its type differs"
		c.lost(old, now.LogicalID+" was "+old.Type+" and is "+now.Type, append(path, "Type")...)
		return
	}
	c.policies(old, now)
	if now.Condition != "" && c.conditionChanged(old.Condition, now.Condition) {
		c.lost(old, now.LogicalID+" is there only on another condition", append(path, "Condition")...)
	} else if now.Condition == "" && old.Condition != "" {
		c.add(Minor, false, now.LogicalID+" is always there now", path...)
	}
	for _, name := range names(old.Properties, now.Properties) {
		c.property(old, now, name)
	}
	for _, key := range []string{"Metadata", "DependsOn", "CreationPolicy", "UpdatePolicy"} {
		if c.changed(old.Node.Get(key), now.Node.Get(key)) {
			c.add(Patch, false, key+" of "+now.LogicalID+" differs", append(path, key)...)
		}
	}
}

func (c *comparison) policies(old, now cfn.Resource) {
	path := []string{"Resources", now.LogicalID}
	switch {
	case kept(old.DeletionPolicy) && !kept(now.DeletionPolicy):
		c.add(Major, true, now.LogicalID+" is deleted with its stack now; it was kept", append(path, "DeletionPolicy")...)
	case old.DeletionPolicy != now.DeletionPolicy:
		c.add(Patch, false, now.LogicalID+" has another DeletionPolicy", append(path, "DeletionPolicy")...)
	}
	switch {
	case kept(old.UpdateReplacePolicy) && !kept(now.UpdateReplacePolicy):
		c.add(Minor, true, now.LogicalID+" is deleted when it is replaced; it was kept", append(path, "UpdateReplacePolicy")...)
	case old.UpdateReplacePolicy != now.UpdateReplacePolicy:
		c.add(Patch, false, now.LogicalID+" has another UpdateReplacePolicy", append(path, "UpdateReplacePolicy")...)
	}
}

// names are the properties of either, sorted.
func names(a, b *document.Node) []string {
	var out []string
	for _, n := range []*document.Node{a, b} {
		if n != nil {
			for _, p := range n.Pairs {
				out = append(out, p.Key.Value)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *comparison) property(old, now cfn.Resource, name string) {
	path := []string{"Resources", now.LogicalID, "Properties", name}
	what := now.LogicalID + "." + name
	rule := replaces(now.Type, name)
	if why := c.pulled(now.Properties.Get(name)); why != "" && rule != "" {
		c.replace(old, now.LogicalID, now.LogicalID+" is replaced, because "+why+" is", path)
		return
	}
	if !c.changed(old.Properties.Get(name), now.Properties.Get(name)) {
		return
	}
	if rule == "" {
		c.add(Patch, false, what+" differs", path...)
		return
	}
	c.replace(old, now.LogicalID, what+" differs: "+now.LogicalID+" "+rule, path)
}

func (c *comparison) replace(old cfn.Resource, id, what string, path []string) {
	if _, done := c.replaced[id]; done {
		return
	}
	c.replaced[id] = what
	c.lost(old, what, path...)
}

// replaces says what a change of the property does, "" when the resource stays. Of a type
// without schema nothing is sure but that tags change in place.
func replaces(typ, name string) string {
	info, known := cfn.Type(typ)
	p := info.Properties[name]
	switch {
	case !known && name != "Tags":
		return "may be replaced (axle does not know the properties of " + typ + ")"
	case p.CreateOnly:
		return "is replaced"
	case p.Conditional:
		return "may be replaced"
	}
	return ""
}

// pulled is a replaced resource that a value refers to, or "".
func (c *comparison) pulled(n *document.Node) string {
	for _, r := range c.after.References(n) {
		if _, ok := c.replaced[r.LogicalID]; ok && (r.Kind == "Ref" || r.Kind == "Fn::GetAtt" || r.Kind == "Fn::Sub") {
			return r.LogicalID
		}
	}
	return ""
}

// actions compares what a resource's IAM policies allow; a resource that was not there allowed nothing.
func (c *comparison) actions(id string) {
	now := c.after.Resource(id)
	if !strings.HasPrefix(now.Type, "AWS::IAM::") {
		return
	}
	var had grants
	if old := c.before.Resource(id); old != nil {
		had = granted(old.Properties)
	}
	has := granted(now.Properties)
	for _, action := range has.actions {
		if !slices.ContainsFunc(had.actions, func(a string) bool { return covers(a, action) }) {
			c.add(Minor, true, id+" allows "+action+" now", "Resources", id, "Properties")
		}
	}
	if !reflect.DeepEqual(has.open, had.open) && has.open != nil {
		c.add(Minor, true, id+" allows what NotAction leaves, and that differs", "Resources", id, "Properties")
	}
}

// grants are the actions, and the attached policies, that IAM properties allow.
type grants struct {
	actions []string
	open    []any // NotAction of Allow statements
}

func granted(n *document.Node) grants {
	var g grants
	g.walk(n)
	return g
}

func (g *grants) walk(n *document.Node) {
	if n == nil {
		return
	}
	if effect := n.Get("Effect"); effect != nil && effect.Value != "Deny" {
		g.actions = append(g.actions, texts(n.Get("Action"))...)
		if not := n.Get("NotAction"); not != nil {
			g.open = append(g.open, not.Plain())
		}
	}
	g.actions = append(g.actions, texts(n.Get("ManagedPolicyArns"))...)
	for _, p := range n.Pairs {
		g.walk(p.Value)
	}
	for _, item := range n.Items {
		g.walk(item)
	}
}

// texts are the scalars anywhere below a node: of a list, or in the branches of a function.
func texts(n *document.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == document.Text {
		return []string{n.Value}
	}
	var out []string
	for _, p := range n.Pairs {
		out = append(out, texts(p.Value)...)
	}
	for _, item := range n.Items {
		out = append(out, texts(item)...)
	}
	return out
}

// covers is whether an action with wildcards allows another.
func covers(pattern, action string) bool {
	pattern, action = strings.ToLower(pattern), strings.ToLower(action)
	head, tail, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == action
	}
	if !strings.HasPrefix(action, head) {
		return false
	}
	if tail == "" {
		return true
	}
	for rest := action[len(head):]; ; rest = rest[1:] {
		if covers(tail, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}
