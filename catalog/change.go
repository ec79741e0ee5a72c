package catalog

// Verb is what a Change does.
type Verb string

// Kind is what a Change is about.
type Kind string

const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete" // planned, and never applied without an approval of its own

	KindPortfolio  Kind = "portfolio"
	KindProduct    Kind = "product" // created with its first version
	KindVersion    Kind = "version"
	KindPlacement  Kind = "placement"
	KindConstraint Kind = "constraint"
	KindPrincipal  Kind = "principal"
	KindShare      Kind = "share"

	// In a spoke; its Account is set, also where the kind is constraint, principal or placement.
	KindAcceptance Kind = "acceptance"      // of a portfolio that is shared with the account alone
	KindLocal      Kind = "local portfolio" // of the spoke's own
	KindImport     Kind = "import"          // a placement of the hub's product in it
	KindCopy       Kind = "copy"            // a product of the spoke's own, or a version of it

	KindTagOption Kind = "tag option"
	KindAction    Kind = "service action"
	KindBudget    Kind = "budget"
	KindLaunch    Kind = "launch" // a provisioned product that axle keeps in a spoke
)

// Change is one step of a plan. Exactly the fields that its Kind needs are set: a product's
// Product and its first Version; a placement's Portfolio and Product keys; and so on.
type Change struct {
	Verb       Verb        `json:"verb"`
	Kind       Kind        `json:"kind"`
	Account    string      `json:"account,omitempty"` // where it is made, where that is not the hub
	Region     string      `json:"region"`
	Wave       string      `json:"wave,omitempty"`      // it goes with
	Portfolio  string      `json:"portfolio,omitempty"` // key
	Product    string      `json:"product,omitempty"`   // key
	NewProduct *Product    `json:"new_product,omitempty"`
	NewFolio   *Portfolio  `json:"new_portfolio,omitempty"`
	Version    *Version    `json:"version,omitempty"`
	Constraint *Constraint `json:"constraint,omitempty"`
	Principal  *Principal  `json:"principal,omitempty"`
	Share      *Share      `json:"share,omitempty"`
	TagOption  *TagOption  `json:"tag_option,omitempty"`
	Action     *Action     `json:"service_action,omitempty"`
	Budget     string      `json:"budget,omitempty"` // its name
	Launch     *Launch     `json:"launch,omitempty"`
	Before     string      `json:"before,omitempty"` // in words, for people
	After      string      `json:"after,omitempty"`
	Calls      int         `json:"calls"`            // mutating calls it takes
	Reason     string      `json:"reason,omitempty"` // file:line that asks for it
	ID         string      `json:"id,omitempty"`     // AWS's, of what is updated or removed
	Removal    bool        `json:"removal"`          // it takes something away: a Proposal says so, and Reversible
	Reversible bool        `json:"reversible"`       // the files put back, it is as before
}

// Superseding says whether it takes a version from its users: it comes last, after every wave.
func (c Change) Superseding() bool {
	return (c.Kind == KindVersion || c.Kind == KindCopy && c.Version != nil) && c.Verb == Update && (!c.Version.Active || c.Version.Guidance == "DEPRECATED")
}

// InHub says whether it makes a region of the hub a target of the waves.
func (c Change) InHub(region string) bool {
	return c.Region == region && c.Account == "" && c.Kind != KindLaunch && !c.Superseding()
}
