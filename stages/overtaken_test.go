package stages_test

import (
	"strings"
	"testing"

	"github.com/axle-cd/axle/products"
)

// Two versions wait for approval at once. What was published since alpha looked is looked at
// again: a version that was overtaken is refused, and the hub stays as it is. CAT-20, X34, B213
func TestPublishOvertaken(t *testing.T) {
	for _, c := range []struct {
		name, version, template, want string
	}{
		{"by a higher version", "1.2.0", publishedYAML, "fail AXLE2301"},
		{"by one with an output that this takes away", "1.0.5", strings.Replace(templateYAML, "Outputs:\n", "Outputs:\n  New: { Value: !Ref Topic }\n", 1), "fail AXLE2302 AXLE2311"},
		{"by nothing that matters", "1.0.5", templateYAML, "pass"},
	} {
		b := newBed().planned(t)
		b.published = append(b.published, products.Published{Version: c.version, Digest: "sha256:11", Template: b.put([]byte(c.template))})
		res, err := b.do(t, "prod/publish")
		if got := word(res, err); got != c.want {
			t.Errorf("%s: %s, want %s\n%s", c.name, got, c.want, b.text(res, err))
		}
		if c.want != "pass" && len(b.called("Apply", "Record")) > 0 {
			t.Errorf("%s: %q", c.name, b.called("Apply", "Record"))
		}
	}
}
