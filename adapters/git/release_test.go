package git

import (
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/pipeline"
)

// by commits a file as somebody: author and committer alike.
func (r repo) by(email, name, text string) string {
	r.t.Helper()
	r.write(name, text)
	r.run("add", "-A")
	r.run("-c", "user.email="+email, "commit", "-q", "-m", email+" writes "+name)
	return r.run("rev-parse", "HEAD")
}

// emails are the people's addresses, each once, sorted.
func emails(people []pipeline.Person) []string {
	var all []string
	for _, p := range people {
		all = append(all, p.Email)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func wantPeople(t *testing.T, what string, r repo, base, sha, path string, want ...string) {
	t.Helper()
	people, err := r.ReleasePeople(t.Context(), base, sha, path)
	if got := emails(people); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %v (%v), want %v", what, got, err, want)
	}
}

// UI-2, T20: whoever had a hand in a product since it was last published may not approve it;
// who wrote other products may.
func TestReleasePeople(t *testing.T) {
	r := newRepo(t)
	r.by("first@example.com", "products/q/product.yaml", "1")
	published := r.by("second@example.com", "products/q/template.yaml", "1")
	r.by("stranger@example.com", "products/other/template.yaml", "1")
	r.by("third@example.com", "products/q/template.yaml", "2")
	sha := r.by("last@example.com", "README.md", "1")

	wantPeople(t, "since it was published", r, published, sha, "products/q", "last@example.com", "third@example.com")
	wantPeople(t, "never published", r, "", sha, "products/q", "first@example.com", "last@example.com", "second@example.com", "third@example.com")
	wantPeople(t, "published from a commit that is gone", r, strings.Repeat("1", 40), sha, "products/q",
		"first@example.com", "last@example.com", "second@example.com", "third@example.com")
	wantPeople(t, "the product is the repository", r, published, sha, ".", "last@example.com", "stranger@example.com", "third@example.com")
	wantPeople(t, "published at this very commit", r, sha, sha, "products/q", "last@example.com")
}

// A committer who is not the author had a hand in it too, and each is named once a commit.
func TestReleasePeopleNamesRoleAndCommit(t *testing.T) {
	r := newRepo(t)
	r.write("p/a", "x")
	r.run("add", "-A")
	r.run("-c", "user.email=bea@example.com", "commit", "-q", "--author", "Cy <cy@example.com>", "-m", "one")
	sha := r.run("rev-parse", "HEAD")
	got, err := r.ReleasePeople(t.Context(), "", sha, "p")
	want := []pipeline.Person{{Email: "cy@example.com", Role: "author", SHA: sha}, {Email: "bea@example.com", Role: "committer", SHA: sha}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// merged is a side branch by side@, a change on main by main@, and their merge by merger@ in
// which q/a is as result says.
func merged(t *testing.T, side []string, main, result string) (r repo, base, sha string) {
	r = newRepo(t)
	base = r.by("base@example.com", "q/a", "0")
	r.run("checkout", "-q", "-b", "side")
	for _, text := range side {
		r.by("side@example.com", "q/a", text)
	}
	r.run("checkout", "-q", "main")
	r.by("main@example.com", main, "1")
	tryRun(r.Dir, "", "merge", "-q", "--no-commit", "--no-ff", "side")
	sha = r.by("merger@example.com", "q/a", result)
	return r, base, sha
}

// UI-2: git leaves a side branch out whose changes a merge did not keep; its authors had a hand
// in the release all the same.
func TestReleasePeopleOfMerges(t *testing.T) {
	for _, c := range []struct {
		name         string
		side         []string
		main, result string
	}{
		{"both sides made the same change", []string{"1"}, "q/a", "1"},
		{"the side took its change back", []string{"1", "0"}, "q/b", "0"},
		{"the merge kept main's", []string{"2"}, "q/a", "1"},
		{"the merge kept the side's", []string{"2"}, "q/a", "2"},
		{"the merge kept neither", []string{"2"}, "q/a", "3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, base, sha := merged(t, c.side, c.main, c.result)
			wantPeople(t, "release", r, base, sha, "q", "main@example.com", "merger@example.com", "side@example.com")
		})
	}
}

// A repository's own settings and odd folder names do not change who is found.
func TestReleasePeopleWhateverIsSet(t *testing.T) {
	r := newRepo(t)
	r.run("config", "log.follow", "true")
	r.run("config", "log.mailmap", "true")
	r.run("config", "log.showSignature", "true")
	r.write(".mailmap", "Someone <someone@example.com> <bea@example.com>\n")
	r.by("bea@example.com", "*/a", "1")
	r.by("stranger@example.com", "q/a", "1")
	sha := r.by("last@example.com", "README.md", "1")
	wantPeople(t, "a folder called *", r, "", sha, "*", "bea@example.com", "last@example.com")
	wantPeople(t, "a folder that never was", r, "", sha, "none", "last@example.com")
}

// What is no commit is an error, never an empty list of people.
func TestReleasePeopleRefuses(t *testing.T) {
	r := newRepo(t)
	sha := r.by("ann@example.com", "q/a", "1")
	for _, c := range []struct{ what, base, sha, code, says string }{
		{"a branch for a commit", "", "main", "AXLE1504", `"main" is not a commit id`},
		{"an option for a base", "--all", sha, "AXLE1504", `"--all" is not a commit id`},
		{"a commit that is not there", "", strings.Repeat("1", 40), "AXLE3502", "objects could not be read"},
	} {
		people, err := r.ReleasePeople(t.Context(), c.base, c.sha, "q")
		wantCode(t, c.what, err, c.code, c.says)
		if len(people) > 0 {
			t.Errorf("%s: %v", c.what, people)
		}
	}
}
