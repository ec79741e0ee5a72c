package git

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// oid is an object id as it lies in a tree: raw bytes.
type oid string

func (o oid) String() string { return hex.EncodeToString([]byte(o)) }

func parseOID(s string) (oid, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != sha1.Size && len(raw) != sha256.Size {
		return "", document.Fail("AXLE1504", fmt.Sprintf("%q is not an object id", s), "", nil)
	}
	return oid(raw), nil
}

// history is every object of a repository, reachable or not, as far as a purge must know it.
type history struct {
	index    map[oid]int32
	ids      []oid
	kinds    []byte // b, t, c, g: blob, tree, commit, tag
	holds    []bool // the secret, in the object's own bytes
	bases    []oid  // blobs: what git tells each as a delta of
	children map[int32][]int32
	lacks    map[int32]oid    // trees that name an object that is not here
	texts    map[int32][]byte // commits and tags
	links    map[string]bool  // paths of submodules, by their last name
	lfs      int
	idLen    int
}

// maxPurged is the largest content that is searched and rewritten: it is held in memory.
const maxPurged = 1 << 30

// readHistory reads every object there is, in the order in which it lies on disk.
func (r *Repo) readHistory(ctx context.Context, purge secrets.Purge) (*history, error) {
	h := &history{index: map[oid]int32{}, children: map[int32][]int32{}, texts: map[int32][]byte{}, lacks: map[int32]oid{}, links: map[string]bool{}, idLen: 20}
	if err := r.listObjects(ctx, h); err != nil {
		return nil, err
	}
	for _, kinds := range []string{"cg", "b", "t"} { // trees are read last: they name the others
		if kinds == "b" && purge.Empty() {
			continue
		}
		if err := r.readAll(ctx, h.ofKind(kinds), func(o object, data []byte) error { return h.note(o, data, purge) }); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (r *Repo) listObjects(ctx context.Context, h *history) error {
	return r.lines(ctx, nil, func(line string) error {
		f := strings.Fields(line)
		if len(f) != 4 {
			return fmt.Errorf("git cat-file said %q", line)
		}
		if size, err := strconv.ParseInt(f[2], 10, 64); err != nil || size > maxPurged {
			return document.Fail("AXLE1559", "object "+f[0]+" is larger than 1 GB and is not searched", "take it out with git filter-repo --strip-blobs-bigger-than 1G first", err)
		}
		id, err := parseOID(f[0])
		if err != nil {
			return err
		}
		kind := f[1][0]
		if f[1] == "tag" {
			kind = 'g'
		}
		base := oid("")
		if kind == 'b' && !isZero(f[3]) {
			if base, err = parseOID(f[3]); err != nil {
				return err
			}
		}
		h.idLen = len(id)
		h.index[id] = int32(len(h.ids))
		h.ids, h.kinds, h.holds, h.bases = append(h.ids, id), append(h.kinds, kind), append(h.holds, false), append(h.bases, base)
		return nil
	}, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objecttype) %(objectsize) %(deltabase)")
}

func (h *history) ofKind(kinds string) (out []oid) {
	for i, id := range h.ids {
		if strings.IndexByte(kinds, h.kinds[i]) >= 0 {
			out = append(out, id)
		}
	}
	return out
}

var lfsPointer = []byte("version https://git-lfs.github.com/spec/")

// note keeps of an object what the rewriting must know.
func (h *history) note(o object, data []byte, purge secrets.Purge) error {
	id, err := parseOID(o.id)
	if err != nil {
		return err
	}
	i := h.index[id]
	h.holds[i] = purge.Holds(data)
	switch o.kind {
	case "commit", "tag":
		h.texts[i] = bytes.Clone(data)
	case "blob":
		if bytes.HasPrefix(data, lfsPointer) {
			h.lfs++
		}
	case "tree":
		return h.noteTree(i, data)
	}
	return nil
}

func (h *history) noteTree(i int32, data []byte) error {
	var below []int32
	err := eachEntry(data, h.idLen, func(e treeEntry) error {
		if e.link() {
			h.links[string(e.name)] = true
			return nil
		}
		if child, known := h.index[oid(e.id)]; known {
			below = append(below, child)
		} else {
			h.lacks[i] = oid(e.id)
		}
		return nil
	})
	h.children[i] = below
	return err
}

// treeEntry is one line of a tree.
type treeEntry struct{ mode, name, id []byte }

func (e treeEntry) link() bool { return string(e.mode) == "160000" }
func (e treeEntry) dir() bool  { return string(e.mode) == "40000" }

func eachEntry(data []byte, idLen int, each func(treeEntry) error) error {
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, spaced := bytes.Cut(head, []byte{' '})
		if !ok || !spaced || len(rest) < idLen {
			return document.Fail("AXLE3502", "a tree is damaged", "git fsck names it", nil)
		}
		if err := each(treeEntry{mode, name, rest[:idLen]}); err != nil {
			return err
		}
		data = rest[idLen:]
	}
	return nil
}

// readAll reads objects one after the other. data is good until each returns.
func (r *Repo) readAll(ctx context.Context, list []oid, each func(object, []byte) error) error {
	if len(list) == 0 {
		return nil
	}
	in := &idLines{list: list}
	c := r.command(ctx, "cat-file", "--batch", "--buffer")
	var said bytes.Buffer
	c.Stdin, c.Stderr = in, &said
	pipe, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return failed(ctx, "cat-file", "", err)
	}
	if err := readEach(bufio.NewReaderSize(pipe, 1<<20), len(list), each); err != nil {
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

func readEach(out *bufio.Reader, n int, each func(object, []byte) error) error {
	var buf []byte
	for range n {
		o, err := header(out)
		if err != nil {
			return err
		}
		if int64(cap(buf)) < o.size {
			buf = make([]byte, o.size+o.size/4)
		}
		data := buf[:o.size]
		if _, err := io.ReadFull(out, data); err != nil {
			return fmt.Errorf("git cat-file was cut short: %w", err)
		}
		if _, err := out.Discard(1); err != nil {
			return err
		}
		if err := each(o, data); err != nil {
			return err
		}
	}
	return nil
}

// idLines is a list of ids as lines to read.
type idLines struct {
	list []oid
	left []byte
}

func (l *idLines) Read(p []byte) (int, error) {
	if len(l.left) == 0 {
		if len(l.list) == 0 {
			return 0, io.EOF
		}
		for n := 0; n < 512 && len(l.list) > 0; n++ {
			l.left = append(hex.AppendEncode(l.left, []byte(l.list[0])), '\n')
			l.list = l.list[1:]
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// lines runs git and gives each line of its output.
func (r *Repo) lines(ctx context.Context, in io.Reader, each func(string) error, args ...string) error {
	out, err := r.git(ctx, in, args...)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		if err := each(strings.TrimSuffix(line, "\n")); err != nil {
			return err
		}
	}
	return nil
}
