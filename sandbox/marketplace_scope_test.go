package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog"
	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox"
	mp "github.com/axle-cd/axle/sandbox/marketplacecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// MKA-9, MKA-11, SBX-72: who sees an organization's experiences, with which scope; pages of 20 and of 50 at most.
func TestScope(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
	m := market{t, s, marketAs(config(t, s, "management"))}
	for i := range 25 {
		m.put(mp.Seed{Name: fmt.Sprint("e", i)})
	}
	scope := []types.Filter{{Name: aws.String("Scope"), ValueList: []string{"SharedWithMe"}}}
	list := func(c *marketplacecatalog.Client, filters []types.Filter, size *int32) (n int, more bool) {
		t.Helper()
		out, err := c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience"), FilterList: filters, MaxResults: size})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.EntitySummaryList), out.NextToken != nil
	}
	delegated := marketAs(config(t, s, "axle"))
	stranger := marketAs(assume(t, config(t, s, "management"), roleARN(spokeOne, "OrganizationAccountAccessRole")))
	other := marketAs(config(t, s, "management-2"))
	for name, c := range map[string]struct {
		client  *marketplacecatalog.Client
		filters []types.Filter
		size    *int32
		n       int
		more    bool
	}{
		"management":                {client: m.c, n: 20, more: true},
		"management, 50":            {client: m.c, size: aws.Int32(50), n: 26},
		"management, shared":        {client: m.c, filters: scope},
		"the administrator":         {client: delegated},
		"the administrator, shared": {client: delegated, filters: scope, n: 20, more: true},
		"a member":                  {client: stranger},
		"a member, shared":          {client: stranger, filters: scope},
		"another organization":      {client: other, n: 3},
	} {
		if n, more := list(c.client, c.filters, c.size); n != c.n || more != c.more {
			t.Errorf("%s: %d, more %v, want %d, %v", name, n, more, c.n, c.more)
		}
	}
	if _, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience"), MaxResults: aws.Int32(51)}); codeOf(err) != "ValidationException" {
		t.Errorf("a page of 51: %v", err)
	}
	ids := 0
	pages := marketplacecatalog.NewListEntitiesPaginator(m.c, &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("Experience")})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids += len(out.EntitySummaryList)
	}
	if ids != 26 {
		t.Errorf("all pages have %d", ids)
	}
	id := m.put(mp.Seed{})
	for name, c := range map[string]*marketplacecatalog.Client{"a member": stranger, "another organization": other} {
		if _, err := c.DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); codeOf(err) != "ResourceNotFoundException" {
			t.Errorf("%s describes it: %v", name, err)
		}
	}
	if _, err := delegated.DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); err != nil {
		t.Errorf("the administrator: %v", err)
	}
	if _, got := (market{t, s, stranger}).run(change("CreateExperience", "", object{"Name": "mine"})); got != "FAILED CALLER_NOT_AUTHORIZED" {
		t.Errorf("a member creates one: %s", got)
	}
	if _, got := (market{t, s, delegated}).run(change("AllowProductProcurement", id, procure("p-1"))); got != "SUCCEEDED" {
		t.Errorf("the administrator changes it: %s", got)
	}
}

