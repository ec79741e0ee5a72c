package cloudformation

import (
	"fmt"
	"slices"

	"github.com/axle-cd/axle/sandbox/world"
)

// holding says which resource a physical id belongs to. It outlives a stack that retains it.
type holding struct {
	StackID, LogicalID string
	Value              string `json:",omitempty"` // of an SSM parameter
}

// home is the namespace of a type's names.
func home(c *world.Call, typ string) *world.Call {
	if naming[typ].global {
		return c.In(c.Account, "")
	}
	return c
}

func held(c *world.Call, typ, physicalID string) (holding, bool) {
	return world.Get[holding](home(c, typ), kindRow, typ+"/"+physicalID)
}

// taken says why the physical id cannot be used, "" if it can.
func taken(c *world.Call, typ, physicalID string) string {
	if h, ok := held(c, typ, physicalID); ok {
		return physicalID + " already exists in stack " + h.StackID
	}
	var ok bool
	switch typ {
	case typeBucket:
		_, ok = world.BucketOf(c, physicalID)
	case typeRole:
		_, ok = world.RoleOf(c, c.Account, physicalID)
	case typeQueue:
		if _, there := queueAt(c, physicalID); there {
			return inUse(typ, physicalID)
		}
	case typeTopic:
		if _, there := world.TopicOf(c, physicalID); there {
			return inUse(typ, physicalID)
		}
	}
	if ok {
		return physicalID + " already exists"
	}
	return ""
}

// inUse is what a type's handler says of an identifier that is taken.
func inUse(typ, id string) string {
	return fmt.Sprintf("Resource handler returned message: \"Resource of type '%s' with identifier '%s' already exists.\" (HandlerErrorCode: AlreadyExists)", typ, id)
}

// keep makes or changes what others see of a resource.
func keep(c *world.Call, stackID string, r resource) {
	h := holding{StackID: stackID, LogicalID: r.LogicalID}
	switch r.Type {
	case typeParameter:
		h.Value = text(r, "Value")
	case typeBucket:
		global := c.In("", "")
		b, ok := world.BucketOf(c, r.PhysicalID)
		if !ok {
			b = world.Bucket{Name: r.PhysicalID, Account: c.Account, Region: c.Region, Created: c.Now}
		}
		versioning, _ := r.Properties["VersioningConfiguration"].(map[string]any)
		b.Versioned = fmt.Sprint(versioning["Status"]) == "Enabled"
		world.Put(global, world.KindBucket, b.Name, b)
	default:
		h.Value = keepIdentity(c, r)
		if is, ok := messages[r.Type]; ok {
			before, _ := held(c, r.Type, r.PhysicalID)
			h.Value = is.keep(c, r, before.Value)
		}
	}
	world.Put(home(c, r.Type), kindRow, r.Type+"/"+r.PhysicalID, h)
}

// drop removes what others see of a resource, if it is the stack's.
func drop(c *world.Call, stackID string, r resource) {
	h, ok := held(c, r.Type, r.PhysicalID)
	if !ok || h.StackID != stackID {
		return
	}
	switch r.Type {
	case typeBucket:
		world.Remove(c.In("", ""), world.KindBucket, r.PhysicalID)
	default:
		dropIdentity(c, r, h)
		if is, ok := messages[r.Type]; ok {
			is.drop(c, r, h.Value)
		}
	}
	world.Remove(home(c, r.Type), kindRow, r.Type+"/"+r.PhysicalID)
}

// undeletable says why a resource cannot be deleted, "" if it can.
func undeletable(c *world.Call, r resource) string {
	if r.Type == typeBucket && len(world.List[world.Object](c.In(r.PhysicalID, ""), world.KindObject)) > 0 {
		return "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)"
	}
	for _, inner := range resourcesOf(c, r) {
		if fault := undeletable(c, inner); fault != "" {
			return "Embedded stack " + r.PhysicalID + " was not successfully deleted: " + fault
		}
	}
	return ""
}

// trust reads whom a role's policy lets in. A statement with a condition other than an
// external id lets nobody in: less than AWS would, never more.
func trust(role *world.Role, policy any) {
	document, _ := policy.(map[string]any)
	for _, s := range items(document["Statement"]) {
		statement, _ := s.(map[string]any)
		external, plain := externalID(statement["Condition"])
		principals, _ := statement["Principal"].(map[string]any)
		if statement["Effect"] != "Allow" || !plain || external != "" && role.ExternalID != "" && external != role.ExternalID {
			continue
		}
		for _, p := range items(principals["Service"]) {
			role.TrustServices = append(role.TrustServices, fmt.Sprint(p))
		}
		for _, p := range items(principals["AWS"]) {
			if account := accountOf(fmt.Sprint(p)); account != "" && !slices.Contains(role.TrustAccounts, account) {
				role.TrustAccounts, role.ExternalID = append(role.TrustAccounts, account), external
			}
		}
	}
}

func externalID(condition any) (id string, plain bool) {
	m, _ := condition.(map[string]any)
	if len(m) == 0 {
		return "", true
	}
	equals, _ := m["StringEquals"].(map[string]any)
	id, ok := equals["sts:ExternalId"].(string)
	return id, ok && len(m) == 1 && len(equals) == 1
}

// accountOf gives the account of a trusted principal: 12 digits or that account's root.
// A single role of it is not widened to the whole account.
func accountOf(principal string) string {
	var account string
	if len(principal) == 12 {
		return principal
	}
	if _, err := fmt.Sscanf(principal, "arn:aws:iam::%12s", &account); err != nil || principal != "arn:aws:iam::"+account+":root" {
		return ""
	}
	return account
}

func items(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	if v == nil {
		return nil
	}
	return []any{v}
}
