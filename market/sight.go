package market

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Sight is what was read of the organizations that a plan is about.
type Sight struct {
	Listed map[string][]Experience // by the organization's name
	Read   map[string]Experience   // by id
	Failed map[string]error        // what could not be read: by the organization's name, or the experience's id
}

// Look reads the organizations of the entries: every experience that each sees, and those that
// the file names. What fails is kept: it costs its own experiences, and nobody else's (X2, X5).
func (f *File) Look(ctx context.Context, entries []Entry, at func(Organization) Marketplace) Sight {
	s := Sight{map[string][]Experience{}, map[string]Experience{}, map[string]error{}}
	var mu sync.Mutex
	keep := func(set func()) {
		mu.Lock()
		defer mu.Unlock()
		set()
	}
	wanted := f.organizations(entries)
	each(wanted, f.Sync.Concurrency, func(o Organization) {
		all, err := at(o).Experiences(ctx)
		keep(func() {
			if s.Listed[o.Name] = all; err != nil {
				s.Failed[o.Name] = err
			}
		})
	})
	type one struct {
		of Organization
		id string
	}
	var ids []one
	for _, o := range wanted {
		for _, id := range f.toRead(entries, o, s) {
			ids = append(ids, one{o, id})
		}
	}
	each(ids, f.Sync.Concurrency, func(x one) {
		e, err := at(x.of).Read(ctx, x.id)
		keep(func() {
			if err != nil {
				s.Failed[x.id] = err
				return
			}
			e.Organization = x.of.Name
			s.Read[x.id] = e
		})
	})
	return s
}

// Everywhere reads every organization of the file, be there an entry for it or not.
func (f *File) Everywhere(ctx context.Context, at func(Organization) Marketplace) Sight {
	entries := slices.Clone(f.Experiences)
	for _, o := range f.Organizations {
		entries = append(entries, Entry{Organization: o.Name})
	}
	return f.Look(ctx, entries, at)
}

// toRead are the ids of an organization: those listed, and of an organization that could be
// listed those that entries name besides.
func (f *File) toRead(entries []Entry, o Organization, s Sight) (ids []string) {
	if s.Failed[o.Name] != nil {
		return nil
	}
	for _, e := range s.Listed[o.Name] {
		ids = append(ids, e.ID)
	}
	for _, e := range f.withSources(entries) {
		if e.Organization == o.Name {
			ids = append(ids, e.IDs...)
			if e.ID != "" {
				ids = append(ids, e.ID)
			}
		}
	}
	return sorted(ids)
}

// withSources adds the sources that entries follow.
func (f *File) withSources(entries []Entry) []Entry {
	all := slices.Clone(entries)
	for _, e := range entries {
		if source := f.Entry(e.Follows); source != nil && !slices.ContainsFunc(all, func(x Entry) bool { return x.Name == source.Name }) {
			all = append(all, *source)
		}
	}
	return all
}

func (f *File) organizations(entries []Entry) (all []Organization) {
	for _, e := range f.withSources(entries) {
		if o := f.Organization(e.Organization); o != nil && !slices.ContainsFunc(all, func(x Organization) bool { return x.Name == o.Name }) {
			all = append(all, *o)
		}
	}
	slices.SortFunc(all, func(a, b Organization) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// each does all of them, so many at a time.
func each[T any](all []T, atOnce int, do func(T)) {
	var wait sync.WaitGroup
	turns := make(chan struct{}, max(1, atOnce))
	for _, x := range all {
		turns <- struct{}{}
		wait.Go(func() {
			defer func() { <-turns }()
			do(x)
		})
	}
	wait.Wait()
}
