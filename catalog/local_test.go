package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/products"
)

const localFile = `schema: 1
hub: { account: "999999999999", regions: [eu-west-1], role: CatalogHubPublisher, bucket: axle-artifacts }
portfolios:
  network:
    display_name: Network
    provider_name: P
    MODE
    PRINCIPALS
    shares: [SHARES]
spokes: [SPOKES]
`

// localCatalog reads a catalog.yaml with one portfolio of this mode.
func localCatalog(t *testing.T, mode, principals, shares, spokes string) (*catalog.File, []string) {
	t.Helper()
	text := strings.NewReplacer("MODE", mode, "PRINCIPALS", principals, "SHARES", shares, "SPOKES", spokes).Replace(localFile)
	f, ds := catalog.Load("catalog.yaml", []byte(text))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	var warned []string
	for _, d := range ds {
		warned = append(warned, d.Code+" "+d.Path)
	}
	return f, warned
}

// CAT-35: check names spokes that sharing by reference does not serve, and why.
func TestSpokesThatNeedMore(t *testing.T) {
	const (
		unit    = `{ organizational_unit: ou-ab12-11111111, principals: true }`
		silent  = `{ organizational_unit: ou-ab12-11111111 }`
		alone   = `{ account: "777777777777" }`
		listed  = `{ account: "777777777777" }`
		builder = `principals: [{ type: IAM_PATTERN, arn: "arn:aws:iam:::role/aws-reserved/sso.amazonaws.com/B" }]`
	)
	for name, c := range map[string]struct {
		mode, principals, shares, spokes string
		want                             []string
	}{
		"by reference, with patterns":                {"", builder, unit, `{ organizational_unit: ou-ab12-11111111 }`, nil},
		"principals stay behind":                     {"", builder, silent, "", []string{"AXLE2683 portfolios.network.shares[0]"}},
		"a role of a spoke":                          {"", `principals: [{ type: IAM, arn: "arn:aws:iam::111111111111:role/B" }]`, unit, "", []string{"AXLE2684 portfolios.network.principals[0].arn"}},
		"a role of a spoke, imported":                {"mode: import", `principals: [{ type: IAM, arn: "arn:aws:iam::111111111111:role/B" }]`, silent, "", nil},
		"a role of the account that is shared with":  {"", `principals: [{ type: IAM, arn: "arn:aws:iam::777777777777:role/B" }]`, alone, listed, nil},
		"an account that nobody can accept for":      {"", "", alone, "", []string{"AXLE2682 portfolios.network.shares[0].account"}},
		"principals of a share that nobody looks at": {"mode: copy", builder, unit, "", []string{"AXLE2681 portfolios.network.shares[0].principals"}},
		"a region without a hub":                     {"", builder, unit, `{ organizational_unit: ou-ab12-11111111, regions: [us-east-1] }`, []string{"AXLE2685 spokes[0].regions[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := localCatalog(t, c.mode, c.principals, c.shares, c.spokes); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

var localOrg = catalog.Organization{ID: "o-exampleorg1", Root: "r-ab12",
	Units: []catalog.Unit{{ID: "ou-ab12-11111111", Parent: "r-ab12"}},
	Accounts: []catalog.Account{{ID: "111111111111", Parent: "ou-ab12-11111111", State: "ACTIVE"}, {ID: "222222222222", Parent: "ou-ab12-11111111", State: "SUSPENDED"},
		{ID: "333333333333", Parent: "r-ab12", State: "ACTIVE"}, {ID: "999999999999", Parent: "r-ab12", State: "ACTIVE"}}}

// S1: who has something of its own, and what.
func TestWithLocals(t *testing.T) {
	const (
		all     = `{ organizational_unit: ou-ab12-11111111 }, { account: "333333333333" }, { account: "777777777777", role: Admin }, { account: "999999999999" }`
		anybody = `principals: [{ type: IAM, arn: "arn:aws:iam::999999999999:role/Builder" }, { type: IAM, arn: "arn:aws:iam::777777777777:user/u" }, { type: IAM_PATTERN, arn: "arn:aws:iam:::role/P", accept_principal_name_risk: true }]`
	)
	for name, c := range map[string]struct {
		mode, shares string
		hub          []string // principals
		want         []string // of each spoke: what it accepts, owns, copies, and whom it admits
	}{
		"reference": {"", `{ organization: o-exampleorg1 }`, []string{"arn:aws:iam::777777777777:user/u", "arn:aws:iam::999999999999:role/Builder", "arn:aws:iam:::role/P"}, nil},
		"import": {"mode: import", `{ organizational_unit: ou-ab12-11111111 }`, nil,
			[]string{"111111111111 CatalogBuilder: own network (bucket imported) admits arn:aws:iam::111111111111:role/Builder arn:aws:iam:::role/P"}},
		"copy, everybody but the hub": {"mode: copy", `{ organization: o-exampleorg1 }`, nil,
			[]string{"111111111111 CatalogBuilder: own network (bucket) copies bucket admits arn:aws:iam::111111111111:role/Builder arn:aws:iam:::role/P",
				"333333333333 CatalogBuilder: own network (bucket) copies bucket admits arn:aws:iam::333333333333:role/Builder arn:aws:iam:::role/P"}},
		"an account alone": {"", `{ account: "777777777777" }`, []string{"arn:aws:iam::999999999999:role/Builder", "arn:aws:iam:::role/P"},
			[]string{"777777777777 Admin: accepts network admits arn:aws:iam::777777777777:role/Builder arn:aws:iam::777777777777:user/u arn:aws:iam:::role/P"}},
		"one that no entry is for": {"mode: import", `{ account: "888888888888" }`, nil, []string{"888888888888 : accepts network"}},
		"alone, imported": {"mode: import", `{ account: "777777777777" }`, nil,
			[]string{"777777777777 Admin: accepts network own network (bucket imported) admits arn:aws:iam::777777777777:role/Builder arn:aws:iam::777777777777:user/u arn:aws:iam:::role/P"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := localCatalog(t, c.mode, anybody, c.shares, all)
			p := &products.File{Name: "bucket", Owner: "o", Portfolios: map[string]products.Placement{"network": {}}}
			want, err := catalog.Want(f, p, catalog.Release{Version: "1.0.0", Digest: "sha256:1"})
			if err != nil {
				t.Fatal(err)
			}
			spokes, err := catalog.Spokes(f, localOrg)
			if err != nil {
				t.Fatal(err)
			}
			got := catalog.WithLocals(f, localOrg, spokes, want)
			var hub, locals []string
			for _, p := range got.Portfolios[0].Principals {
				hub = append(hub, p.ARN)
			}
			for _, l := range got.Locals {
				locals = append(locals, localWords(l))
			}
			if !slices.Equal(hub, c.hub) || !slices.Equal(locals, c.want) {
				t.Errorf("hub %q\nlocals %q\nwant %q\n%q", hub, locals, c.hub, c.want)
			}
		})
	}
}

func localWords(l catalog.Local) string {
	words, admitted := []string{l.Account + " " + l.Role + ":"}, []catalog.Principal(nil)
	for _, p := range l.Received {
		words, admitted = append(words, "accepts "+p.Key), append(admitted, p.Principals...)
	}
	for _, p := range l.Portfolios {
		for _, at := range p.Placements {
			if at.Imported {
				at.Product += " imported"
			}
			words = append(words, "own "+p.Key+" ("+at.Product+")")
		}
		admitted = append(admitted, p.Principals...)
	}
	for _, p := range l.Copies {
		words = append(words, "copies "+p.Key)
	}
	if len(admitted) > 0 {
		words = append(words, "admits")
	}
	for _, p := range admitted {
		words = append(words, p.ARN)
	}
	return strings.Join(words, " ")
}

// An account that the organization lacks is looked after where a portfolio is shared with it alone.
func TestSpokeOutside(t *testing.T) {
	for shares, served := range map[string]bool{`{ account: "777777777777" }`: true, `{ organization: o-exampleorg1 }`: false} {
		f, _ := localCatalog(t, "", "", shares, `{ account: "777777777777" }`)
		spokes, err := catalog.Spokes(f, localOrg)
		if err != nil || len(spokes) != 1 || spokes[0].Active() != served || spokes[0].State != "UNKNOWN" {
			t.Errorf("%s: %+v, %v", shares, spokes, err)
		}
	}
}

func ver(name, digest string, more ...string) catalog.Version {
	v := catalog.Version{Name: name, Digest: digest, Active: !slices.Contains(more, "retired"), Guidance: "DEFAULT"}
	if slices.Contains(more, "deprecated") {
		v.Guidance = "DEPRECATED"
	}
	return v
}

// CT-20 CAT-32 CAT-53: what is planned in a spoke, in its order.
func TestPlanLocals(t *testing.T) {
	launch := []catalog.Constraint{{Type: "LAUNCH", Parameters: `{"LocalRoleName":"R"}`}}
	folio := func(imported bool) catalog.Portfolio {
		return catalog.Portfolio{Region: "r", Key: "network", DisplayName: "Network",
			Placements: []catalog.Placement{{Product: "bucket", Imported: imported, Constraints: launch}},
			Principals: []catalog.Principal{{Type: "IAM", ARN: "a"}}}
	}
	copied := func(versions ...catalog.Version) []catalog.Product {
		return []catalog.Product{{Region: "r", Key: "bucket", Name: "bucket", Versions: versions}}
	}
	importing := catalog.Local{Portfolios: []catalog.Portfolio{folio(true)}}
	copying := catalog.Local{Portfolios: []catalog.Portfolio{folio(false)}, Copies: copied()}
	done := func(versions ...catalog.Version) catalog.Local {
		return catalog.Local{Portfolios: copying.Portfolios, Copies: copied(versions...)}
	}
	received := catalog.Local{Received: []catalog.Portfolio{{Key: "network", Principals: []catalog.Principal{{Type: "IAM", ARN: "a"}}}}}
	for name, c := range map[string]struct {
		want      catalog.Local
		have      *catalog.Local
		git, hub  []catalog.Version
		changes   []string
		mutations int
	}{
		"import, from nothing": {importing, &catalog.Local{}, nil, nil, []string{"create local portfolio network", "create import of bucket in network",
			`create constraint of bucket in network: LAUNCH {"LocalRoleName":"R"}`, "create principal network: IAM a"}, 4},
		"imported, and the hub has another version": {importing, &importing, []catalog.Version{ver("2.0.0", "d2")}, []catalog.Version{ver("1.0.0", "d1")}, nil, 0},
		"an import no more": {catalog.Local{Portfolios: []catalog.Portfolio{{Region: "r", Key: "network", DisplayName: "Network"}}}, &importing, nil, nil,
			[]string{"delete principal network: IAM a", "delete import of bucket in network"}, 3},
		"copy, from nothing": {copying, &catalog.Local{}, []catalog.Version{ver("2.0.0", "d2")}, []catalog.Version{ver("1.0.0", "d1"), ver("0.9.0", "d0", "retired")},
			[]string{"create local portfolio network", "create copy of bucket 0.9.0", "create copy of bucket 1.0.0", "create copy of bucket 2.0.0",
				"create placement of bucket in network", `create constraint of bucket in network: LAUNCH {"LocalRoleName":"R"}`, "create principal network: IAM a"}, 11},
		"a copy as it should be": {copying, ptr(done(ver("1.0.0", "d1"), ver("2.0.0", "d2"))), []catalog.Version{ver("2.0.0", "d2")}, []catalog.Version{ver("1.0.0", "d1")}, nil, 0},
		"a copy follows states": {copying, ptr(done(ver("1.0.0", "d1"), ver("2.0.0", "d2"))), []catalog.Version{{Name: "1.0.0", Guidance: "DEFAULT"}, ver("2.0.0", "d2", "deprecated")}, []catalog.Version{ver("1.0.0", "d1"), ver("2.0.0", "d2")},
			[]string{"update copy of bucket 1.0.0: 1.0.0 active → 1.0.0 retired", "update copy of bucket 2.0.0: 2.0.0 active → 2.0.0 deprecated"}, 2},
		"the same name, other content": {copying, ptr(done(ver("1.0.0", "old"))), nil, []catalog.Version{ver("1.0.0", "d1")},
			[]string{"create copy of bucket 1.0.0", "delete copy of bucket 1.0.0: 1.0.0 active old"}, 3},
		"deleted in the hub": {copying, ptr(done(ver("1.0.0", "d1"), ver("2.0.0", "d2"))), nil, []catalog.Version{ver("2.0.0", "d2")},
			[]string{"delete copy of bucket 1.0.0: 1.0.0 active d1"}, 1},
		"a version made there by hand": {copying, ptr(done(ver("1.0.0", "d1"), ver("mine", ""))), nil, []catalog.Version{ver("1.0.0", "d1")}, nil, 0},
		"not accepted":                 {received, &catalog.Local{}, nil, nil, []string{"create acceptance network", "create principal network: IAM a"}, 2},
		"accepted, and others admitted": {received, &catalog.Local{Received: []catalog.Portfolio{{Key: "network", Principals: []catalog.Principal{{Type: "IAM", ARN: "a"}, {Type: "IAM", ARN: "b"}}}}},
			nil, nil, nil, 0},
		"unread":                 {copying, &catalog.Local{Err: errors.New("AccessDenied")}, nil, []catalog.Version{ver("1.0.0", "d1")}, nil, 0},
		"nobody looked":          {copying, nil, nil, []catalog.Version{ver("1.0.0", "d1")}, nil, 0},
		"a region of the others": {catalog.Local{Region: "elsewhere", Portfolios: copying.Portfolios}, &catalog.Local{Region: "elsewhere"}, nil, nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			want := catalog.Catalog{Products: copied(c.git...), Locals: []catalog.Local{placed(c.want)}}
			have := catalog.Catalog{Products: copied(c.hub...)}
			if c.have != nil {
				have.Locals = []catalog.Local{placed(*c.have)}
			}
			var got []string
			calls := 0
			for _, change := range catalog.PlanLocals("r", want, have) {
				got, calls = append(got, strings.TrimPrefix(change.String(), "111111111111 r: ")), calls+change.Calls
			}
			if !slices.Equal(got, c.changes) || calls != c.mutations {
				t.Errorf("%d calls:\n  %s\nwant %d:\n  %s", calls, strings.Join(got, "\n  "), c.mutations, strings.Join(c.changes, "\n  "))
			}
		})
	}
}

func placed(l catalog.Local) catalog.Local {
	l.Account = "111111111111"
	if l.Region == "" {
		l.Region = "r"
	}
	return l
}

func ptr[T any](v T) *T { return &v }
