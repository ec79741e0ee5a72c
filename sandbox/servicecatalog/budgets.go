package servicecatalog

import (
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func budgetOperations() []world.Operation {
	return []world.Operation{
		write("AssociateBudgetWithResource", "", associateBudget, needs("BudgetName", "ResourceId"), limit("BudgetName", 100)),
		write("DisassociateBudgetFromResource", "", disassociateBudget, needs("BudgetName", "ResourceId")),
		read("ListBudgetsForResource", listBudgets, needs("ResourceId")),
	}
}

type budget struct{ Name string }

// associateBudget takes a budget by its name. The sandbox has no budgets of its own: every name
// is one, unless the world is switched to have none.
func associateBudget(c *world.Call, in *servicecatalog.AssociateBudgetWithResourceInput) (*servicecatalog.AssociateBudgetWithResourceOutput, error) {
	if err := ownResource(c, *in.ResourceId); err != nil {
		return nil, err
	}
	if switched(c, withoutBudgets) {
		return nil, notFound("Budget %s not found.", *in.BudgetName)
	}
	kind := under(kindBudget, *in.ResourceId)
	if _, ok := world.Get[budget](c, kind, *in.BudgetName); ok {
		return nil, duplicate("Budget %s is already associated with %s.", *in.BudgetName, *in.ResourceId)
	}
	if err := maxBudgets.room(c, len(world.List[budget](c, kind))); err != nil {
		return nil, err
	}
	world.Put(c, kind, *in.BudgetName, budget{*in.BudgetName})
	return &servicecatalog.AssociateBudgetWithResourceOutput{}, nil
}

func disassociateBudget(c *world.Call, in *servicecatalog.DisassociateBudgetFromResourceInput) (*servicecatalog.DisassociateBudgetFromResourceOutput, error) {
	kind := under(kindBudget, *in.ResourceId)
	if _, ok := world.Get[budget](c, kind, *in.BudgetName); !ok {
		return nil, notFound("Budget %s is not associated with %s.", *in.BudgetName, *in.ResourceId)
	}
	world.Remove(c, kind, *in.BudgetName)
	return &servicecatalog.DisassociateBudgetFromResourceOutput{}, nil
}

// dropBudgets takes the budgets from a resource that goes.
func dropBudgets(c *world.Call, resource string) {
	kind := under(kindBudget, resource)
	for _, b := range world.List[budget](c, kind) {
		world.Remove(c, kind, b.Name)
	}
}

func listBudgets(c *world.Call, in *servicecatalog.ListBudgetsForResourceInput) (*servicecatalog.ListBudgetsForResourceOutput, error) {
	if err := ownResource(c, *in.ResourceId); err != nil {
		return nil, err
	}
	cut, next, err := page(c, world.List[budget](c, under(kindBudget, *in.ResourceId)), in.PageSize, in.PageToken, narrow, *in.ResourceId)
	out := &servicecatalog.ListBudgetsForResourceOutput{NextPageToken: next}
	for _, b := range cut {
		out.Budgets = append(out.Budgets, types.BudgetDetail{BudgetName: new(b.Name)})
	}
	return out, err
}
