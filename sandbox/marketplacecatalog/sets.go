package marketplacecatalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/document"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// findSet gives a change set that the caller sees.
func findSet(c *world.Call, catalog, id *string) (*world.Call, changeSet, error) {
	at, _ := enter(c)
	if err := theCatalog(catalog); err != nil {
		return nil, changeSet{}, err
	}
	s, ok := world.Get[changeSet](at, kindSet, aws.ToString(id))
	if !ok || s.forgotten(c.Now) {
		return nil, s, noSuch("Change set " + aws.ToString(id))
	}
	return at, s, nil
}

func (s changeSet) arn(at *world.Call) *string {
	return aws.String(entityARN(at.Account, "ChangeSet", s.ID))
}

func cancelChangeSet(c *world.Call, in *marketplacecatalog.CancelChangeSetInput) (*marketplacecatalog.CancelChangeSetOutput, error) {
	at, s, err := findSet(c, in.Catalog, in.ChangeSetId)
	if err != nil {
		return nil, err
	}
	if status := s.status(c.Now); status != types.ChangeStatusPreparing {
		return nil, wire.Fail("ResourceInUseException", "Change set %s is %s: one that is PREPARING can be cancelled.", s.ID, status)
	}
	s.Status, s.End = string(types.ChangeStatusCancelled), c.Now
	s.close(at)
	return &marketplacecatalog.CancelChangeSetOutput{ChangeSetId: &s.ID, ChangeSetArn: s.arn(at)}, nil
}

func describeChangeSet(c *world.Call, in *marketplacecatalog.DescribeChangeSetInput) (*marketplacecatalog.DescribeChangeSetOutput, error) {
	at, s, err := findSet(c, in.Catalog, in.ChangeSetId)
	if err != nil {
		return nil, err
	}
	out := &marketplacecatalog.DescribeChangeSetOutput{ChangeSetId: &s.ID, ChangeSetArn: s.arn(at), Intent: types.IntentApply,
		StartTime: stamp(s.Start), EndTime: s.ended(), Status: s.status(c.Now), FailureCode: types.FailureCode(s.Failure)}
	if s.Name != "" {
		out.ChangeSetName = &s.Name
	}
	if s.Why != "" {
		out.FailureDescription = &s.Why
	}
	for _, one := range s.Changes {
		out.ChangeSet = append(out.ChangeSet, one.shown())
	}
	return out, nil
}

func (s changeSet) ended() *string {
	if !s.Settled {
		return nil
	}
	return stamp(s.End)
}

func (one change) shown() types.ChangeSummary {
	text := string(one.Details)
	shown := types.ChangeSummary{ChangeType: &one.Type, Entity: &types.Entity{Type: aws.String(entityType)}, Details: &text, ErrorDetailList: []types.ErrorDetail{}}
	decoder := json.NewDecoder(bytes.NewReader(one.Details))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) == nil { // it was, when the set began
		shown.DetailsDocument = document.NewLazyDocument(v)
	}
	if one.Name != "" {
		shown.ChangeName = &one.Name
	}
	if id := cmp.Or(one.Made, one.Given); id != "" {
		shown.Entity.Identifier = &id
	}
	for _, m := range one.Errors {
		shown.ErrorDetailList = append(shown.ErrorDetailList, types.ErrorDetail{ErrorCode: &m.Code, ErrorMessage: &m.Message})
	}
	return shown
}

const setsListed = 20

func listChangeSets(c *world.Call, in *marketplacecatalog.ListChangeSetsInput) (*marketplacecatalog.ListChangeSetsOutput, error) {
	at, o := enter(c)
	if err := theCatalog(in.Catalog); err != nil {
		return nil, err
	}
	keep, err := setFilter(c.Now, in.FilterList)
	if err != nil {
		return nil, err
	}
	var all []changeSet
	if o.listed(in.FilterList) {
		all = slices.DeleteFunc(world.List[changeSet](at, kindSet), func(s changeSet) bool { return s.forgotten(c.Now) || !keep(s) })
	}
	order, err := ordered(in.Sort, "StartTime", types.SortOrderDescending, map[string]func(changeSet) string{
		"StartTime": func(s changeSet) string { return s.Start.UTC().Format(sortable) },
		"EndTime":   func(s changeSet) string { return s.End.UTC().Format(sortable) },
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, order)
	asked, err := json.Marshal([]any{"ListChangeSets", c.Account, in.FilterList, in.Sort})
	if err != nil {
		return nil, err
	}
	out := &marketplacecatalog.ListChangeSetsOutput{}
	cut, next, err := page(all, string(asked), setsListed, setsListed, in.MaxResults, in.NextToken)
	for _, s := range cut {
		one := types.ChangeSetSummaryListItem{ChangeSetId: &s.ID, ChangeSetArn: s.arn(at), StartTime: stamp(s.Start), EndTime: s.ended(),
			Status: s.status(c.Now), FailureCode: types.FailureCode(s.Failure), EntityIdList: append([]string{}, s.Touched...)}
		if s.Name != "" {
			one.ChangeSetName = &s.Name
		}
		out.ChangeSetSummaryList = append(out.ChangeSetSummaryList, one)
	}
	out.NextToken = next
	return out, err
}

// sortable keeps the order of times in that of their texts.
const sortable = "2006-01-02T15:04:05.000000000"

// setFilter says which change sets a list is of: those that all filters let through.
func setFilter(now time.Time, filters []types.Filter) (func(changeSet) bool, error) {
	if err := known(filters, "Scope", "ChangeSetName", "Status", "EntityId", "BeforeStartTime", "AfterStartTime", "BeforeEndTime", "AfterEndTime"); err != nil {
		return nil, err
	}
	times := map[string]time.Time{}
	for _, f := range filters {
		name := *f.Name
		if !strings.HasSuffix(name, "Time") {
			continue
		}
		at, err := time.Parse(time.RFC3339, f.ValueList[0])
		if err != nil {
			return nil, invalid("%s takes a time as 2006-01-02T15:04:05Z.", name)
		}
		times[name] = at
	}
	among := func(name, value string) bool {
		want := values(filters, name)
		return want == nil || slices.Contains(want, value)
	}
	before := func(name string, t time.Time) bool { at, ok := times[name]; return !ok || t.Before(at) }
	after := func(name string, t time.Time) bool { at, ok := times[name]; return !ok || t.After(at) }
	ended := func(s changeSet) bool {
		_, b := times["BeforeEndTime"]
		_, a := times["AfterEndTime"]
		return !a && !b || s.Settled && before("BeforeEndTime", s.End) && after("AfterEndTime", s.End)
	}
	return func(s changeSet) bool {
		of := values(filters, "EntityId")
		return among("ChangeSetName", s.Name) && among("Status", string(s.status(now))) &&
			(of == nil || slices.ContainsFunc(s.Touched, func(e string) bool { return slices.Contains(of, e) })) &&
			before("BeforeStartTime", s.Start) && after("AfterStartTime", s.Start) && ended(s)
	}, nil
}
