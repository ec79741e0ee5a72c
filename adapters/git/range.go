package git

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/secrets"
)

// maxPack is what one push may bring, as it lies on disk.
const maxPack = 200 << 20

// Update is a line that git gives to pre-receive and post-receive.
type Update struct{ Old, New, Ref string }

// Range gives all that the commits from before up to sha brought: every blob once, with its path
// and the newest commit that has it so, and every commit message. before empty or zeros: all that sha
// reaches and none of exclude does.
func (r *Repo) Range(ctx context.Context, before, sha string, exclude ...string) iter.Seq2[secrets.Blob, error] {
	revisions, err := r.revisions(ctx, before, sha, exclude)
	return r.blobs(ctx, revisions, []string{sha}, 0, err)
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
	return r.blobs(ctx, append(tips, "--not", "--all"), tips, maxPack, err)
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

// blobs makes the source of what a range of revisions brings. limit is on bytes on disk; 0 is none.
func (r *Repo) blobs(ctx context.Context, revisions, tips []string, limit int64, err error) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		var found []arrival
		if err == nil {
			found, err = r.arrivals(ctx, revisions, tips)
		}
		if err == nil && limit > 0 {
			err = r.withinLimit(ctx, found, limit)
		}
		if err != nil {
			yield(secrets.Blob{}, err)
			return
		}
		for _, a := range found {
			b, err := r.load(ctx, a)
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

// arrival is an object that a range brings: a blob by path, or a commit or a tag for its message.
type arrival struct{ id, path, commit string }

// arrivals lists every object of the range that has something to read. rev-list says what there
// is, down to the last object, and fails when one is missing; diff-tree says by which path and commit.
func (r *Repo) arrivals(ctx context.Context, revisions, tips []string) ([]arrival, error) {
	input := strings.Join(revisions, "\n") + "\n"
	commits, err := r.git(ctx, strings.NewReader(input), "rev-list", "--topo-order", "--stdin")
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
	err = r.rawDiff(ctx, bytes.NewReader(commits), func(c change) error {
		if c.mode != "160000" && !strings.Contains(c.status, "D") {
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
	objects, err := r.git(ctx, strings.NewReader(input), "rev-list", "--objects", "--no-object-names", "--stdin")
	if err != nil {
		return nil, err
	}
	for _, id := range append(strings.Fields(string(objects)), tips...) {
		add(arrival{id: id})
	}
	return out, nil
}

func (r *Repo) withinLimit(ctx context.Context, found []arrival, limit int64) error {
	var sum int64
	for _, a := range found {
		o, err := r.info(ctx, a.id)
		if err != nil {
			return err
		}
		if sum += o.disk; sum > limit {
			return document.Fail("AXLE2534", fmt.Sprintf("pack exceeds %d MB", limit>>20), "push less at a time, and keep large files out of the repository", nil)
		}
	}
	return nil
}

// load reads an arrival as far as it may be read. Trees have nothing to scan.
func (r *Repo) load(ctx context.Context, a arrival) (secrets.Blob, error) {
	b := secrets.Blob{Path: a.path, Commit: a.commit}
	o, err := r.info(ctx, a.id)
	if err != nil {
		return b, err
	}
	b.Size = o.size
	if b.Path == "" && o.kind == "blob" {
		b.Path = "object " + a.id // reached by a tag of its own
	}
	if o.kind == "tree" || o.size > secrets.MaxSize {
		return b, nil
	}
	kind, data, err := r.content(ctx, a.id)
	b.Data = data
	if kind == "commit" || kind == "tag" {
		b.Commit, b.Tag, b.Data = messageOf(kind, a.id, data)
		b.Size = int64(len(b.Data))
	}
	return b, err
}

// messageOf gives what a commit or tag says, with its headers away, and what to call it.
func messageOf(kind, id string, data []byte) (commit, tag string, message []byte) {
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	if kind == "commit" {
		return id, "", message
	}
	for _, line := range strings.Split(string(head), "\n") {
		if name, ok := strings.CutPrefix(line, "tag "); ok {
			return "", name, message
		}
	}
	return "", id, message
}

// People are the authors and committers of what before..sha brought, each once a commit. When
// before is unknown they are those of sha alone.
func (r *Repo) People(ctx context.Context, before, sha string) ([]pipeline.Person, error) {
	if err := ids(sha); err != nil {
		return nil, err
	}
	known, err := r.known(ctx, before)
	if err != nil {
		return nil, err
	}
	args := []string{"log", "-z", "--no-show-signature", "--format=%H%x00%ae%x00%ce"}
	if known {
		args = append(args, sha, "^"+before)
	} else {
		args = append(args, "-1", sha)
	}
	return r.people(ctx, args)
}

func (r *Repo) people(ctx context.Context, args []string) ([]pipeline.Person, error) {
	out, err := r.git(ctx, nil, args...)
	if err != nil {
		return nil, err
	}
	f := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	var people []pipeline.Person
	for ; len(f) >= 3; f = f[3:] {
		people = append(people,
			pipeline.Person{Email: f[1], Role: "author", SHA: f[0]},
			pipeline.Person{Email: f[2], Role: "committer", SHA: f[0]})
	}
	if len(f) > 0 && !(len(f) == 1 && f[0] == "") {
		return nil, io.ErrUnexpectedEOF
	}
	return people, nil
}
