package factory

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/axle-cd/axle/document/foreign"
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
func (r *reader) product(v foreign.Value, name, folder string, in ...string) {
	if name == "" {
		name = v.Must("Name")
	} else {
		v.Get("Name").Leave("the name of its file counts: " + name)
	}
	if strings.EqualFold(v.Get("Status").Text(), "terminated") {
		v.List("not carried", "a terminated product is not imported; delete it on AWS if it is still there")
		return
	}
	if !r.first(v, name) {
		return
	}
	p := products.File{Schema: 1, Name: name, Owner: v.Must("Owner"), Distributor: v.Get("Distributor").Text(), Description: v.Get("Description").Text(),
		Support: products.Support{Email: v.Get("SupportEmail").Text(), URL: v.Get("SupportUrl").Text(), Description: v.Get("SupportDescription").Text()},
		Tags:    tags(v.Get("Tags")), TagOptions: tagOptions(v.Get("TagOptions")), Template: "product.template.yaml",
		Portfolios: placed(v.Get("Constraints").Get("Launch").Get("LocalRoleName").Text(), in)}
	p.Version, p.Changes = "1.0.0", "First version published by axle"
	from := r.versions(v, &p, folder)
	v.LeaveEach(productLeft)
	if from == "" {
		from = "nowhere that these files say"
	}
	r.out.Products = append(r.out.Products, Product{p, from})
}

// first says whether a product's folder is not taken yet.
func (r *reader) first(v foreign.Value, name string) bool {
	key := Slug(name)
	if key == "" && name != "" {
		v.Fail("the name " + name + " has no letter or digit that a folder could be called by")
	}
	if key == "" {
		return false
	}
	if at, twice := r.lines[key]; twice {
		v.Fail(fmt.Sprintf("product %s stands twice, or only its capitals and signs differ: see %s", name, at))
		return false
	}
	r.lines[key] = fmt.Sprintf("%s:%d", v.In.Doc.File, v.At.Line)
	return true
}

func (r *reader) has(name string) bool {
	_, err := fs.Stat(r.tree, name)
	return err == nil
}
