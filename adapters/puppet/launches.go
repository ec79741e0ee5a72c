package puppet

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/foreign"
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
func (r *reader) launch(name string, v foreign.Value) {
	status := v.Get("status")
	p, ruled := r.property("launches/" + name + ".status")
	if ruled && p.value == "terminated" || !ruled && status.Node != nil && status.Node.Value == "terminated" {
		v.Leave("a terminated launch is not imported; terminate its provisioned products if they are still there")
		return
	}
	if ruled && p.value != "provisioned" {
		r.say(p, document.SeverityWarning, CodeLeft, "not carried", launchLeft["status"])
	}
	if p, ok := r.property("launches/" + name + ".condition"); ok {
		r.say(p, document.SeverityWarning, CodeLeft, "not carried", launchLeft["condition"])
	}
	spokes := r.spokes(v.Get("deploy_to"))
	if spokes == nil {
		v.Leave("it is deployed to nobody whom axle can name: choose spokes, and write it under enforced")
		return
	}
	e := catalog.Enforced{Product: v.Must("product"), Version: r.version(name, v.Get("version")), Spokes: spokes, Parameters: parameters(v.Get("parameters"))}
	v.LeaveEach(launchLeft)
	r.out.Enforced[name], r.after[name] = e, v.Get("depends_on")
}

var strict = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)

// firstRange is what a version that is no semantic one becomes: axle's first is 1.0.0.
const firstRange = ">=1.0.0 <2.0.0"

// version is the range that takes one version alone. The properties stand over the manifest.
func (r *reader) version(launch string, v foreign.Value) string {
	if p, ok := r.property("launches/" + launch + ".version"); ok {
		v.Leave(fmt.Sprintf("%s:%d stands over it", p.file, p.line))
		if strict.MatchString(p.value) {
			return "=" + p.value
		}
		r.say(p, document.SeverityWarning, CodeLeft, "not carried: "+p.value+" is no semantic version", "written as "+firstRange+", which is what axle publishes next")
		return firstRange
	}
	if v.Node != nil && strict.MatchString(v.Node.Value) {
		return "=" + v.Text()
	}
	v.Leave("it is no semantic version; written as " + firstRange + ", which is what axle publishes next")
	return firstRange
}

// parameters are those with a plain value; all others are asked for when the tool runs.
func parameters(v foreign.Value) map[string]string {
	if v.Node == nil {
		return nil
	}
	all := map[string]string{}
	for _, p := range v.Node.Pairs {
		one := v.Get(p.Key.Value)
		plain := one.Node.Get("default")
		if plain == nil || plain.Kind < document.Text || strings.Contains(v.In.Fill(plain.Value), "${") {
			one.Leave("write the value itself; axle does not look it up")
			continue
		}
		all[p.Key.Value] = one.Get("default").Text()
	}
	if v.Hollow(); len(all) == 0 {
		return nil
	}
	return all
}

var regionLeft = "an entry of enforced goes to every region of its spokes: give those regions to spokes, or tag them apart"

// spokes are whom deploy_to names: by tags, by accounts or by units, the first that is there.
func (r *reader) spokes(v foreign.Value) *catalog.SpokeSelector {
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
			v.Get(way.list).Leave("spokes are named in one way: add the entry again for these")
			continue
		}
		for _, item := range v.Get(way.list).Items() {
			of := item
			if item.Node.Kind == document.Mapping {
				of = item.Get(way.key)
				everywhere(item.Get("regions"))
			}
			if way.list == "ous" && (of.Node == nil || !unitForm.MatchString(of.Node.Value)) {
				of.Leave("axle names a unit by its id, or spokes by their tags")
				continue
			}
			if id := of.Text(); id != "" {
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
func everywhere(v foreign.Value) {
	if v.Node != nil && (v.Node.Value == "enabled_regions" || v.Node.Value == "regions_enabled") {
		v.Text()
		return
	}
	v.Leave(regionLeft)
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
		for _, item := range r.after[name].Items() {
			of, kind := item, "launch"
			if item.Node.Kind == document.Mapping {
				of = item.Get("name")
				if t := item.Node.Get("type"); t != nil {
					kind = t.Value
				}
			}
			if of.Node == nil {
				item.Fail("name is required")
				continue
			}
			if _, carried := r.out.Enforced[of.Node.Value]; kind != "launch" || !carried {
				item.Leave("only an entry of enforced can be waited for")
				continue
			}
			e.DependsOn = appendNew(e.DependsOn, of.Text())
			if item.Node.Kind == document.Mapping {
				item.Get("type").Text()
				item.Get("affinity").Leave("an entry waits in its own account and region")
			}
		}
		r.out.Enforced[name] = e
	}
}
