// Package servicequotas answers the operations of AWS's service-quotas over the world: what a quota
// says is what the other services hold to, lowered settings included.
package servicequotas

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is Service Quotas.
func Service() world.Service {
	return world.Service{Name: "servicequotas", Operations: []world.Operation{
		world.Read("GetServiceQuota", get).Only("ServiceCode", "QuotaCode"),
		world.Read("ListServiceQuotas", list).Only("ServiceCode", "QuotaCode", "MaxResults", "NextToken"),
	}}
}

// quota is one that AWS publishes a code for. Setting is the world's name of it.
type quota struct {
	code, name, setting string
	aws                 int
	fixed               bool
}

// quotas are those that are known, by service, in order of their codes (SBX-39).
var quotas = map[string]struct {
	name string
	all  []quota
}{
	"servicecatalog": {"AWS Service Catalog", []quota{
		{"L-3BC91705", "Users, groups, and roles per product", "servicecatalog:principals-of-product", 200, false},
		{"L-764CF6A1", "Products per Region", "servicecatalog:products", 350, false},
		{"L-A2FB1BD2", "Shared accounts per portfolio", "servicecatalog:accounts-of-portfolio", 5000, true},
		{"L-A5846085", "Product versions per product", "servicecatalog:versions-of-product", 100, false},
		{"L-AB79E48B", "Products per portfolio", "servicecatalog:products-of-portfolio", 150, false},
		{"L-C6458716", "Portfolios per Region", "servicecatalog:portfolios", 100, false},
		{"L-E8959660", "Users, groups, and roles per portfolio", "servicecatalog:principals-of-portfolio", 100, false},
	}},
}

const mostListed = 100

func noSuch(what string) error {
	return wire.Fail("NoSuchResourceException", "The request failed because the specified %s does not exist.", what)
}

func invalid(member string) error {
	return wire.Fail("IllegalArgumentException", "Invalid input was provided: %s", member)
}

// shown is a quota as the account has it.
func shown(c *world.Call, service string, q quota) types.ServiceQuota {
	return types.ServiceQuota{
		ServiceCode: &service, ServiceName: aws.String(quotas[service].name), QuotaCode: aws.String(q.code), QuotaName: aws.String(q.name),
		QuotaArn: aws.String(c.ARN("servicequotas", service+"/"+q.code)), Value: aws.Float64(float64(world.Quota(c, q.setting, q.aws))),
		Unit: aws.String("None"), Adjustable: !q.fixed, QuotaAppliedAtLevel: types.AppliedLevelEnumAccount,
	}
}

func get(c *world.Call, in *servicequotas.GetServiceQuotaInput) (*servicequotas.GetServiceQuotaOutput, error) {
	service := aws.ToString(in.ServiceCode)
	for _, q := range quotas[service].all {
		if q.code == aws.ToString(in.QuotaCode) {
			found := shown(c, service, q)
			return &servicequotas.GetServiceQuotaOutput{Quota: &found}, nil
		}
	}
	return nil, noSuch("quota")
}

func list(c *world.Call, in *servicequotas.ListServiceQuotasInput) (*servicequotas.ListServiceQuotasOutput, error) {
	service, most, from := aws.ToString(in.ServiceCode), mostListed, 0
	its, ok := quotas[service]
	if !ok {
		return nil, noSuch("service")
	}
	if in.MaxResults != nil {
		most = int(*in.MaxResults)
	}
	var err error
	if in.NextToken != nil {
		from, err = strconv.Atoi(*in.NextToken)
	}
	all := slices.DeleteFunc(slices.Clone(its.all), func(q quota) bool { return in.QuotaCode != nil && q.code != *in.QuotaCode })
	switch {
	case most < 1 || most > mostListed:
		return nil, invalid("MaxResults")
	case err != nil || from < 0 || from > len(all):
		return nil, wire.Fail("InvalidPaginationTokenException", "Invalid input was provided: NextToken")
	}
	out := &servicequotas.ListServiceQuotasOutput{}
	for _, q := range all[from:min(from+most, len(all))] {
		out.Quotas = append(out.Quotas, shown(c, service, q))
	}
	if from+most < len(all) {
		out.NextToken = aws.String(strconv.Itoa(from + most))
	}
	return out, nil
}
