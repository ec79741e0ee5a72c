package market

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// checks are the rules of marketplace.yaml that look at more than one key.
type checks struct {
	document.Checks
	file *File
	ids  map[string]int // experience ids, by the line that has them
}

func (f *File) check() document.Diagnostics {
	c := &checks{document.Checks{Doc: f.Doc}, f, map[string]int{}}
	names, ids := map[string]int{}, map[string]int{}
	for i, o := range f.Organizations {
		at := []string{"organizations", strconv.Itoa(i)}
		c.Twice(names, "organization "+o.Name, o.Name, append(at, "name")...)
		c.Twice(ids, "organization "+o.ID, o.ID, append(at, "id")...)
		c.role(o, append(at, "role")...)
	}
	clear(names)
	for i, e := range f.Experiences {
		at := []string{"experiences", strconv.Itoa(i)}
		c.Twice(names, "experience "+e.Name, e.Name, append(at, "name")...)
		c.organization(e.Organization, append(at, "organization")...)
		if e.Follows == "" {
			c.source(e, at)
		} else {
			c.follower(e, at)
		}
	}
	if f.Licences != nil {
		c.licences(*f.Licences)
	}
	return c.Found
}

// role refuses a role of another account than the organization's: axle would act there instead.
func (c *checks) role(o Organization, at ...string) {
	if parts := strings.Split(o.Role, ":"); len(parts) > 4 && o.Account.Valid() && parts[4] != string(o.Account) {
		c.Fail("AXLE1198", fmt.Sprintf("the role is of account %s, and %s acts in %s", parts[4], o.Name, o.Account), "name the role of that account, or the other account", at...)
	}
}

func (c *checks) organization(name string, at ...string) {
	if name != "" && c.file.Organization(name) == nil {
		var known []string
		for _, o := range c.file.Organizations {
			known = append(known, o.Name)
		}
		c.Fail("AXLE1180", fmt.Sprintf("%q is not in organizations", name), document.DidYouMean(name, known), at...)
	}
}

// ofSources and ofFollowers are the keys that only one kind of entry has.
var ofSources, ofFollowers = []string{"id", "products_from", "draft", "allow_empty", "products", "settings"},
	[]string{"ids", "discover", "mode", "may_override_deny", "create_policy", "overrides"}

func (c *checks) foreign(keys []string, why string, at []string) {
	for _, key := range keys {
		if c.Doc.At(at...).Key(key) != nil {
			c.FailKey("AXLE1181", key+" "+why, "", append(slices.Clone(at), key)...)
		}
	}
}

func (c *checks) source(e Entry, at []string) {
	c.foreign(ofFollowers, "goes with follows", at)
	c.experience(e.ID, append(slices.Clone(at), "id")...)
	if e.Products != nil && e.ProductsFrom == "experience" {
		c.FailKey("AXLE1181", "products goes with products_from: file", "the truth is in one place: remove one of them", append(slices.Clone(at), "products")...)
	}
	if e.Products != nil {
		seen := map[string]int{}
		c.products(seen, e.Products.Allow, append(slices.Clone(at), "products", "allow"))
		c.products(seen, e.Products.Deny, append(slices.Clone(at), "products", "deny"))
	}
	if e.Settings != nil {
		c.settings(*e.Settings, append(slices.Clone(at), "settings"))
	}
}

// products refuses a product that stands twice, be it once allowed and once denied (MKF-3, X11).
func (c *checks) products(seen map[string]int, all []Product, at []string) {
	for i, p := range all {
		here := append(slices.Clone(at), strconv.Itoa(i), "id")
		if c.id(p.ID, "a product's id", here...) {
			c.Twice(seen, "product "+p.ID, p.ID, here...)
		}
	}
}

