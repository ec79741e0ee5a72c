package cloudformation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/world"
)

// unjudged is the switch that lets stacks make what their role may not.
const unjudged = "iam:unjudged-stacks"

// Verbs that make a resource, and that take it away, as AWS's actions begin.
var (
	making = []string{"Create", "Put", "Attach", "Associate", "Add", "Authorize", "Allocate", "Register", "Run", "Set", "Enable", "PassRole"}
	taking = []string{"Delete", "Detach", "Disassociate", "Remove", "Release", "Revoke", "Deregister", "Terminate", "ScheduleKeyDeletion"}
)

// actor judges what a stack's resources call: in the name of its role or, without one, of who asks.
type actor struct {
	c     *world.Call
	by    world.Principal
	calls map[string][]cfn.Call // by logical id
}

// actorOf is nil where nothing is judged. What a type calls that products/cfn does not know is
// not judged either.
func actorOf(c *world.Call, t *cfn.Template, roleARN string) *actor {
	if c.Judge == nil || t == nil || world.Switched(c, unjudged) {
		return nil
	}
	a := &actor{c: c, by: c.Principal, calls: map[string][]cfn.Call{}}
	if role, ok := world.FindRole(c, roleARN); ok {
		a.by = world.Principal{ARN: c.In(role.Account, "").ARN("sts", "assumed-role/"+role.Name+"/AWSCloudFormation"), Account: role.Account, Role: role.Name}
	}
	all, _ := t.Calls()
	for _, call := range all {
		a.calls[call.For] = append(a.calls[call.For], call)
	}
	return a
}

// forbidden says which call of a resource the policies do not allow, "" if they allow all.
func (a *actor) forbidden(r resource, verbs []string) string {
	if a == nil {
		return ""
	}
	for _, call := range a.calls[r.LogicalID] {
		_, verb, _ := strings.Cut(call.Action, ":")
		if !slices.ContainsFunc(verbs, func(v string) bool { return strings.HasPrefix(verb, v) }) {
			continue
		}
		for _, on := range call.Resources {
			if why := a.denied(call, a.named(on, r)); why != "" {
				return why
			}
		}
	}
	return ""
}

func (a *actor) denied(call cfn.Call, on string) string {
	why := a.c.Denied(world.Ask{By: a.by, Action: call.Action, Resource: on, Keys: map[string]string{
		"iam:PassedToService": call.PassedTo, "aws:CalledVia": "cloudformation.amazonaws.com", "aws:CalledViaFirst": "cloudformation.amazonaws.com", "aws:ViaAWSService": "true",
	}})
	if why == "" {
		return ""
	}
	return fmt.Sprintf("Resource handler returned message: \"User: %s is not authorized to perform: %s on resource: %s %s\" (HandlerErrorCode: AccessDenied)", a.by.ARN, call.Action, on, why)
}

// named puts this stack's place into an ARN, and the resource's name where it is open.
func (a *actor) named(arn string, r resource) string {
	arn = strings.NewReplacer("${AWS::Partition}", partition(a.c.Region), "${AWS::Region}", a.c.Region, "${AWS::AccountId}", a.c.Account,
		"${AWS::URLSuffix}", suffix(a.c.Region)).Replace(arn)
	at := strings.LastIndexAny(arn, "/:") + 1
	if arn == "*" || !strings.Contains(arn[at:], "*") {
		return arn
	}
	return arn[:at] + lastPart(r.PhysicalID)
}
