// Package sts answers AWS STS: who the caller is, and sessions of roles it may assume.
package sts

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// Service is STS.
func Service() world.Service {
	return world.Service{Name: "sts", Operations: []world.Operation{
		world.Read("GetCallerIdentity", callerIdentity),
		world.Read("AssumeRole", assumeRole).Only("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId"),
	}}
}

func callerIdentity(c *world.Call, _ *api.GetCallerIdentityInput) (*api.GetCallerIdentityOutput, error) {
	p := c.Principal
	return &api.GetCallerIdentityOutput{Account: &p.Account, Arn: &p.ARN, UserId: aws.String(userID(c, p))}, nil
}

// userID is AROA…:session for a session, and the access key's like for a user.
func userID(c *world.Call, p world.Principal) string {
	if p.Role == "" {
		return "AIDA" + stable(c, p.ARN)
	}
	return "AROA" + stable(c, p.Account+"/"+p.Role) + ":" + p.ARN[strings.LastIndex(p.ARN, "/")+1:]
}

// stable gives the same 17 letters for the same name.
func stable(c *world.Call, name string) string {
	return strings.ToUpper(world.Digest(c.Tx, "id/"+name)[:17])
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

const (
	hour       = 3600
	shortest   = 900
	longest    = 12 * hour
	perRole    = hour // a role's MaxSessionDuration where none is set
	tokenWidth = 356
)

func assumeRole(c *world.Call, in *api.AssumeRoleInput) (*api.AssumeRoleOutput, error) {
	seconds, err := duration(c, in)
	if err != nil {
		return nil, err
	}
	arn, name := aws.ToString(in.RoleArn), aws.ToString(in.RoleSessionName)
	if !sessionName.MatchString(name) {
		return nil, invalid("Value '%s' at 'roleSessionName' failed to satisfy constraint: 2 to 64 of [\\w+=,.@-]", name)
	}
	role, ok := world.FindRole(c, arn)
	account, member := world.FindAccount(c, role.Account)
	if !ok || !member || account.State != "ACTIVE" || !role.TrustsCaller(c.Principal, aws.ToString(in.ExternalId)) {
		return nil, wire.Fail("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			c.Principal.ARN, arn).With(http.StatusForbidden)
	}
	key := session(c, role, name, c.Wall.Add(time.Duration(seconds)*time.Second))
	return &api.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{Arn: &key.Principal.ARN, AssumedRoleId: aws.String(userID(c, key.Principal))},
		Credentials: &types.Credentials{
			AccessKeyId: &key.AccessKeyID, SecretAccessKey: &key.SecretAccessKey,
			SessionToken: &key.SessionToken, Expiration: &key.Expires,
		},
	}, nil
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
	case seconds > perRole:
		return 0, wire.Fail("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return seconds, nil
}

func invalid(format string, args ...any) error {
	return wire.Fail("ValidationError", "1 validation error detected: "+format, args...)
}

func session(c *world.Call, role world.Role, name string, expires time.Time) world.Credential {
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
	world.PutCredential(c, key)
	return key
}
