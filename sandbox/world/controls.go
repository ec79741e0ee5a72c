package world

import (
	"slices"
	"time"
)

// Kinds of an organization's policies.
const (
	KindControl      = "control"      // global, by id
	KindControls     = "controls"     // global, by a root's, unit's or account's id: the ids attached; absent: FullAccess alone
	KindControlTypes = "control-type" // global, by root: the types of policies that are enabled
)

// FullAccess is the id of AWS's own service control policy, which stands at every node from the start.
const FullAccess = "p-FullAWSAccess"

// ServiceControl is the type of policy that is judged.
const ServiceControl = "SERVICE_CONTROL_POLICY"

// Control is a policy of an organization.
type Control struct {
	ID, Name, Description, Type, Org, Document string
	AWS                                        bool // AWS's own
	Created                                    time.Time
}

var fullAccess = Control{
	ID: FullAccess, Name: "FullAWSAccess", Description: "Allows access to every operation", Type: ServiceControl, AWS: true,
	Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
}

// FindControl finds a policy of an organization, or AWS's own.
func FindControl(c *Call, id string) (Control, bool) {
	if id == FullAccess {
		return fullAccess, true
	}
	return Get[Control](everywhere(c), KindControl, id)
}

// ControlsAt are the ids of the policies attached to a root, unit or account.
func ControlsAt(c *Call, node string) []string {
	ids, ok := Get[[]string](everywhere(c), KindControls, node)
	if !ok {
		return []string{FullAccess}
	}
	return ids
}

// AttachControl attaches a policy to a node.
func AttachControl(c *Call, node, id string) {
	if at := ControlsAt(c, node); !slices.Contains(at, id) {
		Put(everywhere(c), KindControls, node, append(at, id))
	}
}

// Controlled says whether a type of policies is enabled at a root.
func Controlled(c *Call, root, typ string) bool {
	types, _ := Get[[]string](everywhere(c), KindControlTypes, root)
	return slices.Contains(types, typ)
}

// EnableControl enables a type of policies at a root.
func EnableControl(c *Call, root, typ string) {
	types, _ := Get[[]string](everywhere(c), KindControlTypes, root)
	if !slices.Contains(types, typ) {
		Put(everywhere(c), KindControlTypes, root, append(types, typ))
	}
}

// DisableControl disables a type of policies at a root.
func DisableControl(c *Call, root, typ string) {
	types, _ := Get[[]string](everywhere(c), KindControlTypes, root)
	Put(everywhere(c), KindControlTypes, root, slices.DeleteFunc(types, func(t string) bool { return t == typ }))
}

// ControlsOver are the service control policies that bind an account's principals, as texts, a
// level each from the root to the account; nil where none do.
func ControlsOver(c *Call, account string) [][]string {
	org, ok := OrgOf(c, account)
	if !ok || org.Management == account || !Controlled(c, org.Root, ServiceControl) {
		return nil
	}
	a, _ := FindAccount(c, account)
	levels := [][]string{controlTexts(c, account)}
	for at := a.Parent; at != "" && len(levels) < 8; {
		levels = append(levels, controlTexts(c, at))
		u, _ := FindUnit(c, at)
		at = u.Parent
	}
	slices.Reverse(levels)
	return levels
}

func controlTexts(c *Call, node string) []string {
	var texts []string
	for _, id := range ControlsAt(c, node) {
		if p, ok := FindControl(c, id); ok && p.Type == ServiceControl {
			texts = append(texts, p.Document)
		}
	}
	return texts
}
