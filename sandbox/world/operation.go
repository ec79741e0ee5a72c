package world

import "net/http"

// Service is a folder of sandbox: its operations over the world.
type Service struct {
	Name       string // as in the credential scope: servicecatalog, cloudformation, sts, s3 …
	Region     string // the only one that it is in; "": all
	Operations []Operation
	Route      Route  // REST only
	Knobs      []Knob // the settings that it reads
	// Eventual are the kinds of which a new or changed object is seen late where the settings
	// say so (SBX-32). True: a write that rests on a new one does not find it either.
	Eventual map[string]bool
}

// Route names the operation that a REST request asks for, and what it is on.
type Route func(*http.Request) (operation, resource string)

// Operation answers one AWS operation. Input and output are the SDK's own types.
type Operation struct {
	Name     string
	Mutating bool
	Token    string     // the input's member that carries the client token, or ""
	Honours  []string   // the input's members that it honours; others, if set, answer 501. nil: all
	New      func() any // a new, empty *XInput
	Do       func(*Call, any) (any, error)
}

// Only names the members that the operation honours.
func (o Operation) Only(members ...string) Operation {
	o.Honours = append([]string{}, members...)
	return o
}

// Read makes an Operation that changes nothing.
func Read[I, O any](name string, do func(*Call, *I) (*O, error)) Operation {
	return Operation{
		Name: name,
		New:  func() any { return new(I) },
		Do:   func(c *Call, in any) (any, error) { return do(c, in.(*I)) },
	}
}

// Write makes an Operation that changes the world. token names the input's member that
// carries the client token, "" where the operation has none. The handler replays the first
// reply for a repeated token (SBX-30); the operation itself need not look.
func Write[I, O any](name, token string, do func(*Call, *I) (*O, error)) Operation {
	op := Read(name, do)
	op.Mutating, op.Token = true, token
	return op
}
