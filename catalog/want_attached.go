package catalog

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

const (
	cloudFormation = "CLOUD_FORMATION_TEMPLATE"
	external       = "EXTERNAL"
)

func wantTagOptions(p *products.File) []TagOption {
	var all []TagOption
	for _, key := range sortedKeys(p.TagOptions) {
		for _, value := range p.TagOptions[key] {
			all = append(all, TagOption{Key: key, Value: value})
		}
	}
	return all
}

// wantActions are a product's service actions, under names with a suffix.
func wantActions(owner, suffix string, p *products.File) []Action {
	var all []Action
	for _, a := range p.ServiceActions {
		want := Action{Name: a.Name + suffix, Document: a.Document, Version: cmp.Or(a.Version, "$DEFAULT"), AssumeRole: a.AssumeRole, Owner: owner}
		if len(a.Parameters) > 0 {
			raw, _ := json.Marshal(a.Parameters) // text alone always marshals
			want.Parameters = CanonicalJSON(string(raw))
		}
		all = append(all, want)
	}
	return all
}

func wantBudgets(p *products.File) []string {
	var all []string
	for _, key := range sortedKeys(p.Portfolios) {
		if b := p.Portfolios[key].Budget; b != "" {
			all = append(all, b)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// constraints are a placement's, in the order of their types.
func constraints(p *products.File, c products.Constraints, r Release) ([]Constraint, error) {
	var all []Constraint
	add := func(kind string, parameters any) {
		raw, _ := json.Marshal(parameters) // maps of text and lists of text always marshal
		all = append(all, Constraint{Type: kind, Parameters: CanonicalJSON(string(raw))})
	}
	if c.Launch != nil {
		add("LAUNCH", map[string]string{"LocalRoleName": c.Launch.LocalRoleName})
	}
	if len(c.Notification) > 0 {
		add("NOTIFICATION", map[string][]string{"NotificationArns": c.Notification})
	}
	if c.ResourceUpdate != nil {
		add("RESOURCE_UPDATE", map[string]any{"Version": "2.0",
			"Properties": map[string]string{"TagUpdateOnProvisionedProduct": c.ResourceUpdate.TagUpdateOnProvisionedProduct}})
	}
	if s := c.StackSet; s != nil {
		add("STACKSET", map[string]any{"Version": "1.0", "Properties": map[string]any{
			"AccountList": s.Accounts, "RegionList": s.Regions, "AdminRole": s.AdminRole, "ExecutionRole": s.ExecutionRole}})
	}
	rules, err := templateRules(p, c.Template, r)
	if err == nil && len(rules) > 0 {
		add("TEMPLATE", map[string]any{"Rules": rules})
	}
	return all, err
}

// templateRules are those of the file that the constraint names, and one for each fixed value (CAT-5).
func templateRules(p *products.File, file string, r Release) (map[string]json.RawMessage, error) {
	rules := map[string]json.RawMessage{}
	if file != "" {
		var from struct{ Rules map[string]json.RawMessage }
		if raw, ok := r.Rules[file]; !ok || json.Unmarshal(raw, &from) != nil || len(from.Rules) == 0 {
			return nil, document.Fail("AXLE2602", fmt.Sprintf("the template constraint %s is missing, or is not JSON with Rules", file),
				`write it beside product.yaml: {"Rules": {…}}`, nil)
		}
		rules = from.Rules
	}
	for _, name := range sortedKeys(p.Parameters) {
		fixed := p.Parameters[name].Fixed
		if fixed == nil || p.Type == external {
			continue
		}
		key := "Fixed" + strings.Map(alphanumeric, name)
		if _, taken := rules[key]; taken {
			return nil, document.Fail("AXLE2668", fmt.Sprintf("%s has a rule %s, the name of the one that holds %s to its fixed value", file, key, name), "give it another name", nil)
		}
		rules[key], _ = json.Marshal(map[string]any{"Assertions": []any{map[string]any{ // text always marshals
			"Assert":            map[string]any{"Fn::Contains": []any{[]any{*fixed}, map[string]any{"Ref": name}}},
			"AssertDescription": name + " is fixed",
		}}})
	}
	return rules, nil
}

// alphanumeric keeps what the name of a rule may hold.
func alphanumeric(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}
