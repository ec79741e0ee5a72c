package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// Offer is what the user sees of a product's version, ready to launch. A fresh share or
// principal takes a while to be seen (CT-8): Offer waits for it, and then says what is not there.
func (l *Launcher) Offer(ctx context.Context, u catalog.User, product, version string) (catalog.Offer, error) {
	s := l.as(u)
	var o catalog.Offer
	var lacking error
	start := l.session.clock.Now()
	wait := offerPause.first
	for {
		var err error
		if o, lacking, err = s.offer(ctx, product, version); err != nil || lacking == nil {
			return o, err
		}
		if l.session.clock.Now().Sub(start) > offerPause.total {
			return catalog.Offer{}, lacking
		}
		if err := l.session.clock.Sleep(ctx, wait); err != nil {
			return catalog.Offer{}, err
		}
		wait = min(wait*3/2, offerPause.longest)
	}
}

// offer looks once. lacking is what the user does not see, or not yet.
func (s *site) offer(ctx context.Context, product, version string) (o catalog.Offer, lacking, err error) {
	if o.ProductID, err = s.visible(ctx, product); err != nil || o.ProductID == "" {
		return o, s.unseen("product " + product), err
	}
	if o.ArtifactID, err = s.artifactOf(ctx, o.ProductID, version); err != nil || o.ArtifactID == "" {
		return o, s.unseen("version " + version + " of product " + product), err
	}
	if o.PathID, err = s.path(ctx, o.ProductID); err != nil || o.PathID == "" {
		return o, s.unseen("a launch path to product " + product), err
	}
	o.Parameters, err = s.parameters(ctx, o)
	return o, nil, err
}

func (s *site) unseen(what string) error {
	return document.Fail("AXLE3220", fmt.Sprintf("role %s%s does not see %s", s.role, s.place, what),
		"look at the portfolio's shares and principals, and at the version's state", nil)
}

// visible is the product's id as this user sees it, "" if it does not. Search is by words, so
// only the exact name counts.
func (s *site) visible(ctx context.Context, product string) (string, error) {
	var ids []string
	err := s.pages(ctx, "SearchProducts", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.SearchProducts(ctx, &servicecatalog.SearchProductsInput{PageToken: token, PageSize: 100,
			Filters: map[string][]string{string(types.ProductViewFilterByFullTextSearch): {product}}})
		if err != nil {
			return nil, err
		}
		for _, p := range out.ProductViewSummaries {
			if sdk.ToString(p.Name) == product {
				ids = append(ids, sdk.ToString(p.ProductId))
			}
		}
		return out.NextPageToken, nil
	})
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	if len(ids) > 1 {
		return "", document.Fail("AXLE2650", fmt.Sprintf("role %s%s sees more than one product %s: %s", s.role, s.place, product, strings.Join(ids, ", ")),
			"remove the user from the portfolio of one of them", nil)
	}
	return ids[0], nil
}

func (s *site) artifactOf(ctx context.Context, product, version string) (string, error) {
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProduct", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProductOutput, error) {
		return s.catalog.DescribeProduct(ctx, &servicecatalog.DescribeProductInput{Id: &product})
	})
	if answered(err, missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, a := range out.ProvisioningArtifacts {
		if sdk.ToString(a.Name) == version {
			return sdk.ToString(a.Id), nil
		}
	}
	return "", nil
}

// path is a launch path of the product; of several, the first by id.
func (s *site) path(ctx context.Context, product string) (string, error) {
	var ids []string
	err := s.pages(ctx, "ListLaunchPaths", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.ListLaunchPaths(ctx, &servicecatalog.ListLaunchPathsInput{ProductId: &product, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.LaunchPathSummaries {
			ids = append(ids, sdk.ToString(p.Id))
		}
		return out.NextPageToken, nil
	})
	if answered(err, missing) || (err == nil && len(ids) == 0) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return slices.Min(ids), nil
}

func (s *site) parameters(ctx context.Context, o catalog.Offer) ([]string, error) {
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProvisioningParameters", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProvisioningParametersOutput, error) {
		return s.catalog.DescribeProvisioningParameters(ctx, &servicecatalog.DescribeProvisioningParametersInput{ProductId: &o.ProductID, ProvisioningArtifactId: &o.ArtifactID, PathId: &o.PathID})
	})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, p := range out.ProvisioningArtifactParameters {
		keys = append(keys, sdk.ToString(p.ParameterKey))
	}
	slices.Sort(keys)
	return keys, nil
}

