package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// maxPack is what one push may bring, as it lies on disk.
const maxPack = 200 << 20

// Range gives all that the commits from before up to sha brought: every blob once, with its path
// and the newest commit that has it so, and every commit message. before empty or zeros: all that sha
// reaches and none of exclude does.
func (r *Repo) Range(ctx context.Context, before, sha string, exclude ...string) iter.Seq2[secrets.Blob, error] {
	revisions, err := r.revisions(ctx, before, sha, exclude)
	return r.blobs(ctx, span{revisions: revisions}, err)
}

// Incoming gives what a push would bring, in pre-receive: what its new ids reach and no ref of the
// repository does. Messages of annotated tags come too.
func (r *Repo) Incoming(ctx context.Context, updates []Update) iter.Seq2[secrets.Blob, error] {
	var tips []string
	var err error
	for _, u := range updates {
		if isZero(u.New) {
			continue // a ref is deleted
		}
		if err == nil {
			err = ids(u.New)
		}
		tips = append(tips, u.New)
	}
	if len(tips) == 0 {
		return secrets.Blobs()
	}
	return r.blobs(ctx, span{revisions: tips, without: []string{"--not", "--all"}, limit: maxPack, refs: refsOf(updates)}, err)
}

func (r *Repo) revisions(ctx context.Context, before, sha string, exclude []string) ([]string, error) {
	out := []string{sha}
	known, err := r.known(ctx, before)
	if err != nil {
		return nil, err
	}
	if known {
		exclude = append([]string{before}, exclude...)
	}
	for _, e := range exclude {
		if !isZero(e) {
			out = append(out, "^"+e)
		}
	}
	return out, ids(append([]string{sha}, exclude...)...)
}

// span is a range of revisions: ids, with ^ before those that are left out, and options that leave out more.
type span struct {
	revisions, without []string
	limit              int64    // of bytes on disk; 0 is none
	refs               []string // that a push makes or moves: their names are read too
}

// refsOf are the refs that updates leave there.
func refsOf(updates []Update) (refs []string) {
	for _, u := range updates {
		if !isZero(u.New) {
			refs = append(refs, u.Ref)
		}
	}
	return refs
}

func (r *Repo) revList(ctx context.Context, s span, options ...string) ([]byte, error) {
	args := append(append([]string{"rev-list"}, options...), "--stdin")
	return r.git(ctx, strings.NewReader(strings.Join(s.revisions, "\n")+"\n"), append(args, s.without...)...)
}

// blobs makes the source of what a span brings, or of the error that was met before.
func (r *Repo) blobs(ctx context.Context, s span, err error) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		var found []arrival
		names := nameSet{}
		if err == nil {
			found, err = r.arrivals(ctx, s, names)
		}
		if err == nil && s.limit > 0 {
			err = r.withinLimit(ctx, found, s.limit)
		}
		if err != nil {
			yield(secrets.Blob{}, err)
			return
		}
		if !names.give(yield, s.refs...) {
			return
		}
		if err := r.loaded(ctx, found, yield); err != nil && err != errStopped {
			yield(secrets.Blob{}, err)
		}
	}
}

// nameSet are the names that a change brings, of files and folders, each once.
type nameSet map[string]bool

func (n nameSet) add(path string) {
	for name := range strings.SplitSeq(path, "/") {
		n[name] = true
	}
}

// give yields the names, and those of refs, as a blob of their own where there are any.
func (n nameSet) give(yield func(secrets.Blob, error) bool, refs ...string) bool {
	all := append(slices.Sorted(maps.Keys(n)), refs...)
	return len(all) == 0 || yield(secrets.Blob{Names: all}, nil)
}

// arrival is an object that a range brings: a blob by path, or a commit or a tag for its message.
type arrival struct{ id, path, commit string }

