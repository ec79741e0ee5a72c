package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Codes of what keeps tests from being run.
const (
	codeHash    = "AXLE2497" // a provider is not the one that is locked
	codeVersion = "AXLE3480"
	codeAbsent  = "AXLE3481"
	codeFailed  = "AXLE3482"
	codeStopped = "AXLE3483"

	maxOutput = 20 << 20
	maxTree   = 200 << 20
)

// Test runs terraform test over a root module that Load finds no error in: in a folder and with a
// home of its own, with nothing of this process's environment but PATH. Without a test it does
// nothing. An error means that not every test has run.
func Test(ctx context.Context, files fs.FS, dir string) ([]pipeline.Test, error) {
	s := newSource(files, path.Clean(dir))
	runs, err := s.tests()
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	bin, err := find(ctx, s)
	if err != nil {
		return nil, err
	}
	home, err := os.MkdirTemp("", "axle-terraform-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(home)
	b := bench{bin, home, filepath.Join(home, "source")}
	if err := s.lay(b.dir); err != nil {
		return nil, err
	}
	args := []string{"init", "-backend=false", "-input=false", "-no-color"}
	if _, err := os.Stat(filepath.Join(b.dir, lockName)); err == nil {
		args = append(args, "-lockfile=readonly")
	}
	if out, code, err := b.run(ctx, args...); err != nil || code != 0 {
		return nil, initFault(out, err)
	}
	out, code, err := b.run(ctx, "test", "-json", "-no-color")
	if err != nil {
		return nil, err
	}
	return s.results(out, code, runs)
}

// tests are the run blocks by the file they stand in, as terraform test looks for them.
func (s *source) tests() (map[string][]*block, error) {
	all := map[string][]*block{}
	for _, dir := range []string{s.dir, path.Join(s.dir, "tests")} {
		entries, err := fs.ReadDir(s.files, dir)
		if errors.Is(err, fs.ErrNotExist) && dir != s.dir {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); !e.IsDir() && isTest(e.Name()) {
				blocks, _ := s.file(name, e)
				all[name] = slices.DeleteFunc(slices.Clone(blocks), func(b *block) bool { return b.kind != "run" })
			}
		}
	}
	return all, s.diagnostics().Err()
}

// binary is the Terraform of this machine.
type binary struct{ path, name string }

// bench is where tests are run.
type bench struct {
	bin       binary
	home, dir string
}

// find looks for terraform, then tofu, and holds it to required_version (B089).
func find(ctx context.Context, s *source) (binary, error) {
	for _, b := range []binary{{name: "terraform"}, {name: "tofu"}} {
		at, err := exec.LookPath(b.name)
		if err == nil {
			at, err = filepath.Abs(at)
		}
		if err != nil {
			continue
		}
		b.path = at
		return b, b.fits(ctx, s)
	}
	return binary{}, document.Fail(codeAbsent, "the product has tests of Terraform, and there is no terraform on this machine", "install terraform or tofu and put it on PATH", nil)
}

func (b binary) fits(ctx context.Context, s *source) error {
	blocks, _ := s.configuration(s.dir)
	_, wanted := s.required(blocks)
	home, err := os.MkdirTemp("", "axle-terraform-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	out, code, err := bench{b, home, home}.run(ctx, "version")
	if err != nil || code != 0 {
		return document.Fail(codeFailed, b.path+" is not a Terraform that runs", "terraform version must tell its version", err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	_, version, _ := strings.Cut(line, " v")
	ok, err := satisfies(strings.TrimSpace(version), wanted)
	if err != nil {
		return document.Fail(codeVersion, "required_version "+wanted+" cannot be compared with "+version, "write it as >= 1.5, < 2.0", err)
	}
	if !ok {
		return document.Fail(codeVersion, fmt.Sprintf("product needs Terraform %s, %s is installed", wanted, version), "install one that fits", nil)
	}
	return nil
}

// run gives what a command wrote, and its exit code. An error means that it did not come to its end.
func (b bench) run(ctx context.Context, args ...string) ([]byte, int, error) {
	c := exec.CommandContext(ctx, b.bin.path, args...)
	c.Dir = b.dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.home, "TMPDIR=" + b.home, "LC_ALL=C", "CHECKPOINT_DISABLE=1"}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // providers are processes of their own
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = time.Second
	out := limited{}
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, 0, document.Fail(codeStopped, b.bin.name+" "+args[0]+" was stopped before its end", "what was not judged does not pass; give the stage a longer timeout, or run it again", ctx.Err())
	case out.over:
		return nil, 0, document.Fail(codeFailed, fmt.Sprintf("%s %s wrote more than %d MB", b.bin.name, args[0], maxOutput>>20), "", nil)
	case err != nil && !errors.As(err, &exit) || c.ProcessState.ExitCode() < 0:
		return nil, 0, document.Fail(codeFailed, b.bin.name+" "+args[0]+" did not end as it should", "", err)
	}
	return out.Bytes(), c.ProcessState.ExitCode(), nil
}

// limited keeps what is written, up to a limit.
type limited struct {
	bytes.Buffer
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.over = l.over || l.Len()+len(p) > maxOutput; l.over {
		return len(p), nil
	}
	return l.Buffer.Write(p)
}

// lay writes the files of the source into a folder, but for what Terraform keeps for itself.
func (s *source) lay(to string) error {
	total := 0
	return fs.WalkDir(s.files, s.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.Join(to, filepath.FromSlash(from(s.dir, name)))
		switch {
		case e.IsDir() && e.Name() == ".terraform":
			return fs.SkipDir
		case e.IsDir():
			return os.MkdirAll(at, 0o700)
		case !e.Type().IsRegular():
			return document.Fail(codeLink, name+" is not a regular file; not allowed", "commit the file itself", nil)
		}
		data, err := fs.ReadFile(s.files, name)
		if total += len(data); total > maxTree {
			return document.Fail(codeMany, fmt.Sprintf("%s has more than %d MB", s.dir, maxTree>>20), "split the product", nil)
		}
		if err != nil {
			return err
		}
		return os.WriteFile(at, data, 0o600)
	})
}