// MKA-11, SBX-5: entities in batches, tags, and what is not here.
func TestMarketBatchAndTags(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{Name: "approved"})
	request := func(id string) types.EntityRequest { return types.EntityRequest{Catalog: awsCatalog, EntityId: &id} }
	out, err := m.c.BatchDescribeEntities(t.Context(), &marketplacecatalog.BatchDescribeEntitiesInput{EntityRequestList: []types.EntityRequest{request(id), request("exp-none")}})
	if err != nil || *out.EntityDetails[id].EntityIdentifier != id+"@1" || out.Errors["exp-none"].ErrorCode == nil {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := m.c.BatchDescribeEntities(t.Context(), &marketplacecatalog.BatchDescribeEntitiesInput{EntityRequestList: slices.Repeat([]types.EntityRequest{request(id)}, 21)}); codeOf(err) != "ValidationException" {
		t.Errorf("21 of them: %v", err)
	}
	arn := out.EntityDetails[id].EntityArn
	if *arn != "arn:aws:aws-marketplace:us-east-1:"+manager+":AWSMarketplace/Experience/"+id {
		t.Error(*arn)
	}
	tags := []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}
	if _, err := m.c.TagResource(t.Context(), &marketplacecatalog.TagResourceInput{ResourceArn: arn, Tags: tags}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.c.UntagResource(t.Context(), &marketplacecatalog.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if has, err := m.c.ListTagsForResource(t.Context(), &marketplacecatalog.ListTagsForResourceInput{ResourceArn: arn}); err != nil || len(has.Tags) != 1 || *has.Tags[0].Key != "b" {
		t.Errorf("%+v, %v", has, err)
	}
	if _, err := m.c.GetResourcePolicy(t.Context(), &marketplacecatalog.GetResourcePolicyInput{ResourceArn: arn}); codeOf(err) != "NotImplemented" || !strings.Contains(err.Error(), "marketplace-catalog:GetResourcePolicy") {
		t.Errorf("what is not here: %v", err)
	}
	if _, err := m.c.ListEntities(t.Context(), &marketplacecatalog.ListEntitiesInput{Catalog: awsCatalog, EntityType: aws.String("AmiProduct")}); codeOf(err) != "NotImplemented" {
		t.Errorf("products: %v", err)
	}
	elsewhere := config(t, m.s, "management")
	if _, err := marketplacecatalog.NewFromConfig(elsewhere).DescribeEntity(t.Context(), &marketplacecatalog.DescribeEntityInput{Catalog: awsCatalog, EntityId: &id}); codeOf(err) != "InvalidSignatureException" {
		t.Errorf("in another region: %v", err)
	}
}

// assumeMarket enters an organization's private marketplace as axle does.
func assumeMarket(t *testing.T, s *sandbox.Sandbox, account, external string) (aws.Config, error) {
	c := config(t, s, "axle")
	out, err := sts.NewFromConfig(c).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/axle/market"),
		RoleSessionName: aws.String("market"), ExternalId: &external})
	if err == nil {
		k := out.Credentials
		c.Credentials = credentials.NewStaticCredentialsProvider(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	}
	return c, err
}

