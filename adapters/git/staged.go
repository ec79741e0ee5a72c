package git

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"regexp"
	"strconv"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Staged gives what would be committed, from the index and not from the disk: the names of new files, and
// each blob whole, with which of its lines the change adds.
func (r *Repo) Staged(ctx context.Context) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		changes, names, lines, err := r.staged(ctx)
		if err != nil {
			yield(secrets.Blob{}, err)
			return
		}
		if !names.give(yield) {
			return
		}
		var found []arrival
		for _, c := range changes {
			found = append(found, arrival{id: c.id, path: c.path})
		}
		i := 0
		err = r.loaded(ctx, found, func(b secrets.Blob, err error) bool {
			b.Lines = lines[changes[i].old+".."+changes[i].id]
			i++
			return yield(b, err)
		})
		if err != nil && err != errStopped {
			yield(secrets.Blob{}, err)
		}
	}
}

func (r *Repo) staged(ctx context.Context) ([]change, nameSet, map[string][]secrets.LineRange, error) {
	if r.Bare || r.WorkTree == "" {
		return nil, nil, nil, document.Fail("AXLE1509", "there is no index in a bare repository", "", nil)
	}
	out, err := r.indexDiff(ctx, "HEAD")
	if err != nil {
		if out, err = r.unbornDiff(ctx, err); err != nil {
			return nil, nil, nil, err
		}
	}
	var changes []change
	names := nameSet{}
	p := rawParser{each: func(c change) error {
		if c.status == "A" {
			names.add(c.path)
		}
		if c.mode != "160000" && !isZero(c.id) && c.id != c.old { // the same id: only its mode changed
			changes = append(changes, c)
		}
		return nil
	}}
	for len(out) > 0 {
		field, rest, ok := bytes.Cut(out, []byte{0})
		if out = rest; !ok {
			return nil, nil, nil, fmt.Errorf("git diff-index ended within a change")
		}
		if len(field) == 0 { // the patch follows
			break
		}
		if err := p.field(string(field)); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := p.end(); err != nil {
		return nil, nil, nil, err
	}
	lines, err := addedLines(out)
	return changes, names, lines, err
}

// indexDiff is what the index adds to a tree: each change in a raw line, then all of them as a patch.
func (r *Repo) indexDiff(ctx context.Context, from string) ([]byte, error) {
	return r.git(ctx, nil, "diff-index", "--cached", "-r", "-z", "--raw", "--no-abbrev", "-p", "-U0", "--inter-hunk-context=0", "--text",
		"--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "--submodule=short", "--diff-filter=ACMRT", from, "--")
}

// unbornDiff is the diff where there is no commit yet; for any other reason failed stays.
func (r *Repo) unbornDiff(ctx context.Context, failed error) ([]byte, error) {
	if unborn, err := r.Unborn(ctx); err != nil || !unborn {
		return nil, failed
	}
	from, err := r.emptyTree(ctx)
	if err != nil {
		return nil, err
	}
	return r.indexDiff(ctx, from)
}

var (
	indexLine = regexp.MustCompile(`^index ([0-9a-f]+\.\.[0-9a-f]+)`)
	hunkLine  = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)
)

// addedLines reads a patch without context: by "old..new" blob, the lines that are new. What the
// patch does not name has no entry, and all of it counts.
func addedLines(patch []byte) (map[string][]secrets.LineRange, error) {
	added := map[string][]secrets.LineRange{}
	key := ""
	for len(patch) > 0 {
		line, rest, _ := bytes.Cut(patch, []byte("\n"))
		patch = rest
		if m := indexLine.FindSubmatch(line); m != nil {
			key = string(m[1])
			added[key] = []secrets.LineRange{}
		}
		m := hunkLine.FindSubmatch(line)
		if m == nil {
			continue
		}
		removed, start, count := number(m[1], 1), number(m[2], 0), number(m[3], 1)
		if count > 0 {
			added[key] = append(added[key], secrets.LineRange{From: start, To: start + count - 1})
		}
		var ok bool
		if patch, ok = skipLines(patch, removed+count); !ok {
			return nil, fmt.Errorf("git diff ended within a change")
		}
	}
	return added, nil
}

// skipLines passes the body of a hunk by its count, so that no content is taken for a header.
func skipLines(patch []byte, n int) ([]byte, bool) {
	for n > 0 {
		if len(patch) == 0 {
			return nil, false
		}
		if patch[0] != '\\' { // "\ No newline at end of file" is not counted
			n--
		}
		_, patch, _ = bytes.Cut(patch, []byte("\n"))
	}
	return patch, true
}

func number(digits []byte, missing int) int {
	if len(digits) == 0 {
		return missing
	}
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		return missing
	}
	return n
}
