package factory

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/products"
)

// productLeft and versionLeft are the keys that a product.yaml has no place for.
var productLeft = map[string]string{
	"Options":        "alpha's policy stage judges every template; a Jinja template is rendered before it is committed",
	"Stages":         "write what they test as *_test.rego (alpha) and tests/integration/*.rego (beta)",
	"BuildSpec":      "a template is committed as it is published; build it before",
	"BuildSpecImage": "a template is committed as it is published; build it before",
	"Template":       "synthesize the template and commit it: axle publishes files",
	"Provisioner":    "the tool wraps Terraform in a template of its own; publish that template, or begin a new product of type EXTERNAL",
	"PipelineMode":   "a push makes one run a product; there is nothing to choose",
}

var versionLeft = map[string]string{
	"Description": "axle writes the digest and the changelog there",
	"Tags":        "a version has no tags on AWS; give them to the product",
	"Options":     productLeft["Options"], "Stages": productLeft["Stages"],
	"BuildSpec": productLeft["BuildSpec"], "BuildSpecImage": productLeft["BuildSpecImage"],
	"Source": "axle publishes from one branch: the newest version's source is the one to go on from",
}

// product reads a product. name is that of its split file, which wins; folder holds split versions.
func (r *reader) product(v value, name, folder string, in ...string) {
	if name == "" {
		name = v.must("Name")
	} else {
		v.get("Name").leave("the name of its file counts: " + name)
	}
	if strings.EqualFold(v.get("Status").text(), "terminated") {
		v.list("not carried", "a terminated product is not imported; delete it on AWS if it is still there")
		return
	}
	if !r.first(v, name) {
		return
	}
	p := products.File{Schema: 1, Name: name, Owner: v.must("Owner"), Distributor: v.get("Distributor").text(), Description: v.get("Description").text(),
		Support: products.Support{Email: v.get("SupportEmail").text(), URL: v.get("SupportUrl").text(), Description: v.get("SupportDescription").text()},
		Tags:    v.get("Tags").tags(), TagOptions: v.get("TagOptions").tagOptions(), Template: "product.template.yaml",
		Portfolios: placed(v.get("Constraints").get("Launch").get("LocalRoleName").text(), in)}
	p.Version, p.Changes = "1.0.0", "First version published by axle"
	from := r.versions(v, &p, folder)
	v.leaveEach(productLeft)
	if from == "" {
		from = "nowhere that these files say"
	}
	r.out.Products = append(r.out.Products, Product{p, from})
}

// first says whether a product's folder is not taken yet.
func (r *reader) first(v value, name string) bool {
	key := Slug(name)
	if key == "" && name != "" {
		v.fail("the name " + name + " has no letter or digit that a folder could be called by")
	}
	if key == "" {
		return false
	}
	if at, twice := r.lines[key]; twice {
		v.fail(fmt.Sprintf("product %s stands twice, or only its capitals and signs differ: see %s", name, at))
		return false
	}
	r.lines[key] = fmt.Sprintf("%s:%d", v.in.doc.File, v.at.Line)
	return true
}

// version is an entry of Versions, or a file of its own in the folder at.
type version struct {
	value
	name, at string
}

// versions gives the states of those that stay, and says where the newest one's template is.
func (r *reader) versions(v value, p *products.File, folder string) (from string) {
	all := r.listed(v, p.Name, folder)
	newest := version{value: value{in: v.in}}
	for _, one := range all {
		if !one.retired() {
			newest = one
		}
	}
	from = r.origin(v.get("Source"), newest.get("Source"), newest.at)
	var names []string
	for _, one := range all {
		names = append(names, one.name)
		one.state(p)
	}
	p.Version = next(names)
	return from
}

func (r *reader) listed(v value, product, folder string) (all []version) {
	for _, one := range v.get("Versions").items() {
		name := ""
		if n := one.node.Get("Name"); n != nil {
			name = n.Value
		}
		all = append(all, version{value: one, name: name})
	}
	base := path.Join(folder, product, "Versions")
	for _, name := range r.names(base) {
		if path.Ext(name) == ".yaml" { // its name stands in it
			if s := r.open(base + "/" + name); s != nil {
				all = append(all, version{value: s.root(), name: s.root().get("Name").text()})
			}
			continue
		}
		for _, file := range r.names(base + "/" + name) {
			if path.Ext(file) != ".yaml" || strings.HasPrefix(file, "product.template.") {
				continue
			}
			if s := r.open(base + "/" + name + "/" + file); s != nil {
				all = append(all, version{s.root(), name, base + "/" + name})
			}
		}
	}
	return all
}

func (one version) retired() bool {
	active := one.word("Active")
	return active == "false" || active == "terminated" || one.word("Status") == "terminated"
}

// state carries a version that is retired or deprecated. All others stay on AWS as they are.
func (one version) state(p *products.File) {
	retired := one.retired()
	if !strict.MatchString(one.name) || !retired && one.word("Guidance") != "deprecated" {
		one.leave("the version stays on AWS as it is, and axle publishes beside it")
		return
	}
	for _, key := range []string{"Name", "Active", "Guidance", "Status"} {
		one.get(key).text()
	}
	if retired {
		p.Lifecycle.Retired = append(p.Lifecycle.Retired, one.name)
	} else {
		p.Lifecycle.Deprecated = append(p.Lifecycle.Deprecated, products.Deprecated{Version: one.name, Reason: "Deprecated in Service Catalog Factory"})
	}
	one.leaveEach(versionLeft)
}

// word is a value in small letters, not taken.
func (v value) word(key string) string {
	if n := v.node.Get(key); n != nil {
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

// origin says in words where a template is: a version's source stands over its product's, key by key.
func (r *reader) origin(product, version value, folder string) string {
	var words []string
	for _, key := range []string{"Provider", "Path"} {
		if text := over(product.get(key), version.get(key)); text != "" {
			words = append(words, key+" "+text)
		}
	}
	words = append(words, settings(product.get("Configuration"), version.get("Configuration"))...)
	if folder != "" {
		for _, name := range r.names(folder) {
			if strings.HasPrefix(name, "product.template.") {
				words = append(words, "file "+folder+"/"+name)
			}
		}
	}
	return strings.Join(words, ", ")
}

// over takes the upper value where there is one.
func over(below, above value) string {
	if above.node == nil {
		return below.text()
	}
	below.leave("the version's own source stands over it")
	return above.text()
}

// settings are the keys of a source's Configuration.
func settings(below, above value) (words []string) {
	var keys []string
	for _, v := range []value{below, above} {
		if v.node == nil {
			continue
		}
		for _, p := range v.node.Pairs {
			if !slices.Contains(keys, p.Key.Value) {
				keys = append(keys, p.Key.Value)
			}
		}
	}
	for _, key := range keys {
		b, a := below.get(key), above.get(key)
		if (a.node == nil || len(a.node.Pairs) > 0 || len(a.node.Items) > 0) && (b.node == nil || len(b.node.Pairs) > 0 || len(b.node.Items) > 0) {
			words = append(words, settings(b, a)...)
			continue
		}
		words = append(words, key+" "+over(b, a))
	}
	return words
}

func (r *reader) has(name string) bool {
	_, err := fs.Stat(r.tree, name)
	return err == nil
}
