package disk

import (
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Files gives the files under some paths, .git left out. A symbolic link is not followed: it is its
// target's name, as git has it. What cannot be read is an error. Last of a path come the names below it.
func Files(paths ...string) iter.Seq2[secrets.Blob, error] {
	return func(yield func(secrets.Blob, error) bool) {
		for _, root := range paths {
			var names []string
			stopped := false
			err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
				if err != nil {
					return document.Fail("AXLE3316", name+" could not be read", "what is not scanned does not pass", err)
				}
				if e.IsDir() {
					if e.Name() == ".git" && name != root {
						return fs.SkipDir
					}
					return nil
				}
				if below, err := filepath.Rel(root, name); err == nil && below != "." {
					names = append(names, filepath.ToSlash(below))
				}
				b, err := blob(name, e)
				if stopped = !yield(b, err) || err != nil; stopped {
					return fs.SkipAll
				}
				return nil
			})
			if err != nil {
				yield(secrets.Blob{}, err)
				return
			}
			if stopped {
				return
			}
			if names != nil && !yield(secrets.Blob{Names: names}, nil) {
				return
			}
		}
	}
}

// blob reads a file as far as it may be read.
func blob(name string, e fs.DirEntry) (secrets.Blob, error) {
	b := secrets.Blob{Path: filepath.ToSlash(name)}
	var err error
	switch {
	case e.Type()&fs.ModeSymlink != 0:
		var to string
		to, err = os.Readlink(name)
		b.Data = []byte(to)
	case !e.Type().IsRegular():
		b.Skipped = "is no regular file"
	default:
		b.Data, err = readUpTo(name, secrets.MaxSize+1)
	}
	b.Size = int64(len(b.Data))
	if err != nil {
		return b, document.Fail("AXLE3316", name+" could not be read", "what is not scanned does not pass", err)
	}
	if info, err := e.Info(); err == nil && e.Type().IsRegular() {
		b.Size = max(b.Size, info.Size())
	}
	return b, nil
}

func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