// PMP-17, SBX-21, SBX-22: axle's role is entered with its external id alone; its policy lets it do
// what the types of its changes need, and an organization's denies of a type bind it.
func TestMarketRole(t *testing.T) {
	s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
	for _, external := range []string{"", "7f3c2d9e41"} {
		if _, err := assumeMarket(t, s, "121212121212", external); err == nil {
			t.Errorf("entered with %q", external)
		}
	}
	c, err := assumeMarket(t, s, "121212121212", "c81b0a5577")
	if err != nil {
		t.Fatal(err)
	}
	m := market{t, s, marketAs(c)}
	if _, got := m.run(change("AllowProductProcurement", "exp-2222north", procure("p-1"))); got != "SUCCEEDED" {
		t.Fatal(got)
	}
	denied := func(what string, err error) {
		t.Helper()
		if codeOf(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "StatusCode: 403") {
			t.Errorf("%s: %v, want it denied", what, err)
		}
	}
	id, err := m.start(change("AllowProductProcurement", "exp-2222north", procure("p-2")))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.c.CancelChangeSet(t.Context(), &marketplacecatalog.CancelChangeSetInput{Catalog: awsCatalog, ChangeSetId: &id})
	denied("a set is cancelled", err)
	for name, policy := range map[string]string{
		"a type of change":    `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"*","Condition":{"StringEquals":{"catalog:ChangeType":["DenyProductProcurement"]}}}]}`,
		"one experience":      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"arn:aws:aws-marketplace:*:777777777777:AWSMarketplace/Experience/exp-2222pilots"}]}`,
		"what a set is about": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"aws-marketplace:StartChangeSet","Resource":"arn:aws:aws-marketplace:*:*:AWSMarketplace/ChangeSet/*","Condition":{"ForAnyValue:StringEquals":{"catalog:ChangeType":"DenyProductProcurement"}}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t, sandbox.Options{Start: "two-organizations"})
			control(t, s, "r-cd34", policy)
			c, err := assumeMarket(t, s, "121212121212", "c81b0a5577")
			if err != nil {
				t.Fatal(err)
			}
			m := market{t, s, marketAs(c)}
			_, err = m.start(change("DenyProductProcurement", "exp-2222pilots", procure("p-1")))
			denied(name, err)
			if _, err := m.start(change("AllowProductProcurement", "exp-2222north", procure("p-1"))); err != nil {
				t.Errorf("what it says nothing of: %v", err)
			}
		})
	}
}

// control attaches a service control policy to a root of the second organization.
func control(t *testing.T, s *sandbox.Sandbox, root, text string) {
	t.Helper()
	c := organizations.NewFromConfig(config(t, s, "management-2"))
	p, err := c.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{Name: aws.String("market"), Description: aws.String("x"), Type: orgtypes.PolicyTypeServiceControlPolicy, Content: &text})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: p.Policy.PolicySummary.Id, TargetId: &root}); err != nil {
		t.Fatal(err)
	}
}

// SBX-50: a fault of the settings is in the words of the service's protocol, and a set whose reply was
// lost is the one that its token gives again.
func TestMarketFaults(t *testing.T) {
	m := newMarket(t)
	id := m.put(mp.Seed{})
	start := func() (*marketplacecatalog.StartChangeSetOutput, error) {
		return m.c.StartChangeSet(t.Context(), &marketplacecatalog.StartChangeSetInput{Catalog: awsCatalog, ChangeSetName: aws.String("axle:1"),
			ClientRequestToken: aws.String("t"), ChangeSet: []types.Change{change("AllowProductProcurement", id, procure("p-1"))}})
	}
	for kind, want := range map[string]string{world.KindAccessDenied: "403 AccessDeniedException", world.KindThrottle: "429 ThrottlingException", world.KindExpiredToken: "403 ExpiredTokenException"} {
		if err := m.s.SetRules(t.Context(), sandbox.Rules{Faults: []world.Fault{{Service: "marketplace-catalog", Kind: kind}}}); err != nil {
			t.Fatal(err)
		}
		_, err := start()
		if status, code, _ := strings.Cut(want, " "); codeOf(err) != code || !strings.Contains(err.Error(), "StatusCode: "+status) {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
	if err := m.s.SetRules(t.Context(), sandbox.Rules{Faults: []world.Fault{{Service: "marketplace-catalog", Operation: "StartChangeSet", Kind: world.KindLostReply, Nth: 1}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := start(); err == nil {
		t.Fatal("the reply was not lost")
	}
	found, err := m.c.ListChangeSets(t.Context(), &marketplacecatalog.ListChangeSetsInput{Catalog: awsCatalog, FilterList: []types.Filter{{Name: aws.String("ChangeSetName"), ValueList: []string{"axle:1"}}}})
	if err != nil || len(found.ChangeSetSummaryList) != 1 {
		t.Fatalf("found by its name: %+v, %v", found, err)
	}
	if again, err := start(); err != nil || *again.ChangeSetId != *found.ChangeSetSummaryList[0].ChangeSetId {
		t.Errorf("the same token: %+v, %v", again, err)
	}
}

// PMP-17: what a management account does before there is a private marketplace.
func TestMarketSetUp(t *testing.T) {
	m := newMarket(t)
	c := config(t, m.s, "management")
	org := organizations.NewFromConfig(c)
	if _, err := org.EnableAWSServiceAccess(t.Context(), &organizations.EnableAWSServiceAccessInput{ServicePrincipal: aws.String(mp.Principal)}); err != nil {
		t.Fatal(err)
	}
	if _, err := org.RegisterDelegatedAdministrator(t.Context(), &organizations.RegisterDelegatedAdministratorInput{AccountId: aws.String(spokeOne), ServicePrincipal: aws.String(mp.Principal)}); err != nil {
		t.Fatal(err)
	}
	if out, err := iam.NewFromConfig(c).CreateServiceLinkedRole(t.Context(), &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String(mp.Principal)}); err != nil || *out.Role.RoleName != "AWSServiceRoleForPrivateMarketplaceAdmin" {
		t.Errorf("%+v, %v", out, err)
	}
	administrator := market{t, m.s, marketAs(assume(t, c, roleARN(spokeOne, "OrganizationAccountAccessRole")))}
	out, got := administrator.run(called(change("CreateExperience", "", object{"Name": "approved"}), "New"),
		change("AssociateAudience", "$New.Entity.Identifier", object{"Principals": []string{"o-exampleorg1"}}), change("UpdateExperience", "$New.Entity.Identifier", object{"Status": "Enabled"}))
	if got != "SUCCEEDED" {
		t.Fatalf("%s %+v", got, out)
	}
	if _, err := m.s.Purchase(t.Context(), purchaseOf(spokeTwo, "p-1")); err != nil {
		t.Errorf("without a policy everything may be procured: %v", err)
	}
}
