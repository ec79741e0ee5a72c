package sandbox

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// prefixes are IAM's names of services whose actions do not begin with the service's own.
var prefixes = map[string]string{"accessanalyzer": "access-analyzer", "marketplace-catalog": "aws-marketplace", "marketplace-agreement": "aws-marketplace"}

// asksOf are what an operation asks of the policies: its action on the resources that its input
// names, * where it names none, and the roles that it passes on.
func asksOf(c *world.Call, in any) []world.Ask {
	if rest, ok := in.(*wire.Rest); ok && c.Service == "s3" {
		return objectAsks(c, rest)
	}
	f := fields{reflect.ValueOf(in).Elem()}
	a := world.Ask{Action: cmp.Or(prefixes[c.Service], c.Service) + ":" + c.Operation, Resource: "*", Keys: map[string]string{}}
	switch c.Service {
	case "servicecatalog":
		return catalogAsks(c, f, a)
	case "cloudformation":
		return stackAsks(c, f, a)
	case "iam":
		return []world.Ask{roleAsk(c, f, a)}
	case "organizations":
		return []world.Ask{organizationAsk(c, f, a)}
	case "sqs":
		return []world.Ask{queueAsk(c, f, a)}
	case "sns":
		return []world.Ask{topicAsk(c, f, a)}
	case "marketplace-catalog", "marketplace-agreement":
		return marketAsks(c, in, a)
	case "ssm":
		if name := f.text("Name"); name != "" {
			a.Resource = c.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
		}
	}
	return []world.Ask{a}
}

// fields reads an input's members by name.
type fields struct{ reflect.Value }

// text is a member's text, "" where it is absent or no text.
func (f fields) text(member string) string {
	if f.Kind() != reflect.Struct {
		return ""
	}
	v := f.FieldByName(member)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.String {
		return ""
	}
	return v.String()
}

// Operations of Service Catalog whose Id is a portfolio's or a product's, and those that IAM asks
// of the product alone.
var (
	ofPortfolio = []string{"DescribePortfolio", "UpdatePortfolio", "DeletePortfolio"}
	ofProduct   = []string{"DescribeProduct", "DescribeProductAsAdmin", "UpdateProduct", "DeleteProduct"}
	productOnly = []string{"CreateConstraint"}
)

func catalogAsks(c *world.Call, f fields, a world.Ask) []world.Ask {
	portfolio, product := f.text("PortfolioId"), f.text("ProductId")
	switch {
	case slices.Contains(ofPortfolio, c.Operation):
		portfolio = f.text("Id")
	case slices.Contains(ofProduct, c.Operation):
		product = f.text("Id")
	case slices.Contains(productOnly, c.Operation):
		portfolio = ""
	}
	levels(c, f, a.Keys)
	var all []world.Ask
	for _, on := range [][2]string{{"portfolio/", portfolio}, {"product/", product}} {
		if on[1] != "" {
			one := a
			one.Resource = catalogHome(c, on[1]).ARN("catalog", on[0]+on[1])
			all = append(all, one)
		}
	}
	if all == nil {
		all = []world.Ask{a}
	}
	return all
}

// catalogHome is the account whose portfolio or product it is: a receiver's ARN names the hub.
func catalogHome(c *world.Call, id string) *world.Call {
	at, ok := world.Get[struct{ Account, Region string }](c.In("", ""), "sc-home", id)
	if !ok {
		return c
	}
	return c.In(at.Account, at.Region)
}

// launched is what Service Catalog keeps of who launched.
type launched struct{ UserARN, UserRole, UserSession string }

// levels sets servicecatalog:userLevel, roleLevel and accountLevel to self where what is asked for
// is the caller's own.
func levels(c *world.Call, f fields, keys map[string]string) {
	self := func(level string) { keys["servicecatalog:"+level+"Level"] = "self" }
	own, found := ownedBy(c, f)
	switch {
	case c.Operation == "SearchProvisionedProducts" || c.Operation == "ScanProvisionedProducts" || c.Operation == "ListRecordHistory":
		level := "User"
		if filter := f.FieldByName("AccessLevelFilter"); !filter.IsNil() {
			level = cmp.Or(fields{filter.Elem()}.text("Key"), level)
		}
		self(strings.ToLower(level))
		return
	case found && own.UserSession != c.Principal.ARN:
		if cmp.Or(own.UserARN, own.UserRole) == callerARN(c) {
			self("role")
		}
	default: // the caller's own, or nobody's: the operation says so
		self("user")
		self("role")
	}
	self("account")
}

