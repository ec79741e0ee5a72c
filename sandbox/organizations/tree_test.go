package organizations_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// A unit's life: made, found by every list, renamed, tagged, deleted when it is empty.
func TestUnit(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	id := r.unit(workloads, "team")
	if !strings.HasPrefix(id, "ou-ab12-") || len(id) != len(workloads) {
		t.Errorf("id %s", id)
	}
	units, err := r.top.ListOrganizationalUnitsForParent(t.Context(), &api.ListOrganizationalUnitsForParentInput{ParentId: aws.String(workloads)})
	r.must(err)
	same(t, "units", *units.OrganizationalUnits[0].Id, id)
	children, err := r.top.ListChildren(t.Context(), &api.ListChildrenInput{ParentId: aws.String(workloads), ChildType: types.ChildTypeOrganizationalUnit})
	r.must(err)
	same(t, "children", *children.Children[0].Id, id)
	parents, err := r.top.ListParents(t.Context(), &api.ListParentsInput{ChildId: &id})
	r.must(err)
	same(t, "parent", *parents.Parents[0].Id+string(parents.Parents[0].Type), workloads+"ORGANIZATIONAL_UNIT")

	_, err = r.top.UpdateOrganizationalUnit(t.Context(), &api.UpdateOrganizationalUnitInput{OrganizationalUnitId: &id, Name: aws.String("crew")})
	r.must(err)
	got, err := r.top.DescribeOrganizationalUnit(t.Context(), &api.DescribeOrganizationalUnitInput{OrganizationalUnitId: &id})
	r.must(err)
	same(t, "name", *got.OrganizationalUnit.Name, "crew")
	same(t, "path", *got.OrganizationalUnit.Path, "o-exampleorg1/r-ab12/"+workloads+"/"+id+"/")
	same(t, "arn", *got.OrganizationalUnit.Arn, "arn:aws:organizations::"+management+":ou/o-exampleorg1/"+id)

	remove := func(id string) error {
		_, err := r.top.DeleteOrganizationalUnit(t.Context(), &api.DeleteOrganizationalUnitInput{OrganizationalUnitId: &id})
		return err
	}
	r.wants(remove(workloads), "OrganizationalUnitNotEmptyException", "")
	r.must(r.move(spoke, workloads, id))
	r.wants(remove(id), "OrganizationalUnitNotEmptyException", "")
	r.must(r.move(spoke, id, root))
	r.must(remove(id))
	r.wants(remove(id), "OrganizationalUnitNotFoundException", "")
	r.wants(remove(root), "OrganizationalUnitNotFoundException", "")
}

