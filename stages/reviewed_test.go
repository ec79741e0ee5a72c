package stages_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/stages"
)

const openBucket = "Resources:\n  Open:\n    Type: AWS::S3::Bucket\n    Properties: { AccessControl: PublicRead }\n"

// exceptions let the open bucket pass until a day.
func exceptions(expires string) string {
	text := "schema: 1\nexceptions:\n"
	for _, rule := range []string{"AXLE-S3-1", "AXLE-S3-2"} {
		text += "  - { rule: " + rule + ", resource: Open, reason: a public site, owner: me@example.com, expires: " + expires + " }\n"
	}
	return text
}

// CLI-12, B118: an exception counts as it stands on the protected branch, until its day; what the
// commit says of itself has no effect.
func TestExceptionsCountAsReviewed(t *testing.T) {
	for _, c := range []struct {
		name, reviewed, own string
		want                pipeline.Verdict
		says                string
	}{
		{"nothing is excepted", "", "", pipeline.Fail, "[AXLE-S3-2]"},
		{"until its day", exceptions("2027-01-31"), "", pipeline.Pass, ""},
		{"and no longer", exceptions("2026-01-31"), "", pipeline.Fail, "expired on 2026-01-31"},
		{"the commit's own do not count", "", exceptions("2027-01-31"), pipeline.Fail, "[AXLE-S3-2]"},
		{"a file that cannot be read judges nothing", "schema: 1\nexceptoins: []\n", "", pipeline.Unjudged, "exceptoins"},
	} {
		b := newBed()
		b.write("q/template.yaml", openBucket)
		b.edit("q/product.yaml", "parameters: { Level: { default: low } }\n", "")
		if c.own != "" {
			b.write(stages.ExceptionsFile, c.own)
		}
		d, in := b.deps(), b.input(t, "alpha", "policy")
		d.Now = func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }
		in.Reviewed = "main"
		own := d.Tree
		d.Tree = func(ctx context.Context, sha string) (fs.FS, error) {
			if sha != in.Reviewed {
				return own(ctx, sha)
			}
			tree := fstest.MapFS{}
			if c.reviewed != "" {
				tree[stages.ExceptionsFile] = &fstest.MapFile{Data: []byte(c.reviewed)}
			}
			return tree, nil
		}
		res, err := stages.All(d)["alpha/policy"](t.Context(), in)
		text := ""
		if err != nil {
			res.Verdict, text = pipeline.Unjudged, err.Error()
		}
		for _, f := range res.Findings {
			text += f.String() + " [" + f.Rule + "]\n"
		}
		if res.Verdict != c.want || !strings.Contains(text, c.says) {
			t.Errorf("%s: %s\n%s", c.name, res.Verdict, text)
		}
	}
}
