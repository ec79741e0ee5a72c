package git

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

const (
	maxFiles   = 20_000
	maxCounted = 40_000 // where counting what is too much stops
)

// entry is a file of a tree, or a directory.
type entry struct {
	name string // base name
	mode string // git's: 100644, 100755, 120000, 160000; 040000
	id   string
	size int64
}

// Tree gives the files of a commit, read from git's objects. A tree with a name that git, a file
// system or a terminal would take for something else is refused; so is one that has a name twice. A
// symbolic link and a submodule are listed as irregular, and reading one is an error that says what it is. It is an fs.FS, fs.ReadFileFS, fs.ReadDirFS and
// fs.StatFS for as long as ctx and the Repo live.
func (r *Repo) Tree(ctx context.Context, sha string) (fs.FS, error) {
	if err := ids(sha); err != nil {
		return nil, err
	}
	if _, err := r.info(ctx, sha); document.CodeOf(err) == "AXLE3502" {
		return nil, document.Fail("AXLE2536", "commit no longer exists: "+sha, "it was pushed over; run the commit that the branch is at now", nil)
	} else if err != nil {
		return nil, err
	}
	t := &tree{ctx: ctx, repo: r, files: map[string]entry{}, dirs: map[string][]entry{".": nil}}
	if err := r.list(ctx, sha, t.add); err != nil {
		return nil, err
	}
	t.sort()
	return t, nil
}

// list gives each file and directory of a tree, and stops where there are too many.
func (r *Repo) list(ctx context.Context, sha string, each func(name string, e entry) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	files, all := 0, 0
	err := r.stream(ctx, nil, func(field string) error {
		e, name, err := parseEntry(field)
		if err != nil {
			return err
		}
		if e.mode != "040000" {
			files++
		}
		if all++; all > maxCounted {
			return tooManyFiles()
		}
		if files <= maxFiles {
			return each(name, e)
		}
		return nil
	}, "ls-tree", "-r", "-t", "-z", "-l", "--full-tree", sha)
	if err == nil && files > maxFiles {
		return document.Fail("AXLE2533", thousands(files)+" files (max 20,000)", "keep generated files out of the repository", nil)
	}
	return err
}

func ignored(string, entry) error { return nil }

func tooManyFiles() error {
	return document.Fail("AXLE2533", "tree has more than 20,000 files", "keep generated files out of the repository", nil)
}

// parseEntry reads "mode type id size<TAB>name".
func parseEntry(field string) (entry, string, error) {
	head, name, ok := strings.Cut(field, "\t")
	f := strings.Fields(head)
	if !ok || len(f) != 4 || name == "" {
		return entry{}, "", fmt.Errorf("git ls-tree said %q", field)
	}
	e := entry{name: path.Base(name), mode: f[0], id: f[2]}
	if f[3] == "BAD" {
		return e, name, missing(e.id)
	}
	if f[3] == "-" { // a submodule and a directory have no size
		return e, name, nil
	}
	size, err := strconv.ParseInt(f[3], 10, 64)
	e.size = size
	return e, name, err
}

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// tree is the files of a commit by path, and the entries of each directory.
type tree struct {
	ctx   context.Context
	repo  *Repo
	files map[string]entry
	dirs  map[string][]entry
}

// add takes the entries as git lists them: a directory before what is in it.
func (t *tree) add(name string, e entry) error {
	if err := checkName(name); err != nil {
		return err
	}
	parent := path.Dir(name)
	if _, ok := t.dirs[parent]; !ok {
		return notAllowed(name) // a slash within a name
	}
	_, file := t.files[name]
	if _, dir := t.dirs[name]; file || dir {
		return twice(name)
	}
	if e.mode == "040000" {
		t.dirs[name] = nil
	} else {
		t.files[name] = e
	}
	t.dirs[parent] = append(t.dirs[parent], e)
	return nil
}

func twice(name string) error {
	return document.Fail("AXLE2470", fmt.Sprintf("the tree has %q twice", name), "no git writes such a tree; make the commit again from the files", nil)
}

func (t *tree) sort() {
	for _, list := range t.dirs {
		sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	}
}

// find gives the entry by a path, or why it has none.
func (t *tree) find(name string) (entry, error) {
	if name == "." {
		return entry{name: ".", mode: "040000"}, nil
	}
	if e, ok := t.files[name]; ok {
		return e, nil
	}
	if _, ok := t.dirs[name]; ok {
		return entry{name: path.Base(name), mode: "040000"}, nil
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if e, ok := t.files[dir]; ok {
			if err := readable(dir, e); err != nil {
				return entry{}, err
			}
			break
		}
	}
	return entry{}, fs.ErrNotExist
}
