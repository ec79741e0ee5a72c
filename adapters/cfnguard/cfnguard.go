// Package cfnguard judges templates by AWS CloudFormation Guard's rules, with the cfn-guard binary
// alone: argument arrays, no shell, a folder of its own. What it did not judge whole is an error.
package cfnguard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Codes of what cfn-guard finds, and of why it could not judge.
const (
	CodeFound      = "AXLE2490"
	CodeRules      = "AXLE1490" // the rules are no rules
	CodeAbsent     = "AXLE3490" // there is no cfn-guard: the caller knows whether that passes
	CodeFailed     = "AXLE3491"
	codeTemplate   = "AXLE3492" // it could not read what others can
	codeUnderstood = "AXLE3493" // what it said is not what it says
)

// Guard is a cfn-guard on this machine.
type Guard struct {
	Path    string // absolute
	Version string // cfn-guard 3.1.1
}

// File is a file of rules, or a template.
type File struct {
	Name string // as findings call it
	Data []byte
}

// Report is what the rules say of one template.
type Report struct {
	Engine   string // who judged
	Findings []pipeline.Finding
	Met      []string // rules that it meets
	Apart    []string // rules that are about something else
}

// Find looks for cfn-guard on PATH. Without one the error has CodeAbsent.
func Find(ctx context.Context) (Guard, error) {
	path, err := exec.LookPath("cfn-guard")
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return Guard{}, document.Fail(CodeAbsent, "cfn-guard was not found", "install AWS CloudFormation Guard 3.1 and put it on PATH", err)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	version := strings.TrimSpace(string(out))
	if err != nil || !strings.HasPrefix(version, "cfn-guard ") {
		return Guard{}, document.Fail(CodeFailed, path+" is not a cfn-guard that runs", "cfn-guard --version must tell its version", err)
	}
	return Guard{path, document.Printable(version)}, nil
}

// Judge asks every rule about the template. An error means that not every rule has judged.
func (g Guard) Judge(ctx context.Context, template File, rules ...File) (Report, error) {
	if len(rules) == 0 {
		return Report{}, document.Fail(CodeRules, "there are no rules for cfn-guard", "name at least one .guard file", nil)
	}
	dir, err := os.MkdirTemp("", "axle-guard-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	args, err := laid(dir, template, rules)
	if err != nil {
		return Report{}, err
	}
	c := exec.CommandContext(ctx, g.Path, args...)
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C"}
	c.WaitDelay = time.Second // what it started may outlive it
	var out, said limited
	c.Stdout, c.Stderr = &out, &said
	err = c.Run()
	if ctx.Err() != nil {
		return Report{}, document.Fail(CodeFailed, "cfn-guard was stopped", "what was not judged does not pass; run it again", ctx.Err())
	}
	code := c.ProcessState.ExitCode()
	if code < 0 && err != nil || out.over {
		return Report{}, document.Fail(CodeFailed, "cfn-guard did not end as it should", "", err)
	}
	return g.read(template.Name, code, out.Bytes(), named(said.String(), rules))
}

// laid writes template and rules into the folder; the names there are ours.
func laid(dir string, template File, rules []File) ([]string, error) {
	args := []string{"validate", "--structured", "-o", "json", "--show-summary", "none", "--data", "template.yaml", "--rules"}
	files := map[string][]byte{"template.yaml": template.Data}
	for i, r := range rules {
		name := ruleFile(i)
		files[name] = r.Data
		args = append(args, name)
	}
	var all error
	for name, data := range files {
		all = errors.Join(all, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	return args, all
}

func ruleFile(i int) string { return fmt.Sprintf("rules%d.guard", i) }

// named puts the rules' own names into what cfn-guard said.
func named(said string, rules []File) string {
	for i := len(rules) - 1; i >= 0; i-- {
		said = strings.ReplaceAll(said, ruleFile(i), rules[i].Name)
	}
	return said
}

// limited keeps 32 MiB of what is written.
type limited struct {
	bytes.Buffer
	over bool
}

const most = 32 << 20

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > most {
		l.over = true
		return len(p), nil
	}
	return l.Buffer.Write(p)
}
