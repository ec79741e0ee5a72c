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
	maxCounted = 200_000 // where counting what is too much stops
)

// entry is a file of a tree, or a directory, which has no id.
type entry struct {
	name string // base name
	mode string // git's: 100644, 100755, 120000, 160000; 040000
	id   string
	size int64
}

// Tree gives the files of a commit, read from git's objects. A symbolic link, a submodule and an
// entry by a name that git or a terminal would take for something else are listed as irregular, and
// reading one is an error that says what it is. It is an fs.FS, fs.ReadFileFS, fs.ReadDirFS and
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

// list gives each file of a tree, and stops where there are too many.
func (r *Repo) list(ctx context.Context, sha string, each func(name string, e entry)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := 0
	err := r.stream(ctx, nil, func(field string) error {
		e, name, err := parseEntry(field)
		if err != nil {
			return err
		}
		if n++; n > maxCounted {
			return document.Fail("AXLE2533", "tree has more than 20,000 files", "keep generated files out of the repository", nil)
		}
		if n <= maxFiles {
			each(name, e)
		}
		return nil
	}, "ls-tree", "-r", "-z", "-l", "--full-tree", sha)
	if err == nil && n > maxFiles {
		return document.Fail("AXLE2533", thousands(n)+" files (max 20,000)", "keep generated files out of the repository", nil)
	}
	return err
}

// parseEntry reads "mode type id size<TAB>name".
func parseEntry(field string) (entry, string, error) {
	head, name, ok := strings.Cut(field, "\t")
	f := strings.Fields(head)
	if !ok || len(f) != 4 || name == "" {
		return entry{}, "", fmt.Errorf("git ls-tree said %q", field)
	}
	e := entry{name: path.Base(name), mode: f[0], id: f[2]}
	if f[3] == "-" { // a submodule has no size
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

func (t *tree) add(name string, e entry) {
	t.files[name] = e
	t.dirs[path.Dir(name)] = append(t.dirs[path.Dir(name)], e)
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, known := t.files[dir+"/"]; known {
			return
		}
		t.files[dir+"/"] = entry{}
		t.dirs[path.Dir(dir)] = append(t.dirs[path.Dir(dir)], entry{name: path.Base(dir), mode: "040000"})
	}
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
