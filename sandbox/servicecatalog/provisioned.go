package servicecatalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/world"
)

const (
	stackType = "CFN_STACK"

	available   = string(types.ProvisionedProductStatusAvailable)
	underChange = string(types.ProvisionedProductStatusUnderChange)
	tainted     = string(types.ProvisionedProductStatusTainted)
	inError     = string(types.ProvisionedProductStatusError)
	planned     = string(types.ProvisionedProductStatusPlanInProgress)
)

func provisionedOperations() []world.Operation {
	return []world.Operation{
		read("DescribeProvisionedProduct", describeProvisioned),
		read("SearchProvisionedProducts", searchProvisioned),
		read("ScanProvisionedProducts", scanProvisioned),
		read("GetProvisionedProductOutputs", getOutputs),
	}
}

// view is a provisioned product at the call's time.
type view struct {
	provisioned
	Message string
	Gone    bool // terminated
}

// now settles, in the view, what the last record has come to.
func (p provisioned) now(c *world.Call) view {
	v := view{provisioned: p}
	if p.Last == "" {
		v.Status = planned
		return v
	}
	r, _ := world.Get[record](c, kindRecord, p.Last)
	end := r.now(c)
	switch {
	case end.Status == succeeded && r.Type == terminating:
		v.Gone = true
	case end.Status == succeeded && r.Type == executing: // all is as it was
	case end.Status == succeeded:
		v.Status, v.LastSuccess = available, r.ID
		v.Artifact, v.Version, v.Path, v.Tags = r.Artifact, r.Version, r.Path, r.Tags
	case end.Status != failed:
		v.Status = underChange
	case r.Type == provisioning || p.Status == inError:
		v.Status, v.Message = inError, end.Reason
	default:
		v.Status, v.Message = tainted, end.Reason
	}
	return v
}

// find gives a provisioned product of the account by id or name.
func find(c *world.Call, id, name string) (view, error) {
	if (id == "") == (name == "") {
		return view{}, invalid("Give the provisioned product's id or its name, and not both.")
	}
	for _, p := range candidates(c, id) {
		if name != "" && p.Name != name {
			continue
		}
		if v := p.now(c); !v.Gone {
			return v, nil
		}
	}
	return view{}, notFound("Provisioned product %s not found.", cmp.Or(id, name))
}

func candidates(c *world.Call, id string) []provisioned {
	if id == "" {
		return world.List[provisioned](c, kindProvision)
	}
	p, ok := world.Get[provisioned](c, kindProvision, id)
	if !ok {
		return nil
	}
	return []provisioned{p}
}

func describeProvisioned(c *world.Call, in *servicecatalog.DescribeProvisionedProductInput) (*servicecatalog.DescribeProvisionedProductOutput, error) {
	v, err := find(c, val(in.Id), val(in.Name))
	if err != nil {
		return nil, err
	}
	return &servicecatalog.DescribeProvisionedProductOutput{ProvisionedProductDetail: v.detail()}, nil
}

func getOutputs(c *world.Call, in *servicecatalog.GetProvisionedProductOutputsInput) (*servicecatalog.GetProvisionedProductOutputsOutput, error) {
	v, err := find(c, val(in.ProvisionedProductId), val(in.ProvisionedProductName))
	if err != nil {
		return nil, err
	}
	all := v.outputs(c)
	if len(in.OutputKeys) > 0 {
		all = slices.DeleteFunc(all, func(o types.RecordOutput) bool { return !slices.Contains(in.OutputKeys, *o.OutputKey) })
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, narrow, v.ID, strings.Join(in.OutputKeys, ","))
	return &servicecatalog.GetProvisionedProductOutputsOutput{Outputs: cut, NextPageToken: next}, err
}

func (v view) outputs(c *world.Call) []types.RecordOutput {
	if v.Kind == external {
		r, _ := world.Get[record](c, kindRecord, v.LastSuccess)
		return toOutputs(r.now(c).Outputs)
	}
	stack, ok := cloudformation.Find(c.In(v.StackAccount, c.Region), v.StackID)
	if !ok {
		return nil
	}
	return toOutputs(outputs(stack))
}

// scope says whether the caller may list what a session of a role made.
type scope func(c *world.Call, session, role string) bool

// scopeOf reads an access level; without one, that of the operation.
func scopeOf(f *types.AccessLevelFilter, standard types.AccessLevelFilterKey) (scope, error) {
	key := standard
	if f != nil {
		if v := val(f.Value); v != "" && v != "self" {
			return nil, invalid("AccessLevelFilter value %q is not self.", v)
		}
		key = cmp.Or(f.Key, standard)
	}
	switch key {
	case types.AccessLevelFilterKeyAccount:
		return func(*world.Call, string, string) bool { return true }, nil
	case types.AccessLevelFilterKeyRole:
		return func(c *world.Call, _, role string) bool { return role == callerARN(c) }, nil
	case types.AccessLevelFilterKeyUser:
		return func(c *world.Call, session, _ string) bool { return session == c.Principal.ARN }, nil
	}
	return nil, violated("Value '%s' at 'accessLevelFilter.key' failed to satisfy constraint: Member must satisfy enum value set: [Account, Role, User]", key)
}

func listProvisioned(c *world.Call, may scope) []view {
	var all []view
	for _, p := range world.List[provisioned](c, kindProvision) {
		if !may(c, p.UserSession, p.UserARN) {
			continue
		}
		if v := p.now(c); !v.Gone {
			all = append(all, v)
		}
	}
	return all
}

