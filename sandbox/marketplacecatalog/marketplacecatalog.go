// Package marketplacecatalog answers what AWS Marketplace Catalog says of Private Marketplace:
// experiences, what their policies allow, whom they bind, and the change sets that change them. A
// change set takes about a minute; what it did is told when somebody asks.
package marketplacecatalog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Region is the one in which AWS Marketplace has its APIs.
const Region = "us-east-1"

// Principal is the service to which trusted access and administration of a private marketplace
// are given.
const Principal = "private-marketplace.marketplace.amazonaws.com"

// Service is AWS Marketplace Catalog.
func Service() world.Service {
	return world.Service{Name: "marketplace-catalog", Region: Region, Knobs: Knobs, Operations: []world.Operation{
		world.Write("StartChangeSet", "ClientRequestToken", startChangeSet).Only("Catalog", "ChangeSet", "ChangeSetName", "ChangeSetTags", "ClientRequestToken", "Intent"),
		world.Write("CancelChangeSet", "", cancelChangeSet),
		world.Read("DescribeChangeSet", describeChangeSet),
		world.Read("ListChangeSets", listChangeSets).Only("Catalog", "FilterList", "MaxResults", "NextToken", "Sort"),
		world.Read("DescribeEntity", describeEntity),
		world.Read("BatchDescribeEntities", batchDescribe),
		world.Read("ListEntities", listEntities).Only("Catalog", "EntityType", "FilterList", "MaxResults", "NextToken", "Sort"),
		world.Write("TagResource", "", tagResource),
		world.Write("UntagResource", "", untagResource),
		world.Read("ListTagsForResource", listTags),
	}}
}

// Names of the settings that the service reads.
const (
	knobWork    = "marketplace-catalog:change-set"
	knobPrepare = "marketplace-catalog:preparing"
	quotaOpen   = "marketplace-catalog:open-change-sets"
)

const (
	usualWork    = time.Minute
	usualPrepare = 10 * time.Second
	maxOpen      = 250
	history      = 60 * 24 * time.Hour
)

// Knobs are the settings that the service reads.
var Knobs = []world.Knob{
	{Name: knobWork, Kind: "takes", Usual: "1m0s", Says: "a change set, from its start to its end"},
	{Name: knobPrepare, Kind: "takes", Usual: "10s", Says: "how long of it a change set is PREPARING, and may be cancelled"},
	{Name: quotaOpen, Kind: "quota", Usual: "250", Says: "change sets of an organization that are open"},
	{Name: "marketplace-catalog:rate", Kind: "quota", Usual: "5", Says: "calls a second of each operation, where calls are limited, but of those below"},
	{Name: "marketplace-catalog:rate-DescribeChangeSet", Kind: "quota", Usual: "10", Says: "calls a second"},
	{Name: "marketplace-catalog:rate-DescribeEntity", Kind: "quota", Usual: "20", Says: "calls a second"},
	{Name: "marketplace-catalog:rate-ListEntities", Kind: "quota", Usual: "10", Says: "calls a second"},
}

func invalid(format string, args ...any) error {
	return wire.Fail("ValidationException", format, args...)
}

func noSuch(what string) error {
	return wire.Fail("ResourceNotFoundException", "%s was not found.", what)
}

// theCatalog refuses a catalog that is not AWS's.
func theCatalog(name *string) error {
	if aws.ToString(name) != "AWSMarketplace" {
		return invalid("Catalog must be AWSMarketplace.")
	}
	return nil
}

// office is from where a caller sees a private marketplace: the account that owns it, which is the
// organization's management account, and whether it is shared with the caller.
type office struct {
	owner         string
	shared, rules bool // rules: the caller may change it
}

func officeOf(c *world.Call) office {
	org, ok := world.OrgOf(c, c.Account)
	switch {
	case !ok:
		return office{owner: c.Account, rules: true}
	case c.Account == org.Management:
		return office{owner: c.Account, rules: true}
	case slices.Contains(org.DelegatedAdmins[Principal], c.Account):
		return office{owner: org.Management, shared: true, rules: true}
	}
	return office{owner: c.Account}
}

// enter gives the place where the caller's entities are, with everything done that is due.
func enter(c *world.Call) (*world.Call, office) {
	o := officeOf(c)
	at := c.In(o.owner, Region)
	settle(at)
	return at, o
}

// listed says whether a list shows what the caller sees: what is shared must be asked for so, and
// what is not must not be. The wrong scope is an empty list, and no error (MKA-9).
func (o office) listed(filters []types.Filter) bool {
	return o.shared == slices.Contains(values(filters, "Scope"), "SharedWithMe")
}

// values are those of a filter, nil where it is not given.
func values(filters []types.Filter, name string) []string {
	for _, f := range filters {
		if aws.ToString(f.Name) == name {
			return f.ValueList
		}
	}
	return nil
}

// known refuses filters of other names, given twice or without a value.
func known(filters []types.Filter, names ...string) error {
	var seen []string
	for _, f := range filters {
		name := aws.ToString(f.Name)
		if !slices.Contains(names, name) || slices.Contains(seen, name) || len(f.ValueList) < 1 || len(f.ValueList) > 10 {
			return invalid("FilterList takes each of %s once, with 1 to 10 values.", strings.Join(names, ", "))
		}
		seen = append(seen, name)
	}
	return nil
}

// page cuts a list; its token is bound to what was asked.
func page[T any](all []T, asked string, usual, most int, size *int32, token *string) (cut []T, next *string, err error) {
	n, from := usual, 0
	if size != nil {
		if n = int(*size); n < 1 || n > most {
			return nil, nil, invalid("MaxResults must be between 1 and %d.", most)
		}
	}
	mark := wire.Checksum("sha256", []byte(asked))[:16]
	if token != nil {
		rest, ok := strings.CutPrefix(*token, mark)
		if from, err = strconv.Atoi(rest); !ok || err != nil || from < 0 || from > len(all) {
			return nil, nil, invalid("NextToken is not one of this list's.")
		}
	}
	to := min(from+n, len(all))
	if to < len(all) {
		next = aws.String(mark + strconv.Itoa(to))
	}
	return all[from:to], next, nil
}

// stamp writes a time as the service does.
func stamp(t time.Time) *string { return aws.String(t.UTC().Format("2006-01-02T15:04:05Z")) }
