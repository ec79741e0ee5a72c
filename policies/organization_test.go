package policies

import (
	"context"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// organization is a bundle of org/, pinned by what it has.
func organization(t *testing.T, files map[string]string) Bundle {
	t.Helper()
	tree := bundle(files)
	digest, err := Digest(tree.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	return Organization(tree.FS, "rules", digest)
}

const (
	named = "package org.names\nimport data.org.lib.text\ndeny contains {\"msg\": \"no name\", \"resource\": id} if {\n\tsome id, r in input.Resources\n\ttext.none(object.get(r, [\"Properties\", \"BucketName\"], \"\"))\n}\n"
	text0 = "package org.lib.text\nnone(x) if x == \"\"\n"
)

// T02: the organization's rules are asked beside the repository's own, which may stand in a file of
// the same name.
func TestOrganizationIsAsked(t *testing.T) {
	org := organization(t, map[string]string{"a.rego": named, "lib.rego": text0})
	r := rules(t, bundle(map[string]string{"a.rego": fine}), org)
	report, err := r.Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
	if err != nil {
		t.Fatal(err)
	}
	if report.Errors != 2 {
		t.Errorf("%+v", report.Findings)
	}
	e, err := r.Explain("org.names")
	if err != nil || e.File != "organization:rules/a.rego" || e.Rego != named || e.Severity != document.SeverityError {
		t.Errorf("%+v, %v", e, err)
	}
}

// B115, T02: what an organization's bundle may not be, and what a repository may not do to it.
func TestOrganizationIsGuarded(t *testing.T) {
	good := organization(t, map[string]string{"a.rego": named, "lib.rego": text0})
	for _, c := range []struct {
		id, want string
		bundles  []Bundle
	}{
		{"unpinned", "AXLE2426: policy bundle signature missing", []Bundle{Organization(good.FS, "rules", "")}},
		{"changed", "AXLE2427: policy bundle rules does not verify", []Bundle{Organization(good.FS, "rules", "sha256:"+strings.Repeat("0", 64))}},
		{"renamed file", "AXLE2427", []Bundle{Organization(bundle(map[string]string{"b.rego": named, "lib.rego": text0}).FS, "rules", good.pinned)}},
		{"file less", "AXLE2427", []Bundle{Organization(bundle(map[string]string{"a.rego": named}).FS, "rules", good.pinned)}},
		{"empty", "AXLE1400: no *.rego file", []Bundle{organization(t, map[string]string{"README.md": "none"})}},
		{"outside org", "AXLE1418: a policy of the organization is in package org.*, not cloudformation.fine", []Bundle{organization(t, map[string]string{"a.rego": fine})}},
		{"reads the repository's", "AXLE1419: an organization's policy reads data.lib.text", []Bundle{organization(t, map[string]string{"a.rego": strings.Replace(named, "data.org.lib", "data.lib", 1)})}},
		{"reads whatever", "AXLE1419", []Bundle{organization(t, map[string]string{"a.rego": "package org.a\ndeny contains \"x\" if some k in data[_]\n"})}},
		{"repository writes org", "rules/x.rego:1:1: error AXLE1403: policy package org.* is reserved", []Bundle{good, bundle(map[string]string{"x.rego": "package org.names\ndeny contains \"x\" if false\n"})}},
		{"repository writes org.lib", "AXLE1403", []Bundle{good, bundle(map[string]string{"x.rego": "package org.lib.text\nnone(x) if x == 1\n"})}},
	} {
		t.Run(c.id, func(t *testing.T) {
			if _, err := New(context.Background(), c.bundles...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// T02: a repository's rules cannot make an organization's silent, whatever they are called.
func TestRepositoryOnlyAdds(t *testing.T) {
	org := organization(t, map[string]string{"a.rego": named, "lib.rego": text0})
	own := bundle(map[string]string{
		"lib.rego": "package lib.text\nnone(_) := false\n",
		"x.rego":   "package cloudformation.x\nimport data.org.names\ndeny contains \"x\" if count(names.deny) == 0 with input as {\"Resources\": {}}\nallow := true\n",
	})
	for _, bundles := range [][]Bundle{{org, own}, {own, org}} {
		report, err := rules(t, bundles...).Judge(context.Background(), parsed(t, openBucket), cfn.Env{})
		if err != nil || report.Errors != 3 {
			t.Errorf("%+v, %v", report.Findings, err)
		}
	}
}
