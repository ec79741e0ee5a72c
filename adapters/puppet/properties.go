package puppet

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// property is a line of a properties file: an entry's version, status or condition.
type property struct {
	value, file, key string
	line             int
}

// assignments reads the lines of a properties file, as Python's configparser does: sections in
// brackets, key = value or key: value, comments on lines of their own.
func (r *reader) assignments(name string) (all []property) {
	if _, err := fs.Stat(r.tree, name); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	section := ""
	for i, line := range strings.Split(string(r.data(name)), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' && strings.HasSuffix(line, "]") {
			section = strings.Trim(line, "[]")
			continue
		}
		cut := strings.IndexAny(line, "=:")
		if cut < 0 {
			r.say(property{file: name, line: i + 1}, document.SeverityError, codeInput, "expected KEY = VALUE", "")
			continue
		}
		key := strings.TrimSpace(line[:cut])
		if section != "" {
			key = section + "/" + key
		}
		all = append(all, property{strings.TrimSpace(line[cut+1:]), name, key, i + 1})
	}
	return all
}

func (r *reader) say(p property, s document.Severity, code, summary, hint string) {
	r.found = append(r.found, document.Diagnostic{File: p.file, Line: p.line, Col: 1, Severity: s, Code: code, Summary: summary, Path: p.key, Hint: hint})
}

// properties are those of every account, and of the hub over them.
func (r *reader) properties(hub, name string) {
	base := strings.TrimSuffix(name, ".yaml")
	for _, file := range []string{base + ".properties", base + "-" + hub + ".properties"} {
		for _, p := range r.assignments(file) {
			if before, twice := r.props[p.key]; twice {
				r.say(before, document.SeverityWarning, CodeLeft, "not carried", "a later line stands over it")
			}
			r.props[p.key] = p
		}
	}
}

// functions are ${AWS::PuppetAccountId}, and ${Custom::X} of intrinsic-functions.properties.
func (r *reader) functions(hub, name string) *strings.Replacer {
	pairs := map[string]string{"AWS/PuppetAccountId": hub}
	base := strings.Replace(name, "manifest.yaml", "intrinsic-functions", 1)
	if base != name {
		for _, file := range []string{base + ".properties", base + "-" + hub + ".properties"} {
			for _, p := range r.assignments(file) {
				if !strings.Contains(p.key, "/") {
					p.key = "Custom/" + p.key
				}
				pairs[p.key] = p.value
			}
		}
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		all = append(all, "${"+strings.Replace(key, "/", "::", 1)+"}", pairs[key])
	}
	return strings.NewReplacer(all...)
}

// property takes what the properties say of an entry's key.
func (r *reader) property(key string) (property, bool) {
	p, ok := r.props[key]
	delete(r.props, key)
	return p, ok
}

// unused lists the properties that no launch has taken.
func (r *reader) unused() {
	for _, key := range slices.Sorted(maps.Keys(r.props)) {
		r.say(r.props[key], document.SeverityWarning, CodeLeft, "not carried", "it names nothing that is imported")
	}
}
