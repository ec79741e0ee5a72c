package git

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

func wantCode(t *testing.T, what string, err error, code, says string) {
	t.Helper()
	if document.CodeOf(err) != code || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %s %q", what, err, code, says)
	}
}

func TestOpen(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "dir/a", "x")
	if got := open(t, filepath.Join(r.Dir, "dir")); got.WorkTree != r.Dir || got.Bare || got.GitDir != filepath.Join(r.Dir, ".git") {
		t.Errorf("%+v", got.Repo)
	}
	if got := open(t, r.GitDir); got.WorkTree != "" || got.Bare || got.Dir != r.GitDir {
		t.Errorf("%+v", got.Repo)
	}
	if bare := newRepo(t, "--bare"); !bare.Bare || bare.WorkTree != "" || bare.GitDir != bare.Dir {
		t.Errorf("%+v", bare.Repo)
	}
	tree := filepath.Join(t.TempDir(), "second")
	r.run("worktree", "add", "-q", tree)
	if got := open(t, tree); got.WorkTree != tree { // X90
		t.Errorf("%+v", got.Repo)
	}
	_, err := Open(t.Context(), t.TempDir())
	wantCode(t, "no repository", err, "AXLE1500", "is not in a git repository")
	t.Setenv("PATH", t.TempDir())
	_, err = Open(t.Context(), r.Dir)
	wantCode(t, "no git", err, "AXLE3501", "git was not found")
}

func TestResolve(t *testing.T) {
	r := newRepo(t)
	_, err := r.Resolve(t.Context(), "main")
	wantCode(t, "empty repository", err, "AXLE1501", "repository has no commits") // B119
	_, err = r.Head(t.Context())
	wantCode(t, "empty repository", err, "AXLE1501", "repository has no commits")

	first := r.commit("one", "a", "x")
	second := r.commit("two", "a", "y")
	r.run("tag", "-a", "-m", "t", "v1.0.0", first)
	r.run("branch", "feature/queue")
	for ref, want := range map[string]string{
		"main": second, "refs/heads/main": second, "HEAD": second, "feature/queue": second, second: second, second[:8]: second,
		"v1.0.0": first, "main~1": first, "HEAD^": first,
	} {
		if got, err := r.Resolve(t.Context(), ref); got != want || err != nil {
			t.Errorf("Resolve(%q) is %s, %v", ref, got, err)
		}
	}
	for _, c := range []struct{ ref, code, says string }{
		{"mian", "AXLE1502", "did you mean main?"},                                               // B121
		{"feature/quee", "AXLE1502", "did you mean feature/queue?"},                              // B121
		{"nothing-like-it", "AXLE1502", "ref nothing-like-it not found"},                         // B121
		{"-x", "AXLE1503", `ref may not start with "-"`},                                         // B122
		{"--output=x", "AXLE1503", `ref may not start with "-"`},                                 // B122
		{"../../x", "AXLE1504", "not a valid ref name"},                                          // B123
		{"", "AXLE1504", "not a valid ref name"},                                                 // B123
		{"a\x1b[2Jb", "AXLE1504", `"a\x1b[2Jb" is not a valid ref name`},                         // B123, CLI-54
		{strings.Repeat("1", 40), "AXLE1505", strings.Repeat("1", 40) + " is not in the remote"}, // B124
	} {
		_, err := r.Resolve(t.Context(), c.ref)
		wantCode(t, c.ref, err, c.code, c.says)
	}
}

// validName agrees with git check-ref-format.
func TestValidName(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{
		"main", "a/b", "a.b", "v1.0.0", "@a", "a@b", "é", "a-b", "a{b",
		"@", "a..b", ".a", "a/.b", "a.lock", "a.lock/b", "a/", "/a", "a//b", "a b", "a~", "a^", "a:b", "a?b", "a*b", "a[b", `a\b`, "a.", "a@{b", "a\x7fb", "a\nb", "",
	} {
		_, err := tryRun(r.Dir, "", "check-ref-format", "--allow-onelevel", name)
		if validName(name) != (err == nil) {
			t.Errorf("validName(%q) is %v, git says %v", name, validName(name), err)
		}
	}
}

func FuzzCheckRef(f *testing.F) {
	for _, s := range []string{"main", "-x", "../x", "HEAD~2", "a^{tree}", "refs/heads/a", "x@{1}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		if CheckRef(ref) == nil && (ref == "" || ref[0] == '-' || strings.ContainsAny(ref, " :\n\x00")) {
			t.Errorf("%q passes", ref)
		}
	})
}

