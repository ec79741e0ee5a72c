package document

import (
	"fmt"
	"strings"
)

// Checks collects what is wrong by rules that look at more than one key.
type Checks struct {
	Doc   *Doc
	Found Diagnostics
}

// Fail adds an error at the deepest node that exists on a path.
func (c *Checks) Fail(code, summary, hint string, path ...string) {
	c.Found = append(c.Found, c.Doc.Fault(code, summary, hint, path...))
}

// FailKey adds an error at the key that a path ends in, or where Fail would put it.
func (c *Checks) FailKey(code, summary, hint string, path ...string) {
	above := path[:len(path)-1]
	n := c.Doc.At(above...)
	if key := n.Key(path[len(path)-1]); key != nil {
		n = key
	}
	c.Found = append(c.Found, c.Doc.Diag(n, code, c.Doc.join(above), summary, hint))
}

// Unsupported warns of a key that is read and has no effect.
func (c *Checks) Unsupported(what, instead string, path ...string) {
	if key := c.Doc.At(path[:len(path)-1]...).Key(path[len(path)-1]); key != nil {
		c.Found = append(c.Found, c.Doc.Diag(key, "AXLE1037", c.Doc.join(path), "not supported by this version: "+what, instead).Warning())
	}
}

// One wants exactly one of some keys in the mapping at a path.
func (c *Checks) One(what string, keys []string, path ...string) {
	given, n := 0, c.Doc.At(path...)
	for _, key := range keys {
		if n.Key(key) != nil {
			given++
		}
	}
	if given != 1 {
		c.Fail("AXLE1038", fmt.Sprintf("%s needs one of %s", what, strings.Join(keys, ", ")), "", path...)
	}
}

// Twice refuses a name that stands twice; first remembers the line of each.
func (c *Checks) Twice(first map[string]int, what, name string, path ...string) {
	if line, twice := first[name]; twice {
		c.Fail("AXLE1024", fmt.Sprintf("%s repeats line %d", what, line), "", path...)
		return
	}
	first[name] = c.Doc.At(path...).Line
}
