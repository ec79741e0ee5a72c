package sandbox_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

const spoke1 = "333333333333"

// Who may assume what in the default organization. A missing role, no trust and a closed
// account look alike. SBX-21, X56, X57
func TestAssumeRole(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	if _, err := s.EnsureRole(t.Context(), []string{spoke1, "666666666666"}, world.Role{Name: "Guarded", Path: "/team/",
		TrustAccounts: []string{"999999999999"}, ExternalID: "the-id"}); err != nil {
		t.Fatal(err)
	}
	hub := config(t, s, "axle")
	callers := map[string]aws.Config{
		"hub": hub, "management": config(t, s, "management"), "spoke": assume(t, hub, roleARN(spoke1, "CatalogBuilder")),
	}
	cases := []struct {
		name, caller, arn, externalID, session, want string
		seconds                                      int32
	}{
		{name: "hub into a spoke", caller: "hub", arn: roleARN(spoke1, "CatalogSpokeReader")},
		{name: "hub into its own role", caller: "hub", arn: roleARN("999999999999", "CatalogHubPublisher")},
		{name: "a role of its own account", caller: "spoke", arn: roleARN(spoke1, "CatalogSpokeReader")},
		{name: "no such role", caller: "hub", arn: roleARN(spoke1, "CatalogHubPublisher"), want: "AccessDenied"},
		{name: "no such account", caller: "hub", arn: roleARN("123456789012", "CatalogBuilder"), want: "AccessDenied"},
		{name: "not an ARN", caller: "hub", arn: "CatalogBuilder", want: "AccessDenied"},
		{name: "not trusted: management", caller: "management", arn: roleARN(spoke1, "CatalogBuilder"), want: "AccessDenied"},
		{name: "not trusted: another spoke", caller: "spoke", arn: roleARN("444444444444", "CatalogBuilder"), want: "AccessDenied"},
		{name: "a launch role trusts only Service Catalog", caller: "hub", arn: roleARN(spoke1, "SCLaunchStorage"), want: "AccessDenied"},
		{name: "external id", caller: "hub", arn: roleARN(spoke1, "team/Guarded"), externalID: "the-id"},
		{name: "wrong external id", caller: "hub", arn: roleARN(spoke1, "team/Guarded"), externalID: "another", want: "AccessDenied"},
		{name: "no external id", caller: "hub", arn: roleARN(spoke1, "team/Guarded"), want: "AccessDenied"},
		{name: "without its path", caller: "hub", arn: roleARN(spoke1, "Guarded"), externalID: "the-id", want: "AccessDenied"},
		{name: "a closed account", caller: "hub", arn: roleARN("666666666666", "team/Guarded"), externalID: "the-id", want: "AccessDenied"},
		{name: "15 minutes", caller: "hub", arn: roleARN(spoke1, "CatalogBuilder"), seconds: 900},
		{name: "too short", caller: "hub", arn: roleARN(spoke1, "CatalogBuilder"), seconds: 899, want: "ValidationError"},
		{name: "longer than the role allows", caller: "hub", arn: roleARN(spoke1, "CatalogBuilder"), seconds: 3601, want: "ValidationError"},
		{name: "chained, over an hour", caller: "spoke", arn: roleARN(spoke1, "CatalogBuilder"), seconds: 3601, want: "ValidationError"},
		{name: "a name with a space", caller: "hub", arn: roleARN(spoke1, "CatalogBuilder"), session: "a b", want: "ValidationError"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := &sts.AssumeRoleInput{RoleArn: &c.arn, RoleSessionName: aws.String("test")}
			if c.session != "" {
				in.RoleSessionName = &c.session
			}
			if c.externalID != "" {
				in.ExternalId = &c.externalID
			}
			if c.seconds != 0 {
				in.DurationSeconds = &c.seconds
			}
			if _, err := sts.NewFromConfig(callers[c.caller]).AssumeRole(t.Context(), in); codeOf(err) != c.want {
				t.Errorf("got %q, want %q", codeOf(err), c.want)
			}
		})
	}
}

