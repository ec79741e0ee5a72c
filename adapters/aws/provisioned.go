package aws

import (
	"context"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

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

// find gives a provisioned product by name, or nil. One just launched (ofNew) may be seen late.
func (s *site) find(ctx context.Context, name string, e effect) (*types.ProvisionedProductDetail, error) {
	out, err := call(ctx, s, op{"servicecatalog", "DescribeProvisionedProduct", e}, func(ctx context.Context) (*servicecatalog.DescribeProvisionedProductOutput, error) {
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
		have, err = s.find(ctx, name, repeatable)
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
	if d.Status == types.ProvisionedProductStatusError {
		return p, nil // what never came to be has no outputs
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
	return err
}

// Find gives a provisioned product by name.
func (l *Launcher) Find(ctx context.Context, u catalog.User, name string) (catalog.Provisioned, bool, error) {
	s := l.as(u)
	have, err := s.find(ctx, name, repeatable)
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
