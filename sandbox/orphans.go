package sandbox

import (
	"context"
	"slices"

	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/servicecatalog"
	"github.com/axle-cd/axle/sandbox/world"
)

// Orphans says which records of the world lack what they hang on, a sentence each: there must be
// none, whatever was called and failed. SBX-69
func (s *Sandbox) Orphans(ctx context.Context) ([]string, error) {
	var all []string
	err := s.store.View(ctx, func(tx world.Tx) error {
		c := &world.Call{Tx: tx, Now: world.Now(tx, s.options.Wall())}
		all = slices.Concat(world.Orphans(c), cloudformation.Orphans(c), servicecatalog.Orphans(c))
		return nil
	})
	return all, err
}
