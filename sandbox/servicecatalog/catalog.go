// Package servicecatalog is AWS Service Catalog over the sandbox's world: portfolios,
// products and their versions, constraints, principals and shares in the account that owns
// them, and what an end user of a receiving account sees and launches. A launch is a stack
// of the sandbox's cloudformation; records and provisioned products follow that stack. Every
// state is computed on read from stored due times.
package servicecatalog

import (
	"slices"

	"github.com/axle-cd/axle/sandbox/world"
)

// Service gives the operations, by the group they are written in.
func Service() world.Service {
	return world.Service{Name: "servicecatalog", Knobs: knobs(), Eventual: eventual, Operations: slices.Concat(
		portfolioOperations(), productOperations(), artifactOperations(), placementOperations(),
		constraintOperations(), principalOperations(), tagOptionOperations(),
		shareOperations(), shareListOperations(), receiverOperations(), organizationOperations(),
		browseOperations(), launchOperations(), provisionedOperations(), recordOperations(),
		planOperations(), copyOperations(), importOperations(), propertyOperations(), stackSetOperations(), externalOperations(),
		serviceActionOperations(), associationOperations(), actionRunOperations(), budgetOperations(),
	)}
}