// A session is who it says it is, in its role's account.
func TestCallerIdentity(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	for want, c := range map[string]aws.Config{
		"arn:aws:iam::999999999999:user/axle":                             hub,
		"arn:aws:iam::888888888888:user/management":                       config(t, s, "management"),
		"arn:aws:sts::333333333333:assumed-role/CatalogSpokeReader/test":  assume(t, hub, roleARN(spoke1, "CatalogSpokeReader")),
		"arn:aws:sts::999999999999:assumed-role/CatalogHubPublisher/test": assume(t, hub, roleARN("999999999999", "CatalogHubPublisher")),
	} {
		out, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), nil)
		if err != nil || *out.Arn != want {
			t.Errorf("got %v, %v, want %s", aws.ToString(out.Arn), err, want)
		}
	}
}

// Each account and region is a namespace of its own. SBX-20
func TestNamespaces(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	elsewhere := hub.Copy()
	elsewhere.Region = "us-east-1"
	if _, err := servicecatalog.NewFromConfig(hub).CreatePortfolio(t.Context(), &servicecatalog.CreatePortfolioInput{
		DisplayName: aws.String("storage"), ProviderName: aws.String("platform"), IdempotencyToken: aws.String("t")}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		c    aws.Config
		want int
	}{{"here", hub, 1}, {"another region", elsewhere, 0}, {"another account", config(t, s, "management"), 0}} {
		out, err := servicecatalog.NewFromConfig(c.c).ListPortfolios(t.Context(), nil)
		if err != nil || len(out.PortfolioDetails) != c.want {
			t.Errorf("%s: %d portfolios, want %d, %v", c.name, len(out.PortfolioDetails), c.want, err)
		}
	}
}

// A launch role that products name can be put where it is missing, once.
func TestEnsureRole(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	role := world.Role{Name: "SCLaunchMine", TrustServices: []string{"servicecatalog.amazonaws.com"}}
	for i, want := range [][]string{{spoke1, "444444444444"}, nil} {
		if made, err := s.EnsureRole(t.Context(), []string{spoke1, "444444444444"}, role); err != nil || !slices.Equal(made, want) {
			t.Errorf("%d: made in %v, %v", i, made, err)
		}
	}
	if _, err := s.EnsureRole(t.Context(), []string{"123456789012"}, role); document.CodeOf(err) != "AXLE3104" {
		t.Errorf("an account that is not there: %v", err)
	}
}

// The management account and delegated administrators may ask; a spoke only for the organization. SBX-23
func TestWhoMayAskOrganizations(t *testing.T) {
	s := newSandbox(t, sandbox.Options{})
	hub := config(t, s, "axle")
	for name, c := range map[string]struct {
		c    aws.Config
		want string
	}{
		"management": {config(t, s, "management"), ""},
		"hub":        {hub, ""},
		"spoke":      {assume(t, hub, roleARN(spoke1, "CatalogSpokeReader")), "AccessDeniedException"},
	} {
		client := organizations.NewFromConfig(c.c)
		if _, err := client.ListAccounts(t.Context(), nil); codeOf(err) != c.want {
			t.Errorf("%s lists accounts: %q", name, codeOf(err))
		}
		out, err := client.DescribeOrganization(t.Context(), nil)
		if err != nil || *out.Organization.Id != "o-exampleorg1" || *out.Organization.MasterAccountId != "888888888888" {
			t.Errorf("%s describes the organization: %v", name, err)
		}
	}
}

