package cfn

import (
	"container/heap"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Reference is a name that a node uses. Kind is the function that uses it: Ref, Fn::GetAtt and
// Fn::Sub name resources and parameters, Fn::If and Condition a condition, Fn::FindInMap a mapping.
type Reference struct {
	LogicalID string
	Attribute string // Arn of Bucket.Arn; "" for the thing itself, or where a function computes it
	Kind      string
	Node      *document.Node
}

// References gives all that a node names, in the order written, pseudo parameters left out.
func (t *Template) References(n *document.Node) []Reference {
	var out []Reference
	walk(n, func(at *document.Node, name string, arg *document.Node) {
		out = append(out, used(at, name, arg)...)
	})
	return slices.DeleteFunc(out, func(r Reference) bool { return strings.HasPrefix(r.LogicalID, "AWS::") })
}

// walk calls visit for every function in n, outermost first.
func walk(n *document.Node, visit func(at *document.Node, name string, arg *document.Node)) {
	if n == nil {
		return
	}
	if name, arg, ok := intrinsic(n); ok {
		visit(n, name, arg)
	} else if arg := n.Get("Condition"); arg != nil && len(n.Pairs) == 1 && isScalar(arg) {
		visit(n, "Condition", arg)
	}
	for _, p := range n.Pairs {
		walk(p.Value, visit)
	}
	for _, item := range n.Items {
		walk(item, visit)
	}
}

// used is what one function names by itself; what its arguments name is theirs.
func used(at *document.Node, name string, arg *document.Node) []Reference {
	switch name {
	case "Ref", "Condition":
		if isScalar(arg) {
			return []Reference{{LogicalID: arg.Value, Kind: name, Node: arg}}
		}
	case "Fn::GetAtt":
		if id, rest, ok := attribute(arg); ok {
			return []Reference{{LogicalID: id.Value, Attribute: literalAttribute(rest), Kind: name, Node: id}}
		}
	case "Fn::Sub":
		return subReferences(arg)
	case "Fn::If", "Fn::FindInMap":
		if arg != nil && arg.Kind == document.Sequence && len(arg.Items) > 0 && isScalar(arg.Items[0]) {
			return []Reference{{LogicalID: arg.Items[0].Value, Kind: name, Node: arg.Items[0]}}
		}
	}
	return nil
}

// literalAttribute is "" when a part of it is a function.
func literalAttribute(rest []*document.Node) string {
	names := make([]string, len(rest))
	for i, n := range rest {
		if !isScalar(n) {
			return ""
		}
		names[i] = n.Value
	}
	return strings.Join(names, ".")
}

func subReferences(arg *document.Node) []Reference {
	body, own := arg, (*document.Node)(nil)
	if arg != nil && arg.Kind == document.Sequence && len(arg.Items) > 0 {
		body = arg.Items[0]
		if len(arg.Items) > 1 {
			own = arg.Items[1]
		}
	}
	if !isScalar(body) {
		return nil
	}
	var out []Reference
	for _, p := range parts(body.Value) {
		if p.variable && own.Get(p.text) == nil {
			id, attr, _ := strings.Cut(p.text, ".")
			out = append(out, Reference{LogicalID: id, Attribute: attr, Kind: "Fn::Sub", Node: body})
		}
	}
	return out
}

// needs are the resources that one resource needs first, by their place in the template.
func (t *Template) needs(r Resource, index map[string]int) []int {
	var out []int
	add := func(id string) {
		if i, ok := index[id]; ok && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for _, id := range r.DependsOn {
		add(id)
	}
	for _, ref := range t.References(r.Properties) {
		if ref.Kind == "Ref" || ref.Kind == "Fn::GetAtt" || ref.Kind == "Fn::Sub" {
			add(ref.LogicalID)
		}
	}
	return out
}

// Order gives the logical ids so that each comes after what it needs; among the free ones the
// template's own order decides. A cycle is an error: cycle: A -> B -> A.
func (t *Template) Order() ([]string, error) {
	index := make(map[string]int, len(t.Resources))
	for i, r := range t.Resources {
		index[r.LogicalID] = i
	}
	graph := make([][]int, len(t.Resources))     // what each needs
	dependent := make([][]int, len(t.Resources)) // who needs it
	open := make([]int, len(t.Resources))
	for i, r := range t.Resources {
		graph[i] = t.needs(r, index)
		open[i] = len(graph[i])
		for _, need := range graph[i] {
			dependent[need] = append(dependent[need], i)
		}
	}
	order := t.sorted(dependent, open)
	if len(order) < len(t.Resources) {
		return nil, t.cycle(graph, open)
	}
	return order, nil
}

// sorted takes the first free resource again and again. open counts what each still waits for.
func (t *Template) sorted(dependent [][]int, open []int) []string {
	free := &indexes{}
	for i, n := range open {
		if n == 0 {
			heap.Push(free, i)
		}
	}
	order := make([]string, 0, len(open))
	for free.Len() > 0 {
		i := heap.Pop(free).(int)
		order = append(order, t.Resources[i].LogicalID)
		for _, d := range dependent[i] {
			if open[d]--; open[d] == 0 {
				heap.Push(free, d)
			}
		}
	}
	return order
}

// cycle follows, from the first resource that never became free, what it waits for until one repeats.
func (t *Template) cycle(graph [][]int, open []int) error {
	waits := func(i int) bool { return open[i] > 0 }
	at := slices.IndexFunc(open, func(n int) bool { return n > 0 })
	var path []int
	for !slices.Contains(path, at) {
		path = append(path, at)
		at = graph[at][slices.IndexFunc(graph[at], waits)]
	}
	path = path[slices.Index(path, at):]
	first := slices.Index(path, slices.Min(path)) // start where the template does
	names := make([]string, 0, len(path)+1)
	for i := range len(path) + 1 {
		names = append(names, t.Resources[path[(first+i)%len(path)]].LogicalID)
	}
	return t.fail(t.key(names[0]), CodeCycle, "cycle: "+strings.Join(names, " -> "), "take one of these references out")
}

// indexes is a heap of places in the template, the smallest first.
type indexes []int

func (x indexes) Len() int           { return len(x) }
func (x indexes) Less(i, j int) bool { return x[i] < x[j] }
func (x indexes) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }
func (x *indexes) Push(v any)        { *x = append(*x, v.(int)) }
func (x *indexes) Pop() any {
	old := *x
	v := old[len(old)-1]
	*x = old[:len(old)-1]
	return v
}