func TestBranchAndHistory(t *testing.T) {
	r := newRepo(t)
	base := r.commit("one", "a", "x")
	r.run("checkout", "-q", "-b", "side")
	side := r.commit("side", "b", "x")
	r.run("checkout", "-q", "main")
	main := r.commit("main", "a", "y")

	if ref, err := r.Branch(t.Context()); ref != "refs/heads/main" || err != nil {
		t.Error(ref, err)
	}
	if got, err := r.MergeBase(t.Context(), main, side); got != base || err != nil {
		t.Error(got, err)
	}
	for _, c := range []struct {
		tip, sha string
		want     bool
	}{{main, base, true}, {main, main, true}, {main, side, false}, {base, main, false}} {
		if got, err := r.Contains(t.Context(), c.tip, c.sha); got != c.want || err != nil {
			t.Errorf("Contains(%s, %s) is %v, %v", c.tip, c.sha, got, err)
		}
	}
	r.run("checkout", "-q", "--detach")
	if ref, err := r.Branch(t.Context()); ref != "" || err != nil {
		t.Error(ref, err)
	}
}

func TestChanged(t *testing.T) {
	r := newRepo(t)
	first := r.commit("one", "a", "x", "products/q/product.yaml", "x", "gone", "x")
	os.Remove(filepath.Join(r.Dir, "gone"))
	second := r.commit("two", "products/q/product.yaml", "y", "new\tname", "x")
	for before, want := range map[string][]string{
		first:                   {"gone", "new\tname", "products/q/product.yaml"},
		second:                  nil,
		"":                      {"a", "new\tname", "products/q/product.yaml"},
		strings.Repeat("0", 40): {"a", "new\tname", "products/q/product.yaml"},
		strings.Repeat("1", 40): {"a", "new\tname", "products/q/product.yaml"}, // pushed over, and gone
	} {
		if got, err := r.Changed(t.Context(), before, second); !slices.Equal(got, want) || err != nil {
			t.Errorf("since %q: %q, %v", before, got, err)
		}
	}
}

func TestDirty(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x", "b", "x")
	if got, err := r.Dirty(t.Context()); len(got) != 0 || err != nil {
		t.Error(got, err)
	}
	r.write("a", "changed")
	r.write("new file", "x")
	r.write("c", "staged")
	r.run("add", "c")
	got, err := r.Dirty(t.Context())
	slices.Sort(got)
	if !slices.Equal(got, []string{"a", "c", "new file"}) || err != nil {
		t.Error(got, err)
	}
	if got, err := newRepo(t, "--bare").Dirty(t.Context()); got != nil || err != nil {
		t.Error(got, err)
	}
}

func TestIdentity(t *testing.T) {
	r := newRepo(t)
	_, err := r.Identity(t.Context())
	wantCode(t, "nobody", err, "AXLE1507", "git does not know who you are")
	t.Setenv("GIT_COMMITTER_EMAIL", "env@example.com")
	if got, err := r.Identity(t.Context()); got != "env@example.com" || err != nil {
		t.Error(got, err)
	}
	r.run("config", "user.email", "bea@example.com")
	if got, err := r.Identity(t.Context()); got != "bea@example.com" || err != nil {
		t.Error(got, err)
	}
}

func TestPeople(t *testing.T) {
	r := newRepo(t)
	first := r.commit("one", "a", "x")
	r.run("-c", "user.email=bea@example.com", "commit", "-q", "--allow-empty", "--author", "Cy <cy@example.com>", "-m", "two")
	second := r.run("rev-parse", "HEAD")
	third := r.commit("three", "a", "y")
	p := func(email, role, sha string) pipeline.Person {
		return pipeline.Person{Email: email, Role: role, SHA: sha}
	}
	last := []pipeline.Person{p("ann@example.com", "author", third), p("ann@example.com", "committer", third)}
	both := append(slices.Clone(last), p("cy@example.com", "author", second), p("bea@example.com", "committer", second))
	for before, want := range map[string][]pipeline.Person{first: both, "": last, strings.Repeat("1", 40): last, third: nil} {
		if got, err := r.People(t.Context(), before, third); !slices.Equal(got, want) || err != nil {
			t.Errorf("since %q: %v, %v", before, got, err)
		}
	}
}
