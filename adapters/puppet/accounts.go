package puppet

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

var accountLeft = map[string]string{
	"parameters": "write the value into parameters of an entry of enforced for this account",
	"append":     "an account's own entry stands over its unit's: write all of its tags and regions into it",
}

var unitForm = regexp.MustCompile(`^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$`)

// account reads an entry of accounts: an account, or an organizational unit.
func (r *reader) account(v value) {
	var spoke catalog.SpokeFile
	if v.node.Get("append") != nil {
		v.leave(accountLeft["append"])
		return
	}
	key := "ou"
	if v.node.Get("account_id") != nil {
		key = "account_id"
	}
	id := v.must(key)
	switch {
	case id == "":
		return
	case key == "ou" && !unitForm.MatchString(id):
		v.list("not carried", "axle names a unit by its id: aws organizations list-organizational-units-for-parent tells it")
		return
	case key == "ou":
		spoke.OrganizationalUnit = id
	case !document.AccountID(id).Valid():
		v.get(key).fail(fmt.Sprintf("%q is not an account: 12 digits", id))
		v.tell(v.node)
		return
	default:
		spoke.Account = document.AccountID(id)
	}
	if at := r.where[id]; at != "" {
		v.list("not carried", "it stands at "+at+" already")
		return
	}
	r.where[id] = fmt.Sprintf("%s:%d", v.in.doc.File, v.at.Line)
	spoke.Name = v.get("name").text()
	spoke.Regions, spoke.Tags = v.regions(), v.get("tags").texts()
	v.overwritten(&spoke)
	spoke.Exclude = r.exclude(v.get("exclude"), key == "ou")
	v.leaveEach(accountLeft)
	r.out.Spokes = append(r.out.Spokes, spoke)
}

// overwritten are the keys that overwrite puts in the place of a unit's.
func (v value) overwritten(spoke *catalog.SpokeFile) {
	over := v.get("overwrite")
	if tags := over.get("tags"); tags.node != nil {
		spoke.Tags = tags.texts()
	}
	if regions := over.regions(); len(regions) > 0 {
		spoke.Regions = regions
	}
	if over.node != nil && (len(spoke.Tags) == 0 || len(spoke.Regions) == 0) {
		over.list("carried without what the unit's entry says besides", "an account's own entry stands over its unit's: write its tags and regions into it")
	}
}

// regions are those enabled, the default one among them.
func (v value) regions() []string {
	all := v.get("regions_enabled").texts()
	if one := v.get("default_region").text(); one != "" && !slices.Contains(all, one) {
		all = append(all, one)
	}
	return all
}

// texts are the items of a list, each once.
func (v value) texts() (all []string) {
	for _, item := range v.items() {
		if text := item.text(); text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

func (r *reader) exclude(v value, unit bool) *catalog.Exclude {
	v.get("ous").leave("exclude names accounts: write those of the unit")
	if !unit {
		v.leave("exclude goes with a unit")
		return nil
	}
	var out catalog.Exclude
	for _, item := range v.get("accounts").items() {
		id := document.AccountID(item.text())
		if !id.Valid() {
			item.fail(fmt.Sprintf("%q is not an account: 12 digits", id))
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
