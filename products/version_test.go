package products

import (
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// The smallest version that may follow another.
func TestSmallestVersion(t *testing.T) {
	for _, tt := range []struct {
		published string
		bumps     []Bump
		want      string
	}{
		{"1.4.0", nil, "1.4.1"},
		{"1.4.0", []Bump{Patch}, "1.4.1"},
		{"1.4.2", []Bump{Patch, Minor}, "1.5.0"},
		{"1.4.2", []Bump{Major, Minor}, "2.0.0"},
		{"0.3.1", []Bump{Major}, "1.0.0"},
		{"2.0.0-rc.1", []Bump{Major}, "2.0.0"}, // the pre-release has already announced it
		{"2.1.0-rc.1", []Bump{Minor}, "2.1.0"},
		{"2.1.0-rc.1", []Bump{Major}, "3.0.0"},
		{"latest", nil, ""},
	} {
		var diffs []Difference
		for _, b := range tt.bumps {
			diffs = append(diffs, Difference{Bump: b})
		}
		if got := SmallestVersion(tt.published, diffs); got != tt.want {
			t.Errorf("after %s, %v: %q, want %q", tt.published, tt.bumps, got, tt.want)
		}
	}
}

func TestLatest(t *testing.T) {
	all := []Published{{Version: "1.10.0"}, {Version: "1.9.0"}, {Version: "2.0.0"}, {Version: "oddity"}}
	for _, tt := range []struct {
		retired []string
		want    string
	}{{nil, "2.0.0"}, {[]string{"2.0.0"}, "1.10.0"}, {[]string{"2.0.0", "1.10.0", "1.9.0"}, ""}} {
		if got, ok := Latest(all, tt.retired); got.Version != tt.want || ok != (tt.want != "") {
			t.Errorf("retired %v: %q, %v", tt.retired, got.Version, ok)
		}
	}
}

// A version against what is published. What was published stays as it is. CAT-10 CAT-20
func TestCheckVersion(t *testing.T) {
	const a, b, c = "sha256:aaaaaaaaaaaaaaaaaaaaaaaa", "sha256:bbbbbbbbbbbbbbbbbbbbbbbb", "sha256:cccccccccccccccccccccccc"
	published := []Published{{Version: "1.3.0", Digest: a}, {Version: "1.4.0", Digest: b}}
	removed := Difference{Bump: Major, What: "output O is gone", File: "template.yaml", Line: 7, Col: 1}
	added := Difference{Bump: Minor, What: "output P is new", File: "template.yaml", Line: 9, Col: 3}
	for _, tt := range []struct {
		name, version, digest string
		retired               []string
		diffs                 []Difference
		want                  string
	}{
		{"the same version and content: nothing to do", "1.4.0", b, nil, nil, ""},
		{"an older version and its content: nothing to do", "1.3.0", a, nil, nil, ""},
		{"B183", "1.4.0", c, nil, nil, "product.yaml:3:10 error AXLE2300 version 1.4.0 already published with sha256 bbbbbbbbbbbb..; smallest allowed is 1.4.1"},
		{"B183 with a breaking change", "1.4.0", c, nil, []Difference{removed}, "product.yaml:3:10 error AXLE2300 version 1.4.0 already published with sha256 bbbbbbbbbbbb..; smallest allowed is 2.0.0"},
		{"B213", "1.3.9", c, nil, nil, "product.yaml:3:10 error AXLE2301 1.3.9 is older than 1.4.0; needs --allow-backport"},
		{"B214", "1.4.1", b, nil, nil, "product.yaml:3:10 warning AXLE2303 same content as 1.4.0"},
		{"a patch", "1.4.1", c, nil, []Difference{{Bump: Patch}}, ""},
		{"more than needed", "3.0.0", c, nil, []Difference{added}, ""},
		{"CAT-20", "1.4.1", c, nil, []Difference{removed, added, {Bump: Patch}},
			"product.yaml:3:10 error AXLE2302 version 1.4.1 is too small after 1.4.0: the changes are major; smallest allowed is 2.0.0\n" +
				"template.yaml:7:1 error AXLE2311 output O is gone: a major change since 1.4.0\n" +
				"template.yaml:9:3 error AXLE2311 output P is new: a minor change since 1.4.0"},
		{"only what asks for more is listed", "1.5.0", c, nil, []Difference{removed, added},
			"product.yaml:3:10 error AXLE2302 version 1.5.0 is too small after 1.4.0: the changes are major; smallest allowed is 2.0.0\n" +
				"template.yaml:7:1 error AXLE2311 output O is gone: a major change since 1.4.0"},
		{"a pre-release of enough", "2.0.0-rc.1", c, nil, []Difference{removed}, ""},
		{"against the last that is not retired", "1.3.1", c, []string{"1.4.0"}, nil, ""},
		{"a retired number stays taken", "1.3.0", c, []string{"1.4.0"}, []Difference{added}, "product.yaml:3:10 error AXLE2300 version 1.3.0 already published with sha256 aaaaaaaaaaaa..; smallest allowed is 1.4.1"},
		{"no version", "latest", c, nil, nil, `product.yaml:3:10 error AXLE2312 "latest" is not a semantic version`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := places(CheckVersion(published, file(t, tt.version, tt.retired), tt.digest, tt.diffs)); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
	if ds := CheckVersion(nil, file(t, "0.1.0", nil), a, nil); len(ds) > 0 {
		t.Errorf("the first version: %v", ds)
	}
	if ds := CheckVersion(published, &File{Version: "1.0.0"}, c, nil); len(ds) != 1 || ds[0].File != "product.yaml" {
		t.Errorf("without a document: %v", ds)
	}
}

func file(t testing.TB, version string, retired []string) *File {
	t.Helper()
	text := "schema: 1\nname: p\nversion: " + version + "\n"
	doc, ds := document.Parse("product.yaml", []byte(text), document.Files)
	if doc == nil {
		t.Fatal(ds)
	}
	return &File{Doc: doc, Name: "p", Version: version, Template: "template.yaml", Lifecycle: Lifecycle{Retired: retired}}
}

func places(ds document.Diagnostics) string {
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = fmt.Sprintf("%s:%d:%d %s %s %s", d.File, d.Line, d.Col, d.Severity, d.Code, d.Summary)
	}
	return strings.Join(out, "\n")
}
