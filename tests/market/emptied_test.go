package market

import (
	"reflect"
	"testing"
)

// A management experience that somebody emptied, disabled or archived, or that has no policy: no
// follower is touched, and the refusal says why. PMP-9 X9 X10
func TestEmptiedSource(t *testing.T) {
	t.Parallel()
	needs(t)
	s := served(t, "emptied.yaml")
	boto3[any](s, "axle", "empty.py", "filled")
	s.exits(0, "market", "apply")
	for _, c := range []struct {
		name string
		ways []string
		says string
	}{
		{"nearly emptied", []string{"nearly emptied"}, "would deny 24 products, and allows 2"},
		{"emptied", []string{"emptied"}, "the source approved allows nothing"},
		{"disabled", []string{"filled again", "disabled"}, "the source approved is disabled"},
		{"archived", []string{"archived"}, "the source approved is archived"},
		{"without a policy", []string{"without a policy"}, "has no procurement policy: there everything is allowed"},
	} {
		boto3[any](s, "axle", "empty.py", c.ways...)
		before := s.see()
		s.says(4, []string{"AXLE4180", c.says}, "market", "plan")
		s.says(4, []string{"AXLE4180", c.says}, "market", "apply")
		if now := s.see(); !reflect.DeepEqual(now, before) {
			t.Errorf("%s: something was changed:\n%+v\n%+v", c.name, before, now)
		}
	}
}
