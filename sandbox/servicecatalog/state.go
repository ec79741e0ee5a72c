package servicecatalog

import (
	"time"

	"github.com/axle-cd/axle/sandbox/world"
)

// Kinds of objects. Those not said to be global live in the owner's account and region.
const (
	kindHome       = "sc-home" // global, by id: where a portfolio or product lives
	kindPortfolio  = "sc-portfolio"
	kindProduct    = "sc-product"
	kindArtifact   = "sc-artifact"     // under the product
	kindTemplate   = "sc-template"     // by artifact: the template's bytes
	kindPlacement  = "sc-placement"    // under the portfolio, by product
	kindConstraint = "sc-constraint"   // under portfolio and product, by id
	kindPlaced     = "sc-constraintat" // by id: where a constraint is
	kindPrincipal  = "sc-principal"    // under the portfolio, by type/arn; a receiver keeps its own
	kindTagOption  = "sc-tagoption"
	kindTagged     = "sc-tagged" // under the resource, by tag option
	kindShare      = "sc-share"  // under the portfolio, by type/node
	kindOffer      = "sc-offer"  // account "", under the node or account that it is for: where a share is
	kindAction     = "sc-shareaction"
	kindAccepted   = "sc-accepted"  // of a receiver, by portfolio
	kindLock       = "sc-sharelock" // by what is locked: the end of the share action in flight
	kindAccess     = "sc-access"    // global: when Organizations access is enabled
	kindProvision  = "sc-provisioned"
	kindRecord     = "sc-record"
	kindPlan       = "sc-plan"
	kindCopy       = "sc-copy" // by token

	kindServiceAction = "sc-serviceaction"
	kindActing        = "sc-acting" // under the version, by service action
	kindActed         = "sc-acted"  // under the service action, by version
	kindBudget        = "sc-budget" // under the resource, by name
)

const (
	starting  = time.Second // a share action is NOT_STARTED for so long
	ownDomain = "servicecatalog.amazonaws.com"
)

type home struct{ Account, Region string }

type tag struct{ Key, Value string }

type portfolio struct {
	ID, Account, Region, DisplayName, ProviderName, Description string
	Created                                                     time.Time
	Tags                                                        []tag
}

type product struct {
	ID, ViewID, Account, Region, Name, Owner, Type                         string
	Description, Distributor, SupportDescription, SupportEmail, SupportURL string
	Created                                                                time.Time
	Tags                                                                   []tag
	fate
}

type artifact struct {
	ID, Product, Name, Description, Type, URL, Guidance string
	Active                                              bool
	Number                                              int // the order of creation
	Created                                             time.Time
	fate
}

// placement is a product in a portfolio; Source is the shared portfolio it was imported from.
type placement struct {
	Portfolio, Product, Source string
	Created                    time.Time
}

type constraint struct {
	ID, Account, Portfolio, Product, Type, Parameters, Description string
	fate
}

type principal struct{ Portfolio, Type, ARN string }

type tagOption struct {
	ID, Account, Key, Value string
	Active                  bool
}

type tagged struct{ Resource, TagOption string }

// share gives a portfolio to a node of the organization, or, with Type shareAccount, to any account.
type share struct {
	Account, Region, Portfolio, Type, Node string
	Principals, TagOptions                 bool
	Ready                                  time.Time // receivers have it from here
	Failed                                 bool      // it was never made: its creation ended in ERROR
	Gone                                   time.Time // and no more from here; zero: it stays
	Token                                  string    // of its last action
	Errors                                 []shareError
}

// shareKey is where a share is kept.
type shareKey struct{ Account, Portfolio, ID string }

type shareError struct {
	Accounts       []string
	Error, Message string
}

// action is one asynchronous change of a share, by its token.
type action struct {
	Token, Portfolio, Type, Node string
	Start                        time.Time
	fate
	Reached []string
	Errors  []shareError
}

type accepted struct{ Portfolio string }

type access struct{ fate }

// provisioned is a provisioned product as its last settled record left it. StackAccount is
// not Account where a LAUNCH constraint names a role of another account by its ARN.
type provisioned struct {
	ID, Account, Region, Name, Kind         string
	Product, ProductName, Artifact, Version string // Version is the artifact's name
	Path, Token, UserARN, UserSession       string
	Created                                 time.Time
	StackAccount, StackID, LaunchRole       string
	Status                                  string // of what was settled; "" before
	Records                                 int
	Last, LastProvisioning, LastSuccess     string // record ids; without one it is only planned
	Engine                                  bool   // an engine has built it
	Tags                                    []tag
}

// record is one operation on a provisioned product. It follows the stack until the next
// operation on the same stack settles it.
type record struct {
	ID, Type, Provisioned, Name, Product, Artifact, Version, Path string
	UserSession, UserRole, LaunchRole                             string
	Number                                                        int
	Created, Updated                                              time.Time
	StackAccount, StackID, Kind                                   string
	Engine                                                        bool      // waits for an engine's word
	Owner                                                         string    // of the product, where an engine works for it
	Due                                                           time.Time // not before then does End hold
	Forgive                                                       bool      // of a termination: IgnoreErrors
	Tags                                                          []tag
	End                                                           *outcome // settled, or never a matter of the stack
}

// outcome is where a record stands.
type outcome struct {
	Status, Code, Reason string
	Outputs              map[string]string
	At                   time.Time // the stack's, where it is one that ended
}

// under is the kind of what belongs to one portfolio, product or resource, so that a list
// reads no more than that.
func under(kind, id string) string { return kind + "/" + id }

func newID(c *world.Call, prefix string) string { return c.NewID(prefix, 13, world.Lower) }

func global(c *world.Call) *world.Call { return c.In("", "") }

func locate(c *world.Call, id string) { world.Put(global(c), kindHome, id, home{c.Account, c.Region}) }

// at moves the call to where an object of that id lives.
func at(c *world.Call, id string) (*world.Call, bool) {
	h, ok := world.Get[home](global(c), kindHome, id)
	if !ok || h.Region != c.Region {
		return c, false
	}
	return c.In(h.Account, h.Region), true
}
