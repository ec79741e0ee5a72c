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

// Staged gives what would be committed, from the index and not from the disk: each blob whole,
// and which of its lines the change adds.
func (r *Repo) Staged(ctx context.Context) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		changes, lines, err := r.staged(ctx)
		if err != nil {
			yield(secrets.Blob{}, err)
			return
		}
		for _, c := range changes {
			b, err := r.load(ctx, arrival{id: c.id, path: c.path})
			b.Lines = lines[c.old+".."+c.id]
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

func (r *Repo) staged(ctx context.Context) ([]change, map[string][]secrets.LineRange, error) {
	if r.Bare || r.WorkTree == "" {
		return nil, nil, document.Fail("AXLE1509", "there is no index in a bare repository", "", nil)
	}
	from, err := r.headOrEmpty(ctx)
	if err != nil {
		return nil, nil, err
	}
	var changes []change
	err = r.rawDiff(ctx, nil, func(c change) error {
		if c.mode != "160000" && !isZero(c.id) && c.id != c.old { // the same id: only its mode changed
			changes = append(changes, c)
		}
		return nil
	}, "diff-index", "--cached", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-abbrev", "--diff-filter=ACMRT", from)
	if err != nil || len(changes) == 0 {
		return nil, nil, err
	}
	patch, err := r.git(ctx, nil, "diff-index", "--cached", "-p", "-U0", "--text", "--no-renames", "--no-ext-diff",
		"--no-textconv", "--no-color", "--full-index", "--submodule=short", "--diff-filter=ACMRT", from)
	if err != nil {
		return nil, nil, err
	}
	lines, err := addedLines(patch)
	return changes, lines, err
}

func (r *Repo) headOrEmpty(ctx context.Context) (string, error) {
	out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if exitCode(err) == 1 {
		return r.emptyTree(ctx)
	}
	return string(bytes.TrimSpace(out)), err
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