// Names are one of a kind below a parent, have 1 to 128 characters, and units stand five deep.
func TestUnitRefuses(t *testing.T) {
	r := newRig(t, "default", world.Settings{Quotas: map[string]int{"organizations:units": 6}})
	unit := func(parent, name string) error {
		_, err := r.top.CreateOrganizationalUnit(t.Context(), &api.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
		return err
	}
	r.wants(unit(root, "workloads"), "DuplicateOrganizationalUnitException", "")
	r.wants(unit("ou-ab12-99999999", "a"), "ParentNotFoundException", "")
	r.wants(unit(root, strings.Repeat("a", 129)), "InvalidInputException", "MAX_LENGTH_EXCEEDED")
	at := workloads
	for _, name := range []string{"2", "3", "4", "5"} {
		at = r.unit(at, name)
	}
	r.wants(unit(at, "6"), "ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")
	r.must(unit(root, "other"))
	r.wants(unit(root, "one too many"), "ConstraintViolationException", "OU_NUMBER_LIMIT_EXCEEDED") // SBX-39
	_, err := r.top.UpdateOrganizationalUnit(t.Context(), &api.UpdateOrganizationalUnitInput{OrganizationalUnitId: aws.String(workloads), Name: aws.String("other")})
	r.wants(err, "DuplicateOrganizationalUnitException", "")
}

// AWS has room for 2,000 units. SBX-39
func TestUnitQuota(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	r.in(func(c *world.Call) {
		for n := range 1998 { // with workloads 1,999
			id := fmt.Sprintf("ou-ab12-%08d", n)
			world.PutUnit(c, world.Unit{ID: id, Name: id, Org: "o-exampleorg1", Parent: workloads})
		}
	})
	r.unit(root, "the last")
	_, err := r.top.CreateOrganizationalUnit(t.Context(), &api.CreateOrganizationalUnitInput{ParentId: aws.String(root), Name: aws.String("more")})
	r.wants(err, "ConstraintViolationException", "OU_NUMBER_LIMIT_EXCEEDED")
}

// A moved account stands in its new place for every list. X60
func TestMoveAccount(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	team := r.unit(workloads, "team")
	r.must(r.move(spoke, workloads, team))
	same(t, "path", r.account(spoke).Paths[0], "o-exampleorg1/r-ab12/"+workloads+"/"+team+"/"+spoke+"/")
	out, err := r.top.ListAccountsForParent(t.Context(), &api.ListAccountsForParentInput{ParentId: &team})
	r.must(err)
	same(t, "accounts", *out.Accounts[0].Id, spoke)
	for name, tt := range map[string]struct{ account, from, to, code string }{
		"it is there":      {spoke, team, team, "DuplicateAccountException"},
		"it was elsewhere": {spoke, workloads, root, "AccountNotFoundException"},
		"no such source":   {spoke, "ou-ab12-99999999", root, "SourceParentNotFoundException"},
		"no such place":    {spoke, team, "ou-ab12-99999999", "DestinationParentNotFoundException"},
		"no such account":  {"123456789012", team, root, "AccountNotFoundException"},
	} {
		t.Run(name, func(t *testing.T) { r.wants(r.move(tt.account, tt.from, tt.to), tt.code, "") })
	}
}

// Tags hold to AWS's alphabet; what is put again is replaced.
func TestTags(t *testing.T) {
	r := newRig(t, "default", world.Settings{})
	tag := func(id, key, value string) error {
		_, err := r.top.TagResource(t.Context(), &api.TagResourceInput{ResourceId: &id, Tags: []types.Tag{{Key: &key, Value: &value}}})
		return err
	}
	read := func(id string) string {
		var all []string
		for pages := api.NewListTagsForResourcePaginator(r.top, &api.ListTagsForResourceInput{ResourceId: &id}); pages.HasMorePages(); {
			out, err := pages.NextPage(t.Context())
			r.must(err)
			for _, tag := range out.Tags {
				all = append(all, *tag.Key+"="+*tag.Value)
			}
		}
		return strings.Join(all, " ")
	}
	for _, id := range []string{spoke, workloads, root} {
		r.must(tag(id, "ring", "b"))
		r.must(tag(id, "ring", "a"))
		r.must(tag(id, "für@team", "x/y=z"))
		same(t, id, read(id), "für@team=x/y=z ring=a")
		_, err := r.top.UntagResource(t.Context(), &api.UntagResourceInput{ResourceId: &id, TagKeys: []string{"ring", "none"}})
		r.must(err)
		same(t, id, read(id), "für@team=x/y=z")
	}
	r.wants(tag(spoke, "a;b", ""), "InvalidInputException", "INVALID_PATTERN")
	r.wants(tag(spoke, "a", "{}"), "InvalidInputException", "INVALID_PATTERN")
	r.wants(tag(spoke, "AWS:a", "1"), "InvalidInputException", "INVALID_SYSTEM_TAGS_PARAMETER")
	r.wants(tag("ou-ab12-99999999", "a", "1"), "TargetNotFoundException", "")
	for n := range 49 {
		r.must(tag(spoke, fmt.Sprint("k", n), ""))
	}
	same(t, "tags", len(strings.Fields(read(spoke))), 50)
	r.wants(tag(spoke, "one-more", ""), "ConstraintViolationException", "MAX_TAG_LIMIT_EXCEEDED")
	_, err := r.top.TagResource(t.Context(), &api.TagResourceInput{ResourceId: aws.String(gamma), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("")}, {Key: aws.String("a"), Value: aws.String("")}}})
	r.wants(err, "InvalidInputException", "DUPLICATE_TAG_KEY")
}
