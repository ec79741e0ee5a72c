package market

import (
	"reflect"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/documenttest"
)

var loader = documenttest.Loader{
	Load:   documenttest.Of(Load, func(f *File) *document.Doc { return f.Doc }),
	File:   reflect.TypeFor[File](),
	Schema: Schema,
	Ours:   "testdata/good/spec.yaml",
	// names of other entries, and what stands twice
	Unsaid: []string{"follows-a-follower", "role-of-another-account", "twice", "unknown-names"},
}

// MKF-1, MKF-2, MKF-3, X19; each case names its own.
func TestBadFiles(t *testing.T) { loader.BadFiles(t) }

// CLI-8
func TestGoodFiles(t *testing.T)         { loader.GoodFiles(t) }
func TestSchemaRefuses(t *testing.T)     { loader.SchemaRefuses(t) }
func TestSchemaHasEveryKey(t *testing.T) { loader.SchemaHasEveryKey(t) }

func FuzzLoad(f *testing.F) { loader.Fuzz(f) }

// PMP-9, PMP-14, LIC-9, marketplace.md §1: what is left out is what the specification says.
func TestDefaults(t *testing.T) {
	f, ds := Load("marketplace.yaml", []byte(`schema: 1
organizations:
  - {name: home, id: o-exampleorg1, account: "111122223333", role: "arn:aws:iam::111122223333:role/market", external_id: x}
experiences:
  - {name: a, organization: home}
  - {name: b, organization: home, follows: a, discover: live}
licences: {organization: home, granter: "111122223333"}
`))
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	b, l := f.Entry("b"), f.Licences
	for what, c := range map[string][2]any{
		"sync.every":                 {time.Duration(f.Sync.Every), time.Hour},
		"sync.concurrency":           {f.Sync.Concurrency, 4},
		"sync.budget":                {time.Duration(f.Sync.Budget), 30 * time.Minute},
		"sync.combine":               {f.Sync.Combine, false},
		"products_from":              {f.Entry("a").ProductsFrom, "file"},
		"draft":                      {f.Entry("a").Draft, false},
		"mode":                       {b.Mode, "enforce"},
		"create_policy":              {b.CreatePolicy, false},
		"may_override_deny":          {b.MayOverrideDeny, false},
		"guard.max_deny":             {*b.Guard.MaxDeny, 5},
		"guard.max_deny_percent":     {*b.Guard.MaxDenyPercent, 10},
		"guard.max_allow":            {*b.Guard.MaxAllow, 500},
		"licences.tag":               {l.Tag, "marketplace-licence"},
		"licences.untagged":          {l.Untagged, "revoke"},
		"licences.revoke_after":      {time.Duration(l.RevokeAfter), 72 * time.Hour},
		"licences.accept":            {l.Accept, "auto"},
		"licences.on_conflict":       {l.OnConflict, "skip"},
		"licences.every":             {time.Duration(l.Every), 15 * time.Minute},
		"licences.concurrency":       {l.Concurrency, 5},
		"licences.guard.max_revoke":  {*l.Guard.MaxRevoke, 5},
		"licences.guard.max_percent": {*l.Guard.MaxRevokePercent, 10},
	} {
		if c[0] != c[1] {
			t.Errorf("%s is %v, want %v", what, c[0], c[1])
		}
	}
}
