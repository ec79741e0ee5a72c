package git

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
)

// maxChanged is how many paths a commit may bring: a whole repository of several products, and more.
const maxChanged = 200_000

// countable refuses commits whose trees name more files than anybody keeps. Few objects can name
// very many paths, and a diff would be of all of them: they are counted first, each tree once.
func (r *Repo) countable(ctx context.Context, s span) error {
	list, err := r.revList(ctx, s, "--objects", "--no-object-names", "--filter=object:type=tree")
	if err != nil {
		return err
	}
	trees := strings.Fields(string(list)) // and what the range itself names
	c := counter{below: map[string][]string{}, files: map[string]int{}}
	err = r.readUpTo(ctx, trees, 1<<62, func(o object, data []byte) error {
		if o.kind == "tree" {
			c.read(o.id, data)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range trees {
		if c.count(id) > maxChanged {
			return tooManyFiles()
		}
	}
	return nil
}

// counter counts the files that a tree names, directly and below.
type counter struct {
	below map[string][]string // the trees in a tree that is not counted yet
	files map[string]int
}

// read takes the entries of a tree, "mode name NUL id" each. What is malformed git itself refuses.
func (c *counter) read(id string, data []byte) {
	c.below[id] = nil
	for len(data) > 0 {
		end := bytes.IndexByte(data, 0) + 1 + len(id)/2
		if end > len(data) {
			return
		}
		if bytes.HasPrefix(data, []byte("40000 ")) {
			c.below[id] = append(c.below[id], hex.EncodeToString(data[end-len(id)/2:end]))
		} else {
			c.files[id]++
		}
		data = data[end:]
	}
}

// count stops adding where it is too much already. A tree that is not of the range counts nothing.
func (c *counter) count(id string) int {
	below := c.below[id]
	delete(c.below, id)
	for _, b := range below {
		c.files[id] = min(c.files[id]+c.count(b), maxChanged+1)
	}
	return c.files[id]
}
