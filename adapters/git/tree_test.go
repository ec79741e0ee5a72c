package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/document"
)

func TestTreeIsAFileSystem(t *testing.T) { // FC14: objects, not the disk
	r := newRepo(t)
	sha := r.commit("one", "pipeline.yaml", "schema: 1\n", "products/queue/product.yaml", "name: queue\n", "products/queue/tests/a.rego", "package a\n")
	r.write("pipeline.yaml", "changed on disk\n") // not what is read
	tree, err := r.Tree(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(tree, "pipeline.yaml", "products/queue/product.yaml", "products/queue/tests/a.rego"); err != nil {
		t.Error(err)
	}
	if data, err := fs.ReadFile(tree, "pipeline.yaml"); string(data) != "schema: 1\n" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if names, _ := fs.Glob(tree, "products/*/product.yaml"); len(names) != 1 {
		t.Error(names)
	}
	if _, err := fs.ReadFile(tree, "products/queue/none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestTreeOfABareRepository(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "a", "x")
	bare := newRepo(t, "--bare")
	r.run("push", "-q", bare.Dir, "main")
	tree, err := bare.Tree(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := fs.ReadFile(tree, "a"); string(data) != "x" {
		t.Errorf("%q", data)
	}
}

// What is no file is listed, and says what it is when it is read.
func TestTreeRefusesWhatIsNoFile(t *testing.T) {
	r := newRepo(t)
	first := r.commit("one", "template.yaml", "x")
	secret := filepath.Join(t.TempDir(), "state")
	os.WriteFile(secret, []byte("canary"), 0o600)
	x, link := r.blob("x"), r.blob(secret)
	big := r.blob(strings.Repeat("x", 5<<20+1))
	sha := r.commitTree(
		"100644 blob "+x+"\tplain",
		"120000 blob "+link+"\ttemplate.yaml",
		"120000 blob "+link+"\tlinked",
		"160000 commit "+first+"\tmodule",
		"100644 blob "+big+"\tbig.bin",
	)
	tree, err := r.Tree(t.Context(), sha)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, code, says string }{
		{"template.yaml", "AXLE1506", "template.yaml is a symbolic link; not allowed"}, // B044, T04
		{"linked/a/b", "AXLE1506", "linked is a symbolic link; not allowed"},           // T04
		{"module", "AXLE2530", "submodule module not fetched; not supported"},          // B132, T06
		{"module/x", "AXLE2530", "submodule module not fetched; not supported"},        // B132
		{"big.bin", "AXLE2535", "big.bin is 6 MB (max 5)"},                             // BL01
		{"../" + secret, "", "invalid argument"},                                       // T05
		{secret, "", "invalid argument"},                                               // T05
		{"no/such", "", "file does not exist"},
	} {
		data, err := fs.ReadFile(tree, c.name)
		if err == nil || document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %s %q", c.name, err, c.code, c.says)
		}
		if len(data) > 0 {
			t.Errorf("%q: gives %q", c.name, data)
		}
	}
	fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && path != "plain" && path != "big.bin" {
			t.Errorf("%q is listed as a regular file", path)
		}
		return err
	})
}

// FC14: the names of a tree are looked at before anything of it is read.
func TestTreeRefusesNames(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x")
	x := "100644 blob " + r.blob("x") + "\t"
	for _, c := range []struct{ name, code, says string }{
		{".GIT", "AXLE2531", `tree entry ".GIT" is not allowed`},                   // B134
		{"git~1", "AXLE2531", `tree entry "git~1" is not allowed`},                 // B134
		{"..", "AXLE2531", `tree entry ".." is not allowed`},                       // T05
		{"a\x1b[31mb", "AXLE2532", `"a\x1b[31mb": control character in file name`}, // B133
		{"a\nb", "AXLE2532", `"a\nb": control character in file name`},             // B133
	} {
		_, err := r.Tree(t.Context(), r.commitTree(x+"plain", x+c.name))
		if document.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %s %q", c.name, err, c.code, c.says)
		}
	}
	_, err := r.Tree(t.Context(), r.commitTree(x+"same", x+"same"))
	if document.CodeOf(err) != "AXLE2470" || !strings.Contains(err.Error(), `the tree has "same" twice`) {
		t.Error(err)
	}
}