// The organization of sandbox.md §3, as AWS's client sees it.
func TestDefaultOrganization(t *testing.T) {
	client := organizations.NewFromConfig(config(t, newSandbox(t, sandbox.Options{}), "axle"))
	under := map[string][]string{
		"r-ab12":           {"111111111111", "222222222222", "888888888888", "999999999999"},
		"ou-ab12-11111111": {"333333333333", "444444444444", "555555555555", "666666666666"},
	}
	for parent, want := range under {
		out, err := client.ListAccountsForParent(t.Context(), &organizations.ListAccountsForParentInput{ParentId: &parent})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range out.Accounts {
			got = append(got, *a.Id)
			if closed := *a.Id == "666666666666"; closed != (a.State == orgtypes.AccountStateSuspended) || closed != (a.Status == orgtypes.AccountStatusSuspended) {
				t.Errorf("%s is %s", *a.Id, a.State)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("under %s: %v", parent, got)
		}
	}
	tags, err := client.ListTagsForResource(t.Context(), &organizations.ListTagsForResourceInput{ResourceId: aws.String("555555555555")})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Key+"="+*tags.Tags[0].Value != "ring=canary" {
		t.Errorf("canary-1: %+v, %v", tags, err)
	}
	admins, err := client.ListDelegatedAdministrators(t.Context(), &organizations.ListDelegatedAdministratorsInput{ServicePrincipal: aws.String("servicecatalog.amazonaws.com")})
	if err != nil || len(admins.DelegatedAdministrators) != 1 || *admins.DelegatedAdministrators[0].Id != "999999999999" {
		t.Errorf("delegated administrators: %+v, %v", admins, err)
	}
	services, err := client.ListDelegatedServicesForAccount(t.Context(), &organizations.ListDelegatedServicesForAccountInput{AccountId: aws.String("999999999999")})
	if err != nil || len(services.DelegatedServices) != 1 {
		t.Errorf("delegated services: %+v, %v", services, err)
	}
	access, err := client.ListAWSServiceAccessForOrganization(t.Context(), nil)
	if err != nil || len(access.EnabledServicePrincipals) != 1 || *access.EnabledServicePrincipals[0].ServicePrincipal != "servicecatalog.amazonaws.com" {
		t.Errorf("trusted access: %+v, %v", access, err)
	}
	roots, err := client.ListRoots(t.Context(), nil)
	if err != nil || len(roots.Roots) != 1 || *roots.Roots[0].Id != "r-ab12" {
		t.Errorf("roots: %+v, %v", roots, err)
	}
	parents, err := client.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: aws.String(spoke1)})
	if err != nil || *parents.Parents[0].Id != "ou-ab12-11111111" || parents.Parents[0].Type != orgtypes.ParentTypeOrganizationalUnit {
		t.Errorf("parents: %+v, %v", parents, err)
	}
}

// Pages hold what is asked, at most 20; a token is good for its own list only. SBX-38
func TestOrganizationPages(t *testing.T) {
	client := organizations.NewFromConfig(config(t, newSandbox(t, sandbox.Options{}), "axle"))
	var got []string
	pages := organizations.NewListAccountsPaginator(client, &organizations.ListAccountsInput{MaxResults: aws.Int32(3)})
	var token *string
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.Accounts) > 3 {
			t.Fatalf("%d accounts, %v", len(page.Accounts), err)
		}
		if page.NextToken != nil {
			token = page.NextToken
		}
		for _, a := range page.Accounts {
			got = append(got, *a.Id)
		}
	}
	if len(got) != 8 || !slices.IsSorted(got) {
		t.Errorf("got %v", got)
	}
	wrong := map[string]error{}
	_, wrong["too large"] = client.ListAccounts(t.Context(), &organizations.ListAccountsInput{MaxResults: aws.Int32(21)})
	_, wrong["not a token"] = client.ListAccounts(t.Context(), &organizations.ListAccountsInput{NextToken: aws.String("ü")})
	_, wrong["another list's token"] = client.ListRoots(t.Context(), &organizations.ListRootsInput{NextToken: token})
	for name, err := range wrong {
		if codeOf(err) != "InvalidInputException" {
			t.Errorf("%s: %q", name, codeOf(err))
		}
	}
}

// What is not there is named by AWS's own error.
func TestOrganizationMissing(t *testing.T) {
	client := organizations.NewFromConfig(config(t, newSandbox(t, sandbox.Options{}), "axle"))
	ctx, none := t.Context(), aws.String("123456789012")
	got := map[string]error{}
	_, got["AccountNotFoundException"] = client.DescribeAccount(ctx, &organizations.DescribeAccountInput{AccountId: none})
	_, got["OrganizationalUnitNotFoundException"] = client.DescribeOrganizationalUnit(ctx, &organizations.DescribeOrganizationalUnitInput{OrganizationalUnitId: aws.String("r-ab12")})
	_, got["ParentNotFoundException"] = client.ListChildren(ctx, &organizations.ListChildrenInput{ParentId: none, ChildType: orgtypes.ChildTypeAccount})
	_, got["ChildNotFoundException"] = client.ListParents(ctx, &organizations.ListParentsInput{ChildId: aws.String("r-ab12")})
	_, got["TargetNotFoundException"] = client.ListTagsForResource(ctx, &organizations.ListTagsForResourceInput{ResourceId: none})
	_, got["AccountNotRegisteredException"] = client.ListDelegatedServicesForAccount(ctx, &organizations.ListDelegatedServicesForAccountInput{AccountId: aws.String(spoke1)})
	_, got["InvalidInputException"] = client.ListChildren(ctx, &organizations.ListChildrenInput{ParentId: aws.String("r-ab12"), ChildType: "PET"})
	for want, err := range got {
		if codeOf(err) != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}
