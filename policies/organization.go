package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/axle-cd/axle/document"
)

// organizationPrefix stands before the file names of an organization's bundle, so that a
// repository cannot have a file of the same name.
const organizationPrefix = "organization:"

// Organization is a bundle of the organization: packages below org, and no others. It is used
// only when what is read has the pinned digest (sha256:<hex>); a repository adds to it and
// cannot reach into it.
func Organization(tree fs.FS, dir, digest string) Bundle {
	return Bundle{FS: tree, Dir: dir, organization: true, pinned: digest}
}

// Digest is what an organization's bundle is pinned by: of its *.rego files, names and texts.
func Digest(tree fs.FS, dir string) (string, error) {
	b := Organization(tree, dir, "")
	modules, err := read(isPolicy, b)
	if err != nil {
		return "", err
	}
	return b.digest(modules), nil
}

func (b Bundle) digest(modules []module) string {
	var lines []string
	for _, m := range modules {
		below := strings.TrimPrefix(strings.TrimPrefix(m.file, organizationPrefix), b.dir()+"/")
		lines = append(lines, fmt.Sprintf("%x  %s\n", sha256.Sum256(m.text), below))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// readOrganization reads the organization's bundles and holds each against its digest (B115).
func readOrganization(bundles []Bundle) ([]module, document.Diagnostics, error) {
	var all []module
	var ds document.Diagnostics
	for _, b := range bundles {
		modules, err := read(isPolicy, b)
		if err != nil {
			return nil, nil, err
		}
		switch got := b.digest(modules); {
		case b.pinned == "":
			return nil, nil, document.Fail("AXLE2426", "policy bundle signature missing: "+b.dir()+" has no pinned digest", "pin "+got+" where the bundle is named, once it is reviewed", nil)
		case b.pinned != got:
			return nil, nil, document.Fail("AXLE2427", fmt.Sprintf("policy bundle %s does not verify: its digest is %s, pinned is %s", b.dir(), got, b.pinned), "look at what changed; pin the new digest if it is meant", nil)
		}
		ds = append(ds, outside(modules)...)
		ds = append(ds, reaching(modules)...)
		all = append(all, modules...)
	}
	return all, append(ds, empty(all, bundles)...), nil
}

// outside faults an organization's packages that are not below org.
func outside(modules []module) document.Diagnostics {
	var ds document.Diagnostics
	for _, m := range modules {
		if m.root() != "org" {
			at := m.Package.Location
			ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1418", "a policy of the organization is in package org.*, not "+m.pack(), "name it org.<what>; shared functions are in org.lib.<what>"))
		}
	}
	return ds
}

// reaching faults an organization's rules that read what a repository may write: it could make
// them silent (T02).
func reaching(modules []module) document.Diagnostics {
	var ds document.Diagnostics
	for _, m := range modules {
		ast.WalkRefs(m.Module, func(r ast.Ref) bool {
			if len(r) > 1 && r[0].Equal(ast.DefaultRootDocument) && !own(r) {
				at := r[0].Location
				ds = append(ds, fault(m.file, at.Row, at.Col, "AXLE1419", "an organization's policy reads "+r.String()+", which a repository may write", "read packages below org, or data.axle.lib"))
			}
			return false
		})
	}
	return ds
}

// own holds for a path below data.org or data.axle, said in words.
func own(r ast.Ref) bool {
	root, ok := r[1].Value.(ast.String)
	return ok && (root == "org" || root == "axle")
}

// parts are the organization's bundles and the repository's.
func parts(bundles []Bundle) (organization, repository []Bundle) {
	for _, b := range bundles {
		if b.organization {
			organization = append(organization, b)
		} else {
			repository = append(repository, b)
		}
	}
	return organization, repository
}