// Launch makes a provisioned product, or updates it to the version. The same name is the same
// one: at this version already, it is left alone; what failed is told, never repaired in
// silence (CT-19). That it failed is in its Status, not in the error.
func (l *Launcher) Launch(ctx context.Context, q catalog.LaunchRequest) (catalog.Provisioned, error) {
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
	switch {
	case have == nil:
		err = s.provision(ctx, q, offer)
	case sdk.ToString(have.ProvisioningArtifactId) != offer.ArtifactID:
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
func (s *site) provision(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer) error {
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
		if have, err := s.find(ctx, q.Name); err != nil || have != nil {
			return err
		}
	}
	return nil
}

func (s *site) update(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer, have *types.ProvisionedProductDetail) error {
	parameters, err := s.kept(ctx, q, offer, sdk.ToString(have.ProvisioningArtifactId))
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
// where the old version had them.
func (s *site) kept(ctx context.Context, q catalog.LaunchRequest, offer catalog.Offer, artifact string) ([]types.UpdateProvisioningParameter, error) {
	old := offer
	old.ArtifactID = artifact
	had, err := s.parameters(ctx, old)
	if err != nil && !answered(err, missing) {
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

// record waits for a record's end, whatever that is: what came of it is the provisioned product's to tell.
func (s *site) record(ctx context.Context, id string) error {
	return s.poll(ctx, "the launch "+id, stackPause, func() (bool, error) {
		out, err := call(ctx, s, op{"servicecatalog", "DescribeRecord", ofNew}, func(ctx context.Context) (*servicecatalog.DescribeRecordOutput, error) {
			return s.catalog.DescribeRecord(ctx, &servicecatalog.DescribeRecordInput{Id: &id})
		})
		if err != nil {
			return false, err
		}
		return out.RecordDetail.Status == types.RecordStatusSucceeded || out.RecordDetail.Status == types.RecordStatusFailed, nil
	})
}

// find gives a provisioned product by name, or nil.
func (s *site) find(ctx context.Context, name string) (*types.ProvisionedProductDetail, error) {
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProvisionedProduct", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProvisionedProductOutput, error) {
		return s.catalog.DescribeProvisionedProduct(ctx, &servicecatalog.DescribeProvisionedProductInput{Name: &name})
	})
	if answered(err, missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.ProvisionedProductDetail, nil
}

// settled gives a provisioned product that nothing is under way on, or nil.
func (s *site) settled(ctx context.Context, name string) (*types.ProvisionedProductDetail, error) {
	var have *types.ProvisionedProductDetail
	err := s.poll(ctx, "provisioned product "+name, stackPause, func() (done bool, err error) {
		have, err = s.find(ctx, name)
		busy := have != nil && (have.Status == types.ProvisionedProductStatusUnderChange || have.Status == types.ProvisionedProductStatusPlanInProgress)
		return err == nil && !busy, err
	})
	return have, err
}

// provisioned tells a provisioned product with its version's name and its outputs.
func (s *site) provisioned(ctx context.Context, d *types.ProvisionedProductDetail) (catalog.Provisioned, error) {
	p := catalog.Provisioned{ID: sdk.ToString(d.Id), Name: sdk.ToString(d.Name), Status: string(d.Status), Message: sdk.ToString(d.StatusMessage), Outputs: map[string]string{}}
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProduct", repeatable}, func(ctx context.Context) (*servicecatalog.DescribeProductOutput, error) {
		return s.catalog.DescribeProduct(ctx, &servicecatalog.DescribeProductInput{Id: d.ProductId})
	})
	if err != nil && !answered(err, missing) {
		return p, err
	}
	if err == nil {
		for _, a := range out.ProvisioningArtifacts {
			if sdk.ToString(a.Id) == sdk.ToString(d.ProvisioningArtifactId) {
				p.Version = sdk.ToString(a.Name)
			}
		}
	}
	return p, s.outputs(ctx, &p)
}

// stackOutput is the output that Service Catalog adds: the stack behind the product.
const stackOutput = "CloudformationStackARN"

func (s *site) outputs(ctx context.Context, p *catalog.Provisioned) error {
	err := s.pages(ctx, "GetProvisionedProductOutputs", func(ctx context.Context, token *string) (*string, error) {
		out, err := s.catalog.GetProvisionedProductOutputs(ctx, &servicecatalog.GetProvisionedProductOutputsInput{ProvisionedProductId: &p.ID, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, o := range out.Outputs {
			if sdk.ToString(o.OutputKey) == stackOutput {
				p.StackARN = sdk.ToString(o.OutputValue)
				continue
			}
			p.Outputs[sdk.ToString(o.OutputKey)] = sdk.ToString(o.OutputValue)
		}
		return out.NextPageToken, nil
	})
	if p.Status == string(types.ProvisionedProductStatusError) {
		return nil // what never came to be may have no outputs to ask for
	}
	return err
}

// Find gives a provisioned product by name.
func (l *Launcher) Find(ctx context.Context, u catalog.User, name string) (catalog.Provisioned, bool, error) {
	s := l.as(u)
	have, err := s.find(ctx, name)
	if err != nil || have == nil {
		return catalog.Provisioned{}, false, err
	}
	p, err := s.provisioned(ctx, have)
	return p, true, err
}

// Terminate ends a provisioned product, and waits until it is gone. One that is not there is ended.
func (l *Launcher) Terminate(ctx context.Context, u catalog.User, name string) error {
	s := l.as(u)
	have, err := s.settled(ctx, name)
	if err != nil || have == nil {
		return err
	}
	in := &servicecatalog.TerminateProvisionedProductInput{ProvisionedProductId: have.Id,
		TerminateToken: sdk.String(token("TerminateProvisionedProduct", s.place, sdk.ToString(have.Id)+"/"+sdk.ToString(have.LastRecordId), nil))}
	out, err := call(ctx, s, op{"servicecatalog", "TerminateProvisionedProduct", repeatable}, func(ctx context.Context) (*servicecatalog.TerminateProvisionedProductOutput, error) {
		return s.catalog.TerminateProvisionedProduct(ctx, in)
	})
	if answered(err, missing) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.record(ctx, sdk.ToString(out.RecordDetail.RecordId)); err != nil {
		return err
	}
	left, err := s.settled(ctx, name)
	if err != nil || left == nil {
		return err
	}
	return document.Fail("AXLE3224", fmt.Sprintf("provisioned product %s%s is not gone: it is %s: %s", name, s.place, left.Status, sdk.ToString(left.StatusMessage)),
		"remove what holds it, named in AWS's message, then terminate it again", nil)
}
