package servicecatalog

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog/types"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

func shareOperations() []world.Operation {
	return []world.Operation{
		write("CreatePortfolioShare", "", createShare, needs("PortfolioId")),
		write("UpdatePortfolioShare", "", updateShare, needs("PortfolioId")),
		write("DeletePortfolioShare", "", deleteShare, needs("PortfolioId")),
		read("DescribePortfolioShareStatus", describeShareStatus, needs("PortfolioShareToken")),
	}
}

// createShare shares an own portfolio. An existing share stays as it is, flags and all (CT-7).
func createShare(c *world.Call, in *servicecatalog.CreatePortfolioShareInput) (*servicecatalog.CreatePortfolioShareOutput, error) {
	s, err := target(c, *in.PortfolioId, in.AccountId, in.OrganizationNode)
	if err != nil {
		return nil, err
	}
	s.Principals, s.TagOptions = in.SharePrincipals, in.ShareTagOptions
	if err := s.maySharePrincipals(); err != nil {
		return nil, err
	}
	if err := oneAtATime(c, s.Portfolio); err != nil {
		return nil, err
	}
	if old, ok := s.stored(c); ok {
		return &servicecatalog.CreatePortfolioShareOutput{PortfolioShareToken: opt(old.Token)}, nil
	}
	s.Ready = c.Now
	if s.node() {
		s.Errors = s.troubles(c)
		f := s.begin(c)
		s.Ready, s.Failed = f.Due, f.Fails
	} else if err := s.room(c); err != nil {
		return nil, err
	}
	s.store(c)
	return &servicecatalog.CreatePortfolioShareOutput{PortfolioShareToken: opt(s.Token)}, nil
}

func updateShare(c *world.Call, in *servicecatalog.UpdatePortfolioShareInput) (*servicecatalog.UpdatePortfolioShareOutput, error) {
	s, err := existing(c, *in.PortfolioId, in.AccountId, in.OrganizationNode)
	if err != nil {
		return nil, err
	}
	was := s
	if in.SharePrincipals != nil {
		s.Principals = *in.SharePrincipals
	}
	if in.ShareTagOptions != nil {
		s.TagOptions = *in.ShareTagOptions
	}
	if err := s.maySharePrincipals(); err != nil {
		return nil, err
	}
	status := types.ShareStatusCompleted
	if s.node() {
		status = types.ShareStatusNotStarted
		if s.begin(c).Fails {
			s.Principals, s.TagOptions = was.Principals, was.TagOptions
		}
	}
	s.store(c)
	return &servicecatalog.UpdatePortfolioShareOutput{PortfolioShareToken: opt(s.Token), Status: status}, nil
}

func deleteShare(c *world.Call, in *servicecatalog.DeletePortfolioShareInput) (*servicecatalog.DeletePortfolioShareOutput, error) {
	s, err := existing(c, *in.PortfolioId, in.AccountId, in.OrganizationNode)
	if err != nil {
		return nil, err
	}
	if !s.node() {
		world.Remove(c, under(kindShare, s.Portfolio), s.id())
		world.Remove(c.In("", s.Region), offersTo(s.Node), s.Portfolio+"/"+s.Type)
		world.Remove(c.In(s.Node, c.Region), kindAccepted, s.Portfolio)
		return &servicecatalog.DeletePortfolioShareOutput{}, nil
	}
	lacking := s.Errors
	s.Errors = nil // whom the share did not reach, its removal need not
	f := s.begin(c)
	if s.Errors = lacking; !f.Fails {
		s.Gone = f.Due
	}
	s.store(c)
	return &servicecatalog.DeletePortfolioShareOutput{PortfolioShareToken: opt(s.Token)}, nil
}

