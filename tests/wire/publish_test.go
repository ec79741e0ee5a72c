package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/axle-cd/axle/sandbox"
)

// next is the sample's next version, with another template.
func (s sample) next(version string) sample {
	p := *s.product
	p.Version = version
	s.product = &p
	s.template = append([]byte("# "+version+"\n"), s.template...)
	sum := sha256.Sum256(s.template)
	s.digest = "sha256:" + hex.EncodeToString(sum[:])
	return s
}

// changed are the calls after a number that changed something, by operation.
func changed(calls []sandbox.Call, after int) (names []string) {
	for _, c := range calls {
		if c.Number > after && c.Mutating && c.Outcome == "ok" {
			names = append(names, c.Operation)
		}
	}
	return names
}

// What publishing costs a region: the first version sets its portfolio up as well; a new version
// is at most five calls that change something, whatever the number of spokes; the same again is none.
// CAT-30 CAT-32
func TestPublishCalls(t *testing.T) {
	s, _ := box(t, time.Now().UTC())
	session, smp := connect(t, s, s.Transport(), ""), readSample(t)
	for _, c := range []struct {
		what        string
		publish     sample
		least, most int
	}{
		{"the first version, its portfolio and share", smp, 5, 8},
		{"a new version", smp.next("1.1.0"), 1, 5},
		{"the same again", smp.next("1.1.0"), 0, 0},
	} {
		before := len(logged(t, s))
		if err := c.publish.publish(t.Context(), session); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		calls := logged(t, s)
		names := changed(calls, before)
		t.Logf("%s: %d calls, %d of them change something: %v", c.what, len(calls)-before, len(names), names)
		if len(names) < c.least || len(names) > c.most || len(calls) == before {
			t.Errorf("%s: %d calls change something, want %d to %d: %v", c.what, len(names), c.least, c.most, names)
		}
	}
}
