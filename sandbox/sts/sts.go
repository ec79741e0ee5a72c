// Package sts answers AWS STS: who the caller is, and sessions of roles it may assume.
package sts

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/access"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is STS.
func Service() world.Service {
	return world.Service{Name: "sts", Operations: []world.Operation{
		world.Read("GetCallerIdentity", callerIdentity),
		world.Read("AssumeRole", assumeRole).Only("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "Policy", "PolicyArns"),
	}}
}

func callerIdentity(c *world.Call, _ *api.GetCallerIdentityInput) (*api.GetCallerIdentityOutput, error) {
	p := c.Principal
	return &api.GetCallerIdentityOutput{Account: &p.Account, Arn: &p.ARN, UserId: aws.String(userID(c, p))}, nil
}

// userID is AROA…:session for a session, and AIDA… for a user.
func userID(c *world.Call, p world.Principal) string {
	if p.Role == "" {
		return world.UserID(c, p.ARN)
	}
	return world.RoleID(c, p.Account, p.Role) + ":" + p.ARN[strings.LastIndex(p.ARN, "/")+1:]
}

var sessionName = document.NewPattern(`^[\w+=,.@-]{2,64}$`)

const (
	hour       = 3600
	shortest   = 900
	longest    = 12 * hour
	perRole    = hour // a role's MaxSessionDuration where none is set
	tokenWidth = 356
)

// assumeRole makes a session of a role. Whether there is no such role, no trust in the caller or
// no permission, it says the same.
func assumeRole(c *world.Call, in *api.AssumeRoleInput) (*api.AssumeRoleOutput, error) {
	seconds, err := duration(c, in)
	if err != nil {
		return nil, err
	}
	arn, name := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName)
	if !sessionName.MatchString(name) {
		return nil, invalid("Value '%s' at 'roleSessionName' failed to satisfy constraint: 2 to 64 of [\\w+=,.@-]", name)
	}
	limits, err := limitsOf(c, in)
	if err != nil {
		return nil, err
	}
	role, ok := world.FindRole(c, arn)
	account, member := world.FindAccount(c, role.Account)
	if !ok || !member || account.State != "ACTIVE" || !trusts(c, role, in) {
		return nil, wire.Fail("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			c.Principal.ARN, arn).With(http.StatusForbidden)
	}
	if seconds > cmp.Or(role.MaxSession, perRole) {
		return nil, wire.Fail("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	key := session(c, role, name, c.Wall.Add(time.Duration(seconds)*time.Second), limits)
	return &api.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{Arn: &key.Principal.ARN, AssumedRoleId: aws.String(userID(c, key.Principal))},
		Credentials: &types.Credentials{
			AccessKeyId: &key.AccessKeyID, SecretAccessKey: &key.SecretAccessKey,
			SessionToken: &key.SessionToken, Expiration: &key.Expires,
		},
	}, nil
}

// trusts asks the role's trust policy and the caller's own policies.
func trusts(c *world.Call, role world.Role, in *api.AssumeRoleInput) bool {
	return c.Denied(world.Ask{
		Action: "sts:AssumeRole", Resource: role.ARN(), Owner: role.Account, Policy: role.TrustPolicy(), Trusting: true,
		Keys: map[string]string{"sts:ExternalId": aws.ToString(in.ExternalId), "sts:RoleSessionName": aws.ToString(in.RoleSessionName)},
	}) == ""
}

const mostLimits = 2048 // characters of a session's own policy

// limitsOf are the policies that the session may do no more than; nil for none.
func limitsOf(c *world.Call, in *api.AssumeRoleInput) ([]string, error) {
	var all []string
	if text := aws.ToString(in.Policy); text != "" {
		if len(text) > mostLimits {
			return nil, wire.Fail("PackedPolicyTooLarge", "The session policy has more than %d characters.", mostLimits)
		}
		if _, err := access.Parse(text, access.Identity); err != nil {
			return nil, wire.Fail("MalformedPolicyDocument", "%s", err.Error())
		}
		all = append(all, text)
	}
	account, _, _ := strings.Cut(strings.TrimPrefix(aws.ToString(in.RoleArn), "arn:aws:iam::"), ":")
	for _, p := range in.PolicyArns {
		text, ok := access.Managed(aws.ToString(p.Arn))
		m, own := world.Get[world.Managed](c.In(account, ""), world.KindManaged, aws.ToString(p.Arn))
		switch {
		case own:
			text = m.Versions[m.Default-1]
		case !ok:
			return nil, invalid("The policy %s cannot be found.", aws.ToString(p.Arn))
		}
		all = append(all, text)
	}
	return all, nil
}

// duration is how long the session lasts. One role's session taken from another's lasts an hour at most.
func duration(c *world.Call, in *api.AssumeRoleInput) (int32, error) {
	if in.DurationSeconds == nil {
		return hour, nil
	}
	seconds := *in.DurationSeconds
	switch {
	case seconds < shortest || seconds > longest:
		return 0, invalid("Value '%d' at 'durationSeconds' failed to satisfy constraint: between %d and %d", seconds, shortest, longest)
	case c.Principal.Role != "" && seconds > hour:
		return 0, wire.Fail("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	return seconds, nil
}

func invalid(format string, args ...any) error {
	return wire.Fail("ValidationError", "1 validation error detected: "+format, args...)
}

func session(c *world.Call, role world.Role, name string, expires time.Time, limits []string) world.Credential {
	there := c.In(role.Account, "")
	key := world.Credential{
		AccessKeyID:     c.NewID("ASIA", 16, world.Upper),
		SecretAccessKey: c.NewID("", 40, world.Mixed),
		SessionToken:    c.NewID("FwoGZXIvYXdz", tokenWidth, world.Mixed),
		Principal: world.Principal{
			ARN:     there.ARN("sts", "assumed-role/"+role.Name+"/"+name),
			Account: role.Account, Role: role.Name,
		},
		Expires: expires.Truncate(time.Second),
	}
	if limits != nil {
		key.Principal.Limited = key.AccessKeyID
		world.Put(c.In("", ""), world.KindLimits, key.AccessKeyID, limits)
	}
	world.PutCredential(c, key)
	return key
}
