package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// User is an end user of a spoke: a role in an account, in one region.
type User struct {
	Account, Role, Region string
}

// Offer is what a user sees of a version, ready to launch.
type Offer struct {
	ProductID  string   `json:"product_id"`
	ArtifactID string   `json:"artifact_id"`
	PathID     string   `json:"path_id"` // the launch path
	Parameters []string `json:"parameters"`

	TagOptions map[string][]string `json:"tag_options,omitempty"` // what a launch chooses from, by key
}

// LaunchRequest asks for a provisioned product of a version, new or updated to it.
type LaunchRequest struct {
	User       User
	Product    string // its name on AWS
	Version    string
	Name       string // of the provisioned product; the same name is the same one
	Parameters map[string]string
	Tags       map[string]string
	Choices    map[string][]string // product.yaml's tag_options: where Tags say nothing, the first that is offered
}

// Chosen are the launch's tags, with a value for each key that the offer leaves a choice of.
func (q LaunchRequest) Chosen(offered map[string][]string) (map[string]string, error) {
	tags := maps.Clone(q.Tags)
	for _, key := range sortedKeys(offered) {
		if _, given := tags[key]; given || len(offered[key]) == 1 {
			continue
		}
		if len(offered[key]) == 0 {
			return nil, document.Fail("AXLE2662", fmt.Sprintf("%s offers no value of the tag option %s: portfolio and product have none in common", q.Product, key),
				"give them a value in common, or take the tag option from the portfolio", nil)
		}
		i := slices.IndexFunc(q.Choices[key], func(v string) bool { return slices.Contains(offered[key], v) })
		if i < 0 {
			return nil, document.Fail("AXLE2664", fmt.Sprintf("a launch of %s chooses %s: one of %s", q.Product, key, strings.Join(offered[key], ", ")), "give it as a tag", nil)
		}
		if tags == nil {
			tags = map[string]string{}
		}
		tags[key] = q.Choices[key][i]
	}
	return tags, nil
}

// Provisioned is a provisioned product as Service Catalog tells it.
type Provisioned struct {
	ID       string            `json:"id"` // pp-…
	Name     string            `json:"name"`
	Status   string            `json:"status"` // AVAILABLE, UNDER_CHANGE, TAINTED, ERROR, PLAN_IN_PROGRESS
	Message  string            `json:"message,omitempty"`
	Version  string            `json:"version"` // name of its provisioning artifact
	StackARN string            `json:"stack_arn,omitempty"`
	Outputs  map[string]string `json:"outputs,omitempty"`
}

// EntryTag is the tag that says which entry of enforced a provisioned product answers.
const EntryTag = "axle:enforced"

// Launch is a provisioned product that axle keeps in a spoke: an entry of enforced, there.
type Launch struct {
	Entry      string            `json:"entry"` // of enforced in catalog.yaml
	Account    string            `json:"account"`
	Region     string            `json:"region"`
	Role       string            `json:"role"`    // whom it is launched as
	Product    string            `json:"product"` // its key
	Version    string            `json:"version"`
	Name       string            `json:"name"` // of the provisioned product: the same entry there is the same one
	Parameters map[string]string `json:"parameters,omitempty"`
	After      []string          `json:"after,omitempty"`      // entries that come first, in the same account and region
	Terminated bool              `json:"terminated,omitempty"` // git wants it gone

	ProductID   string `json:"product_id,omitempty"` // prod-…, once it exists
	ProductName string `json:"product_name,omitempty"`
	VersionID   string `json:"version_id,omitempty"` // pa-…, once it exists
	ID          string `json:"id,omitempty"`         // pp-…, once it exists
	State       string `json:"state,omitempty"`      // observed: AWS's
}