func describeShareStatus(c *world.Call, in *servicecatalog.DescribePortfolioShareStatusInput) (*servicecatalog.DescribePortfolioShareStatusOutput, error) {
	a, ok := world.Get[action](c, kindAction, *in.PortfolioShareToken)
	if !ok {
		return nil, notFound("Portfolio share token %s not found.", *in.PortfolioShareToken)
	}
	out := &servicecatalog.DescribePortfolioShareStatusOutput{
		PortfolioId: new(a.Portfolio), PortfolioShareToken: new(a.Token), OrganizationNodeValue: new(a.Node), Status: a.status(c),
	}
	if a.over(c) {
		out.ShareDetails = a.details()
	}
	return out, nil
}

func (a action) status(c *world.Call) types.ShareStatus {
	switch {
	case c.Now.Before(a.Start.Add(starting)):
		return types.ShareStatusNotStarted
	case !a.over(c):
		return types.ShareStatusInProgress
	case a.Fails:
		return types.ShareStatusError
	case len(a.Errors) > 0:
		return types.ShareStatusCompletedWithErrors
	}
	return types.ShareStatusCompleted
}

func (a action) details() *types.ShareDetails {
	out := &types.ShareDetails{SuccessfulShares: a.Reached}
	for _, e := range a.Errors {
		out.ShareErrors = append(out.ShareErrors, types.ShareError{Accounts: e.Accounts, Error: new(e.Error), Message: new(e.Message)})
	}
	return out
}

// begin starts an asynchronous change of the share and names it by a new token.
func (s *share) begin(c *world.Call) fate {
	s.Token = newID(c, "share-")
	a := action{Token: s.Token, Portfolio: s.Portfolio, Type: s.Type, Node: s.Node, Start: c.Now, fate: sharing.start(c)}
	if !a.Fails {
		a.Reached, a.Errors = slices.DeleteFunc(s.accountsUnder(c), s.failed), s.Errors
	}
	world.Put(c, kindAction, a.Token, a)
	where, id := shareLock(c, s.Portfolio)
	world.Put(where, kindLock, id, a.fate)
	return a.fate
}

// oneAtATime holds that one share action is in flight where the lock is (SBX-35).
func oneAtATime(c *world.Call, folio string) error {
	where, id := shareLock(c, folio)
	if f, ok := world.Get[fate](where, kindLock, id); ok && !f.over(c) {
		return wire.Fail("InvalidStateException", "Cannot process more than one portfolio share action at the same time. Try again later.")
	}
	return nil
}

// shareLock is of the account and region, unless the world is switched. AWS does not say how
// wide its lock is.
func shareLock(c *world.Call, folio string) (where *world.Call, id string) {
	switch {
	case switched(c, lockByPortfolio):
		return c, folio
	case switched(c, lockByAccount):
		return c.In(c.Account, ""), "all"
	}
	return c, "all"
}

// troubles are the accounts that a new share does not reach: those that a fault of the world
// names or, if it names none, the last one (SBX-37).
func (s share) troubles(c *world.Call) []shareError {
	f := c.Struck(world.KindShareError)
	if f == nil {
		return nil
	}
	hit := s.accountsUnder(c)
	if len(f.Accounts) > 0 {
		hit = slices.DeleteFunc(hit, func(id string) bool { return !slices.Contains(f.Accounts, id) })
	} else if len(hit) > 0 {
		hit = hit[len(hit)-1:]
	}
	if len(hit) == 0 {
		return nil
	}
	e := shareError{Accounts: hit, Error: cmp.Or(f.Code, "ThrottlingException"), Message: "Rate exceeded"}
	if e.Error == "DuplicateResourceException" {
		e.Message = "The portfolio is already shared with the account."
	}
	return []shareError{e}
}

// room holds the quota of account shares.
func (s share) room(c *world.Call) error {
	all, err := sharesOfType(c, s.Portfolio, shareAccount)
	if err != nil {
		return err
	}
	return maxShared.room(c, len(all))
}

