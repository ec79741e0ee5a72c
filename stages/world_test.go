package stages_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

func (b *bed) deps() stages.Deps {
	return stages.Deps{
		Tree: func(_ context.Context, sha string) (fs.FS, error) {
			if sha == "before" {
				return b.before, b.call("Tree %s", sha)
			}
			return b.files, b.call("Tree %s", sha)
		},
		Last:   func(context.Context, string) (stages.Last, error) { return b.last, b.call("Last") },
		Former: func(context.Context, string, string) (string, error) { return b.former, b.call("Former") },
		Incoming: func(context.Context, pipeline.Commit) iter.Seq2[secrets.Blob, error] {
			return func(yield func(secrets.Blob, error) bool) {
				for _, blob := range b.blobs {
					if err := b.call("Incoming %s", blob.Path); !yield(blob, err) || err != nil {
						return
					}
				}
			}
		},
		Detector: func() (secrets.Detector, error) { return detector{b}, b.call("Detector") },
		Store:    store{b},
		Ledger:   ledger{b},
		Releases: releases{b},
		Stacks:   func(*catalog.File) stages.Stacks { return stacks{b} },
		Launcher: launcher{b},
		Hub:      func(_ *catalog.File, scope catalog.Catalog) catalog.Hub { return hub{b, scope} },
		Organization: func(context.Context, *catalog.File) (catalog.Organization, error) {
			return b.organization(), b.call("Organization")
		},
		Clock:   b.time.clock(),
		Journal: &b.book,
		Fleet:   b.fleet,
		Meter:   meter{b},
		Say:     b.say,
	}
}