func scanProvisioned(c *world.Call, in *servicecatalog.ScanProvisionedProductsInput) (*servicecatalog.ScanProvisionedProductsOutput, error) {
	may, err := scopeOf(in.AccessLevelFilter, types.AccessLevelFilterKeyUser)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, listProvisioned(c, may), in.PageSize, in.PageToken, narrow)
	out := &servicecatalog.ScanProvisionedProductsOutput{NextPageToken: next}
	for _, v := range cut {
		out.ProvisionedProducts = append(out.ProvisionedProducts, *v.detail())
	}
	return out, err
}

func searchProvisioned(c *world.Call, in *servicecatalog.SearchProvisionedProductsInput) (*servicecatalog.SearchProvisionedProductsOutput, error) {
	may, err := scopeOf(in.AccessLevelFilter, types.AccessLevelFilterKeyAccount)
	if err != nil {
		return nil, err
	}
	fits, err := query(in.Filters)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(listProvisioned(c, may), func(v view) bool { return !fits(v) })
	if err := sortProvisioned(all, val(in.SortBy), in.SortOrder); err != nil {
		return nil, err
	}
	cut, next, err := page(c, all, in.PageSize, in.PageToken, wide, filterText(in.Filters), val(in.SortBy))
	out := &servicecatalog.SearchProvisionedProductsOutput{NextPageToken: next, TotalResultsCount: int32(len(all))}
	for _, v := range cut {
		out.ProvisionedProducts = append(out.ProvisionedProducts, v.attribute())
	}
	return out, err
}

// query reads one SearchQuery: field:value, or a text in the name or id.
func query(filters map[string][]string) (func(view) bool, error) {
	if len(filters) == 0 {
		return func(view) bool { return true }, nil
	}
	q := filters[string(types.ProvisionedProductViewFilterBySearchQuery)]
	if len(filters) > 1 || q == nil {
		return nil, invalid("The only filter is SearchQuery.")
	}
	if len(q) != 1 {
		return nil, notHere("SearchProvisionedProducts with %d search queries", len(q))
	}
	field, want, named := strings.Cut(q[0], ":")
	if !named {
		return func(v view) bool { return strings.Contains(v.Name, field) || strings.Contains(v.ID, field) }, nil
	}
	if _, ok := (view{}).fields()[field]; !ok {
		return nil, notHere("SearchProvisionedProducts by %s", field)
	}
	return func(v view) bool { return v.fields()[field] == want }, nil
}

// fields are those that a search can name.
func (v view) fields() map[string]string {
	return map[string]string{
		"arn": v.arn(), "id": v.ID, "lastRecordId": v.Last, "name": v.Name, "physicalId": v.StackID, "productId": v.Product,
		"provisioningArtifactId": v.Artifact, "type": v.Kind, "status": v.Status, "userArn": v.UserARN,
		"userArnSession": v.UserSession, "lastProvisioningRecordId": v.LastProvisioning,
		"lastSuccessfulProvisioningRecordId": v.LastSuccess, "productName": v.ProductName, "provisioningArtifactName": v.Version, "idempotencyToken": v.Token,
	}
}

func sortProvisioned(all []view, by string, order types.SortOrder) error {
	if by == "" {
		return nil
	}
	if !slices.Contains([]string{"arn", "id", "name", "lastRecordId"}, by) {
		return invalid("SortBy %s is not one of arn, id, name, lastRecordId.", by)
	}
	slices.SortStableFunc(all, func(a, b view) int {
		if order == types.SortOrderDescending {
			a, b = b, a
		}
		return cmp.Compare(a.fields()[by], b.fields()[by])
	})
	return nil
}

func (p provisioned) arn() string {
	return "arn:aws:servicecatalog:" + p.Region + ":" + p.Account + ":stack/" + p.Name + "/" + p.ID
}

func (v view) detail() *types.ProvisionedProductDetail {
	return &types.ProvisionedProductDetail{
		Arn: new(v.arn()), Id: new(v.ID), Name: new(v.Name), Type: new(v.Kind), CreatedTime: new(v.Created),
		Status: types.ProvisionedProductStatus(v.Status), StatusMessage: opt(v.Message), IdempotencyToken: opt(v.Token),
		ProductId: new(v.Product), ProvisioningArtifactId: new(v.Artifact), LaunchRoleArn: opt(v.LaunchRole),
		LastRecordId: opt(v.Last), LastProvisioningRecordId: opt(v.LastProvisioning), LastSuccessfulProvisioningRecordId: opt(v.LastSuccess),
	}
}

func (v view) attribute() types.ProvisionedProductAttribute {
	return types.ProvisionedProductAttribute{
		Arn: new(v.arn()), Id: new(v.ID), Name: new(v.Name), Type: new(v.Kind), CreatedTime: new(v.Created),
		Status: types.ProvisionedProductStatus(v.Status), StatusMessage: opt(v.Message), IdempotencyToken: opt(v.Token),
		ProductId: new(v.Product), ProductName: new(v.ProductName), PhysicalId: opt(v.StackID),
		ProvisioningArtifactId: new(v.Artifact), ProvisioningArtifactName: opt(v.Version),
		LastRecordId: opt(v.Last), LastProvisioningRecordId: opt(v.LastProvisioning), LastSuccessfulProvisioningRecordId: opt(v.LastSuccess),
		Tags: toTags(v.Tags), UserArn: new(v.UserARN), UserArnSession: new(v.UserSession),
	}
}
