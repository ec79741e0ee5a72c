package aws

import (
	"context"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// Look reads a grant; one that is not there is DELETED.
func (l *Licences) Look(ctx context.Context, licence, arn string) (market.Grant, error) {
	out, err := call(ctx, l.granter, lm("GetGrant"), func(ctx context.Context) (*licensemanager.GetGrantOutput, error) {
		return l.granter.granted.GetGrant(ctx, &licensemanager.GetGrantInput{GrantArn: &arn})
	})
	if coded(err, "ResourceNotFoundException") {
		return market.Grant{ARN: arn, Licence: licence, Status: "DELETED"}, nil
	}
	if err != nil {
		return market.Grant{}, err
	}
	return grantOf(*out.Grant), nil
}

// Do makes the call of a pair's step. Creations carry a token; what has none is looked at where
// its answer says that it was done before.
func (l *Licences) Do(ctx context.Context, p market.Pair) (market.Grant, error) {
	if p.Adopt {
		if err := l.adopt(ctx, p); err != nil {
			return market.Grant{}, err
		}
	}
	switch p.Step {
	case market.Make:
		return l.create(ctx, p)
	case market.Accept:
		return l.accept(ctx, p)
	case market.Activate, market.Change:
		return l.version(ctx, p)
	case market.Revoke, market.Again:
		return l.remove(ctx, p)
	}
	return market.Grant{}, document.Fail("AXLE3420", fmt.Sprintf("there is no call for the step %q", p.Step), "", nil)
}

func (l *Licences) create(ctx context.Context, p market.Pair) (market.Grant, error) {
	in := &licensemanager.CreateGrantInput{LicenseArn: &p.Licence, Principals: []string{p.Principal}, HomeRegion: sdk.String(homeRegion),
		GrantName: sdk.String("axle-" + p.Account), AllowedOperations: operations(p), Tags: []types.Tag{{Key: sdk.String(tagKey), Value: sdk.String(tagValue)}},
		ClientToken: sdk.String(token("CreateGrant", l.granter.place, p.Licence, []any{p.Principal, p.Operations, p.Generation}))}
	out, err := call(ctx, l.granter, lm("CreateGrant"), func(ctx context.Context) (*licensemanager.CreateGrantOutput, error) {
		return l.granter.granted.CreateGrant(ctx, in)
	})
	if err != nil {
		return market.Grant{}, err
	}
	return market.Grant{ARN: sdk.ToString(out.GrantArn), Licence: p.Licence, Principal: p.Principal, Status: string(out.Status), Version: sdk.ToString(out.Version), Operations: p.Operations}, nil
}

func operations(p market.Pair) (all []types.AllowedOperation) {
	for _, name := range p.Operations {
		all = append(all, types.AllowedOperation(name))
	}
	return all
}

// version activates a grant, or gives it other operations. Only where the account's own licence
// is to be replaced does it disable other grants of the product (MKA-22).
func (l *Licences) version(ctx context.Context, p market.Pair) (market.Grant, error) {
	g := *p.Grant
	in := &licensemanager.CreateGrantVersionInput{GrantArn: &g.ARN, SourceVersion: &g.Version}
	if p.Step == market.Activate {
		override := types.ActivationOverrideBehaviorDistributedGrantsOnly
		if p.Replace {
			override = types.ActivationOverrideBehaviorAllGrantsPermittedByIssuer
		}
		in.Status, in.Options = types.GrantStatusActive, &types.Options{ActivationOverrideBehavior: override}
	} else {
		in.AllowedOperations = operations(p)
	}
	in.ClientToken = sdk.String(token("CreateGrantVersion", l.granter.place, g.ARN, []any{g.Version, in.Status, in.AllowedOperations, p.Replace}))
	out, err := call(ctx, l.granter, lm("CreateGrantVersion"), func(ctx context.Context) (*licensemanager.CreateGrantVersionOutput, error) {
		return l.granter.granted.CreateGrantVersion(ctx, in)
	})
	if err != nil {
		return market.Grant{}, err
	}
	g.Status, g.Version = string(out.Status), sdk.ToString(out.Version)
	if p.Step == market.Change {
		g.Operations = p.Operations
	}
	return g, nil
}

// accept answers a grant in the account that it is to.
func (l *Licences) accept(ctx context.Context, p market.Pair) (market.Grant, error) {
	grantee := l.session.at(p.Account, l.file.GranteeRole, homeRegion)
	_, err := call(ctx, grantee, lm("AcceptGrant"), func(ctx context.Context) (*licensemanager.AcceptGrantOutput, error) {
		return grantee.granted.AcceptGrant(ctx, &licensemanager.AcceptGrantInput{GrantArn: &p.Grant.ARN})
	})
	return l.after(ctx, p, err, func(g market.Grant) bool { return g.Status == "DISABLED" || g.Status == "ACTIVE" })
}

// remove deletes a grant in the version that it has now (LIC-4).
func (l *Licences) remove(ctx context.Context, p market.Pair) (market.Grant, error) {
	gone := func(g market.Grant) bool { return g.Status == "PENDING_DELETE" || g.Status == "DELETED" }
	g, err := l.Look(ctx, p.Licence, p.Grant.ARN)
	if err != nil || gone(g) {
		return g, err
	}
	_, err = call(ctx, l.granter, lm("DeleteGrant"), func(ctx context.Context) (*licensemanager.DeleteGrantOutput, error) {
		return l.granter.granted.DeleteGrant(ctx, &licensemanager.DeleteGrantInput{GrantArn: &g.ARN, Version: &g.Version, StatusReason: sdk.String(reason(p))})
	})
	return l.after(ctx, p, err, gone)
}

func reason(p market.Pair) string {
	text := []rune("axle: " + p.By)
	return string(text[:min(len(text), 400)])
}

// after looks at a grant after a call without a token: an earlier answer may have been lost.
func (l *Licences) after(ctx context.Context, p market.Pair, failed error, done func(market.Grant) bool) (market.Grant, error) {
	if failed != nil && !coded(failed, "InvalidResourceStateException", "ConflictException", "ResourceNotFoundException") {
		return market.Grant{}, failed
	}
	g, err := l.Look(ctx, p.Licence, p.Grant.ARN)
	if err == nil && failed != nil && !done(g) {
		return g, failed
	}
	return g, err
}

func (l *Licences) adopt(ctx context.Context, p market.Pair) error {
	_, err := call(ctx, l.granter, lm("TagResource"), func(ctx context.Context) (*licensemanager.TagResourceOutput, error) {
		return l.granter.granted.TagResource(ctx, &licensemanager.TagResourceInput{ResourceArn: &p.Grant.ARN, Tags: []types.Tag{{Key: sdk.String(tagKey), Value: sdk.String(tagValue)}}})
	})
	return err
}