func (c *checks) follower(e Entry, at []string) {
	c.foreign(ofSources, "goes with a source, and this one follows "+e.Follows, at)
	source := c.file.Entry(e.Follows)
	switch {
	case source == nil:
		var known []string
		for _, s := range c.file.Experiences {
			if s.Follows == "" {
				known = append(known, s.Name)
			}
		}
		c.Fail("AXLE1180", fmt.Sprintf("%q is not in experiences", e.Follows), document.DidYouMean(e.Follows, known), append(slices.Clone(at), "follows")...)
	case source.Follows != "":
		hint := "follow " + source.Follows
		if source.Follows == e.Name {
			hint = "follow a source: an entry without follows"
		}
		c.Fail("AXLE1182", fmt.Sprintf("%s follows %s itself", e.Follows, source.Follows), hint, append(slices.Clone(at), "follows")...)
	}
	c.One("a follower", []string{"ids", "discover"}, at...)
	for i, id := range e.IDs {
		c.experience(id, append(slices.Clone(at), "ids", strconv.Itoa(i))...)
	}
	seen := map[string]int{}
	for i, o := range e.Overrides {
		here := append(slices.Clone(at), "overrides", strconv.Itoa(i), "product")
		if c.id(o.Product, "a product's id", here...) {
			c.Twice(seen, "product "+o.Product, o.Product, here...)
		}
	}
}

// experience is an id that no other entry has: two of them would undo each other's work.
func (c *checks) experience(id string, at ...string) {
	if id == "" {
		return
	}
	if !strings.HasPrefix(id, "exp-") || !plain(id) {
		c.Fail("AXLE1183", fmt.Sprintf("%q is not the id of an experience", id), "it begins with exp-, and has letters and digits", at...)
		return
	}
	c.Twice(c.ids, "experience "+id, id, at...)
}

// id refuses what a text editor makes of an id: blanks, typographic quotes (X19).
func (c *checks) id(id, what string, at ...string) bool {
	if id != "" && !plain(id) {
		c.Fail("AXLE1183", fmt.Sprintf("%q is not %s", id, what), "letters, digits, - . _ and : alone", at...)
		return false
	}
	return id != ""
}

func plain(id string) bool {
	for _, r := range id {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune("-._:", r) {
			return false
		}
	}
	return len(id) <= 255
}

func (c *checks) settings(s Settings, at []string) {
	for i, p := range s.Audience {
		if !principal(p) {
			c.Fail("AXLE1184", fmt.Sprintf("%q is no account, unit or organization", p), "write 12 digits, ou-… or o-…", append(slices.Clone(at), "audience", strconv.Itoa(i))...)
		}
	}
	if b := s.Branding; b != nil && b.ThemeColor != "" && !color(b.ThemeColor) {
		c.Fail("AXLE1185", fmt.Sprintf("%q is not a colour", b.ThemeColor), `write "#0e7f74"`, append(slices.Clone(at), "branding", "theme_color")...)
	}
}

func principal(id string) bool {
	if unit, ok := strings.CutPrefix(id, "ou-"); ok {
		root, own, _ := strings.Cut(unit, "-")
		return lower(root, 4) && lower(own, 8)
	}
	if organization, ok := strings.CutPrefix(id, "o-"); ok {
		return lower(organization, 10)
	}
	return document.AccountID(id).Valid()
}

func lower(text string, least int) bool {
	return len(text) >= least && len(text) <= 32 && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

func color(text string) bool {
	return len(text) == 7 && text[0] == '#' && strings.Trim(strings.ToLower(text[1:]), "0123456789abcdef") == ""
}

func (c *checks) licences(l Licences) {
	c.organization(l.Organization, "licences", "organization")
	if (l.Accept == "assume") != (l.GranteeRole != "") {
		c.Fail("AXLE1186", "accept: assume and grantee_role go together", "name the role that accepts in each account, or leave both out", "licences")
	}
	if strings.Trim(l.Tag, "/") != l.Tag || strings.ContainsAny(l.Tag, ",;\"'") {
		c.Fail("AXLE1187", fmt.Sprintf("%q cannot be the key of a tag here", l.Tag), "letters, digits and _ . : / = + - @", "licences", "tag")
	}
	for i, r := range l.Rules {
		at := []string{"licences", "rules", strconv.Itoa(i)}
		c.One("to", []string{"account", "ou", "tag"}, append(at, "to")...)
		if r.SKU != "*" {
			c.id(r.SKU, "a product's SKU", append(at, "sku")...)
		}
	}
}
