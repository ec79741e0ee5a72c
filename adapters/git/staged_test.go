package git

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// staged gives "path content lines" of each staged blob.
func staged(t *testing.T, r repo) []string {
	t.Helper()
	var out []string
	for b, err := range r.Staged(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Names != nil {
			continue // TestNamesOfAChange
		}
		lines := "all"
		if b.Lines != nil {
			lines = fmt.Sprint(b.Lines)
		}
		out = append(out, fmt.Sprintf("%s %q %s", b.Path, b.Data, lines))
	}
	slices.Sort(out)
	return out
}

func TestStaged(t *testing.T) { // X90, INT-3
	for _, c := range []struct {
		name string
		do   func(r repo)
		want []string
	}{
		{"nothing", func(r repo) {}, nil},
		{"only on disk", func(r repo) { r.write("a", "disk") }, nil},
		{"the index, not the disk", func(r repo) {
			r.write("a", "1\nstaged\n3\n4\n")
			r.run("add", "a")
			r.write("a", "disk")
		}, []string{`a "1\nstaged\n3\n4\n" [{2 2}]`}},
		{"new file", func(r repo) { r.write("n w", "x\ny"); r.run("add", "-A") }, []string{`n w "x\ny" [{1 2}]`}},
		{"two hunks", func(r repo) { r.write("a", "0\n1\n2\n3\n4\n5"); r.run("add", "-A") }, []string{`a "0\n1\n2\n3\n4\n5" [{1 1} {6 6}]`}},
		{"only lines taken away", func(r repo) { r.write("a", "1\n4\n"); r.run("add", "-A") }, []string{`a "1\n4\n" []`}},
		{"content that looks like a patch", func(r repo) {
			r.write("a", "1\n2\n3\n4\nindex 0000000..1111111\n@@ -1 +1 @@\n+++ b/x\n")
			r.run("add", "-A")
		}, []string{`a "1\n2\n3\n4\nindex 0000000..1111111\n@@ -1 +1 @@\n+++ b/x\n" [{5 7}]`}},
		{"deleted", func(r repo) { r.run("rm", "-q", "a") }, nil},
		{"renamed", func(r repo) { r.run("mv", "a", "b") }, []string{`b "1\n2\n3\n4\n" [{1 4}]`}},
		{"only its mode", func(r repo) { r.run("update-index", "--chmod=+x", "a") }, nil},
		{"a link instead", func(r repo) {
			os.Remove(filepath.Join(r.Dir, "a"))
			os.Symlink("target", filepath.Join(r.Dir, "a"))
			r.run("add", "-A")
		}, []string{`a "target" all`}},
		{"CRLF", func(r repo) { r.write("a", "1\n2\n3\n4\nx\r\n"); r.run("add", "-A") }, []string{`a "1\n2\n3\n4\nx\r\n" [{5 5}]`}},
		{"binary", func(r repo) { r.write("bin", "\x00\n\x01"); r.run("add", "-A") }, []string{`bin "\x00\n\x01" [{1 2}]`}},
		{"intent to add", func(r repo) { r.write("n", "x"); r.run("add", "-N", "n") }, []string{`n "" []`}},
		{"textconv and external diff of the tree", func(r repo) {
			r.run("config", "diff.x.textconv", "false")
			r.run("config", "diff.x.command", "false")
			r.write(".gitattributes", "a diff=x\n")
			r.write("a", "1\n2\n3\n4\n5\n")
			r.run("add", "a")
		}, []string{`a "1\n2\n3\n4\n5\n" [{5 5}]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			r.commit("one", "a", "1\n2\n3\n4\n")
			c.do(r)
			if got := staged(t, r); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestStagedBeforeTheFirstCommit(t *testing.T) {
	r := newRepo(t)
	r.write("a", "x\n")
	r.run("add", "-A")
	if got := staged(t, r); !slices.Equal(got, []string{`a "x\n" [{1 1}]`}) {
		t.Errorf("%q", got)
	}
	for _, err := range newRepo(t, "--bare").Staged(t.Context()) {
		wantCode(t, "bare", err, "AXLE1509", "no index")
	}
}

// git commit PATH hands the hook an index of its own.
func TestStagedOfAPartialCommit(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x", "b", "x")
	r.write("a", "staged")
	r.run("add", "-A")
	r.write("b", "by path")
	index := filepath.Join(t.TempDir(), "index")
	t.Setenv("GIT_INDEX_FILE", index)
	r.run("read-tree", "HEAD")
	r.run("add", "b")
	if got := staged(t, r); !slices.Equal(got, []string{`b "by path" [{1 1}]`}) {
		t.Errorf("%q", got)
	}
}

func TestStagedTooLarge(t *testing.T) { // FC09, B150: not read, and not left out
	r := newRepo(t)
	r.write("big", string(make([]byte, secrets.MaxSize+1)))
	r.run("add", "-A")
	for b, err := range r.Staged(t.Context()) {
		if b.Names != nil {
			continue
		}
		if err != nil || b.Size != secrets.MaxSize+1 || b.Data != nil || b.Path != "big" {
			t.Errorf("%s, %d of %d bytes, %v", b.Path, len(b.Data), b.Size, err)
		}
	}
}

func TestAddedLinesRefusesACutPatch(t *testing.T) {
	if got, err := addedLines([]byte("index 0000..1111\n@@ -0,0 +1,2 @@\n+x\n")); err == nil {
		t.Errorf("%v", got)
	}
}

func FuzzAddedLines(f *testing.F) {
	f.Add([]byte("diff --git a/a b/a\nindex 11..22 100644\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n+y\n+z\n\\ No newline at end of file\n"))
	f.Add([]byte("index 11..22\n@@ -0,0 +1 @@\n+@@ -1 +1 @@\n"))
	f.Fuzz(func(t *testing.T, patch []byte) {
		added, err := addedLines(patch)
		for _, ranges := range added {
			for _, l := range ranges {
				if err == nil && l.To < l.From {
					t.Errorf("%v of %q", l, patch)
				}
			}
		}
	})
}

func FuzzRawDiff(f *testing.F) {
	id := "587be6b4c3f93f93c489c0111bba5596147a26cb"
	f.Add(":100644 100644 "+id+" "+id+" M", "name")
	f.Add("::100644 100644 100644 "+id+" "+id+" "+id+" MM", "name")
	f.Add(id, ":000000 100644 "+id+" "+id+" A")
	f.Add(":  "+id+" "+id+" ", "name")
	f.Fuzz(func(t *testing.T, first, second string) {
		p := rawParser{each: func(c change) error {
			if c.id == "" || c.mode == "" {
				t.Errorf("%q %q gives %+v", first, second, c)
			}
			return nil
		}}
		if p.field(first) == nil && p.field(second) == nil {
			p.end()
		}
	})
}
