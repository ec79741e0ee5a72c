// Package tf is a Terraform configuration as policies see it: its resources by address, in the
// normal form that templates have too. Where the values come from, a plan or the source, is the
// caller's; what is not known before apply is Unknown.
package tf

import (
	"maps"
	"slices"
)

// Configuration is what a root module and the modules below it declare.
type Configuration struct {
	Dir       string // where the root module lies
	Terraform string // required_version, as written
	Resources []Resource
	Variables []Variable
	Outputs   []Output
	Providers []Provider
	Moved     []Move
}

// Move says that what had one address has another now.
type Move struct{ From, To string }

// Resource is one instance of a resource or data block.
type Resource struct {
	Address string         // module.net.aws_subnet.public[0]
	Mode    string         // managed or data
	Kept    bool           // prevent_destroy
	Type    string         // aws_subnet
	Values  map[string]any // plain values; nested blocks are lists of mappings; Unknown where nobody can know
	Place   Place          // of the block
	Places  map[string]Place
}

// Variable is an input of the root module.
type Variable struct {
	Name, Type, Description string
	Default                 any // nil where it has none, and Required holds
	Required, Sensitive     bool
	Validations             []string // conditions, as written
	Place                   Place
}

// Output is an output of the root module.
type Output struct {
	Name      string
	Value     any
	Sensitive bool
	Place     Place
}

// Provider is a provider that the configuration requires.
type Provider struct {
	Name, Source, Version string
	Place                 Place
}

// Place is where a block or an argument stands. The zero Place is not known.
type Place struct {
	File      string
	Line, Col int
}

// Unknown stands for a value that is known after apply only. Of is the address that it comes
// from, where it is one resource's.
type Unknown struct{ Why, Of string }

// Normal gives the form that policies judge, with the same words as a template's:
//
//	{"Resources": {address: {"Type", "Mode", "Properties"}}, "Parameters": {name: {"Type", "Default", "NoEcho"}}, "Outputs": {name: {"Value"}}}
//
// What cannot be known stands as {"axle::unknown": why}, with "axle::of": address where it comes
// from one resource.
func (c *Configuration) Normal() map[string]any {
	resources, parameters, outputs := map[string]any{}, map[string]any{}, map[string]any{}
	for _, r := range c.Resources {
		resources[r.Address] = map[string]any{"Type": r.Type, "Mode": r.Mode, "Properties": plain(r.Values)}
	}
	for _, v := range c.Variables {
		p := map[string]any{"Type": v.Type, "Description": v.Description, "NoEcho": v.Sensitive}
		if !v.Required {
			p["Default"] = plain(v.Default)
		}
		parameters[v.Name] = p
	}
	for _, o := range c.Outputs {
		outputs[o.Name] = map[string]any{"Value": plain(o.Value), "NoEcho": o.Sensitive}
	}
	return map[string]any{"Resources": resources, "Parameters": parameters, "Outputs": outputs}
}

// plain copies a value with Unknown replaced by what policies see of it.
func plain(v any) any {
	switch v := v.(type) {
	case Unknown:
		out := map[string]any{"axle::unknown": v.Why}
		if v.Of != "" {
			out["axle::of"] = v.Of
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out[key] = plain(v[key])
		}
		return out
	}
	return v
}
