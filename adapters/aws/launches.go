package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Parameters completes readings with the parameters that the kept launches have: one call for each
// that is of the wanted version and given parameters, and none otherwise. Service Catalog itself
// tells nobody a provisioned product's parameters; its stack does. What cannot be read makes its
// spoke unread.
func (f *Fleet) Parameters(ctx context.Context, readings []catalog.Reading, want []catalog.Launch) error {
	at := map[[2]string]int{}
	for i, r := range readings {
		at[[2]string{r.Spoke.Account, r.Spoke.Region}] = i
	}
	type asked struct{ reading, launched int }
	var all []asked
	for _, l := range want {
		i, ok := at[[2]string{l.Account, l.Region}]
		if !ok || len(l.Parameters) == 0 {
			continue
		}
		j := slices.IndexFunc(readings[i].Launched, func(have catalog.Launched) bool {
			return have.Name == l.Name && have.VersionID == l.VersionID && have.State == string(types.ProvisionedProductStatusAvailable)
		})
		if j >= 0 {
			all = append(all, asked{i, j})
		}
	}
	failures := make([]error, len(all))
	err := each(ctx, len(all), func(n int) {
		r := &readings[all[n].reading]
		one := &r.Launched[all[n].launched]
		one.Parameters, failures[n] = f.session.spoke(r.Spoke).stackParameters(ctx, one.Stack)
	})
	for n, failure := range failures {
		if failure != nil {
			readings[all[n].reading].Err = failure
		}
	}
	return err
}

// given are the parameters of a provisioned product, as its stack has them.
func (s *site) given(ctx context.Context, id string) (map[string]string, error) {
	p := catalog.Provisioned{ID: id, Outputs: map[string]string{}}
	if err := s.outputs(ctx, &p); err != nil {
		return nil, err
	}
	return s.stackParameters(ctx, p.StackARN)
}

// stackParameters are a stack's, by its ARN.
func (s *site) stackParameters(ctx context.Context, stack string) (map[string]string, error) {
	out, err := call(ctx, s, op{"cloudformation", "DescribeStacks", repeatable}, func(ctx context.Context) (*cloudformation.DescribeStacksOutput, error) {
		return s.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	})
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, st := range out.Stacks {
		for _, p := range st.Parameters {
			all[sdk.ToString(p.ParameterKey)] = sdk.ToString(p.ParameterValue)
		}
	}
	return all, nil
}

// Keep makes a provisioned product what git wants of it: launched, updated to the version and the
// parameters, or ended. It looks first: what is so already costs no mutating call, and neither
// does what failed, which is told by its Status and never repaired (CT-19). An ended one is the
// zero Provisioned.
func (l *Launcher) Keep(ctx context.Context, want catalog.Launch) (catalog.Provisioned, error) {
	user := catalog.User{Account: want.Account, Role: want.Role, Region: want.Region}
	if want.Terminated {
		return catalog.Provisioned{}, l.Terminate(ctx, user, want.Name)
	}
	return l.bring(ctx, catalog.LaunchRequest{User: user, Product: want.ProductName, Version: want.Version, Name: want.Name,
		Parameters: want.Parameters, Tags: map[string]string{catalog.EntryTag: want.Entry}}, l.differ)
}

// Keep is Launcher.Keep.
func (f *Fleet) Keep(ctx context.Context, want catalog.Launch) (catalog.Provisioned, error) {
	return NewLauncher(f.session).Keep(ctx, want)
}

// differ says whether an update is needed for the parameters alone. What is given and the version
// does not have is refused before the launch.
func (l *Launcher) differ(ctx context.Context, s *site, q catalog.LaunchRequest, offer catalog.Offer, have *types.ProvisionedProductDetail) (bool, error) {
	for _, key := range slices.Sorted(maps.Keys(q.Parameters)) {
		if !slices.Contains(offer.Parameters, key) {
			return false, document.Fail("AXLE2745", fmt.Sprintf("%s %s has no parameter %s", q.Product, q.Version, key), "it has "+strings.Join(offer.Parameters, ", ")+"; correct the parameters in catalog.yaml", nil)
		}
	}
	if have == nil || len(q.Parameters) == 0 {
		return false, nil
	}
	has, err := s.given(ctx, sdk.ToString(have.Id))
	for key, value := range q.Parameters {
		if err == nil && has[key] != value && has[key] != catalog.Masked {
			return true, nil
		}
	}
	return false, err
}
