package cloudformation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// application is a serverless template while its resources are written out as the ones they
// stand for. What is not written out is refused by name.
type application struct {
	globals *document.Node
	made    []document.Pair            // resources, in order
	routes  map[string][]document.Pair // of an implicit API: path → method
	renamed map[string]string          // what Ref of a name, or of Function.Alias, becomes
	wrong   []string
	absent  []string
}

// unserverless gives the template that AWS::Serverless-2016-10-31 makes: no Globals, no Transform,
// and no serverless resource.
func unserverless(root *document.Node) (*document.Node, error) {
	a := &application{globals: root.Get("Globals"), renamed: map[string]string{}, routes: map[string][]document.Pair{}}
	resources := root.Get("Resources")
	if resources == nil {
		return root, nil
	}
	for _, p := range resources.Pairs {
		a.resource(p.Key.Value, p.Value)
	}
	a.implicit()
	switch {
	case len(a.absent) > 0:
		slices.Sort(a.absent)
		return nil, missing("Transform." + serverless + "." + strings.Join(slices.Compact(a.absent), ", "))
	case len(a.wrong) > 0:
		return nil, failed(serverless, fmt.Sprintf("Invalid Serverless Application Specification document. Number of errors found: %d. %s", len(a.wrong), strings.Join(a.wrong, " ")))
	}
	out := *root
	out.Pairs = nil
	for _, p := range root.Pairs {
		switch p.Key.Value {
		case "Globals", "Transform":
		case "Resources":
			out.Pairs = append(out.Pairs, document.Pair{Key: p.Key, Value: &document.Node{Kind: document.Mapping, Pairs: a.made, Line: p.Value.Line, Col: p.Value.Col}})
		default:
			out.Pairs = append(out.Pairs, p)
		}
	}
	if namesTransform(root.Get("Transform"), languageExtensions) {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Transform"), Value: plainText(languageExtensions)})
	}
	return a.rename(&out), nil
}

// resource writes one resource out.
func (a *application) resource(id string, n *document.Node) {
	typ := ""
	if t := n.Get("Type"); t != nil {
		typ = t.Value
	}
	kind, ours := strings.CutPrefix(typ, "AWS::Serverless::")
	if !ours {
		a.made = append(a.made, document.Pair{Key: plainText(id), Value: n})
		return
	}
	of := unit{application: a, id: id, node: n, properties: merged(a.globals.Get(kind), n.Get("Properties"))}
	switch kind {
	case "Function":
		of.function()
	case "SimpleTable":
		of.simpleTable()
	case "Api":
		of.api()
	case "HttpApi":
		of.httpAPI()
	case "LayerVersion":
		of.layer()
	case "StateMachine":
		of.stateMachine()
	case "Application":
		of.nested()
	default:
		a.absent = append(a.absent, kind)
	}
}

// unit is one serverless resource.
type unit struct {
	*application
	id         string
	node       *document.Node
	properties *document.Node // with what Globals say
}

func (u unit) get(name string) *document.Node { return u.properties.Get(name) }

// add makes a resource that is there under the unit's condition.
func (u unit) add(id, typ string, properties *document.Node, dependsOn ...string) {
	out := mappingOf("Type", typ, "Properties", properties)
	if c := u.node.Get("Condition"); c != nil {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("Condition"), Value: c})
	}
	if id == u.id {
		for _, name := range []string{"DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"} {
			if v := u.node.Get(name); v != nil {
				out.Pairs = append(out.Pairs, document.Pair{Key: plainText(name), Value: v})
			}
		}
	} else if len(dependsOn) > 0 {
		out.Pairs = append(out.Pairs, document.Pair{Key: plainText("DependsOn"), Value: nodeOf(dependsOn)})
	}
	u.made = append(u.made, document.Pair{Key: plainText(id), Value: out})
}

func (u unit) invalid(format string, args ...any) {
	u.wrong = append(u.wrong, fmt.Sprintf("Resource with id [%s] is invalid. ", u.id)+fmt.Sprintf(format, args...))
}

