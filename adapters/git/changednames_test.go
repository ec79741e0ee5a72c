package git

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// namesOf gives the names that a source brings.
func namesOf(t *testing.T, blobs iter.Seq2[secrets.Blob, error]) string {
	t.Helper()
	var all []string
	for b, err := range blobs {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Names...)
	}
	return strings.Join(all, " ")
}

// F8: every name that a change brings is read, of folders and files, also where the content is known already
// and where the file is gone again; and the refs that a push makes.
func TestNamesOfAChange(t *testing.T) {
	r := newRepo(t)
	before := r.commit("one", "a", "same", "kept", "k")
	r.commit("two", "dir/sub/b", "same", "gone", "x")
	r.run("rm", "-q", "gone")
	sha := r.commit("three", "a", "other")
	zero := strings.Repeat("0", 40)

	for _, c := range []struct {
		name  string
		blobs iter.Seq2[secrets.Blob, error]
		want  string
	}{
		{"a range", r.Range(t.Context(), before, sha), "a b dir gone sub"},
		{"nothing new", r.Range(t.Context(), sha, sha), ""},
		{"what is pushed out", r.Outgoing(t.Context(), []Update{{zero, sha, "refs/heads/x"}}), "a b dir gone kept sub refs/heads/x"},
		{"what comes in, of which all is there", r.Incoming(t.Context(), []Update{{zero, sha, "refs/heads/y"}}), "refs/heads/y"},
		{"a ref that goes away", r.Incoming(t.Context(), []Update{{sha, zero, "refs/heads/y"}, {zero, sha, "refs/tags/v"}}), "refs/tags/v"},
	} {
		if got := namesOf(t, c.blobs); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}

	r.run("mv", "kept", "moved")
	r.write("a", "changed")
	r.run("add", "-A")
	if got := namesOf(t, r.Staged(t.Context())); got != "moved" {
		t.Errorf("staged: %q", got)
	}
	r.run("tag", "v7")
	inv, err := r.Inventory(t.Context())
	if err != nil || !slices.Contains(inv.Names, "refs/tags/v7") || !slices.Contains(inv.Names, "gone") {
		t.Errorf("the history's names are %q (%v)", inv.Names, err)
	}
}

// F8: who made a commit, a signature and what programs wrote are read with the message; git's own words are not.
func TestHeadersAreRead(t *testing.T) {
	id := strings.Repeat("a", 40)
	for _, c := range []struct{ object, tag, headers, message string }{
		{"tree " + id + "\nparent " + id + "\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 2 +0000\n\nhello\n", id, "A <a@b> 1 +0000\nC <c@d> 2 +0000\n\n\n", "hello\n"},
		{"tree " + id + "\ngpgsig -----BEGIN\n xyz\n -----END\nencoding odd\n\nm", id, "gpgsig -----BEGIN\n xyz\n -----END\nodd\n\n", "m"},
		{"tree " + id + "\nmergetag object " + id + "\n type commit\n tagger T\n\nm", id, "mergetag object " + id + "\n type commit\n tagger T\n\n", "m"},
		{"object " + id + "\ntype commit\ntag v1\ntagger T <t@u> 1 +0000\n\nm", "v1", "v1\nT <t@u> 1 +0000\n\n", "m"},
		{"tree " + id + "\n\nonly a message", id, "", "only a message"},
	} {
		tag, n, text := messageOf(id, []byte(c.object))
		headers, message := string(text[:n]), string(text[n:])
		if tag != c.tag || strings.TrimSpace(headers) != strings.TrimSpace(c.headers) || message != c.message {
			t.Errorf("%q: %q, %q, %q", c.object, tag, headers, message)
		}
	}
}
