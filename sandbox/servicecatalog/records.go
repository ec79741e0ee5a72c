package servicecatalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

// Types of records.
const (
	provisioning = "PROVISION_PRODUCT"
	updating     = "UPDATE_PROVISIONED_PRODUCT"
	terminating  = "TERMINATE_PROVISIONED_PRODUCT"
	executing    = "EXECUTE_PROVISIONED_PRODUCT_SERVICE_ACTION" // AWS does not say its name
)

// States of a record.
const (
	created   = string(types.RecordStatusCreated)
	running   = string(types.RecordStatusInProgress)
	failing   = string(types.RecordStatusInProgressInError)
	succeeded = string(types.RecordStatusSucceeded)
	failed    = string(types.RecordStatusFailed)
)

func recordOperations() []world.Operation {
	return []world.Operation{
		read("DescribeRecord", describeRecord, needs("Id")),
		read("ListRecordHistory", listRecordHistory),
	}
}

// now is where the record stands at the call's time.
func (r record) now(c *world.Call) outcome {
	if c.Now.Equal(r.Created) {
		return outcome{Status: created}
	}
	if c.Now.Before(r.Due) || r.Engine && r.End == nil {
		return outcome{Status: running}
	}
	if r.End != nil {
		return *r.End
	}
	stack, found := cloudformation.Find(c.In(r.StackAccount, c.Region), r.StackID)
	end := r.ofStack(stack, found)
	end.At = stack.Since
	return end
}

// ofStack reads the record from where its stack stands.
func (r record) ofStack(stack cloudformation.Stack, found bool) outcome {
	if r.Type == terminating {
		return r.deletion(stack, found)
	}
	switch {
	case !found:
		return outcome{Status: failed, Code: "StackNotFound", Reason: "The stack " + r.StackID + " does not exist."}
	case strings.Contains(stack.Status, "ROLLBACK") && strings.HasSuffix(stack.Status, "_IN_PROGRESS"):
		return outcome{Status: failing}
	case strings.HasSuffix(stack.Status, "_IN_PROGRESS"):
		return outcome{Status: running}
	case stack.Status == "CREATE_COMPLETE", stack.Status == "UPDATE_COMPLETE":
		return outcome{Status: succeeded, Outputs: outputs(stack)}
	}
	return stackFailure(stack)
}

// follow ends the record with a work that is no stack's.
func (r *record) follow(f fate, code, why string) {
	r.Due, r.End = f.Due, &outcome{Status: succeeded}
	if f.Fails {
		r.fail(code, why)
	}
}

// deletion reads a termination: a stack that is not there is deleted.
func (r record) deletion(stack cloudformation.Stack, found bool) outcome {
	switch {
	case !found, stack.Status == "DELETE_COMPLETE":
		return outcome{Status: succeeded}
	case strings.HasSuffix(stack.Status, "_IN_PROGRESS"):
		return outcome{Status: running}
	case r.Forgive:
		return outcome{Status: succeeded}
	}
	return stackFailure(stack)
}

func stackFailure(stack cloudformation.Stack) outcome {
	reason := "Stack " + stack.Name + " is " + stack.Status + "."
	if stack.StatusReason != "" {
		reason += " " + stack.StatusReason
	}
	return outcome{Status: failed, Code: "CloudFormationError", Reason: reason}
}

// stackOutput is the output by which Service Catalog names the stack.
const stackOutput = "CloudformationStackARN"

func outputs(stack cloudformation.Stack) map[string]string {
	out := maps.Clone(stack.Outputs)
	if out == nil {
		out = map[string]string{}
	}
	out[stackOutput] = stack.ID
	return out
}

func toOutputs(of map[string]string) []types.RecordOutput {
	var out []types.RecordOutput
	for _, k := range slices.Sorted(maps.Keys(of)) {
		o := types.RecordOutput{OutputKey: new(k), OutputValue: new(of[k])}
		if k == stackOutput {
			o.Description = new("The ARN of the launched Cloudformation Stack")
		}
		out = append(out, o)
	}
	return out
}

func describeRecord(c *world.Call, in *servicecatalog.DescribeRecordInput) (*servicecatalog.DescribeRecordOutput, error) {
	r, ok := world.Get[record](c, kindRecord, *in.Id)
	if !ok {
		return nil, notFound("Record %s not found.", *in.Id)
	}
	cut, next, err := page(c, toOutputs(r.now(c).Outputs), in.PageSize, in.PageToken, narrow, r.ID)
	return &servicecatalog.DescribeRecordOutput{RecordDetail: r.detail(c), RecordOutputs: cut, NextPageToken: next}, err
}

// listRecordHistory gives the newest first.
func listRecordHistory(c *world.Call, in *servicecatalog.ListRecordHistoryInput) (*servicecatalog.ListRecordHistoryOutput, error) {
	mine, err := scopeOf(in.AccessLevelFilter, types.AccessLevelFilterKeyUser)
	if err != nil {
		return nil, err
	}
	f := val(in.SearchFilter)
	if k := val(f.Key); in.SearchFilter != nil && k != "product" && k != "provisionedproduct" {
		return nil, invalid("SearchFilter key %q is not product or provisionedproduct.", k)
	}
	all := slices.DeleteFunc(world.List[record](c, kindRecord), func(r record) bool {
		of := r.Product
		if val(f.Key) == "provisionedproduct" {
			of = r.Provisioned
		}
		return !mine(c, r.UserSession, r.UserRole) || f.Value != nil && of != *f.Value
	})
	slices.SortFunc(all, func(a, b record) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.Number, a.Number), cmp.Compare(a.ID, b.ID))
	})
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, val(f.Key), val(f.Value))
	out := &servicecatalog.ListRecordHistoryOutput{NextPageToken: next}
	for _, r := range cut {
		out.RecordDetails = append(out.RecordDetails, *r.detail(c))
	}
	return out, err
}

func latest(all ...time.Time) time.Time { return slices.MaxFunc(all, time.Time.Compare) }

func (r record) detail(c *world.Call) *types.RecordDetail {
	now := r.now(c)
	d := &types.RecordDetail{
		RecordId: new(r.ID), RecordType: new(r.Type), Status: types.RecordStatus(now.Status),
		CreatedTime: new(r.Created), UpdatedTime: new(r.Updated),
		ProductId: new(r.Product), ProvisioningArtifactId: new(r.Artifact), PathId: opt(r.Path), LaunchRoleArn: opt(r.LaunchRole),
		ProvisionedProductId: new(r.Provisioned), ProvisionedProductName: new(r.Name), ProvisionedProductType: new(r.Kind),
	}
	switch now.Status {
	case succeeded, failed:
		d.UpdatedTime = new(latest(r.Updated, r.Due, now.At))
	default:
		d.UpdatedTime = new(c.Now)
	}
	if now.Reason != "" {
		d.RecordErrors = []types.RecordError{{Code: new(now.Code), Description: new(now.Reason)}}
	}
	for _, t := range r.Tags {
		d.RecordTags = append(d.RecordTags, types.RecordTag{Key: new(t.Key), Value: new(t.Value)})
	}
	return d
}
