package sandbox

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"

	catalog "github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// marketAsks are about the entities of the input. To start a change set is asked for each change: of
// its experience and of the change set, under catalog:ChangeType.
func marketAsks(c *world.Call, in any, a world.Ask) []world.Ask {
	on := func(kind, id string) string { return catalog.ARN(c, kind, id) }
	switch in := in.(type) {
	case *marketplacecatalog.StartChangeSetInput:
		return changeAsks(in, a, on)
	case *marketplacecatalog.BatchDescribeEntitiesInput:
		var all []world.Ask
		for _, e := range in.EntityRequestList {
			one := a
			one.Resource = on(entityKind(aws.ToString(e.EntityId)), aws.ToString(e.EntityId))
			all = append(all, one)
		}
		return all
	case *marketplacecatalog.DescribeEntityInput:
		a.Resource = on(entityKind(aws.ToString(in.EntityId)), aws.ToString(in.EntityId))
	case *marketplacecatalog.DescribeChangeSetInput:
		a.Resource = on("ChangeSet", aws.ToString(in.ChangeSetId))
	case *marketplacecatalog.CancelChangeSetInput:
		a.Resource = on("ChangeSet", aws.ToString(in.ChangeSetId))
	case *marketplacecatalog.TagResourceInput:
		a.Resource = aws.ToString(in.ResourceArn)
	case *marketplacecatalog.UntagResourceInput:
		a.Resource = aws.ToString(in.ResourceArn)
	case *marketplacecatalog.ListTagsForResourceInput:
		a.Resource = aws.ToString(in.ResourceArn)
	case *marketplaceagreement.SearchAgreementsInput:
		for _, f := range in.Filters {
			if name := aws.ToString(f.Name); (name == "PartyType" || name == "AgreementType") && len(f.Values) == 1 {
				a.Keys["aws-marketplace:"+name] = f.Values[0]
			}
		}
	}
	return []world.Ask{a}
}

func changeAsks(in *marketplacecatalog.StartChangeSetInput, a world.Ask, on func(kind, id string) string) (all []world.Ask) {
	for _, change := range in.ChangeSet {
		keys := map[string]string{"catalog:ChangeType": aws.ToString(change.ChangeType)}
		id := "*" // what is not there yet
		if e := change.Entity; e != nil && !strings.HasPrefix(aws.ToString(e.Identifier), "$") {
			id, _, _ = strings.Cut(cmp.Or(aws.ToString(e.Identifier), id), "@")
		}
		for _, resource := range []string{on("Experience", id), on("ChangeSet", "*")} {
			one := a
			one.Resource, one.Keys = resource, keys
			all = append(all, one)
		}
	}
	return all
}

// entityKind is the type of an entity by its id.
func entityKind(id string) string {
	prefix, _, _ := strings.Cut(id, "-")
	return map[string]string{"exp": "Experience", "procpolicy": "ProcurementPolicy", "brandsettings": "BrandingSettings", "aud": "Audience"}[prefix]
}
