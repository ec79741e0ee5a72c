package puppet

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
)

var launchLeft = map[string]string{
	"portfolio":          "an entry of enforced names its product alone; product.yaml says which portfolios it stands in",
	"outputs":            "let the product's template write the parameter: AWS::SSM::Parameter",
	"tags":               "write them into the product's template, or as tags in product.yaml",
	"execution":          "axle provisions from the hub",
	"status":             "an entry of enforced is provisioned as long as it stands there",
	"condition":          "an entry of enforced has no condition: choose its spokes",
	"requested_priority": "entries of enforced run in parallel, after what they depend on",
	"share_tag_options":  "it is a key of shares in catalog.yaml: tag_options",
	"share_principals":   "it is a key of shares in catalog.yaml: principals",
}

// launch makes an entry of enforced of a launch.
func (r *reader) launch(name string, v value) {
	status := v.get("status")
	p, ruled := r.property("launches/" + name + ".status")
	if ruled && p.value == "terminated" || !ruled && status.node != nil && status.node.Value == "terminated" {
		v.leave("a terminated launch is not imported; terminate its provisioned products if they are still there")
		return
	}
	if ruled && p.value != "provisioned" {
		r.say(p, document.SeverityWarning, CodeLeft, "not carried", launchLeft["status"])
	}
	if p, ok := r.property("launches/" + name + ".condition"); ok {
		r.say(p, document.SeverityWarning, CodeLeft, "not carried", launchLeft["condition"])
	}
	spokes := r.spokes(v.get("deploy_to"))
	if spokes == nil {
		v.leave("it is deployed to nobody whom axle can name: choose spokes, and write it under enforced")
		return
	}
	e := catalog.Enforced{Product: v.must("product"), Version: r.version(name, v.get("version")), Spokes: spokes, Parameters: v.get("parameters").parameters()}
	v.leaveEach(launchLeft)
	r.out.Enforced[name], r.after[name] = e, v.get("depends_on")
}

var strict = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// firstRange is what a version that is no semantic one becomes: axle's first is 1.0.0.
const firstRange = ">=1.0.0 <2.0.0"

// version is the range that takes one version alone. The properties stand over the manifest.
func (r *reader) version(launch string, v value) string {
	if p, ok := r.property("launches/" + launch + ".version"); ok {
		v.leave(fmt.Sprintf("%s:%d stands over it", p.file, p.line))
		if strict.MatchString(p.value) {
			return "=" + p.value
		}
		r.say(p, document.SeverityWarning, CodeLeft, "not carried: "+p.value+" is no semantic version", "written as "+firstRange+", which is what axle publishes next")
		return firstRange
	}
	if v.node != nil && strict.MatchString(v.node.Value) {
		return "=" + v.text()
	}
	v.leave("it is no semantic version; written as " + firstRange + ", which is what axle publishes next")
	return firstRange
}

// parameters are those with a plain value; all others are asked for when the tool runs.
func (v value) parameters() map[string]string {
	if v.node == nil {
		return nil
	}
	all := map[string]string{}
	for _, p := range v.node.Pairs {
		one := v.get(p.Key.Value)
		plain := one.node.Get("default")
		if plain == nil || plain.Kind < document.Text || strings.Contains(v.in.fill.Replace(plain.Value), "${") {
			one.leave("write the value itself; axle does not look it up")
			continue
		}
		all[p.Key.Value] = one.get("default").text()
	}
	if v.hollow(); len(all) == 0 {
		return nil
	}
	return all
}

var regionLeft = "an entry of enforced goes to every region of its spokes: give those regions to spokes, or tag them apart"

// spokes are whom deploy_to names: by tags, by accounts or by units, the first that is there.
func (r *reader) spokes(v value) *catalog.SpokeSelector {
	var s catalog.SpokeSelector
	for _, way := range []struct {
		list, key string
		add       func(string)
	}{
		{"tags", "tag", func(t string) { s.Tags = appendNew(s.Tags, t) }},
		{"accounts", "account_id", func(id string) { s.Accounts = appendNew(s.Accounts, document.AccountID(id)) }},
		{"ous", "ou", func(id string) { s.OrganizationalUnits = appendNew(s.OrganizationalUnits, id) }},
	} {
		if len(s.Tags)+len(s.Accounts)+len(s.OrganizationalUnits) > 0 {
			v.get(way.list).leave("spokes are named in one way: add the entry again for these")
			continue
		}
		for _, item := range v.get(way.list).items() {
			of := item
			if item.node.Kind == document.Mapping {
				of = item.get(way.key)
				item.get("regions").everywhere()
			}
			if way.list == "ous" && (of.node == nil || !unitForm.MatchString(of.node.Value)) {
				of.leave("axle names a unit by its id, or spokes by their tags")
				continue
			}
			if id := of.text(); id != "" {
				way.add(id)
			}
		}
	}
	if len(s.Tags)+len(s.Accounts)+len(s.OrganizationalUnits) == 0 {
		return nil
	}
	return &s
}

// everywhere takes the words for every region of a spoke, and leaves all others.
func (v value) everywhere() {
	if v.node != nil && (v.node.Value == "enabled_regions" || v.node.Value == "regions_enabled") {
		v.text()
		return
	}
	v.leave(regionLeft)
}

func appendNew[T comparable](all []T, one T) []T {
	if slices.Contains(all, one) {
		return all
	}
	return append(all, one)
}

// depend carries what a launch waits for, where that is a launch which is carried.
func (r *reader) depend() {
	for _, name := range slices.Sorted(maps.Keys(r.after)) {
		e := r.out.Enforced[name]
		for _, item := range r.after[name].items() {
			of, kind := item, "launch"
			if item.node.Kind == document.Mapping {
				of = item.get("name")
				if t := item.node.Get("type"); t != nil {
					kind = t.Value
				}
			}
			if of.node == nil {
				item.fail("name is required")
				continue
			}
			if _, carried := r.out.Enforced[of.node.Value]; kind != "launch" || !carried {
				item.leave("only an entry of enforced can be waited for")
				continue
			}
			e.DependsOn = appendNew(e.DependsOn, of.text())
			if item.node.Kind == document.Mapping {
				item.get("type").text()
				item.get("affinity").leave("an entry waits in its own account and region")
			}
		}
		r.out.Enforced[name] = e
	}
}
