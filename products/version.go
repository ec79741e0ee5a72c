package products

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/document"
)

// Published is a version that is in the catalog, and immutable.
type Published struct {
	Version  string
	Digest   string // ContentDigest
	Template string // sha256:<hex> of the template's bytes, in the artifact store
}

// Latest is the highest published version that is not retired.
func Latest(published []Published, retired []string) (Published, bool) {
	var latest Published
	var highest *semver.Version
	for _, p := range published {
		v, err := semver.StrictNewVersion(p.Version)
		if err == nil && !slices.Contains(retired, p.Version) && (highest == nil || v.GreaterThan(highest)) {
			latest, highest = p, v
		}
	}
	return latest, highest != nil
}

// SmallestVersion is the smallest version that may follow a published one after these changes;
// "" when the published one is no semantic version.
func SmallestVersion(published string, diffs []Difference) string {
	v, err := semver.StrictNewVersion(published)
	if err != nil {
		return ""
	}
	return next(v, Needed(diffs)).String()
}

// Needed is the largest bump of all; a patch when nothing differs.
func Needed(diffs []Difference) Bump {
	most := Patch
	for _, d := range diffs {
		most = max(most, d.Bump)
	}
	return most
}

// next raises a version. A pre-release has already announced its own number: after 2.0.0-rc.1 even a
// major change is 2.0.0.
func next(v *semver.Version, b Bump) semver.Version {
	if v.Prerelease() != "" && (b == Patch || v.Patch() == 0 && (b == Minor || v.Minor() == 0)) {
		return core(v)
	}
	switch b {
	case Major:
		return v.IncMajor()
	case Minor:
		return v.IncMinor()
	}
	return v.IncPatch()
}

func core(v *semver.Version) semver.Version {
	return *semver.New(v.Major(), v.Minor(), v.Patch(), "", "")
}

// CheckVersion holds product.yaml's version against what is published. contentDigest is the
// content about to be published, diffs what changed since Latest. A version published with the
// same content is no fault: there is nothing to do (CAT-10).
func CheckVersion(published []Published, p *File, contentDigest string, diffs []Difference) document.Diagnostics {
	v, err := semver.StrictNewVersion(p.Version)
	if err != nil {
		return document.Diagnostics{p.at(codeVersion, fmt.Sprintf("%q is not a semantic version", p.Version), "write three parts: 1.0.0", "version")}
	}
	smallest := smallestFree(published, p.Lifecycle.Retired, diffs)
	for _, other := range published {
		if other.Version != p.Version {
			continue
		}
		if other.Digest == contentDigest {
			return nil
		}
		return document.Diagnostics{p.at(codeExists, fmt.Sprintf("version %s already published with %s; smallest allowed is %s", p.Version, short(other.Digest), smallest),
			"a published version never changes", "version")}
	}
	latest, ok := Latest(published, p.Lifecycle.Retired)
	if !ok {
		return p.same(published, contentDigest)
	}
	last, _ := semver.StrictNewVersion(latest.Version)
	if v.LessThan(last) {
		return document.Diagnostics{p.at(codeOlder, fmt.Sprintf("%s is older than %s; needs --allow-backport", p.Version, latest.Version),
			"backports are not supported yet; the smallest allowed version is "+smallest, "version")}
	}
	needed := next(last, Needed(diffs))
	if whole := core(v); whole.LessThan(&needed) {
		return p.tooSmall(latest, smallest, last, v, diffs)
	}
	return p.same(published, contentDigest)
}

// smallestFree is the smallest version allowed that nobody has published; a retired one stays taken.
func smallestFree(published []Published, retired []string, diffs []Difference) string {
	latest, ok := Latest(published, retired)
	if !ok {
		latest, _ = Latest(published, nil)
	}
	v, err := semver.StrictNewVersion(SmallestVersion(latest.Version, diffs))
	if err != nil {
		return ""
	}
	for taken(published, v.String()) {
		up := v.IncPatch()
		v = &up
	}
	return v.String()
}

func taken(published []Published, version string) bool {
	return slices.ContainsFunc(published, func(p Published) bool { return p.Version == version })
}

// tooSmall names the smallest version, and each change that asks for more than the version gives.
func (f *File) tooSmall(latest Published, smallest string, last, v *semver.Version, diffs []Difference) document.Diagnostics {
	ds := document.Diagnostics{f.at(codeTooSmall, fmt.Sprintf("version %s is too small after %s: the changes are %s; smallest allowed is %s",
		f.Version, latest.Version, Needed(diffs), smallest), "write version: "+smallest+", or take the changes back", "version")}
	for _, d := range diffs {
		least := next(last, d.Bump)
		if whole := core(v); whole.LessThan(&least) {
			ds = append(ds, document.Diagnostic{File: d.File, Line: d.Line, Col: d.Col, Severity: document.SeverityError, Code: codeChange,
				Path: d.Path, Summary: fmt.Sprintf("%s: a %s change since %s", d.What, d.Bump, latest.Version)})
		}
	}
	return ds
}

// same is the notice that a new number stands over old content.
func (f *File) same(published []Published, digest string) document.Diagnostics {
	for _, other := range published {
		if other.Digest == digest {
			return document.Diagnostics{f.at(codeSame, "same content as "+other.Version, "", "version").Warning()}
		}
	}
	return nil
}

// short is a digest as people compare it.
func short(digest string) string {
	name, hex, _ := strings.Cut(digest, ":")
	return name + " " + hex[:min(len(hex), 12)] + ".."
}

// at is a diagnostic at a key of product.yaml.
func (f *File) at(code, summary, hint string, key ...string) document.Diagnostic {
	if f.Doc == nil {
		return document.Diagnostic{File: "product.yaml", Line: 1, Col: 1, Severity: document.SeverityError, Code: code, Summary: summary, Hint: hint, Path: strings.Join(key, ".")}
	}
	return f.Doc.Fault(code, summary, hint, key...)
}
