package marketplacecatalog

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func describeEntity(c *world.Call, in *marketplacecatalog.DescribeEntityInput) (*marketplacecatalog.DescribeEntityOutput, error) {
	at, _ := enter(c)
	if err := theCatalog(in.Catalog); err != nil {
		return nil, err
	}
	id := aws.ToString(in.EntityId)
	if strings.Contains(id, "@") {
		return nil, invalid("EntityId takes no revision.")
	}
	e, ok := find(at, id)
	if !ok {
		return nil, noSuch("Entity " + id)
	}
	document, text := e.details()
	return &marketplacecatalog.DescribeEntityOutput{Details: text, DetailsDocument: document, EntityArn: aws.String(e.arn(at.Account)),
		EntityIdentifier: aws.String(e.identifier()), EntityType: aws.String(e.typ + "@1.0"), LastModifiedDate: stamp(e.Modified)}, nil
}

const maxBatch = 20

func batchDescribe(c *world.Call, in *marketplacecatalog.BatchDescribeEntitiesInput) (*marketplacecatalog.BatchDescribeEntitiesOutput, error) {
	at, _ := enter(c)
	if len(in.EntityRequestList) < 1 || len(in.EntityRequestList) > maxBatch {
		return nil, invalid("EntityRequestList must have 1 to %d entities.", maxBatch)
	}
	out := &marketplacecatalog.BatchDescribeEntitiesOutput{EntityDetails: map[string]types.EntityDetail{}, Errors: map[string]types.BatchDescribeErrorDetail{}}
	for _, want := range in.EntityRequestList {
		if err := theCatalog(want.Catalog); err != nil {
			return nil, err
		}
		id := aws.ToString(want.EntityId)
		e, ok := find(at, id)
		if !ok {
			out.Errors[id] = types.BatchDescribeErrorDetail{ErrorCode: aws.String("ResourceNotFoundException"), ErrorMessage: aws.String("Entity " + id + " was not found.")}
			continue
		}
		document, _ := e.details()
		out.EntityDetails[id] = types.EntityDetail{DetailsDocument: document, EntityArn: aws.String(e.arn(at.Account)),
			EntityIdentifier: aws.String(e.identifier()), EntityType: aws.String(e.typ + "@1.0"), LastModifiedDate: stamp(e.Modified)}
	}
	return out, nil
}

func listEntities(c *world.Call, in *marketplacecatalog.ListEntitiesInput) (*marketplacecatalog.ListEntitiesOutput, error) {
	at, o := enter(c)
	if err := theCatalog(in.Catalog); err != nil {
		return nil, err
	}
	typ := aws.ToString(in.EntityType)
	all, ok := every(at, typ)
	if !ok {
		return nil, wire.NotHere("marketplace-catalog:ListEntities.EntityType." + typ)
	}
	if err := known(in.FilterList, "Scope", "EntityId", "Name"); err != nil {
		return nil, err
	}
	if !o.listed(in.FilterList) {
		all = nil
	}
	byID, byName := values(in.FilterList, "EntityId"), values(in.FilterList, "Name")
	all = slices.DeleteFunc(all, func(e shown) bool {
		return byID != nil && !slices.Contains(byID, e.ID) || byName != nil && !slices.Contains(byName, e.Name)
	})
	order, err := ordered(in.Sort, "EntityId", types.SortOrderAscending, map[string]func(shown) string{
		"EntityId": func(e shown) string { return e.ID }, "Name": func(e shown) string { return e.Name },
		"LastModifiedDate": func(e shown) string { return *stamp(e.Modified) },
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, order)
	asked := strings.Join(slices.Concat([]string{"ListEntities", c.Account, typ}, byID, byName), "/")
	out := &marketplacecatalog.ListEntitiesOutput{}
	cut, next, err := page(all, asked, 20, 50, in.MaxResults, in.NextToken)
	for _, e := range cut {
		out.EntitySummaryList = append(out.EntitySummaryList, types.EntitySummary{EntityId: aws.String(e.ID), Name: aws.String(e.Name), EntityType: aws.String(e.typ),
			EntityArn: aws.String(e.arn(at.Account)), LastModifiedDate: stamp(e.Modified)})
	}
	out.NextToken = next
	return out, err
}

// ordered gives the order that is asked for, by one of the texts that things have.
func ordered[T any](sort *types.Sort, usual string, direction types.SortOrder, by map[string]func(T) string) (func(a, b T) int, error) {
	name := usual
	if sort != nil {
		if sort.SortBy != nil {
			name = *sort.SortBy
		}
		if sort.SortOrder != "" {
			direction = sort.SortOrder
		}
	}
	text := by[name]
	if text == nil {
		return nil, invalid("%q is not what this list is sorted by.", name)
	}
	return func(a, b T) int {
		if direction == types.SortOrderDescending {
			a, b = b, a
		}
		return strings.Compare(text(a), text(b))
	}, nil
}
