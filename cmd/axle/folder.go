package main

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
)

// folder is that of a pipeline file, read as it is on disk but for what an editor holds.
type folder struct {
	dir      string            // on disk
	name     string            // as people know it
	pipeline string            // the pipeline file, by its path below
	open     map[string][]byte // what an editor holds, by path below
}

// around is the folder that a pipeline file speaks of.
func around(file string) folder {
	root := filepath.Dir(file)
	if filepath.Base(root) == ".config" {
		root = filepath.Dir(root)
	}
	rel, err := filepath.Rel(root, file)
	if err != nil { // one is absolute, the other is not: it is neither
		rel = filepath.Base(file)
	}
	return folder{dir: root, name: root, pipeline: filepath.ToSlash(rel)}
}

func (p folder) named(rel string) string { return filepath.Join(p.name, filepath.FromSlash(rel)) }

// read reads a file that is not too big to be one of ours.
func (p folder) read(rel string) ([]byte, document.Diagnostics) {
	name := filepath.Join(p.dir, filepath.FromSlash(rel))
	if data, held := p.open[path.Clean(rel)]; held {
		if info, err := os.Lstat(name); err != nil || info.Mode().IsRegular() {
			return data, nil
		}
	}
	return readLimited(name)
}

// tree is the folder as a file system.
func (p folder) tree() fs.FS {
	if len(p.open) == 0 {
		return os.DirFS(p.dir)
	}
	return overlay{os.DirFS(p.dir), p.open}
}

// overlay is a tree in which some files are as an editor holds them, also those that are not saved yet.
type overlay struct {
	fs.FS
	open map[string][]byte
}

// Open implements fs.FS. What is no regular file on disk stays what it is.
func (o overlay) Open(name string) (fs.File, error) {
	data, held := o.open[name]
	if !held {
		return o.FS.Open(name)
	}
	if info, err := fs.Lstat(o.FS, name); err == nil && !info.Mode().IsRegular() {
		return o.FS.Open(name)
	}
	return &heldFile{bytes.NewReader(data), path.Base(name)}, nil
}

// ReadDir implements fs.ReadDirFS; what is on disk is described as it is there.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if err != nil {
		return nil, err
	}
	for held, data := range o.open {
		i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == path.Base(held) })
		if path.Dir(held) == name && i < 0 {
			entries = append(entries, fs.FileInfoToDirEntry(&heldFile{bytes.NewReader(data), path.Base(held)}))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// heldFile is an open text as a file, and as what is known of it.
type heldFile struct {
	*bytes.Reader
	name string
}

func (f *heldFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *heldFile) Close() error               { return nil }
func (f *heldFile) Name() string               { return f.name }
func (f *heldFile) Mode() fs.FileMode          { return 0o644 }
func (f *heldFile) ModTime() time.Time         { return time.Time{} }
func (f *heldFile) IsDir() bool                { return false }
func (f *heldFile) Sys() any                   { return nil }
