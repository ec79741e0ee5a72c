package main

import (
	"context"

	"github.com/axle-cd/axle/market"
)

// agreements are those in force in an organization, as far as AWS shows them.
func (s *stall) agreements(ctx context.Context, o market.Organization) ([]market.Agreement, error) {
	return s.at(o).Agreements(ctx)
}

// received are the licences that accounts of an organization bought.
func (s *stall) received(ctx context.Context, o market.Organization) ([]market.Agreement, error) {
	return s.at(o).Received(ctx)
}

// bought are the active agreements of products that the entries deny or do not allow, and what was
// read of agreements in those organizations. Plans and reports read them; no pass does.
func (s *stall) bought(ctx context.Context, in []market.Organization, entries []market.Entry, p market.Proposal, sight market.Sight) ([]market.Kept, []market.Reading, error) {
	readings := append(s.file.Bought(ctx, in, s.agreements), s.file.Received(ctx, in, s.received)...)
	return s.file.Keeps(entries, p, sight, readings, s.cloud.now()), readings, ctx.Err()
}

// keepers gives each item of the proposal who keeps what it denies.
func (s *stall) keepers(ctx context.Context, names []string, p market.Proposal, sight market.Sight) ([]market.Reading, error) {
	entries, err := s.entries(names)
	if err != nil {
		return nil, err
	}
	kept, readings, err := s.bought(ctx, s.file.Denying(p), entries, p, sight)
	p.Tell(kept)
	return readings, err
}
