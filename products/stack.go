package products

import "time"

// StackTarget is where a stack lives and who acts on it.
type StackTarget struct {
	Account, Role, Region string
	Name                  string
}

// StackRequest asks for a stack. Parameters are text; a large template goes by S3.
type StackRequest struct {
	StackTarget
	Template     []byte
	Parameters   map[string]string
	Tags         map[string]string
	Capabilities []string
}

// Stack is a stack as CloudFormation tells it.
type Stack struct {
	ID, Name, Status, Reason string
	Changes                  []StackChange // of the change set that made it
	Outputs                  map[string]string
	Resources                []StackResource
}

// StackChange is a line of a change set.
type StackChange struct {
	Action      string // Add, Modify, Remove, Dynamic
	LogicalID   string
	Type        string
	Replacement string // True, False, Conditional, or "" where it does not apply
}

// StackResource is a resource of a stack with the properties CloudFormation recorded for it.
type StackResource struct {
	LogicalID, PhysicalID, Type, Status, Reason string
	Properties                                  map[string]any
}

// StackEvent is a line of a stack's history.
type StackEvent struct {
	At                                          time.Time
	LogicalID, PhysicalID, Type, Status, Reason string
}
