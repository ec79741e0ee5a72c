package factory

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document/foreign"
	"github.com/axle-cd/axle/products"
)

// version is an entry of Versions, or a file of its own in the folder at.
type version struct {
	foreign.Value
	name, at string
}

// versions gives the states of those that stay, and says where the newest one's template is.
func (r *reader) versions(v foreign.Value, p *products.File, folder string) (from string) {
	all := r.listed(v, p.Name, folder)
	newest := version{Value: foreign.Value{In: v.In}}
	for _, one := range all {
		if !one.retired() {
			newest = one
		}
	}
	from = r.origin(v.Get("Source"), newest.Get("Source"), newest.at)
	var names []string
	for _, one := range all {
		names = append(names, one.name)
		one.state(p)
	}
	p.Version = next(names)
	return from
}

func (r *reader) listed(v foreign.Value, product, folder string) (all []version) {
	for _, one := range v.Get("Versions").Items() {
		name := ""
		if n := one.Node.Get("Name"); n != nil {
			name = n.Value
		}
		all = append(all, version{Value: one, name: name})
	}
	base := path.Join(folder, product, "Versions")
	for _, name := range r.names(base) {
		if path.Ext(name) == ".yaml" { // its name stands in it
			if s := r.open(base + "/" + name); s != nil {
				all = append(all, version{Value: s.Root(), name: s.Root().Get("Name").Text()})
			}
			continue
		}
		for _, file := range r.names(base + "/" + name) {
			if path.Ext(file) != ".yaml" || strings.HasPrefix(file, "product.template.") {
				continue
			}
			if s := r.open(base + "/" + name + "/" + file); s != nil {
				all = append(all, version{s.Root(), name, base + "/" + name})
			}
		}
	}
	return all
}

func (one version) retired() bool {
	active := word(one.Value, "Active")
	return active == "false" || active == "terminated" || word(one.Value, "Status") == "terminated"
}

// state carries a version that is retired or deprecated. All others stay on AWS as they are.
func (one version) state(p *products.File) {
	retired := one.retired()
	if !strict.MatchString(one.name) || !retired && word(one.Value, "Guidance") != "deprecated" {
		one.Leave("the version stays on AWS as it is, and axle publishes beside it")
		return
	}
	for _, key := range []string{"Name", "Active", "Guidance", "Status"} {
		one.Get(key).Text()
	}
	if retired {
		p.Lifecycle.Retired = append(p.Lifecycle.Retired, one.name)
	} else {
		p.Lifecycle.Deprecated = append(p.Lifecycle.Deprecated, products.Deprecated{Version: one.name, Reason: "Deprecated in Service Catalog Factory"})
	}
	one.LeaveEach(versionLeft)
}

// word is a value in small letters, not taken.
func word(v foreign.Value, key string) string {
	if n := v.Node.Get(key); n != nil {
		return strings.ToLower(n.Value)
	}
	return ""
}

var strict = regexp.MustCompile(`^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$`)

// next is the first version that axle publishes: above the highest semantic one, else 1.0.0.
func next(names []string) string {
	highest := []int{}
	for _, name := range names {
		m := strict.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		var parts []int
		for _, part := range m[1:] {
			n, _ := strconv.Atoi(part) // nine digits fit
			parts = append(parts, n)
		}
		if slices.Compare(parts, highest) > 0 {
			highest = parts
		}
	}
	if len(highest) == 0 {
		return "1.0.0"
	}
	return fmt.Sprintf("%d.%d.%d", highest[0], highest[1], highest[2]+1)
}
