package cloudformation

import "github.com/axle-cd/axle/sandbox/world"

// Settings by name.
const (
	quotaStackSets = "cloudformation:stack-sets"
	quotaInstances = "cloudformation:stack-instances"
	takesDrift     = "cloudformation:drift"
	rollbackFails  = "cloudformation:rollback-fails"
)

// Knobs are the settings that the service reads.
var Knobs = []world.Knob{
	{Name: quotaStackSets, Kind: "quota", Usual: "1000", Says: "stack sets of an account and region"},
	{Name: quotaInstances, Kind: "quota", Usual: "2000", Says: "stack instances of a stack set"},
	{Name: takesDrift, Kind: "takes", Usual: "5s", Says: "a detection of drift"},
	{Name: rollbackFails, Kind: "switch", Usual: "off", Says: "a rollback that begins ends ROLLBACK_FAILED or UPDATE_ROLLBACK_FAILED"},
}
