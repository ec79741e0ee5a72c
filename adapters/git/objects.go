package git

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Inventory is every object of a repository, reachable or not: what it is, and by which kinds of
// name a blob is stored. Names are all file names in all trees, and all refs, each once.
type Inventory struct {
	Names []string

	repo    *Repo
	order   []string           // ids, as git reads them best
	objects map[string]*stored // by id
	list    []*stored          // in the order of ids
	links   int                // of all trees
	names   []string           // of files, each once
}

type stored struct {
	kind  byte // of git's word, the first letter: b, t, c, and g for a tag
	size  int64
	names uint64 // kinds of names, a bit each

	at    int32  // in the list
	links []link // of a tree; of a commit its tree
}

// Inventory reads what there is, and every tree and header. An object that a ref reaches and that
// is not there, and a history that was cut off, are errors (PERF-15).
func (r *Repo) Inventory(ctx context.Context) (*Inventory, error) {
	if err := r.uncut(ctx); err != nil {
		return nil, err
	}
	inv := &Inventory{repo: r, objects: map[string]*stored{}}
	err := r.lines(ctx, nil, inv.take, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
	if err != nil {
		return nil, err
	}
	g := &graph{inv: inv, names: map[string]*fileName{}, missing: map[string]bool{}}
	if err := r.readObjects(ctx, inv.only("tcg"), g.read); err != nil {
		return nil, err
	}
	inv.Names = slices.Sorted(slices.Values(inv.names))
	refs, err := r.git(ctx, nil, "for-each-ref", "--format=%(refname)")
	if inv.Names = append(inv.Names, strings.Fields(string(refs))...); err == nil && len(g.missing) > 0 {
		err = r.reachable(ctx)
	}
	return inv, err
}

// uncut refuses a history that is known to be cut off.
func (r *Repo) uncut(ctx context.Context) error {
	out, err := r.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err == nil && strings.TrimSpace(string(out)) != "false" {
		return shallow()
	}
	if err == nil { // a ref whose commit is not there
		_, err = r.git(ctx, nil, "rev-list", "--no-walk", "--all")
	}
	return err
}

func shallow() error {
	return document.Fail("AXLE3502", "the history is cut off: this is a shallow clone", "fetch the full history: git fetch --unshallow", nil)
}

func (inv *Inventory) take(line string) error {
	f := strings.Fields(line)
	if len(f) != 3 || !isID(f[0]) {
		return fmt.Errorf("git cat-file said %q", line)
	}
	s := &stored{kind: f[1][0], at: int32(len(inv.order))}
	if f[1] == "tag" {
		s.kind = 'g'
	}
	var err error
	if s.size, err = strconv.ParseInt(f[2], 10, 64); err != nil {
		return err
	}
	inv.order, inv.list = append(inv.order, f[0]), append(inv.list, s)
	inv.objects[f[0]] = s
	return nil
}

// only gives the ids of some kinds.
func (inv *Inventory) only(kinds string) (ids []string) {
	for _, id := range inv.order {
		if strings.IndexByte(kinds, inv.objects[id].kind) >= 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// graph follows what objects say of one another.
type graph struct {
	inv     *Inventory
	names   map[string]*fileName
	missing map[string]bool
}

func (g *graph) read(id, kind string, data []byte) error {
	if kind == "tree" {
		return g.tree(g.inv.objects[id], len(id)/2, data)
	}
	head, _, _ := bytes.Cut(data, []byte("\n\n"))
	for _, line := range strings.Split(string(head), "\n") {
		word, to, _ := strings.Cut(line, " ")
		if (word == "tree" || word == "parent" || word == "object") && isID(to) {
			to := g.refer(to)
			if word == "tree" && to != nil && kind == "commit" {
				g.inv.keep(g.inv.objects[id], link{unnamed, to.at})
			}
		}
	}
	return nil
}

// tree reads entries of "mode name NUL id".
func (g *graph) tree(in *stored, width int, data []byte) error {
	var id [64]byte
	for len(data) > 0 {
		space, end := bytes.IndexByte(data, ' '), bytes.IndexByte(data, 0)
		if space < 0 || end < space || len(data) < end+1+width {
			return fmt.Errorf("a tree was cut short")
		}
		mode, name := data[:space], data[space+1:end]
		hex.Encode(id[:], data[end+1:end+1+width])
		data = data[end+1+width:]
		known := g.names[string(name)]
		if known == nil {
			known = &fileName{string(name), 1 << secrets.KindOfName(string(name)), int32(len(g.inv.names))}
			g.names[known.text], g.inv.names = known, append(g.inv.names, known.text)
		}
		if string(mode) == "160000" {
			continue // a submodule's commit is another repository's
		}
		if s, ok := g.inv.objects[string(id[:2*width])]; ok {
			s.names |= known.kind
			g.inv.keep(in, link{known.at, s.at})
		} else {
			g.missing[string(id[:2*width])] = true
		}
	}
	return nil
}

func (g *graph) refer(id string) *stored {
	s := g.inv.objects[id]
	if s == nil {
		g.missing[id] = true
	}
	return s
}

// reachable refuses when what is missing is needed by a ref. What only unreachable objects name may be gone.
func (r *Repo) reachable(ctx context.Context) error {
	n, first := 0, ""
	err := r.lines(ctx, nil, func(line string) error {
		if id, ok := strings.CutPrefix(line, "?"); ok {
			if n++; n == 1 {
				first = id
			}
		}
		return nil
	}, "rev-list", "--objects", "--all", "--missing=print")
	if err == nil && n > 0 {
		return document.Fail("AXLE3502", fmt.Sprintf("%d objects could not be read, %s first", n, first), "fetch the full history: git fetch --unshallow, or clone without --filter", nil)
	}
	return err
}

// Objects gives every blob and every message, each once, but for what skip knows already.
func (inv *Inventory) Objects(ctx context.Context, skip func(id string) bool) iter.Seq2[secrets.Object, error] {
	return func(yield func(secrets.Object, error) bool) {
		var ids []string
		for _, id := range inv.only("bcg") {
			switch s := inv.objects[id]; {
			case skip(id):
			case s.size > secrets.MaxSize && s.kind == 'b':
				if !yield(secrets.Object{ID: id, Size: s.size}, nil) {
					return
				}
			default:
				ids = append(ids, id)
			}
		}
		err := inv.repo.readObjects(ctx, ids, func(id, kind string, data []byte) error {
			if !yield(inv.object(id, kind, data), nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && err != errStopped {
			yield(secrets.Object{}, err)
		}
	}
}

var errStopped = &document.Error{Diagnostic: document.Diagnostic{Summary: "stopped"}}

func (inv *Inventory) object(id, kind string, data []byte) secrets.Object {
	o := secrets.Object{ID: id, Data: data, Size: int64(len(data))}
	if kind != "blob" {
		_, _, o.Data = messageOf(id, data)
		o.Size = int64(len(o.Data))
		return o
	}
	kinds := secrets.Kinds()
	for i := range kinds {
		if inv.objects[id].names&(1<<i) != 0 {
			o.Names = append(o.Names, kinds[i])
		}
	}
	if len(o.Names) == 0 {
		o.Names = kinds[:1] // reached by a tag of its own, or by nothing
	}
	return o
}

// readObjects reads whole objects as a stream, in the order of ids. data is the callee's to keep.
func (r *Repo) readObjects(ctx context.Context, ids []string, each func(id, kind string, data []byte) error) error {
	return r.readUpTo(ctx, ids, math.MaxInt64, func(o object, data []byte) error { return each(o.id, o.kind, data) })
}

// readUpTo is readObjects that passes over the content of what is larger than limit.
func (r *Repo) readUpTo(ctx context.Context, ids []string, limit int64, each func(o object, data []byte) error) error {
	if len(ids) == 0 {
		return nil
	}
	c := r.command(ctx, "cat-file", "--batch", "--buffer")
	var said bytes.Buffer
	c.Stdin, c.Stderr = strings.NewReader(strings.Join(ids, "\n")+"\n"), &said
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return failed(ctx, "cat-file", "", err)
	}
	in := bufio.NewReaderSize(out, 256<<10)
	for range ids {
		if err = readObject(in, limit, each); err != nil {
			break
		}
	}
	if err != nil {
		c.Process.Kill()
		c.Wait()
		if isAnswer(err) {
			return err
		}
		return failed(ctx, "cat-file", said.String(), err)
	}
	if err := c.Wait(); err != nil {
		return failed(ctx, "cat-file", said.String(), err)
	}
	return nil
}

func readObject(in *bufio.Reader, limit int64, each func(o object, data []byte) error) error {
	o, err := header(in)
	if err != nil {
		return err
	}
	if o.size > limit {
		if _, err := io.CopyN(io.Discard, in, o.size+1); err != nil {
			return fmt.Errorf("git cat-file was cut short: %w", io.ErrUnexpectedEOF)
		}
		return each(o, nil)
	}
	data := make([]byte, o.size+1)
	if _, err := io.ReadFull(in, data); err != nil {
		return fmt.Errorf("git cat-file was cut short: %w", io.ErrUnexpectedEOF)
	}
	return each(o, data[:o.size])
}

// common is the directory that the work trees of a repository share.
func (r *Repo) common() string {
	if data, err := os.ReadFile(filepath.Join(r.GitDir, "commondir")); err == nil {
		return filepath.Join(r.GitDir, strings.TrimSpace(string(data)))
	}
	return r.GitDir
}

// State names everything that decides which objects there are: refs, packs, loose objects. It is ""
// where that cannot be told from the files of this repository alone.
func (r *Repo) State() (string, error) {
	common := r.common()
	if _, err := os.Stat(filepath.Join(common, "objects", "info", "alternates")); err == nil {
		return "", nil
	}
	return digestOf(common, r.GitDir)
}
