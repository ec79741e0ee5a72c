// Package cfn reads CloudFormation templates into one normal form with positions, and
// holds the one evaluator of intrinsic functions; what Ref and Fn::GetAtt give is
// answered by the caller, statically or from records.
package cfn

import "github.com/axle-cd/axle/document"

// Template is a template as written. Sections are in the order written.
type Template struct {
	Doc         *document.Doc
	Description string
	Transforms  []string
	Parameters  []Parameter
	Mappings    *document.Node
	Conditions  *document.Node
	Resources   []Resource
	Outputs     []Output
}

// Parameter is an entry of Parameters.
type Parameter struct {
	Name, Type, Description               string
	Default                               *string
	AllowedValues                         []string
	AllowedPattern, ConstraintDescription string
	MinLength, MaxLength                  *int
	MinValue, MaxValue                    *float64
	NoEcho                                bool
	Node                                  *document.Node
}

// Resource is an entry of Resources.
type Resource struct {
	LogicalID, Type, Condition string
	DependsOn                  []string
	DeletionPolicy             string // Delete, Retain, Snapshot, RetainExceptOnCreate; "" is the default
	UpdateReplacePolicy        string
	Properties                 *document.Node // a Mapping, or nil
	Node                       *document.Node
}

// Output is an entry of Outputs.
type Output struct {
	Name, Description, Condition string
	Value, Export                *document.Node // Export is Export.Name, or nil
	Node                         *document.Node
}

// Resource gives a resource by logical id, or nil.
func (t *Template) Resource(id string) *Resource {
	for i := range t.Resources {
		if t.Resources[i].LogicalID == id {
			return &t.Resources[i]
		}
	}
	return nil
}

// Parameter gives a parameter by name, or nil.
func (t *Template) Parameter(name string) *Parameter {
	for i := range t.Parameters {
		if t.Parameters[i].Name == name {
			return &t.Parameters[i]
		}
	}
	return nil
}