func TestIsDotGit(t *testing.T) { // B134
	for name, want := range map[string]bool{
		".git": true, ".GIT": true, "GIT~1": true, ".git ": true, ".git.": true, ".g\u200cit": true, ".git::$INDEX": true, "..": true,
		".gi\u206ft": true, `git~1\config`: true, ".git. .": true, ".": true, "": true,
		".gitignore": false, "git": false, "a.git": false, ".github": false, ":x": false, "...x": false,
	} {
		if isDotGit(name) != want {
			t.Errorf("isDotGit(%q) is %v", name, !want)
		}
	}
}

// BL01, B136, B137: at most 20,000 files, counted before anything is read.
func TestTreeLimits(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x")
	x := r.blob("x")
	flat := func(n int) []string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprintf("100644 blob %s\tf%05d", x, i)
		}
		return lines
	}
	if _, err := r.Tree(t.Context(), r.commitTree(flat(20_000)...)); err != nil {
		t.Error(err)
	}
	_, err := r.Tree(t.Context(), r.commitTree(flat(20_001)...))
	if document.CodeOf(err) != "AXLE2533" || !strings.Contains(err.Error(), "20,001 files (max 20,000)") {
		t.Error(err)
	}

	level := "100644 blob " + x + "\tf" // 100^4 files in four objects
	for range 4 {
		var lines []string
		for i := range 100 {
			head, _, _ := strings.Cut(level, "\t")
			lines = append(lines, fmt.Sprintf("%s\t%02d", head, i))
		}
		out, err := tryRun(r.Dir, strings.Join(lines, "\x00")+"\x00", "mktree", "-z")
		if err != nil {
			t.Fatal(err, out)
		}
		level = "040000 tree " + strings.TrimSpace(out) + "\tx"
	}
	_, err = r.Tree(t.Context(), r.commitTree(level))
	if document.CodeOf(err) != "AXLE2533" || !strings.Contains(err.Error(), "tree has more than 20,000 files") {
		t.Error(err)
	}
}

func TestTreeOfACommitThatIsGone(t *testing.T) { // B125
	r := newRepo(t)
	r.commit("one", "a", "x")
	_, err := r.Tree(t.Context(), strings.Repeat("1", 40))
	if document.CodeOf(err) != "AXLE2536" || !strings.Contains(err.Error(), "commit no longer exists") {
		t.Error(err)
	}
}

func TestTreeIsSafeForConcurrentUse(t *testing.T) {
	r := newRepo(t)
	for i := range 20 {
		r.write(fmt.Sprintf("f%d", i), fmt.Sprint(i))
	}
	tree, err := r.Tree(t.Context(), r.commit("many"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if data, err := fs.ReadFile(tree, fmt.Sprintf("f%d", i%20)); err != nil || string(data) != fmt.Sprint(i%20) {
				t.Errorf("%q, %v", data, err)
			}
		})
	}
	wg.Wait()
}

func TestParseEntryRefuses(t *testing.T) {
	for _, bad := range []string{"", "100644 blob x", "100644 blob x 1\t", "100644 blob x many\tname", "100644 blob\tname"} {
		if e, name, err := parseEntry(bad); err == nil {
			t.Errorf("%q gives %v %q", bad, e, name)
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add("100644 blob 587be6b4c3f93f93c489c0111bba5596147a26cb      2\tdir/name")
	f.Add("160000 commit 587be6b4c3f93f93c489c0111bba5596147a26cb       -\tmodule")
	f.Fuzz(func(t *testing.T, field string) {
		if _, name, err := parseEntry(field); err == nil && name == "" {
			t.Errorf("%q gives an entry without a name", field)
		}
	})
}
