package hostile

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repo is a repository that a test writes object by object, as no honest git would.
type repo struct {
	t    *testing.T
	dir  string // of the work tree
	home string
	env  []string // besides what every run has
	most int64    // KiB that axle may use
	made string   // a file that only the repository's own program would make
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	top := t.TempDir()
	r := &repo{t: t, dir: filepath.Join(top, "work"), home: filepath.Join(top, "home"), made: filepath.Join(top, "made"), most: largest}
	for _, d := range []string{".git/objects", ".git/refs/heads", ".git/refs/tags", ".git/info"} {
		r.mkdir(filepath.Join(r.dir, d))
	}
	r.mkdir(r.home)
	r.write(".git/HEAD", "ref: refs/heads/main\n")
	r.write(".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
	return r
}

func (r *repo) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) mkdir(dir string) { r.t.Helper(); r.check(os.MkdirAll(dir, 0o755)) }

// write makes a file below the work tree.
func (r *repo) write(name, text string) {
	r.t.Helper()
	r.mkdir(filepath.Dir(filepath.Join(r.dir, name)))
	r.check(os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o644))
}

func (r *repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = r.dir, environment(r.home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// program is a command that leaves a trace, for a setting that names one.
func (r *repo) program() string {
	file := filepath.Join(filepath.Dir(r.dir), "program.sh")
	r.check(os.WriteFile(file, []byte("#!/bin/sh\ntouch '"+r.made+"'\ncat\n"), 0o755))
	return file
}

func (r *repo) escaped() bool {
	_, err := os.Lstat(r.made)
	return err == nil
}

// outside is a file beyond the repository, with what nobody may read.
func (r *repo) outside() string {
	file := filepath.Join(filepath.Dir(r.dir), "outside.yaml")
	r.check(os.WriteFile(file, []byte("Resources:\n  T: { Type: "+canary+" }\n"), 0o644))
	return file
}

// object writes a loose object of any kind and content.
func (r *repo) object(kind, data string) string {
	r.t.Helper()
	sum := sha1.New()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	for _, part := range []string{fmt.Sprintf("%s %d\x00", kind, len(data)), data} {
		sum.Write([]byte(part))
		z.Write([]byte(part))
	}
	z.Close()
	id := hex.EncodeToString(sum.Sum(nil))
	r.write(".git/objects/"+id[:2]+"/"+id[2:], packed.String())
	return id
}

func (r *repo) blob(text string) string { return r.object("blob", text) }

// zeros writes a blob of so many zero bytes, without having them in memory: what a process uses
// at its start counts for those it starts.
func (r *repo) zeros(n int) string {
	r.t.Helper()
	sum := sha1.New()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	both := io.MultiWriter(sum, z)
	fmt.Fprintf(both, "blob %d\x00", n)
	_, err := io.CopyN(both, endless{}, int64(n))
	r.check(errors.Join(err, z.Close()))
	id := hex.EncodeToString(sum.Sum(nil))
	r.write(".git/objects/"+id[:2]+"/"+id[2:], packed.String())
	return id
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// entry is one of a tree.
type entry struct{ mode, name, id string }

func file(name, id string) entry { return entry{"100644", name, id} }

// tree writes entries as they are given: in any order, twice, by any name.
func (r *repo) tree(entries ...entry) string {
	var b strings.Builder
	for _, e := range entries {
		id, err := hex.DecodeString(e.id)
		r.check(err)
		b.WriteString(e.mode + " " + e.name + "\x00" + string(id))
	}
	return r.object("tree", b.String())
}

// files are the entries of a repository by path; trees between them are made.
type files map[string]entry

func (f files) with(name, mode, id string) files {
	f = maps.Clone(f)
	f[name] = entry{mode: mode, id: id}
	return f
}

// text puts a text in a path, and gives the files with it.
func (r *repo) text(f files, name, text string) files { return f.with(name, "100644", r.blob(text)) }

// link puts a symbolic link in a path.
func (r *repo) link(f files, name, to string) files { return f.with(name, "120000", r.blob(to)) }

func (r *repo) root(f files) string {
	below := map[string]files{}
	var list []entry
	for name, e := range f {
		first, rest, deeper := strings.Cut(name, "/")
		if !deeper {
			e.name = name
			list = append(list, e)
			continue
		}
		if below[first] == nil {
			below[first] = files{}
		}
		below[first][rest] = e
	}
	for name, f := range below {
		list = append(list, entry{"40000", name, r.root(f)})
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.sortsAs(), b.sortsAs()) })
	return r.tree(list...)
}

// sortsAs is git's order: a tree as if its name ended in a slash.
func (e entry) sortsAs() string {
	if e.mode == "40000" {
		return e.name + "/"
	}
	return e.name
}

const person = "dev <dev@example.com> 1700000000 +0000"

func (r *repo) commit(tree string, parents ...string) string {
	return r.commitBy(person, "change\n", tree, parents...)
}

func (r *repo) commitBy(who, message, tree string, parents ...string) string {
	text := "tree " + tree + "\n"
	for _, p := range parents {
		text += "parent " + p + "\n"
	}
	return r.object("commit", text+"author "+who+"\ncommitter "+who+"\n\n"+message)
}

// good are the files of a repository that passes alpha: a product, its feature, a policy with its test.
func (r *repo) good() files {
	f := files{}
	for name, text := range map[string]string{
		"pipeline.yaml":                        pipelineYAML,
		"products/topic/product.yaml":          productYAML,
		"products/topic/template.yaml":         templateYAML,
		"products/topic/tests/a.feature":       featureText,
		"policies/names.rego":                  policyRego,
		"policies/names_test.rego":             policyTestRego,
		"products/topic/tests/topic_test.rego": unitRego,
	} {
		f[name] = entry{mode: "100644", id: r.blob(text)}
	}
	return f
}

const (
	pipelineYAML = `schema: 1
name: hostile
products: [products/*/product.yaml]
stages:
  alpha:
    secrets: { scan: range, baseline: .axle-baseline.json }
    policy: { bundles: [policies/], fail_on: violation }
    unit: { paths: [tests/] }
`
	productYAML = `schema: 1
name: topic
version: 1.0.0
owner: team@example.com
type: CLOUD_FORMATION_TEMPLATE
template: template.yaml
`
	templateYAML = `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: orders
      KmsMasterKeyId: alias/orders
`
	featureText = `Feature: topic
  Scenario: named
    Then there is a resource "Topic" of type "AWS::SNS::Topic"
`
	policyRego = `# METADATA
# custom:
#   id: OWN-1
#   fix: Give it one
package acme.names

deny contains "a topic has no name" if {
	some topic in input.Resources
	topic.Type == "AWS::SNS::Topic"
	object.get(topic, ["Properties", "TopicName"], "") == ""
}
`
	policyTestRego = `package acme.names_test

import data.acme.names

test_nameless if count(names.deny) == 1 with input as {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}
`
	unitRego = `package topic_test

test_one_topic if data.template.Resources.Topic
`
)
