package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/axle-cd/axle/adapters/cfnguard"
	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/adapters/git"
	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// app is one invocation: its streams, its flags, and what it has opened.
type app struct {
	streams
	globals
	ctx     context.Context // the invocation's
	env     func(string) (string, bool)
	closers []func() error
	told    []string   // what is said once
	talking sync.Mutex // actions side by side write whole lines
}

func (a *app) onClose(f func() error) { a.closers = append(a.closers, f) }

// close ends what was opened, the last first. What fails then has already been written down.
func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		_ = a.closers[i]()
	}
	a.closers = nil
}

func (a *app) now() time.Time { return time.Now().UTC() }

// colour says whether the talk may carry colour: on a terminal, unless it is unwanted.
func (a *app) colour() bool {
	if a.noColor {
		return false
	}
	if v, ok := a.env("CLICOLOR_FORCE"); ok && v != "" && v != "0" {
		return true
	}
	if v, ok := a.env("NO_COLOR"); ok && v != "" {
		return false
	}
	return terminal(a.Err)
}

func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// tell writes a line for people.
func (a *app) tell(format string, args ...any) {
	if !a.quiet {
		a.line(fmt.Sprintf(format, args...))
	}
}

// line writes a line whole, whoever else is writing.
func (a *app) line(text string) {
	a.talking.Lock()
	defer a.talking.Unlock()
	fmt.Fprintln(a.Err, text)
}

// tellOnce says what several parts of a command come upon.
func (a *app) tellOnce(line string) {
	if !slices.Contains(a.told, line) {
		a.told = append(a.told, line)
		a.tell("%s", line)
	}
}

// dir is where the command works.
func (a *app) dir() string {
	if a.chdir == "" {
		return "."
	}
	return a.chdir
}

// repo opens the repository that the command works in.
func (a *app) repo(ctx context.Context) (*git.Repo, error) {
	r, err := git.Open(ctx, a.dir())
	if err != nil {
		return nil, err
	}
	a.onClose(r.Close)
	return r, nil
}

// state is what axle keeps: the log of runs and the artifacts.
type state struct {
	dir   string
	log   *sqlite.Log
	store disk.Store
}

// stateDir is $AXLE_STATE, else .axle beside a work tree's .git, else axle in a bare repository.
func (a *app) stateDir(r *git.Repo) (string, error) {
	if dir, ok := a.env("AXLE_STATE"); ok && dir != "" {
		return filepath.Abs(dir)
	}
	if r == nil {
		return "", document.Fail(codeUsage, "there is no repository here, and AXLE_STATE is not set", "work in a repository, or set AXLE_STATE", nil)
	}
	if r.Bare {
		return filepath.Join(r.GitDir, "axle"), nil
	}
	return filepath.Join(r.Dir, ".axle"), nil
}

func (a *app) state(ctx context.Context, r *git.Repo) (*state, error) {
	dir, err := a.stateDir(r)
	if err != nil {
		return nil, err
	}
	log, err := sqlite.OpenLog(ctx, dir)
	if err != nil {
		return nil, err
	}
	a.onClose(log.Close)
	if r != nil && !r.Bare && strings.HasPrefix(dir, r.Dir+string(filepath.Separator)) {
		if err := ignoreAll(dir); err != nil {
			return nil, err
		}
	}
	return &state{dir: dir, log: log, store: disk.Store{Dir: filepath.Join(dir, "artifacts")}}, nil
}

// ignoreAll keeps a state directory inside a work tree out of git.
func ignoreAll(dir string) error {
	path := filepath.Join(dir, ".gitignore")
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return disk.WriteFile(path, []byte("*\n"), 0o644)
}

// guard asks the cfn-guard of this machine. Without one the engine is skipped, and says why.
func guard(ctx context.Context, file string, template []byte, rules map[string][]byte) (pipeline.Engine, []pipeline.Finding, error) {
	g, err := cfnguard.Find(ctx)
	if document.CodeOf(err) == cfnguard.CodeAbsent {
		return pipeline.Engine{Verdict: pipeline.Skipped, Note: err.Error()}, nil, nil
	}
	if err != nil {
		return pipeline.Engine{}, nil, err
	}
	var files []cfnguard.File
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		files = append(files, cfnguard.File{Name: name, Data: rules[name]})
	}
	report, err := g.Judge(ctx, cfnguard.File{Name: file, Data: template}, files...)
	return pipeline.Engine{Version: strings.TrimPrefix(g.Version, "cfn-guard ")}, report.Findings, err
}