// arrivals lists every object of the range that has something to read. rev-list says what there
// is, down to the last object, and fails when one is missing; diff-tree says by which path and commit.
// names is told every name, also of content that is known already.
func (r *Repo) arrivals(ctx context.Context, s span, names nameSet) ([]arrival, error) {
	commits, err := r.revList(ctx, s, "--topo-order")
	if err != nil {
		return nil, err
	}
	var out []arrival
	seen := map[string]bool{}
	add := func(a arrival) {
		if !seen[a.id] && !isZero(a.id) {
			seen[a.id] = true
			out = append(out, a)
		}
	}
	if err := r.whole(commits); err != nil {
		return nil, err
	}
	if err := r.countable(ctx, s); err != nil {
		return nil, err
	}
	err = r.rawDiff(ctx, bytes.NewReader(commits), func(c change) error {
		if strings.Contains(c.status, "D") {
			return nil
		}
		if names.add(c.path); c.mode != "160000" {
			add(arrival{c.id, c.path, c.commit})
		}
		return nil
	}, "diff-tree", "--stdin", "--root", "-r", "-c", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-abbrev")
	if err != nil {
		return nil, err
	}
	for _, id := range strings.Fields(string(commits)) {
		add(arrival{id: id, commit: id})
	}
	objects, err := r.revList(ctx, s, "--objects", "--no-object-names")
	if err != nil {
		return nil, err
	}
	for _, id := range strings.Fields(string(objects)) {
		add(arrival{id: id})
	}
	return out, nil
}

// whole refuses a range that reaches where the history was cut off: before that nobody has looked.
func (r *Repo) whole(commits []byte) error {
	file := os.Getenv("GIT_SHALLOW_FILE") // git gives it to a hook
	if file == "" {
		file = filepath.Join(r.common(), "shallow")
	}
	cut, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, id := range strings.Fields(string(cut)) {
		if bytes.Contains(commits, []byte(id)) {
			return shallow()
		}
	}
	return err
}

func (r *Repo) withinLimit(ctx context.Context, found []arrival, limit int64) error {
	if len(found) == 0 {
		return nil
	}
	var sum int64
	return r.lines(ctx, strings.NewReader(strings.Join(arrivedIDs(found), "\n")+"\n"), func(line string) error {
		o, err := header(bufio.NewReader(strings.NewReader(line + "\n")))
		if err != nil {
			return err
		}
		if sum += o.disk; sum > limit {
			return document.Fail("AXLE2534", fmt.Sprintf("pack exceeds %d MB", limit>>20), "push less at a time, and keep large files out of the repository", nil)
		}
		return nil
	}, "cat-file", "--buffer", "--batch-check="+infoFormat)
}

func arrivedIDs(found []arrival) (ids []string) {
	for _, a := range found {
		ids = append(ids, a.id)
	}
	return ids
}

// loaded reads arrivals as far as they may be read, and gives them in their order.
func (r *Repo) loaded(ctx context.Context, found []arrival, yield func(secrets.Blob, error) bool) error {
	i := 0
	return r.readUpTo(ctx, arrivedIDs(found), secrets.MaxSize, func(o object, data []byte) error {
		a := found[i]
		if i++; o.kind == "tree" { // it has nothing to scan
			return nil
		}
		if !yield(a.blob(o, data), nil) {
			return errStopped
		}
		return nil
	})
}

func (a arrival) blob(o object, data []byte) secrets.Blob {
	b := secrets.Blob{Path: a.path, Commit: a.commit, ID: a.id, Data: data, Size: o.size}
	if b.Path == "" && o.kind == "blob" {
		b.Path = "object " + a.id // reached by a tag of its own
	}
	if o.size <= secrets.MaxSize && (o.kind == "commit" || o.kind == "tag") {
		b.Tag, b.Headers, b.Data = messageOf(a.id, data)
		if b.Commit = ""; o.kind == "commit" {
			b.Commit, b.Tag = a.id, ""
		}
		b.Size = int64(len(b.Data))
	}
	return b
}

// messageOf gives what a commit or tag says: the headers in which people and programs write, as far as
// headers goes, then the message. tag is the name of a tag, or the id.
func messageOf(id string, data []byte) (tag string, headers int, text []byte) {
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	tag = id
	for line := range bytes.Lines(head) {
		word, rest, _ := bytes.Cut(line, []byte(" "))
		if string(word) == "tag" {
			tag = strings.TrimSuffix(string(rest), "\n")
		}
		switch string(word) {
		case "tree", "parent", "object", "type": // git's own words
		case "author", "committer", "tagger", "tag", "encoding":
			text = append(text, rest...)
		default: // a signature, a merged tag, or what only a program writes; a line with a space before it goes on with one
			text = append(text, line...)
		}
	}
	if len(text) > 0 {
		text = append(text, "\n\n"...)
	}
	return tag, len(text), append(text, message...)
}
