package puppet

import (
	"fmt"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
)

var accountLeft = map[string]string{
	"parameters": "write the value into parameters of an entry of enforced for this account",
	"append":     "an account's own entry stands over its unit's: write all of its tags and regions into it",
}

var unitForm = document.NewPattern(`^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$`)

// account reads an entry of accounts: an account, or an organizational unit.
func (r *reader) account(v foreign.Value) {
	var spoke catalog.SpokeFile
	if v.Node.Get("append") != nil {
		v.Leave(accountLeft["append"])
		return
	}
	key := "ou"
	if v.Node.Get("account_id") != nil {
		key = "account_id"
	}
	id := v.Must(key)
	switch {
	case id == "":
		return
	case key == "ou" && !unitForm.MatchString(id):
		v.List("not carried", "axle names a unit by its id: aws organizations list-organizational-units-for-parent tells it")
		return
	case key == "ou":
		spoke.OrganizationalUnit = id
	case !document.AccountID(id).Valid():
		v.Get(key).Fail(fmt.Sprintf("%q is not an account: 12 digits", id))
		v.Tell(v.Node)
		return
	default:
		spoke.Account = document.AccountID(id)
	}
	if at := r.where[id]; at != "" {
		v.List("not carried", "it stands at "+at+" already")
		return
	}
	r.where[id] = fmt.Sprintf("%s:%d", v.In.Doc.File, v.At.Line)
	spoke.Name = v.Get("name").Text()
	spoke.Regions, spoke.Tags = regions(v), texts(v.Get("tags"))
	overwritten(v, &spoke)
	spoke.Exclude = r.exclude(v.Get("exclude"), key == "ou")
	v.LeaveEach(accountLeft)
	r.out.Spokes = append(r.out.Spokes, spoke)
}

// overwritten are the keys that overwrite puts in the place of a unit's.
func overwritten(v foreign.Value, spoke *catalog.SpokeFile) {
	over := v.Get("overwrite")
	if tags := over.Get("tags"); tags.Node != nil {
		spoke.Tags = texts(tags)
	}
	if regions := regions(over); len(regions) > 0 {
		spoke.Regions = regions
	}
	if over.Node != nil && (len(spoke.Tags) == 0 || len(spoke.Regions) == 0) {
		over.List("carried without what the unit's entry says besides", "an account's own entry stands over its unit's: write its tags and regions into it")
	}
}

// regions are those enabled, the default one among them.
func regions(v foreign.Value) []string {
	all := texts(v.Get("regions_enabled"))
	if one := v.Get("default_region").Text(); one != "" && !slices.Contains(all, one) {
		all = append(all, one)
	}
	return all
}

// texts are the items of a list, each once.
func texts(v foreign.Value) (all []string) {
	for _, item := range v.Items() {
		if text := item.Text(); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

func (r *reader) exclude(v foreign.Value, unit bool) *catalog.Exclude {
	v.Get("ous").Leave("exclude names accounts: write those of the unit")
	if !unit {
		v.Leave("exclude goes with a unit")
		return nil
	}
	var out catalog.Exclude
	for _, item := range v.Get("accounts").Items() {
		id := document.AccountID(item.Text())
		if !id.Valid() {
			item.Fail(fmt.Sprintf("%q is not an account: 12 digits", id))
			continue
		}
		if !slices.Contains(out.Accounts, id) {
			out.Accounts = append(out.Accounts, id)
		}
	}
	if len(out.Accounts) == 0 {
		return nil
	}
	return &out
}
