package servicecatalog

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/world"
)

// fresh is how long IAM's news take to Service Catalog, where the world is switched so (CT-9).
const fresh = 10 * time.Second

const (
	typeIAM     = string(types.PrincipalTypeIam)
	typePattern = string(types.PrincipalTypeIamPattern)
)

func principalOperations() []world.Operation {
	return []world.Operation{
		write("AssociatePrincipalWithPortfolio", "", associatePrincipal, needs("PortfolioId", "PrincipalARN", "PrincipalType"), limit("PrincipalARN", 1000)),
		write("DisassociatePrincipalFromPortfolio", "", disassociatePrincipal, needs("PortfolioId", "PrincipalARN")),
		read("ListPrincipalsForPortfolio", listPrincipals, needs("PortfolioId")),
	}
}

// associatePrincipal lets a principal launch from a portfolio: the owner's, or a receiver's
// own in a portfolio that it has received. Repeated it has no effect (SBX-31).
func associatePrincipal(c *world.Call, in *servicecatalog.AssociatePrincipalWithPortfolioInput) (*servicecatalog.AssociatePrincipalWithPortfolioOutput, error) {
	folio, err := seenPortfolio(c, *in.PortfolioId)
	if err != nil {
		return nil, err
	}
	p := principal{folio.ID, string(in.PrincipalType), *in.PrincipalARN}
	if err := p.check(c); err != nil {
		return nil, err
	}
	have := principalsOf(c, folio.ID)
	if !slices.Contains(have, p) {
		if err := roomFor(c, have, p); err != nil {
			return nil, err
		}
		for _, at := range placementsIn(c, folio.ID) {
			if err := maxReaders.room(c, readers(c, at.Product)); err != nil {
				return nil, err
			}
		}
		world.Put(c, under(kindPrincipal, folio.ID), p.Type+"/"+p.ARN, p)
	}
	return &servicecatalog.AssociatePrincipalWithPortfolioOutput{}, nil
}

func roomFor(c *world.Call, have []principal, p principal) error {
	patterns := 0
	for _, h := range have {
		if h.Type == typePattern {
			patterns++
		}
	}
	if p.Type == typePattern {
		if err := maxPatterns.room(c, patterns); err != nil {
			return err
		}
	}
	return maxPrincipals.room(c, len(have))
}

// readers counts the principals of all portfolios of the call's account that hold a product.
func readers(c *world.Call, product string) int {
	n := 0
	for _, at := range placementsOf(c, product) {
		n += len(principalsOf(c, at.Portfolio))
	}
	return n
}

var (
	patternForm = document.NewPattern(`^arn:aws:iam:::(role|user|group)/.+$`)
	arnForm     = document.NewPattern(`^arn:aws:iam::(\d{12}):(role|user|group)/(.+)$`)
)

func (p principal) check(c *world.Call) error {
	switch p.Type {
	case typePattern:
		if !patternForm.MatchString(p.ARN) {
			return invalid("An IAM_PATTERN is arn:aws:iam:::role/…, user/… or group/…, without an account: %s", p.ARN)
		}
		return nil
	case typeIAM:
		return p.exists(c)
	}
	return violated("Value '%s' at 'principalType' failed to satisfy constraint: Member must satisfy enum value set: [IAM, IAM_PATTERN]", p.Type)
}

// exists holds that a principal named in full is there, in the account that names it.
func (p principal) exists(c *world.Call) error {
	m := arnForm.FindStringSubmatch(p.ARN)
	switch {
	case m == nil:
		return invalid("Invalid IAM principal ARN: %s", p.ARN)
	case m[2] == "group":
		return notHere("AssociatePrincipalWithPortfolio with an IAM group")
	case m[1] != c.Account:
		return invalid("The principal %s is not in account %s. Use IAM_PATTERN, or associate it in its own account.", p.ARN, c.Account)
	}
	role, ok := world.FindRole(c, p.ARN)
	if !ok && !hasUser(c, p.ARN) {
		return invalid("The principal %s does not exist.", p.ARN)
	}
	if ok && c.Now.Before(role.Created.Add(fresh)) && switched(c, freshPrincipals) {
		return invalid("Invalid principal ARN %s: the profile does not exist.", p.ARN)
	}
	return nil
}

func disassociatePrincipal(c *world.Call, in *servicecatalog.DisassociatePrincipalFromPortfolioInput) (*servicecatalog.DisassociatePrincipalFromPortfolioOutput, error) {
	folio, err := seenPortfolio(c, *in.PortfolioId)
	if err != nil {
		return nil, err
	}
	kind := string(in.PrincipalType)
	if kind == "" {
		kind = typeIAM
	}
	id := kind + "/" + *in.PrincipalARN
	if _, ok := world.Get[principal](c, under(kindPrincipal, folio.ID), id); !ok {
		return nil, notFound("Principal %s is not associated with portfolio %s.", *in.PrincipalARN, folio.ID)
	}
	world.Remove(c, under(kindPrincipal, folio.ID), id)
	return &servicecatalog.DisassociatePrincipalFromPortfolioOutput{}, nil
}

func listPrincipals(c *world.Call, in *servicecatalog.ListPrincipalsForPortfolioInput) (*servicecatalog.ListPrincipalsForPortfolioOutput, error) {
	r, err := seenPortfolio(c, *in.PortfolioId)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(c, effective(c, r), in.PageSize, in.PageToken, narrow, *in.PortfolioId)
	out := &servicecatalog.ListPrincipalsForPortfolioOutput{NextPageToken: next}
	for _, p := range cut {
		out.Principals = append(out.Principals, types.Principal{PrincipalARN: new(p.ARN), PrincipalType: types.PrincipalType(p.Type)})
	}
	return out, err
}

// principalsOf gives the principals that the call's account has associated.
func principalsOf(c *world.Call, folio string) []principal {
	return world.List[principal](c, under(kindPrincipal, folio))
}

// effective gives the principals that count in the call's account: its own, and the patterns
// of a received portfolio whose share brings its principals along.
func effective(c *world.Call, r receipt) []principal {
	all := principalsOf(c, r.ID)
	if !r.Principals || r.Account == c.Account {
		return all
	}
	for _, p := range principalsOf(c.In(r.Account, r.Region), r.ID) {
		if p.Type == typePattern && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// admits says whether one of the principals is the caller.
func admits(c *world.Call, all []principal) bool {
	me := callerARN(c)
	bare := strings.Replace(me, ":iam::"+c.Account+":", ":iam:::", 1)
	return slices.ContainsFunc(all, func(p principal) bool {
		if p.Type == typePattern {
			return fits(p.ARN, bare)
		}
		return p.ARN == me
	})
}

// fits matches an IAM_PATTERN: * is any text, / among it; ? is none or one character.
func fits(pattern, arn string) bool {
	quoted := regexp.QuoteMeta(pattern)
	quoted = strings.ReplaceAll(strings.ReplaceAll(quoted, `\*`, `.*`), `\?`, `.?`)
	matched, err := regexp.MatchString(`^(?s:`+quoted+`)$`, arn)
	return err == nil && matched
}