// target names the share that a request is about, and judges whether the caller may have it.
func target(c *world.Call, folio string, account *string, node *types.OrganizationNode) (share, error) {
	if _, err := ownPortfolio(c, folio); err != nil {
		return share{}, err
	}
	s := share{Account: c.Account, Region: c.Region, Portfolio: folio}
	switch {
	case (account == nil) == (node == nil):
		return s, invalid("Give AccountId or OrganizationNode, and not both.")
	case account != nil:
		s.Type, s.Node = shareAccount, *account
		return s, s.checkAccount()
	}
	var err error
	if s.Type, s.Node, err = nodeOf(node); err != nil {
		return s, err
	}
	return s, s.checkNode(c)
}

var twelveDigits = regexp.MustCompile(`^\d{12}$`)

func (s share) checkAccount() error {
	if !twelveDigits.MatchString(s.Node) {
		return violated("Value '%s' at 'accountId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9]{12}$", s.Node)
	}
	if s.Node == s.Account {
		return invalid("A portfolio cannot be shared with the account that owns it.")
	}
	return nil
}

// checkNode holds that the caller may share to nodes, and that the node is in its organization.
func (s share) checkNode(c *world.Call) error {
	org, ok := world.Org(c)
	switch {
	case !ok || !mayShareToNodes(org, c.Account):
		return unsupported("Account %s is neither the management account nor a delegated administrator for %s.", c.Account, ownDomain)
	case accessStatus(c, org) != types.AccessStatusEnabled:
		return unsupported("AWS Organizations access is not enabled for Service Catalog.")
	}
	if !isNode(c, org, s.Type, s.Node) {
		return notFound("Organization node %s not found.", s.Node)
	}
	return nil
}

// nodeOf reads a node given by its id or, for an organization or unit, by its ARN.
func nodeOf(n *types.OrganizationNode) (kind, id string, err error) {
	id = val(n.Value)
	id = id[strings.LastIndex(id, "/")+1:]
	switch {
	case n.Type == types.OrganizationNodeTypeOrganization && strings.HasPrefix(id, "o-"):
		return shareOrganization, id, nil
	case n.Type == types.OrganizationNodeTypeOrganizationalUnit && strings.HasPrefix(id, "ou-"):
		return shareUnit, id, nil
	case n.Type == types.OrganizationNodeTypeAccount && twelveDigits.MatchString(id):
		return shareMember, id, nil
	}
	return "", "", invalid("%q is not an organization node of type %q.", val(n.Value), n.Type)
}

// maySharePrincipals: AWS shares principal names with an organization or a unit only. A
// receiver of another share associates its own principals.
func (s share) maySharePrincipals() error {
	if s.Principals && s.Type != shareOrganization && s.Type != shareUnit {
		return invalid("SharePrincipals is only supported for an OrganizationNode of type ORGANIZATION or ORGANIZATIONAL_UNIT. For another share the receiving account associates its principals itself.")
	}
	return nil
}

// existing is a share that is there, with no share action in flight.
func existing(c *world.Call, folio string, account *string, node *types.OrganizationNode) (share, error) {
	s, err := target(c, folio, account, node)
	if err != nil {
		return s, err
	}
	if err := oneAtATime(c, folio); err != nil {
		return s, err
	}
	old, ok := s.stored(c)
	if !ok {
		return s, notFound("Portfolio %s is not shared with %s.", folio, s.Node)
	}
	return old, nil
}

func (s share) id() string { return s.Type + "/" + s.Node }

// offersTo is the kind of what says which shares there are with a node or an account.
func offersTo(node string) string { return under(kindOffer, "to-"+node) }

// store keeps the share, and where those it is for find it.
func (s share) store(c *world.Call) {
	world.Put(c, under(kindShare, s.Portfolio), s.id(), s)
	world.Put(c.In("", s.Region), offersTo(s.Node), s.Portfolio+"/"+s.Type, shareKey{s.Account, s.Portfolio, s.id()})
}

func (s share) stored(c *world.Call) (share, bool) {
	old, ok := world.Get[share](c, under(kindShare, s.Portfolio), s.id())
	return old, ok && !old.gone(c)
}
