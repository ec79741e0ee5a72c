package document

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Want is what a path must lead to.
type Want int

const (
	AFile   Want = iota + 1 // a regular file
	AFolder                 // a directory
	AGlob                   // at least one regular file
)

// Tree asks that the path, or each path of the list, at a key exists in a tree below a folder:
// as written, a regular file or a folder, and not behind a symbolic link (B044–B048).
func (c *Checks) Tree(tree fs.FS, folder string, want Want, at ...string) {
	n := c.Doc.At(at[:len(at)-1]...).Get(at[len(at)-1])
	if n == nil {
		return
	}
	if n.Kind != Sequence {
		c.inTree(n, tree, folder, want, c.Doc.join(at))
		return
	}
	for i, item := range n.Items {
		c.inTree(item, tree, folder, want, spot{path: c.Doc.join(at)}.item(i).path)
	}
}

func (c *Checks) inTree(n *Node, tree fs.FS, folder string, want Want, at string) {
	if n.Kind != Text || PathFault(n.Value) != "" {
		return // said already
	}
	what, hint := "", ""
	if want == AGlob && strings.ContainsAny(n.Value, "*?[") {
		what = globFault(tree, path.Join(folder, n.Value), n.Value)
	} else {
		what, hint = fileFault(tree, folder, n.Value, want)
	}
	if what != "" {
		c.Found = append(c.Found, c.Doc.Diag(n, "AXLE1041", at, what, hint))
	}
}

func globFault(tree fs.FS, pattern, shown string) string {
	if all, err := fs.Glob(tree, pattern); err != nil || len(all) == 0 {
		return fmt.Sprintf("path %s: matches no file", shown)
	}
	return ""
}

// fileFault follows a path name by name, so that what it says is about the name that is wrong.
func fileFault(tree fs.FS, folder, p string, want Want) (what, hint string) {
	at := path.Clean(folder)
	parts := strings.Split(path.Clean(p), "/")
	for i, name := range parts {
		if name == "." {
			return kindFault(p, fs.ModeDir, want), ""
		}
		entries, err := fs.ReadDir(tree, at)
		if err != nil {
			return fmt.Sprintf("path %s: cannot be read", p), ""
		}
		found, near := entryOf(entries, name)
		switch {
		case found == nil && near != "":
			return fmt.Sprintf("path %s: not found", p), fmt.Sprintf("did you mean %s?", path.Join(path.Join(parts[:i]...), near))
		case found == nil:
			return fmt.Sprintf("path %s: not found", p), ""
		case found.Type()&fs.ModeSymlink != 0:
			return fmt.Sprintf("%s is a symbolic link; not allowed", path.Join(parts[:i+1]...)), ""
		case found.Type()&fs.ModeIrregular != 0: // a tree of git says so of a submodule, and of nothing else
			return fmt.Sprintf("submodule %s not fetched; not supported", path.Join(parts[:i+1]...)), "commit the files themselves"
		case i == len(parts)-1:
			return kindFault(p, found.Type(), want), ""
		}
		at = path.Join(at, name)
	}
	return "", ""
}

// entryOf finds a name as written, or the one that was probably meant.
func entryOf(entries []fs.DirEntry, name string) (found fs.DirEntry, near string) {
	names := make([]string, len(entries))
	for i, e := range entries {
		if names[i] = e.Name(); names[i] == name {
			return e, ""
		}
	}
	return nil, Nearest(name, names)
}

func kindFault(p string, mode fs.FileMode, want Want) string {
	switch {
	case want == AFolder && !mode.IsDir():
		return fmt.Sprintf("path %s: is a file, a directory is needed", p)
	case want != AFolder && mode.IsDir():
		return fmt.Sprintf("path %s: is a directory, a file is needed", p)
	case !mode.IsDir() && !mode.IsRegular():
		return fmt.Sprintf("path %s: is not a regular file", p)
	}
	return ""
}
