package products

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/document"
)

func (c *checks) lifecycle(l Lifecycle) {
	lines := map[string]int{}
	for i, d := range l.Deprecated {
		at := []string{"lifecycle", "deprecated", strconv.Itoa(i)}
		if d.Version != "" {
			c.version(d.Version, append(at, "version")...)
			c.Twice(lines, fmt.Sprintf("version %q", d.Version), d.Version, append(at, "version")...)
		}
		if d.Successor != "" {
			c.version(d.Successor, append(at, "successor")...)
		}
		if d.Successor == d.Version && d.Version != "" {
			c.Fail("AXLE1137", "a version cannot succeed itself", "", append(at, "successor")...)
		}
	}
	for i, v := range l.Retired {
		at := []string{"lifecycle", "retired", strconv.Itoa(i)}
		c.version(v, at...)
		if line, both := lines[v]; both {
			c.Fail("AXLE1024", fmt.Sprintf("version %q repeats line %d", v, line), "a version is deprecated or retired", at...)
		}
	}
}

const longestVersion = 128

// version holds a version to strict semver; build metadata has no order, and no place on AWS.
func (c *checks) version(v string, path ...string) {
	if n := c.Doc.At(path...); n.Kind == document.Number {
		c.Fail("AXLE1131", fmt.Sprintf("version %s is read as a number", v), "write three parts: "+threeParts(v), path...)
		return
	}
	parsed, err := semver.StrictNewVersion(v)
	switch {
	case err != nil || len(v) > longestVersion:
		c.Fail("AXLE1132", fmt.Sprintf("%q is not a semantic version", shortened(v)), "write three numbers: 1.4.0, or 1.4.0-rc.1", path...)
	case parsed.Metadata() != "":
		c.Fail("AXLE1132", fmt.Sprintf("%q has build metadata, which a published version cannot have", v), "write "+strings.TrimSuffix(v, "+"+parsed.Metadata()), path...)
	}
}

var wholeOrTwo = regexp.MustCompile(`^\d+(\.\d+)?$`)

func threeParts(raw string) string {
	switch {
	case !wholeOrTwo.MatchString(raw):
		return "1.0.0"
	case strings.Contains(raw, "."):
		return raw + ".0"
	}
	return raw + ".0.0"
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
