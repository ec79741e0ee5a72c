package servicecatalog

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func serviceActionOperations() []world.Operation {
	limits := []rule{limit("Name", 256), limit("Description", 1024)}
	return []world.Operation{
		write("CreateServiceAction", "IdempotencyToken", createServiceAction, append(limits, needs("Name", "DefinitionType", "Definition"))...),
		write("UpdateServiceAction", "", updateServiceAction, append(limits, needs("Id"))...),
		read("DescribeServiceAction", describeServiceAction, needs("Id")),
		write("DeleteServiceAction", "IdempotencyToken", deleteServiceAction, needs("Id")),
		read("ListServiceActions", listServiceActions),
	}
}

// serviceAction is something an end user may do to a provisioned product: an SSM document.
type serviceAction struct {
	ID, Account, Name, Description, Type string
	Definition                           map[string]string
}

func createServiceAction(c *world.Call, in *servicecatalog.CreateServiceActionInput) (*servicecatalog.CreateServiceActionOutput, error) {
	if err := maxServiceActions.room(c, len(world.List[serviceAction](c, kindServiceAction))); err != nil {
		return nil, err
	}
	a := serviceAction{ID: newID(c, "act-"), Account: c.Account, Name: *in.Name, Description: val(in.Description),
		Type: string(in.DefinitionType), Definition: in.Definition}
	if err := a.check(); err != nil {
		return nil, err
	}
	world.Put(c, kindServiceAction, a.ID, a)
	return &servicecatalog.CreateServiceActionOutput{ServiceActionDetail: a.detail()}, nil
}

var actionName = regexp.MustCompile(`^[a-zA-Z0-9_\-.]+$`)

// check judges the action's name and definition. Whether the document exists is not judged:
// the sandbox runs none.
func (a serviceAction) check() error {
	switch {
	case !actionName.MatchString(a.Name):
		return violated("Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]*", a.Name)
	case a.Type != string(types.ServiceActionDefinitionTypeSsmAutomation):
		return violated("Value '%s' at 'definitionType' failed to satisfy constraint: Member must satisfy enum value set: [SSM_AUTOMATION]", a.Type)
	case a.Definition["Name"] == "" || a.Definition["Version"] == "":
		return invalid("The definition of a service action needs Name and Version.")
	}
	for key := range a.Definition {
		if !slices.Contains(types.ServiceActionDefinitionKey("").Values(), types.ServiceActionDefinitionKey(key)) {
			return violated("Value '%s' at 'definition' failed to satisfy constraint: Map keys must satisfy enum value set: [Name, Version, AssumeRole, Parameters]", key)
		}
	}
	if role := a.Definition["AssumeRole"]; role != "" && role != "LAUNCH_ROLE" && !arnForm.MatchString(role) {
		return invalid("AssumeRole %s is neither the ARN of a role nor LAUNCH_ROLE.", role)
	}
	_, err := a.parameters()
	return err
}

// parameters are what the definition says of the document's parameters: TARGET is filled in
// with the provisioned product's resource, TEXT_VALUE by who executes the action.
func (a serviceAction) parameters() ([]actionParameter, error) {
	text := a.Definition["Parameters"]
	if text == "" {
		return nil, nil
	}
	var all []actionParameter
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, invalid("The Parameters of a service action are not a JSON list of {Name, Type}: %v", err)
	}
	for _, p := range all {
		if p.Name == "" || p.Type != "TARGET" && p.Type != "TEXT_VALUE" {
			return nil, invalid("A parameter of a service action needs a Name, and the Type TARGET or TEXT_VALUE.")
		}
	}
	return all, nil
}

type actionParameter struct{ Name, Type string }

func updateServiceAction(c *world.Call, in *servicecatalog.UpdateServiceActionInput) (*servicecatalog.UpdateServiceActionOutput, error) {
	a, err := ownServiceAction(c, *in.Id)
	if err != nil {
		return nil, err
	}
	set(&a.Name, in.Name)
	set(&a.Description, in.Description)
	if len(in.Definition) > 0 {
		a.Definition = in.Definition
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	world.Put(c, kindServiceAction, a.ID, a)
	return &servicecatalog.UpdateServiceActionOutput{ServiceActionDetail: a.detail()}, nil
}

func describeServiceAction(c *world.Call, in *servicecatalog.DescribeServiceActionInput) (*servicecatalog.DescribeServiceActionOutput, error) {
	a, err := ownServiceAction(c, *in.Id)
	return &servicecatalog.DescribeServiceActionOutput{ServiceActionDetail: a.detail()}, err
}

func deleteServiceAction(c *world.Call, in *servicecatalog.DeleteServiceActionInput) (*servicecatalog.DeleteServiceActionOutput, error) {
	a, err := ownServiceAction(c, *in.Id)
	if err != nil {
		return nil, err
	}
	if n := len(world.List[association](c, under(kindActed, a.ID))); n > 0 {
		return nil, inUse("Service action %s is associated with %d provisioning artifacts.", a.ID, n)
	}
	world.Remove(c, kindServiceAction, a.ID)
	return &servicecatalog.DeleteServiceActionOutput{}, nil
}

func listServiceActions(c *world.Call, in *servicecatalog.ListServiceActionsInput) (*servicecatalog.ListServiceActionsOutput, error) {
	cut, next, err := page(c, world.List[serviceAction](c, kindServiceAction), in.PageSize, in.PageToken, narrow)
	return &servicecatalog.ListServiceActionsOutput{ServiceActionSummaries: actionSummaries(cut), NextPageToken: next}, err
}

func ownServiceAction(c *world.Call, id string) (serviceAction, error) {
	a, ok := world.Get[serviceAction](c, kindServiceAction, id)
	if !ok {
		return a, notFound("Service action %s not found.", id)
	}
	return a, nil
}

func (a serviceAction) summary() *types.ServiceActionSummary {
	return &types.ServiceActionSummary{
		Id: new(a.ID), Name: new(a.Name), Description: opt(a.Description), DefinitionType: types.ServiceActionDefinitionType(a.Type),
	}
}

func (a serviceAction) detail() *types.ServiceActionDetail {
	return &types.ServiceActionDetail{ServiceActionSummary: a.summary(), Definition: a.Definition}
}

func actionSummaries(all []serviceAction) []types.ServiceActionSummary {
	var out []types.ServiceActionSummary
	for _, a := range all {
		out = append(out, *a.summary())
	}
	return out
}
