package market

import (
	"fmt"
	"slices"
	"strings"
)

// GrantStep is what a pair of licence and account needs next.
type GrantStep string

const (
	Rest     GrantStep = "nothing"
	Make     GrantStep = "create"
	Poll     GrantStep = "wait"     // AWS is at work
	Accept   GrantStep = "accept"   // in the account
	Activate GrantStep = "activate" // a new version of the grant, ACTIVE
	Change   GrantStep = "change"   // a new version with other operations
	Again    GrantStep = "recreate" // it failed: delete, and create once more
	Revoke   GrantStep = "revoke"
	Tell     GrantStep = "finding" // a person has to see to it
)

// Next is what a pair needs (LIC-4): seen is its grant or nil, operations are those wanted.
// auto says that the organization accepts by itself; recreate, that a person wants a rejected
// grant to be made again. It is a step of a machine: after it, the grant is looked at again.
func Next(seen *Grant, wanted bool, operations []string, auto, recreate bool) (step GrantStep, why string) {
	status := "DELETED"
	if seen != nil {
		status = seen.Status
	}
	if !wanted {
		return unwanted(status)
	}
	switch status {
	case "DELETED":
		return Make, ""
	case "PENDING_WORKFLOW", "PENDING_DELETE":
		return Poll, "AWS is at work on it"
	case "PENDING_ACCEPT":
		if auto {
			return Poll, "the organization is to accept it"
		}
		return Accept, ""
	case "DISABLED":
		return Activate, ""
	case "ACTIVE", "WORKFLOW_COMPLETED", "WORKFLOW_COMPLETE":
		if !slices.Equal(sorted(seen.Operations), sorted(operations)) {
			return Change, fmt.Sprintf("operations are %s", strings.Join(sorted(seen.Operations), ", "))
		}
		return Rest, ""
	case "FAILED_WORKFLOW":
		return Again, seen.Reason
	case "REJECTED":
		if recreate {
			return Again, "rejected before"
		}
		return Tell, "the account rejected it; --recreate-rejected asks once more"
	}
	return Tell, fmt.Sprintf("its status %q is not known", status)
}

func unwanted(status string) (GrantStep, string) {
	switch status {
	case "DELETED", "REJECTED":
		return Rest, ""
	case "PENDING_WORKFLOW", "PENDING_DELETE":
		return Poll, "AWS is at work on it"
	case "PENDING_ACCEPT", "DISABLED", "ACTIVE", "WORKFLOW_COMPLETED", "WORKFLOW_COMPLETE", "FAILED_WORKFLOW":
		return Revoke, ""
	}
	return Tell, fmt.Sprintf("its status %q is not known", status)
}
