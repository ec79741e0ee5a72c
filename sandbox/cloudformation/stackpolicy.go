package cloudformation

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	cf "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/axle-cd/axle/sandbox/world"
)

// guardStatement is a statement of a stack policy. What it does not name is denied.
type guardStatement struct {
	Effect                                   string
	Action, NotAction, Resource, NotResource any
	Principal                                any
	Condition                                map[string]map[string]any
}

// guards reads a stack policy. Conditions but on the type of resource are not here.
func guards(text string) ([]guardStatement, error) {
	var document struct{ Statement []guardStatement }
	if err := json.Unmarshal([]byte(text), &document); err != nil || len(document.Statement) == 0 {
		return nil, invalid("Error validating stack policy: Invalid stack policy")
	}
	for _, s := range document.Statement {
		if s.Principal != "*" || s.Effect != "Allow" && s.Effect != "Deny" || (s.Action == nil) == (s.NotAction == nil) || (s.Resource == nil) == (s.NotResource == nil) || !s.readable() {
			return nil, invalid("Error validating stack policy: Invalid stack policy")
		}
		for operator, keys := range s.Condition {
			if _, typed := keys["ResourceType"]; operator != "StringEquals" && operator != "StringLike" || !typed || len(keys) != 1 {
				return nil, missing("SetStackPolicy.StackPolicyBody.Condition." + operator)
			}
		}
	}
	return document.Statement, nil
}

// readable says whether every pattern is one: a denial that fits nothing would let all pass.
func (s guardStatement) readable() bool {
	all := []any{s.Action, s.NotAction, s.Resource, s.NotResource}
	for _, keys := range s.Condition {
		all = append(all, keys["ResourceType"])
	}
	return !slices.ContainsFunc(all, func(patterns any) bool {
		return slices.ContainsFunc(items(patterns), func(p any) bool {
			text, ok := p.(string)
			_, err := path.Match(text, "")
			return !ok || err != nil
		})
	})
}

func (s guardStatement) about(action string, r resource) bool {
	for _, keys := range s.Condition {
		if !among(keys["ResourceType"], r.Type) {
			return false
		}
	}
	on := "LogicalResourceId/" + r.LogicalID
	return (s.Action != nil && among(s.Action, action) || s.NotAction != nil && !among(s.NotAction, action)) &&
		(s.Resource != nil && among(s.Resource, on) || s.NotResource != nil && !among(s.NotResource, on))
}

func among(patterns any, name string) bool {
	return slices.ContainsFunc(items(patterns), func(p any) bool {
		fits, err := path.Match(fmt.Sprint(p), name)
		return p == "*" || err == nil && fits
	})
}

// guarded lets fail what the stack's policy does not let an update do.
func (r *record) guarded(p plan) (plan, error) {
	if r.Policy == "" {
		return p, nil
	}
	all, err := guards(r.Policy)
	if err != nil {
		return p, err
	}
	for i, s := range p.Steps {
		action := map[verb]string{modify: "Update:Modify", replace: "Update:Replace", remove: "Update:Delete"}[s.verb]
		if action == "" || permits(all, action, s.Old) {
			continue
		}
		why := "Action denied by stack policy: " + action + " on resource " + s.Old.LogicalID
		if s.verb == remove {
			p.Fault = why
		}
		p.Steps[i].Fault = why
	}
	return p, nil
}

func permits(all []guardStatement, action string, r resource) bool {
	allowed := false
	for _, s := range all {
		if s.about(action, r) {
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func setStackPolicy(c *world.Call, in *cf.SetStackPolicyInput) (*cf.SetStackPolicyOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	text, err := body(c, in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	if _, err := guards(text); err != nil {
		return nil, err
	}
	r.Policy = strings.TrimSpace(text)
	r.save(c)
	return &cf.SetStackPolicyOutput{}, nil
}

func getStackPolicy(c *world.Call, in *cf.GetStackPolicyInput) (*cf.GetStackPolicyOutput, error) {
	r, err := find(c, in.StackName)
	if err != nil {
		return nil, err
	}
	return &cf.GetStackPolicyOutput{StackPolicyBody: opt(r.Policy)}, nil
}
