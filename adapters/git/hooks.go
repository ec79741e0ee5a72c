package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/axle-cd/axle/document"
)

const (
	hookMark   = "# axle:hook; axle hook uninstall puts back what was here"
	beforeAxle = ".before-axle"
)

var hookName = regexp.MustCompile(`^[a-z]+(?:-[a-z]+)*$`)

// HookDir is where git looks for hooks: core.hooksPath where it is set.
func (r *Repo) HookDir(ctx context.Context) (string, error) {
	out, err := r.git(ctx, nil, "rev-parse", "--git-path", "hooks")
	if err != nil {
		return "", err
	}
	dir := strings.TrimSuffix(string(out), "\n")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Dir, dir)
	}
	return dir, nil
}

// InstallHook writes a hook that runs script, lines of sh. A hook that is there already is kept beside
// it and runs first, with the same arguments and input; when it refuses, script does not run. To do it
// again changes nothing, or the script alone.
func (r *Repo) InstallHook(ctx context.Context, name, script string) error {
	path, err := r.hookPath(ctx, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return hookFailed(name, err)
	}
	there, ours, err := readHook(path)
	if err != nil {
		return hookFailed(name, err)
	}
	if there && !ours {
		if _, err := os.Lstat(path + beforeAxle); err == nil {
			return document.Fail("AXLE1508", fmt.Sprintf("both %s and %s%s exist, and neither is axle's", path, filepath.Base(path), beforeAxle), "join them into one, then install again", nil)
		}
		if err := os.Rename(path, path+beforeAxle); err != nil {
			return hookFailed(name, err)
		}
	}
	return hookFailed(name, writeHook(path, hookText(name, script)))
}

// UninstallHook takes our hook away and puts back what was there before it. A hook that is not
// ours stays.
func (r *Repo) UninstallHook(ctx context.Context, name string) error {
	path, err := r.hookPath(ctx, name)
	if err != nil {
		return err
	}
	there, ours, err := readHook(path)
	if err != nil || there && !ours {
		return hookFailed(name, err)
	}
	err = os.Rename(path+beforeAxle, path)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return hookFailed(name, err)
}

// HookState is what stands where git looks for a hook.
type HookState struct {
	Path  string
	There bool   // some hook is
	Ours  bool   // it is axle's
	Kept  string // the hook that ours runs first, or ""
}

// HookState says whether axle's hook of that name is installed.
func (r *Repo) HookState(ctx context.Context, name string) (HookState, error) {
	path, err := r.hookPath(ctx, name)
	if err != nil {
		return HookState{}, err
	}
	s := HookState{Path: path}
	if s.There, s.Ours, err = readHook(path); err != nil {
		return s, document.Fail("AXLE3504", "the "+name+" hook could not be read", "check who may read there", err)
	}
	if _, err := os.Lstat(path + beforeAxle); s.Ours && err == nil {
		s.Kept = path + beforeAxle
	}
	return s, nil
}

func (r *Repo) hookPath(ctx context.Context, name string) (string, error) {
	if !hookName.MatchString(name) {
		return "", document.Fail("AXLE1508", fmt.Sprintf("%q is not the name of a hook", name), "", nil)
	}
	dir, err := r.HookDir(ctx)
	return filepath.Join(dir, name), err
}

func hookFailed(name string, err error) error {
	if err == nil {
		return nil
	}
	return document.Fail("AXLE3504", "the "+name+" hook could not be changed", "check who may write there", err)
}

func readHook(path string) (there, ours bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		_, err := os.Lstat(path) // a link to nowhere is there
		return err == nil, false, nil
	}
	return err == nil, strings.Contains(string(data), hookMark), err
}

// takesInput are the hooks that git gives lines to; what was there before has to see them too.
var takesInput = map[string]bool{"pre-push": true, "pre-receive": true, "post-receive": true, "post-rewrite": true, "reference-transaction": true}

func hookText(name, script string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/sh\n%s\n\naxle_hook() {\n%s\n}\n\n", hookMark, strings.TrimRight(script, "\n"))
	if takesInput[name] {
		b.WriteString(chainWithInput)
	} else {
		b.WriteString(chain)
	}
	return b.String()
}

const chain = `if [ -x "$0` + beforeAxle + `" ]; then
	"$0` + beforeAxle + `" "$@" || exit
fi
axle_hook "$@"
`

// The dot keeps the newlines at the end, which $( ) would take away.
const chainWithInput = `if [ -x "$0` + beforeAxle + `" ]; then
	input=$(cat && echo .)
	printf %s "${input%.}" | "$0` + beforeAxle + `" "$@" || exit
	printf %s "${input%.}" | axle_hook "$@"
else
	axle_hook "$@"
fi
`

// writeHook writes beside path and renames, so that git never runs half a hook.
func writeHook(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".axle-hook-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text)
	err = errors.Join(err, tmp.Chmod(0o755), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
