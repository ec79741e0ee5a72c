package policies

import (
	"slices"
	"strings"
)

// Rules of end users' roles, as exceptions name them.
const (
	UserLacks  = "AXLE-USER-1"
	UserOthers = "AXLE-USER-2"
	UserAdmin  = "AXLE-USER-3"
)

const codeUser = "AXLE2450"

// UserRules are the ids that a waiver of an end user's role may name.
func UserRules() []string { return []string{UserLacks, UserOthers, UserAdmin} }

// catalogAdmin are actions that change what the catalog offers, and to whom.
var catalogAdmin = []string{"servicecatalog:AssociatePrincipalWithPortfolio", "servicecatalog:CreateConstraint", "servicecatalog:CreatePortfolio",
	"servicecatalog:CreatePortfolioShare", "servicecatalog:CreateProduct", "servicecatalog:CreateProvisioningArtifact",
	"servicecatalog:DeleteConstraint", "servicecatalog:DisassociatePrincipalFromPortfolio", "servicecatalog:UpdateConstraint"}

// CompareUser says where the role of those who launch gives too little to launch, or more than to
// launch and to look after what is one's own. Which products an ARN names is not known here.
func CompareUser(r *Role) Report {
	c := comparison{role: r}
	for _, g := range r.statements {
		c.beyondOwn(g)
	}
	if !c.userAttached() {
		c.userLacks()
	}
	return c.report(UserRules())
}

// beyondOwn is what a statement gives of the catalog, or of what others have launched.
func (c *comparison) beyondOwn(g given) {
	if g.malformed || g.effect != "Allow" {
		return
	}
	const hint = "axle policy generate-iam --end-user prints the least policy"
	for _, a := range g.actions {
		covers := func(n string) bool { return coversAction(a, n) }
		switch {
		case slices.ContainsFunc(catalogAdmin, covers):
			c.say(UserAdmin, codeUser, "those who launch may change the catalog ("+a+")", hint, g)
		case slices.ContainsFunc(ownActions(), covers) && !slices.ContainsFunc(g.conditions, condition.self):
			c.say(UserOthers, codeUser, "those who launch reach what others launched ("+a+")", "add Condition { StringEquals: { servicecatalog:userLevel: self } }; "+hint, g)
		}
	}
	if len(g.notActions) > 0 {
		c.say(UserAdmin, codeUser, "NotAction allows every action but "+strings.Join(g.notActions, ", "), hint, g)
	}
}

func ownActions() []string {
	all := EndUser().Statement
	return all[len(all)-1].Action
}

func (c condition) self() bool {
	return c.operator == "StringEquals" && strings.EqualFold(c.key, "servicecatalog:userLevel") && slices.Equal(c.values, []string{"self"})
}

// userAttached judges managed policies by their names; true where one may let its role launch.
func (c *comparison) userAttached() bool {
	for _, m := range c.role.managed {
		switch name := m.arn[strings.LastIndex(m.arn, "/")+1:]; name {
		case "AdministratorAccess", "PowerUserAccess", "AWSServiceCatalogAdminFullAccess":
			c.say(UserAdmin, codeUser, "those who launch have "+name, "axle policy generate-iam --end-user prints the least policy", given{line: m.line, col: m.col, path: m.arn})
		}
	}
	return len(c.role.managed) > 0
}

// userLacks are actions of an end user that no statement gives.
func (c *comparison) userLacks() {
	var lacks []string
	for _, s := range EndUser().Statement {
		for _, a := range s.Action {
			if !slices.ContainsFunc(c.role.statements, func(g given) bool {
				return g.malformed || g.effect == "Allow" && (len(g.notActions) > 0 || slices.ContainsFunc(g.actions, func(p string) bool { return coversAction(p, a) }))
			}) {
				lacks = append(lacks, a)
			}
		}
	}
	if len(lacks) > 0 {
		c.say(UserLacks, codeUser, "those who launch lack "+strings.Join(lacks, ", "), "axle policy generate-iam --end-user prints the whole policy", given{line: c.role.line, col: c.role.col, path: "lacks"})
	}
}
