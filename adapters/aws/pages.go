package aws

import (
	"context"
	"strings"

	"github.com/axle-cd/axle/document"
)

// pages follows a list to its end: over empty pages, and not in a circle (CT-17). One page
// that fails fails the list: half a list is none.
func (s *site) pages(ctx context.Context, name string, page func(context.Context, *string) (*string, error)) error {
	return s.pagesOf(ctx, op{"servicecatalog", name, repeatable}, page)
}

func (s *site) pagesOf(ctx context.Context, o op, page func(context.Context, *string) (*string, error)) error {
	seen := map[string]bool{}
	var token *string
	for {
		next, err := call(ctx, s, o, func(ctx context.Context) (*string, error) { return page(ctx, token) })
		if err != nil {
			return err
		}
		if next == nil || *next == "" {
			return nil
		}
		if seen[*next] {
			return document.Fail("AXLE3208", "AWS repeats a page of "+o.name+s.place.String()+": the list has no end", "run again later", nil)
		}
		seen[*next] = true
		token = next
	}
}

// compareText compares pairs of texts, first pair first.
func compareText(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if n := strings.Compare(pairs[i], pairs[i+1]); n != 0 {
			return n
		}
	}
	return 0
}