// ownedBy finds who launched the provisioned product, or asked for the record, that is meant.
func ownedBy(c *world.Call, f fields) (launched, bool) {
	if c.Operation == "DescribeRecord" {
		return world.Get[launched](c, "sc-record", f.text("Id"))
	}
	id := f.text("ProvisionedProductId")
	if c.Operation == "DescribeProvisionedProduct" {
		id = f.text("Id")
	}
	if id != "" {
		return world.Get[launched](c, "sc-provisioned", id)
	}
	name := f.text("ProvisionedProductName")
	if c.Operation == "DescribeProvisionedProduct" {
		name = f.text("Name")
	}
	if name == "" || c.Operation == "ProvisionProduct" {
		return launched{}, false
	}
	for _, p := range world.List[struct {
		launched
		Name string
	}](c, "sc-provisioned") {
		if p.Name == name {
			return p.launched, true
		}
	}
	return launched{}, false
}

// callerARN is the caller's role, for a session, or the user.
func callerARN(c *world.Call) string {
	if r, ok := world.RoleOf(c, c.Principal.Account, c.Principal.Role); ok {
		return r.ARN()
	}
	return c.Principal.ARN
}

func stackAsks(c *world.Call, f fields, a world.Ask) []world.Ask {
	if name := cmp.Or(f.text("StackName"), f.text("ChangeSetName")); name != "" {
		a.Resource = stackARN(c, name)
	} else if set := f.text("StackSetName"); set != "" {
		a.Resource = c.ARN("cloudformation", "stackset/"+set+":*")
	}
	role := f.text("RoleARN")
	a.Keys["cloudformation:RoleArn"], a.Keys["cloudformation:TemplateUrl"] = role, f.text("TemplateURL")
	all := []world.Ask{a}
	if role != "" {
		all = append(all, world.Ask{Action: "iam:PassRole", Resource: role, Keys: map[string]string{"iam:PassedToService": "cloudformation.amazonaws.com"}})
	}
	return all
}

// stackARN is a stack's id, or for one that is not there the form that IAM asks with.
func stackARN(c *world.Call, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	if id, ok := world.Get[string](c, "stack-name", name); ok {
		return id
	}
	return c.ARN("cloudformation", "stack/"+name+"/*")
}

func roleAsk(c *world.Call, f fields, a world.Ask) world.Ask {
	role, policy := f.text("RoleName"), f.text("PolicyArn")
	a.Keys["iam:PolicyARN"], a.Keys["iam:PermissionsBoundary"] = policy, f.text("PermissionsBoundary")
	switch {
	case role != "":
		a.Resource = world.Role{Account: c.Account, Path: f.text("Path"), Name: role}.ARN()
		if r, ok := world.RoleOf(c, c.Account, role); ok {
			a.Resource = r.ARN()
			a.Keys["iam:PermissionsBoundary"] = cmp.Or(a.Keys["iam:PermissionsBoundary"], r.Boundary)
		}
	case policy != "":
		a.Resource = policy
	case c.Operation == "CreatePolicy":
		a.Resource = c.ARN("iam", "policy"+cmp.Or(f.text("Path"), "/")+f.text("PolicyName"))
	case f.text("UserName") != "":
		a.Resource = c.ARN("iam", "user/"+f.text("UserName"))
	case f.text("PolicySourceArn") != "":
		a.Resource = f.text("PolicySourceArn")
	case f.text("AWSServiceName") != "":
		a.Resource = c.ARN("iam", "role/aws-service-role/"+f.text("AWSServiceName")+"/*")
		a.Keys["iam:AWSServiceName"] = f.text("AWSServiceName")
	}
	return a
}

func organizationAsk(c *world.Call, f fields, a world.Ask) world.Ask {
	org, _ := world.OrgOf(c, c.Principal.Account)
	arn := func(kind, id string) string {
		return c.In(org.Management, "").ARN("organizations", kind+"/"+org.ID+"/"+id)
	}
	a.Keys["organizations:ServicePrincipal"] = f.text("ServicePrincipal")
	switch {
	case f.text("AccountId") != "":
		a.Resource = arn("account", f.text("AccountId"))
	case f.text("OrganizationalUnitId") != "":
		a.Resource = arn("ou", f.text("OrganizationalUnitId"))
	case strings.HasPrefix(f.text("ParentId"), "ou-"):
		a.Resource = arn("ou", f.text("ParentId"))
	case strings.HasPrefix(f.text("ParentId"), "r-"):
		a.Resource = arn("root", f.text("ParentId"))
	case f.text("PolicyId") != "":
		a.Resource = arn("policy", "service_control_policy/"+f.text("PolicyId"))
	}
	return a
}
