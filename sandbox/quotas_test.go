package sandbox_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"

	"github.com/axle-cd/axle/sandbox"
)

// A quota says what is held to: AWS's figure, or the setting's. SBX-39
func TestQuotasAreSaid(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	client := servicequotas.NewFromConfig(config(t, s, "axle"))
	value := func(code string) float64 {
		out, err := client.GetServiceQuota(t.Context(), &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("servicecatalog"), QuotaCode: &code})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Quota.Value
	}
	for code, want := range map[string]float64{"L-C6458716": 100, "L-764CF6A1": 350, "L-AB79E48B": 150, "L-A5846085": 100, "L-A2FB1BD2": 5000, "L-E8959660": 100, "L-3BC91705": 200} {
		if got := value(code); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if err := s.Set(t.Context(), map[string]string{"servicecatalog:portfolios": "3"}); err != nil {
		t.Fatal(err)
	}
	if got := value("L-C6458716"); got != 3 {
		t.Errorf("lowered to 3, it says %v", got)
	}
	codes := map[string]bool{}
	for pages := servicequotas.NewListServiceQuotasPaginator(client, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("servicecatalog"), MaxResults: aws.Int32(2)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.Quotas) > 2 {
			t.Fatalf("%+v, %v", page, err)
		}
		for _, q := range page.Quotas {
			codes[*q.QuotaCode] = true
		}
	}
	if len(codes) != 7 {
		t.Errorf("listed %v", codes)
	}
	for name, k := range map[string]struct {
		in   servicequotas.GetServiceQuotaInput
		want string
	}{
		"no such quota":   {servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("servicecatalog"), QuotaCode: aws.String("L-00000000")}, "NoSuchResourceException"},
		"no such service": {servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String("L-C6458716")}, "NoSuchResourceException"},
		"in a context":    {servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("servicecatalog"), QuotaCode: aws.String("L-C6458716"), ContextId: aws.String("x")}, "NotImplemented"},
	} {
		if _, err := client.GetServiceQuota(t.Context(), &k.in); codeOf(err) != k.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, in := range map[string]servicequotas.ListServiceQuotasInput{
		"IllegalArgumentException": {ServiceCode: aws.String("servicecatalog"), MaxResults: aws.Int32(101)}, "InvalidPaginationTokenException": {ServiceCode: aws.String("servicecatalog"), NextToken: aws.String("x")},
	} {
		if _, err := client.ListServiceQuotas(t.Context(), &in); codeOf(err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
