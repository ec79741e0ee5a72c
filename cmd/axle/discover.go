package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/axle-cd/axle/document"
)

// readLimited reads a regular file that is not too big to be one of ours.
func readLimited(name string) ([]byte, document.Diagnostics) {
	return readSized(name, func(size int64) document.Diagnostics { return document.CheckSize(name, size, document.Files) })
}

// readSized reads a regular file whose size is not refused.
func readSized(name string, tooBig func(int64) document.Diagnostics) ([]byte, document.Diagnostics) {
	wrong := func(summary string) document.Diagnostics {
		return document.Diagnostics{{File: name, Severity: document.SeverityError, Code: codeUsage, Summary: summary}}
	}
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return nil, wrong("path " + name + ": not found" + nearFile(name))
	case info.IsDir():
		return nil, wrong("path " + name + ": is a directory, a file is needed")
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, wrong(name + " is a symbolic link; not allowed")
	case !info.Mode().IsRegular():
		return nil, wrong("path " + name + ": is not a regular file")
	}
	if ds := tooBig(info.Size()); len(ds) > 0 {
		return nil, ds
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, wrong(err.Error())
	}
	return data, nil
}

// nearFile names a file that differs in case or by a slip.
func nearFile(name string) string {
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if near := document.Nearest(filepath.Base(name), names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// discover finds the pipeline file (CLI-21): -f, else pipeline.yaml or .config/pipeline.yaml here
// or above, up to the repository's root.
func (a *app) discover(ctx context.Context) (string, error) {
	if a.config != "" {
		return a.config, nil
	}
	dir, err := filepath.Abs(a.dir())
	if err != nil {
		return "", err
	}
	start := dir
	top := sync.OnceValue(func() string {
		if r, err := a.repo(ctx); err == nil && r.WorkTree != "" {
			return r.WorkTree
		}
		return start
	})
	for {
		here, nested := filepath.Join(dir, "pipeline.yaml"), filepath.Join(dir, ".config", "pipeline.yaml")
		switch a, b := exists(here), exists(nested); {
		case a && b:
			return "", document.Fail(codeUsage, "there is both pipeline.yaml and .config/pipeline.yaml in "+dir, "keep one of them", nil)
		case a:
			return relative(here), nil
		case b:
			return relative(nested), nil
		case exists(filepath.Join(dir, "pipeline.yml")):
			return "", document.Fail(codeNoPipeline, "there is a pipeline.yml in "+dir, "rename it to pipeline.yaml", nil)
		}
		if dir == top() || dir == filepath.Dir(dir) {
			return "", document.Fail(codeNoPipeline, "no pipeline.yaml here, nor above up to "+top(), "axle init writes one", nil)
		}
		dir = filepath.Dir(dir)
	}
}

// pipelineAbove is false where discover would find nothing, however far up it looked: git need not be asked how far.
func pipelineAbove(dir string) bool {
	dir, err := filepath.Abs(dir)
	for err == nil && !exists(filepath.Join(dir, "pipeline.yaml")) && !exists(filepath.Join(dir, ".config", "pipeline.yaml")) {
		if dir == filepath.Dir(dir) {
			return false
		}
		dir = filepath.Dir(dir)
	}
	return true
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// relative is how a person here would name the file.
func relative(name string) string {
	wd, err := os.Getwd()
	if err != nil {
		return name
	}
	if rel, err := filepath.Rel(wd, name); err == nil {
		return rel
	}
	return name
}