func (b *bed) say(_ pipeline.Input, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

func (b *bed) organization() catalog.Organization {
	return catalog.Organization{ID: "o-1", Root: "r-ab12", Units: []catalog.Unit{{ID: "ou-ab12-11111111", Parent: "r-ab12"}}, Accounts: b.accounts}
}

// detector takes the word HUNTER2 for a secret.
type detector struct{ b *bed }

func (d detector) Detect(_ context.Context, path string, data []byte) ([]secrets.Hit, error) {
	if err := d.b.call("Detect %s", path); err != nil {
		return nil, err
	}
	at := bytes.Index(data, []byte("HUNTER2"))
	if at < 0 {
		return nil, nil
	}
	return []secrets.Hit{{Rule: "word", Title: "a password", Start: at, End: at + len("HUNTER2")}}, nil
}

type store struct{ b *bed }

func (s store) Put(data []byte) (string, error) { return s.b.put(data), s.b.call("Put") }

func (s store) Get(digest string) ([]byte, error) {
	s.b.mu.Lock()
	data, ok := s.b.store[digest]
	s.b.mu.Unlock()
	if !ok {
		return nil, document.Fail("AXLE3312", "artifact "+digest+" is not in the store", "", nil)
	}
	return data, s.b.call("Get")
}

type ledger struct{ b *bed }

func (l ledger) OpenStack(_ context.Context, run string, t products.StackTarget) error {
	return l.b.call("OpenStack %s %s", t.Name, t.Region)
}
func (l ledger) CloseStack(_ context.Context, t products.StackTarget) error {
	return l.b.call("CloseStack %s %s", t.Name, t.Region)
}

type releases struct{ b *bed }

func (r releases) Record(_ context.Context, run, product string, v products.Published) error {
	return r.b.call("Record %s %s of %s", product, v.Version, run)
}
func (r releases) Published(context.Context, string) ([]products.Published, error) {
	return r.b.published, r.b.call("Published")
}

// meter counts what the test says there is, and each call to the hub as one of eu-west-1.
type meter struct{ b *bed }

func (m meter) Quotas(_ context.Context, _ *catalog.File, all []catalog.Quota) ([]catalog.Quota, error) {
	err := m.b.call("Quotas")
	for i, q := range all {
		if q.Unknown {
			all[i] = q.Measured(m.b.used[q.Name])
		}
	}
	return all, err
}

func (m meter) Spent() catalog.Spent {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	c := catalog.CallsIn{Account: "999999999999", Region: "eu-west-1", Reads: len(m.b.called("Observe")), Writes: len(m.b.made)}
	return catalog.Spent{In: map[[2]string]catalog.CallsIn{{c.Account, c.Region}: c}}
}

type stacks struct{ b *bed }

func (s stacks) Provision(_ context.Context, r products.StackRequest, on func(products.StackEvent)) (products.Stack, error) {
	on(products.StackEvent{LogicalID: "Topic", Type: "AWS::SNS::Topic", Status: "CREATE_IN_PROGRESS"})
	on(products.StackEvent{LogicalID: "Topic", Type: "AWS::SNS::Topic", Status: "CREATE_COMPLETE", Reason: "made"})
	return s.b.created, s.b.call("Provision %s %s %v %v", r.Name, r.Region, r.Parameters, r.Tags)
}
func (s stacks) Describe(_ context.Context, t products.StackTarget) (products.Stack, error) {
	return s.b.kept, s.b.call("Describe %s %s", t.Name, t.Region)
}
func (s stacks) Delete(_ context.Context, t products.StackTarget, _ func(products.StackEvent)) (products.Stack, error) {
	return s.b.deleted, s.b.call("Delete %s %s", t.Name, t.Region)
}

type launcher struct{ b *bed }

func (l launcher) Offer(_ context.Context, u catalog.User, product, version string) (catalog.Offer, error) {
	return catalog.Offer{PathID: "lpv-1"}, l.b.call("Offer %s %s as %s in %s %s", product, version, u.Role, u.Account, u.Region)
}
func (l launcher) Launch(_ context.Context, r catalog.LaunchRequest) (catalog.Provisioned, error) {
	version, _, _ := strings.Cut(r.Version, "-candidate-")
	return l.b.provisioned, l.b.call("Launch %s of %s as %s, as %s in %s %s", version, r.Product, r.Name, r.User.Role, r.User.Account, r.User.Region)
}
func (l launcher) Terminate(_ context.Context, u catalog.User, name string) error {
	return l.b.call("Terminate %s in %s %s", name, u.Account, u.Region)
}

// hub has what it had, until something of what is wanted is applied: then it has all that is wanted.
type hub struct {
	b    *bed
	want catalog.Catalog
}

func (h hub) Observe(context.Context) (catalog.Catalog, error) {
	err := h.b.call("Observe")
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	var all []catalog.Catalog
	for _, region := range h.want.Regions() {
		c := h.in(region)
		c.Locals = h.locals(region)
		all = append(all, c)
	}
	return catalog.Join(all...), err
}

// locals are what spokes have of their own: nothing, until something is applied there.
func (h hub) locals(region string) (all []catalog.Local) {
	for _, l := range h.want.In(region).Locals {
		switch {
		case slices.Contains(h.b.unread, l.Account):
			l = catalog.Local{Account: l.Account, Region: region, Err: errors.New("the spoke refuses")}
		case !slices.ContainsFunc(h.b.made, func(c catalog.Change) bool { return c.Account == l.Account && c.Region == region }):
			l = catalog.Local{Account: l.Account, Region: region}
		}
		all = append(all, l)
	}
	return all
}

// in is a region: as it was, until something of the product is applied there. A version that was
// there keeps its state until that is changed.
func (h hub) in(region string) catalog.Catalog {
	want, have := h.want.In(region), h.b.have.In(region)
	made := slices.DeleteFunc(slices.Clone(h.b.made), func(c catalog.Change) bool { return c.Region != region })
	if !slices.ContainsFunc(made, func(c catalog.Change) bool {
		return c.Product == h.want.Products[0].Key || c.Verb == catalog.Update && c.Kind == catalog.KindPortfolio
	}) {
		return have
	}
	for i, p := range want.Products {
		want.Products[i].Versions = slices.Clone(p.Versions)
		for j, v := range p.Versions {
			was := have.Product(region, p.Key).Version(v.Name)
			if was != nil && !slices.ContainsFunc(made, func(c catalog.Change) bool {
				return c.Verb == catalog.Update && c.Version != nil && c.Version.Name == v.Name
			}) {
				want.Products[i].Versions[j].Active, want.Products[i].Versions[j].Guidance = was.Active, was.Guidance
				want.Products[i].Versions[j].Digest = was.Digest
			}
		}
	}
	return want
}

func (h hub) Apply(_ context.Context, c catalog.Change) error {
	if err := h.b.call("Apply %s", c); err != nil {
		return err
	}
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	h.b.made = append(h.b.made, c)
	return nil
}

// fleet reads what the test says that spokes run.
func (b *bed) fleet(_ context.Context, spokes []catalog.Spoke) ([]catalog.Reading, error) {
	var all []catalog.Reading
	for _, s := range spokes {
		r := catalog.Reading{Spoke: s, Err: b.call("Read %s %s", s.Account, s.Region)}
		if r.Err == nil {
			r.Launched = b.launched[s.Account+" "+s.Region]
		}
		all = append(all, r)
	}
	return all, nil
}
