package iam

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/axle-cd/axle/sandbox/world"
)

func userOperations() []world.Operation {
	return []world.Operation{read("GetUser", getUser), read("ListUsers", listUsers).Only("Marker", "MaxItems")}
}

func userOf(c *world.Call, u world.User) types.User {
	path := cmp.Or(u.Path, "/")
	arn := c.ARN("iam", "user"+path+u.Name)
	return types.User{UserName: &u.Name, Path: &path, Arn: &arn, UserId: aws.String(world.UserID(c, arn)), CreateDate: &u.Created}
}

// getUser finds a user by name, or the caller, if he is one.
func getUser(c *world.Call, in *api.GetUserInput) (*api.GetUserOutput, error) {
	name := aws.ToString(in.UserName)
	if name == "" && c.Principal.Role != "" {
		return nil, invalid("Must specify userName when calling with non-User credentials")
	}
	u, ok := world.Get[world.User](c, world.KindUser, cmp.Or(name, lastOf(c.Principal.ARN)))
	if !ok {
		return nil, noSuch("The user with name %s cannot be found.", name)
	}
	out := userOf(c, u)
	return &api.GetUserOutput{User: &out}, nil
}

func listUsers(c *world.Call, in *api.ListUsersInput) (*api.ListUsersOutput, error) {
	var all []types.User
	for _, u := range world.List[world.User](c, world.KindUser) {
		all = append(all, userOf(c, u))
	}
	cut, next, more, err := page(all, in.MaxItems, in.Marker)
	return &api.ListUsersOutput{Users: cut, Marker: next, IsTruncated: more}, err
}
