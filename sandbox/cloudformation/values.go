package cloudformation

import (
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

// inputs are what a caller gives for a stack: a template and its values.
type inputs struct {
	Template     string
	Parameters   map[string]string // NoEcho ones are sealed once settled
	Previous     []string          `json:",omitempty"` // names that keep their value
	Tags         map[string]string `json:",omitempty"`
	Capabilities []string          `json:",omitempty"`
	RoleARN      string            `json:",omitempty"`
}

// settle judges inputs that need no plan and gives them whole: every parameter has its text,
// NoEcho ones sealed. before is what the stack has now.
func settle(c *world.Call, stackID string, in inputs, before map[string]string) (inputs, *cfn.Template, error) {
	t, err := read(in.Template)
	if err != nil {
		return in, nil, err
	}
	if err := acknowledged(t, in.Capabilities); err != nil {
		return in, nil, err
	}
	if err := assumable(c, in.RoleARN); err != nil {
		return in, nil, err
	}
	given := maps.Clone(in.Parameters)
	if given == nil {
		given = map[string]string{}
	}
	for _, name := range in.Previous {
		v, ok := before[name]
		if !ok {
			return in, nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", name)
		}
		given[name] = v
	}
	if in.Parameters, err = texts(t, stackID, given); err != nil {
		return in, nil, err
	}
	in.Previous = nil
	return in, t, nil
}

// texts gives each parameter its text, checked against its declaration. What is sealed was
// checked when it was given.
func texts(t *cfn.Template, stackID string, given map[string]string) (map[string]string, error) {
	if err := named(t, given); err != nil {
		return nil, err
	}
	open, values := *t, map[string]string{}
	open.Parameters = nil
	for _, p := range t.Parameters {
		if v := given[p.Name]; !sealed.MatchString(v) {
			open.Parameters = append(open.Parameters, p)
		}
	}
	for name, v := range given {
		if !sealed.MatchString(v) {
			values[name] = v
		}
	}
	if _, ds := open.Values(values); ds.Err() != nil {
		return nil, invalid("%s", ds[0].Summary)
	}
	all := map[string]string{}
	for _, p := range t.Parameters {
		v, ok := given[p.Name]
		if !ok && p.Default != nil {
			v = *p.Default
		}
		if p.NoEcho {
			v = seal(stackID, p.Name, v)
		}
		all[p.Name] = v
	}
	return all, nil
}

// named refuses values for parameters that are not there, and parameters without a value.
func named(t *cfn.Template, given map[string]string) error {
	var foreign, empty []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if t.Parameter(name) == nil {
			foreign = append(foreign, name)
		}
	}
	for _, p := range t.Parameters {
		if _, ok := given[p.Name]; !ok && p.Default == nil {
			empty = append(empty, p.Name)
		}
	}
	switch {
	case len(foreign) > 0:
		return invalid("Parameters: [%s] do not exist in the template", strings.Join(foreign, ", "))
	case len(empty) > 0:
		return invalid("Parameters: [%s] must have values", strings.Join(empty, ", "))
	}
	return nil
}

// valuesOf are the parameters as the evaluator takes them: lists split, SSM names looked up.
func valuesOf(c *world.Call, t *cfn.Template, texts map[string]string) (map[string]any, error) {
	all := map[string]any{}
	for _, p := range t.Parameters {
		text, list := texts[p.Name], p.List()
		if p.Stored() {
			found, ok := stored(c, text, p.Type)
			if !ok {
				return nil, invalid("Unable to fetch parameters [%s] from parameter store for this account.", text)
			}
			text, list = found, strings.Contains(p.Type, "List<") || strings.Contains(p.Type, "CommaDelimitedList")
		}
		all[p.Name] = text
		if list {
			all[p.Name] = split(text)
		}
	}
	return all, nil
}

func split(text string) []any {
	items := []any{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" || text != "" {
			items = append(items, item)
		}
	}
	return items
}

// stored reads an SSM parameter: one that a stack has made, or a public one that names an image.
func stored(c *world.Call, name, typ string) (string, bool) {
	if strings.HasPrefix(name, "/aws/service/") && (strings.Contains(name, "ami") || strings.Contains(typ, "Image")) {
		return "ami-" + draw(hexDigits, 17, c.Region, name), true
	}
	h, ok := held(c, typeParameter, name)
	return h.Value, ok
}

// assumable says whether CloudFormation can act as the role.
func assumable(c *world.Call, arn string) error {
	if arn == "" {
		return nil
	}
	role, ok := world.FindRole(c, arn)
	if ok && role.Account == c.Account && (role.LetsService(c, "cloudformation.amazonaws.com") || role.LetsService(c, "servicecatalog.amazonaws.com")) {
		return nil
	}
	return invalid("Role %s is invalid or cannot be assumed", arn)
}
