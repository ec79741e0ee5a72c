package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

// Launcher acts as an end user of the catalog, with that user's role and no other right.
type Launcher struct{ session *Session }

// NewLauncher makes a Launcher.
func NewLauncher(s *Session) *Launcher { return &Launcher{s} }

func (l *Launcher) as(u catalog.User) *site { return l.session.at(u.Account, u.Role, u.Region) }

// Launch makes a provisioned product, or updates it to the version. The same name is the same
// one: at this version already, it is left alone; what failed is told, never repaired in
// silence (CT-19). That it failed is in its Status, not in the error.
func (l *Launcher) Launch(ctx context.Context, q catalog.LaunchRequest) (catalog.Provisioned, error) {
	return l.bring(ctx, q, func(context.Context, *site, catalog.LaunchRequest, catalog.Offer, *types.ProvisionedProductDetail) (bool, error) {
		return false, nil
	})
}

// differing says whether what is there, at the right version, needs an update all the same. It is
// asked of a new launch too, with nothing there, and may refuse it.
type differing func(context.Context, *site, catalog.LaunchRequest, catalog.Offer, *types.ProvisionedProductDetail) (bool, error)

func (l *Launcher) bring(ctx context.Context, q catalog.LaunchRequest, differs differing) (catalog.Provisioned, error) {
	s := l.as(q.User)
	have, err := s.settled(ctx, q.Name)
	if err != nil {
		return catalog.Provisioned{}, err
	}
	if have != nil && have.Status != types.ProvisionedProductStatusAvailable {
		return s.provisioned(ctx, have)
	}
	offer, err := l.Offer(ctx, q.User, q.Product, q.Version)
	if err != nil {
		return catalog.Provisioned{}, err
	}
	if have != nil && sdk.ToString(have.ProductId) != offer.ProductID {
		return catalog.Provisioned{}, document.Fail("AXLE2650", fmt.Sprintf("provisioned product %s%s is of another product", q.Name, s.place), "choose another name", nil)
	}
	stale, err := differs(ctx, s, q, offer, have)
	switch {
	case err != nil:
	case have == nil:
		err = s.provision(ctx, q, offer)
	case stale || sdk.ToString(have.ProvisioningArtifactId) != offer.ArtifactID:
		err = s.update(ctx, q, offer, have)
	}
	if err != nil {
		return catalog.Provisioned{}, err
	}
	if have, err = s.settled(ctx, q.Name); err != nil {
		return catalog.Provisioned{}, err
	}
	if have == nil {
		return catalog.Provisioned{}, document.Fail("AXLE3223", fmt.Sprintf("provisioned product %s%s was launched, and is not there", q.Name, s.place), "someone removed it: run again", nil)
	}
	return s.provisioned(ctx, have)
}

// incarnations is how many earlier lives of a name a launch gets past.
const incarnations = 20

// provision launches anew. A token that AWS still knows from an earlier, terminated life of
// this name gives that life's record: then the next token is used.
func (s *site) provision(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer) (err error) {
	if q.Tags, err = q.Chosen(offer.TagOptions); err != nil {
		return err
	}
	in := &servicecatalog.ProvisionProductInput{ProvisionedProductName: &q.Name, ProductId: &offer.ProductID, ProvisioningArtifactId: &offer.ArtifactID,
		PathId: &offer.PathID, Tags: tagList(q.Tags)}
	for _, key := range slices.Sorted(maps.Keys(q.Parameters)) {
		in.ProvisioningParameters = append(in.ProvisioningParameters, types.ProvisioningParameter{Key: sdk.String(key), Value: sdk.String(q.Parameters[key])})
	}
	for life := 0; life < incarnations; life++ {
		in.ProvisionToken = sdk.String(token("ProvisionProduct", s.place, offer.ProductID+"/"+q.Name, []any{offer.ArtifactID, q.Parameters, q.Tags, life}))
		out, err := call(ctx, s, op{"servicecatalog", "ProvisionProduct", repeatable}, func(ctx context.Context) (*servicecatalog.ProvisionProductOutput, error) {
			return s.catalog.ProvisionProduct(ctx, in)
		})
		if err != nil {
			return err
		}
		if err := s.record(ctx, sdk.ToString(out.RecordDetail.RecordId)); err != nil {
			return err
		}
		if have, err := s.find(ctx, q.Name, ofNew); err != nil || have != nil {
			return err
		}
	}
	return nil
}

func (s *site) update(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer, have *types.ProvisionedProductDetail) error {
	parameters, err := s.kept(ctx, q, offer, have)
	if err != nil {
		return err
	}
	parent := sdk.ToString(have.Id) + "/" + sdk.ToString(have.LastRecordId)
	in := &servicecatalog.UpdateProvisionedProductInput{ProvisionedProductId: have.Id, ProductId: &offer.ProductID, ProvisioningArtifactId: &offer.ArtifactID,
		PathId: &offer.PathID, ProvisioningParameters: parameters,
		UpdateToken: sdk.String(token("UpdateProvisionedProduct", s.place, parent, []any{offer.ArtifactID, q.Parameters}))}
	out, err := call(ctx, s, op{"servicecatalog", "UpdateProvisionedProduct", repeatable}, func(ctx context.Context) (*servicecatalog.UpdateProvisionedProductOutput, error) {
		return s.catalog.UpdateProvisionedProduct(ctx, in)
	})
	if err != nil {
		return err
	}
	return s.record(ctx, sdk.ToString(out.RecordDetail.RecordId))
}

// kept are an update's parameters: what is given, and for the others the value they have,
// where the old version had them. A retired version is not shown: then its stack says.
func (s *site) kept(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer, have *types.ProvisionedProductDetail) ([]types.UpdateProvisioningParameter, error) {
	old := offer
	old.ArtifactID = sdk.ToString(have.ProvisioningArtifactId)
	had, err := s.parameters(ctx, old)
	if answered(err, missing) {
		var values map[string]string
		values, err = s.given(ctx, sdk.ToString(have.Id))
		had = slices.Collect(maps.Keys(values))
	}
	if err != nil {
		return nil, err
	}
	var all []types.UpdateProvisioningParameter
	for _, key := range offer.Parameters {
		value, given := q.Parameters[key]
		switch {
		case given:
			all = append(all, types.UpdateProvisioningParameter{Key: sdk.String(key), Value: &value})
		case slices.Contains(had, key):
			all = append(all, types.UpdateProvisioningParameter{Key: sdk.String(key), UsePreviousValue: true})
		}
	}
	return all, nil
}