// carry copies the properties that both sides call alike, and refuses what neither side knows.
func (u unit) carry(out *document.Node, same []string, own ...string) {
	if u.properties == nil {
		return
	}
	for _, p := range u.properties.Pairs {
		switch name := p.Key.Value; {
		case slices.Contains(same, name):
			out.Pairs = append(out.Pairs, p)
		case !slices.Contains(own, name):
			_, kind := typeName(u.node.Get("Type").Value)
			u.absent = append(u.absent, kind+"."+name)
		}
	}
}

// stored is where a package lies: s3://bucket/key, or a mapping of names.
func (u unit) stored(property string, names ...string) *document.Node {
	n := u.get(property)
	if n == nil {
		return nil
	}
	if n.Kind == document.Mapping && n.Get("Bucket") != nil {
		out := mappingOf()
		for i, from := range []string{"Bucket", "Key", "Version"} {
			if v := n.Get(from); v != nil {
				out.Pairs = append(out.Pairs, document.Pair{Key: plainText(names[i]), Value: v})
			}
		}
		return out
	}
	bucket, key, ok := strings.Cut(strings.TrimPrefix(n.Value, "s3://"), "/")
	if n.Kind != document.Text || !strings.HasPrefix(n.Value, "s3://") || !ok || bucket == "" || key == "" {
		u.invalid("'%s' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter.", property)
		return nil
	}
	return mappingOf(names[0], bucket, names[1], key)
}

// tags turns a mapping into the list that other types take.
func (u unit) tags(of string) *document.Node {
	out := listOfNodes(mappingOf("Key", of+":createdBy", "Value", "SAM"))
	if n := u.get("Tags"); n != nil {
		for _, p := range n.Pairs {
			out.Items = append(out.Items, mappingOf("Key", p.Key.Value, "Value", p.Value))
		}
	}
	return out
}

// merged puts what Globals say under what a resource says: mappings are merged, lists joined,
// all else is the resource's own.
func merged(global, own *document.Node) *document.Node {
	switch {
	case global == nil:
		return own
	case own == nil:
		return global
	case global.Kind == document.Sequence && own.Kind == document.Sequence:
		return &document.Node{Kind: document.Sequence, Items: slices.Concat(global.Items, own.Items), Line: own.Line, Col: own.Col}
	case global.Kind != document.Mapping || own.Kind != document.Mapping || isFunction(global) || isFunction(own):
		return own
	}
	out := &document.Node{Kind: document.Mapping, Line: own.Line, Col: own.Col}
	for _, p := range global.Pairs {
		out.Pairs = append(out.Pairs, document.Pair{Key: p.Key, Value: merged(p.Value, own.Get(p.Key.Value))})
	}
	for _, p := range own.Pairs {
		if global.Get(p.Key.Value) == nil {
			out.Pairs = append(out.Pairs, p)
		}
	}
	return out
}

// rename puts the names of what was made in the place of names that only serverless templates know.
func (a *application) rename(n *document.Node) *document.Node {
	if n == nil || len(a.renamed) == 0 {
		return n
	}
	out := *n
	if ref := n.Get("Ref"); ref != nil && len(n.Pairs) == 1 && a.renamed[ref.Value] != "" {
		return mappingOf("Ref", a.renamed[ref.Value])
	}
	if at := n.Get("Fn::GetAtt"); at != nil && len(n.Pairs) == 1 && len(at.Items) == 2 {
		for from, to := range a.renamed {
			if rest, ok := strings.CutPrefix(at.Items[0].Value+"."+at.Items[1].Value, from+"."); ok {
				return attributeOfNode(to, rest)
			}
		}
	}
	if sub := n.Get("Fn::Sub"); sub != nil && len(n.Pairs) == 1 && sub.Kind == document.Text {
		body := sub.Value
		for from, to := range a.renamed {
			body = strings.ReplaceAll(body, "${"+from+"}", "${"+to+"}")
		}
		return mappingOf("Fn::Sub", body)
	}
	out.Pairs, out.Items = slices.Clone(n.Pairs), slices.Clone(n.Items)
	for i := range out.Pairs {
		out.Pairs[i].Value = a.rename(out.Pairs[i].Value)
	}
	for i := range out.Items {
		out.Items[i] = a.rename(out.Items[i])
	}
	return &out
}
