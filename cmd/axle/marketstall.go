package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
	"github.com/axle-cd/axle/sandbox/world"
)

// stall is marketplace.yaml, and the organizations that it names.
type stall struct {
	*app
	cloud *cloud
	file  *market.File
	books sqlite.Market
	actor func(context.Context) (string, error) // whom the audit names

	mu   sync.Mutex
	seen map[string]*aws.Marketplace // by organization
}

func (a *app) stall(ctx context.Context, f marketFlags) (*stall, error) {
	s, err := a.stallAsIs(ctx, f)
	if err != nil {
		return nil, err
	}
	return s, s.ensureRoles(ctx)
}

// stallAsIs asks AWS nothing yet.
func (a *app) stallAsIs(ctx context.Context, f marketFlags) (*stall, error) {
	w, err := a.workshop(ctx)
	if err != nil {
		return nil, err
	}
	file, err := w.marketFile(ctx, f)
	if err != nil {
		return nil, err
	}
	return w.stallOf(file), nil
}

func (w *workshop) stallOf(file *market.File) *stall {
	return &stall{app: w.app, cloud: w.cloud, file: file, books: sqlite.Market{Log: w.state.log, Hub: w.cloud.known.Name}, actor: w.repo.Identity, seen: map[string]*aws.Marketplace{}}
}

func (w *workshop) marketFile(ctx context.Context, f marketFlags) (*market.File, error) {
	if f.file != "" {
		data, ds := readLimited(f.file)
		if err := ds.Err(); err != nil {
			return nil, err
		}
		file, ds := market.Load(f.file, data)
		return file, ds.Err()
	}
	c, err := w.commit(ctx, f.ref)
	if err != nil {
		return nil, err
	}
	pipe, err := w.pipelineAt(ctx, c.SHA)
	if err != nil {
		return nil, err
	}
	if pipe.Marketplace == "" {
		return nil, document.Fail(codeUsage, "pipeline.yaml names no marketplace", "add marketplace: marketplace.yaml, or give --file", nil)
	}
	tree, err := w.repo.Tree(ctx, c.SHA)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(tree, pipe.Marketplace)
	if err != nil {
		return nil, document.Fail(codeUsage, fmt.Sprintf("%s is not in commit %.10s", pipe.Marketplace, c.SHA), "commit it", err)
	}
	file, ds := market.Load(pipe.Marketplace, data)
	return file, ds.Err()
}

// ensureRoles makes, in the sandbox, the roles that the file names: on AWS they must be there.
func (s *stall) ensureRoles(ctx context.Context) error {
	if s.cloud.box == nil {
		return nil
	}
	for _, o := range s.file.Organizations {
		account, name := s.cloud.session.As(o.Role, o.ExternalID)
		path := "/"
		if i := strings.LastIndex(name, "/"); i >= 0 {
			path, name = "/"+name[:i+1], name[i+1:]
		}
		base, _, err := s.cloud.session.Identity(ctx)
		if err != nil {
			return err
		}
		made, err := s.cloud.box.EnsureRole(ctx, []string{account}, world.Role{Name: name, Path: path, TrustAccounts: []string{base}, ExternalID: o.ExternalID})
		if err != nil {
			var known *document.Error
			if errors.As(err, &known) {
				err = document.Fail(known.Code, known.Summary, "`axle sandbox reset --start two-organizations` begins with a second organization; --profile is AWS", nil)
			}
			return err
		}
		if len(made) > 0 {
			s.tell("sandbox: made role %s (on AWS it must exist there)", o.Role)
		}
	}
	return nil
}

// at gives an organization's marketplace; one a command, so that what is known of it stays known.
func (s *stall) at(o market.Organization) *aws.Marketplace {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[o.Name] == nil {
		s.seen[o.Name] = aws.NewMarketplace(s.cloud.session, o)
	}
	return s.seen[o.Name]
}

// entries are those that the arguments name; all where there are none.
func (s *stall) entries(names []string) ([]market.Entry, error) {
	if len(names) == 0 {
		return s.file.Experiences, nil
	}
	var all []market.Entry
	var known []string
	for _, e := range s.file.Experiences {
		known = append(known, e.Name)
		if slices.Contains(names, e.Name) {
			all = append(all, e)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, document.Fail(codeUsage, fmt.Sprintf("%q is not in experiences", n), cmp.Or(document.DidYouMean(n, known), "there are: "+strings.Join(known, ", ")), nil)
		}
	}
	return all, nil
}

func (s *stall) plan(ctx context.Context, names []string) (market.Proposal, market.Sight, error) {
	entries, err := s.entries(names)
	if err != nil {
		return market.Proposal{}, market.Sight{}, err
	}
	if len(entries) == 0 {
		s.tell("marketplace.yaml has no experiences: nothing is looked at")
	}
	sight := s.file.Look(ctx, entries, func(o market.Organization) market.Marketplace { return s.at(o) })
	now := s.cloud.now()
	p := s.file.Plan(entries, sight, now)
	if err := ctx.Err(); err != nil {
		return p, sight, err
	}
	return p, sight, s.file.Recall(ctx, s.books, p, now)
}
