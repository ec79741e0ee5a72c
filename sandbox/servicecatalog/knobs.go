package servicecatalog

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

const prefix = "servicecatalog:"

// ceiling is a quota of AWS's: how many there may be, of what.
type ceiling struct {
	name string
	aws  int
	of   string
}

// AWS's quotas (SBX-39).
var (
	maxPortfolios      = ceiling{"portfolios", 100, "portfolios in a region"}
	maxProducts        = ceiling{"products", 350, "products in a region"}
	maxServiceActions  = ceiling{"service-actions", 200, "service actions in a region"}
	maxPlacements      = ceiling{"products-of-portfolio", 150, "products in a portfolio"}
	maxShared          = ceiling{"accounts-of-portfolio", 5000, "accounts that a portfolio is shared with"}
	maxPrincipals      = ceiling{"principals-of-portfolio", 100, "principals for a portfolio"}
	maxPatterns        = ceiling{"patterns-of-portfolio", 10, "principals of type IAM_PATTERN for a portfolio"}
	maxVersions        = ceiling{"versions-of-product", 100, "versions of a product"}
	maxReaders         = ceiling{"principals-of-product", 200, "principals for a product"}
	maxConstraints     = ceiling{"constraints", 100, "constraints for a product and portfolio"}
	maxTags            = ceiling{"tags", 20, "tags for a resource"}
	maxProvisionedTags = ceiling{"tags-of-provisioned-product", 50, "tags for a provisioned product"}
	maxTagOptions      = ceiling{"tag-options-of-resource", 25, "TagOptions for a resource"}
	maxTagOptionValues = ceiling{"values-of-tag-option", 25, "values for a TagOption key"}
	maxVersionActions  = ceiling{"service-actions-of-version", 25, "service actions for a provisioning artifact"}
	maxBudgets         = ceiling{"budgets-of-resource", 1, "budgets for a resource"}
	maxListed          = ceiling{"versions-listed", 100, "versions in the one page that ListProvisioningArtifacts has"}
)

var ceilings = []ceiling{
	maxPortfolios, maxProducts, maxServiceActions, maxPlacements, maxShared, maxPrincipals, maxPatterns, maxVersions, maxReaders,
	maxConstraints, maxTags, maxProvisionedTags, maxTagOptions, maxTagOptionValues, maxVersionActions, maxBudgets, maxListed,
}

func (q ceiling) max(c *world.Call) int { return world.Quota(c, prefix+q.name, q.aws) }

// room refuses one more where the quota's number is there already.
func (q ceiling) room(c *world.Call, have int) error {
	if have < q.max(c) {
		return nil
	}
	return wire.Fail("LimitExceededException", "You have reached the limit of %d %s.", q.max(c), q.of)
}

// work is asynchronous: it takes its time, and by a switch of its name it fails.
type work struct {
	name  string
	usual time.Duration
	does  string
}

var (
	makingProduct    = work{"product", 2 * time.Second, "a new product is CREATING"}
	makingVersion    = work{"version", 2 * time.Second, "a new provisioning artifact is CREATING"}
	makingConstraint = work{"constraint", 2 * time.Second, "a new constraint is CREATING"}
	sharing          = work{"share", 15 * time.Second, "a node share is created, updated or deleted"}
	enabling         = work{"access", 5 * time.Second, "Organizations access is UNDER_CHANGE"}
	copying          = work{"copy", 5 * time.Second, "a product is copied"}
	planning         = work{"plan", 2 * time.Second, "a plan of a provisioned product is made"}
	acting           = work{"service-action", 5 * time.Second, "a service action is executed"}
)

var works = []work{makingProduct, makingVersion, makingConstraint, sharing, enabling, copying, planning, acting}

// fate is when a work is done, and whether it has then failed. Both are settled as it starts.
type fate struct {
	Due   time.Time
	Fails bool `json:",omitempty"`
}

func (w work) start(c *world.Call) fate {
	return fate{c.Now.Add(world.Takes(c, prefix+w.name, w.usual)), world.Switched(c, prefix+w.name+"-fails")}
}

func (f fate) over(c *world.Call) bool { return !c.Now.Before(f.Due) }

// done says whether the work has ended well.
func (f fate) done(c *world.Call) bool { return f.over(c) && !f.Fails }

// status is the state of an object that the work makes.
func (f fate) status(c *world.Call) types.Status {
	switch {
	case !f.over(c):
		return types.StatusCreating
	case f.Fails:
		return types.StatusFailed
	}
	return types.StatusAvailable
}

// Switches: what AWS has been seen to do, or may do, and the calm sandbox does not.
const (
	statusCreated   = "product-status-created"
	clashNotFound   = "parallel-versions-not-found"
	clashHangs      = "parallel-versions-hang"
	freshPrincipals = "fresh-principals-unknown"
	lockByPortfolio = "share-lock-per-portfolio"
	lockByAccount   = "share-lock-per-account"
	withoutBudgets  = "no-budgets"
	engineRuns      = "engine"
)

var switches = []world.Knob{
	{Name: statusCreated, Says: "DescribeProductAsAdmin says CREATED where it should say AVAILABLE"},
	{Name: clashNotFound, Says: "a version made or deleted while another of its product is CREATING is ResourceNotFoundException (CT-3)"},
	{Name: clashHangs, Says: "a version made while another of its product is CREATING stays CREATING (CT-3)"},
	{Name: freshPrincipals, Says: "a role younger than 10 s is InvalidParametersException for AssociatePrincipalWithPortfolio (CT-9)"},
	{Name: lockByPortfolio, Says: "one share action at a time for each portfolio, not for the account and region (SBX-35)"},
	{Name: lockByAccount, Says: "one share action at a time for the account in all regions (SBX-35)"},
	{Name: withoutBudgets, Says: "no budget exists: AssociateBudgetWithResource is ResourceNotFoundException"},
	{Name: engineRuns, Says: "an engine serves EXTERNAL products: their records wait for Notify…EngineWorkflowResult, whose WorkflowToken is the record's id"},
}

func switched(c *world.Call, name string) bool { return world.Switched(c, prefix+name) }

// knobs are all settings that the service reads.
func knobs() []world.Knob {
	var all []world.Knob
	for _, q := range ceilings {
		all = append(all, world.Knob{Name: prefix + q.name, Kind: "quota", Usual: strconv.Itoa(q.aws), Says: q.of})
	}
	for _, w := range works {
		all = append(all, world.Knob{Name: prefix + w.name, Kind: "takes", Usual: w.usual.String(), Says: "how long " + w.does},
			world.Knob{Name: prefix + w.name + "-fails", Kind: "switch", Usual: "off", Says: "it fails when " + w.does})
	}
	for _, k := range switches {
		all = append(all, world.Knob{Name: prefix + k.Name, Kind: "switch", Usual: "off", Says: k.Says})
	}
	return all
}
