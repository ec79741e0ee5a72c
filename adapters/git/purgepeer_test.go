package git

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// peerArgs make git-filter-repo do what axle does; it would drop commits that come out empty.
func peerArgs(rules string) []string {
	return []string{"filter-repo", "--force", "--quiet", "--replace-text", rules, "--replace-message", rules,
		"--preserve-commit-hashes", "--preserve-commit-encoding", "--prune-empty", "never", "--prune-degenerate", "never", "--replace-refs", "delete-no-add"}
}

// M13: in generated repositories every branch and tag comes out as git-filter-repo has it, nothing
// holds the secret, every other file keeps its id, notes stay with their commits, and the restore
// brings back every ref. AXLE_FULL=1 takes sixty, else six.
func TestPurgeAgreesWithFilterRepoOnMany(t *testing.T) {
	if _, err := exec.LookPath("git-filter-repo"); err != nil {
		t.Skip("git-filter-repo is not installed: apt-get install git-filter-repo")
	}
	many := 6
	if os.Getenv("AXLE_FULL") == "1" {
		many = 60
	}
	rules := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(rules, []byte(hidden()+"==>"+secrets.Removed+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for seed := range many {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			r := generated(t, int64(seed))
			peer := r.clone("--mirror")
			run(t, peer.Dir, peerArgs(rules)...)
			refs, clean, notes := r.refs(), r.cleanBlobs(), r.notes()
			report := r.purge(purgeOf(t, hidden()))
			if got, want := withoutNotes(r.refs()), withoutNotes(peer.refs()); got != want {
				t.Errorf("refs\n%swant\n%s", got, want)
			}
			if found := r.residue(hidden()); found != nil {
				t.Errorf("objects still hold it: %v", found)
			}
			after := r.cleanBlobs()
			for _, id := range clean {
				if !slices.Contains(after, id) {
					t.Errorf("file %s is gone, and held nothing", id)
				}
			}
			if got, want := r.notes(), strings.ReplaceAll(notes, hidden(), secrets.Removed); got != want {
				t.Errorf("notes\n%s\nwant\n%s", got, want)
			}
			r.run("fsck", "--strict", "--full")
			if out, err := exec.Command("sh", "-c", report.Restore).CombinedOutput(); err != nil || r.refs() != refs {
				t.Errorf("restored (%v %s)\n%swant\n%s", err, out, r.refs(), refs)
			}
		})
	}
}

func withoutNotes(refs string) string {
	var out strings.Builder
	for line := range strings.Lines(refs) {
		if !strings.HasPrefix(line, "refs/notes/") { // git-filter-repo leaves them under the old ids
			out.WriteString(line)
		}
	}
	return out.String()
}

// cleanBlobs are the ids of the files that a ref reaches and that do not hold the secret.
func (r repo) cleanBlobs() (out []string) {
	r.t.Helper()
	holding := r.residue(hidden())
	for _, id := range strings.Fields(r.run("rev-list", "--objects", "--all", "--no-object-names", "--filter=object:type=blob", "--filter-provided-objects")) {
		if !slices.Contains(holding, id+" blob") {
			out = append(out, id)
		}
	}
	return out
}

// notes are the commits that have one, told by what a purge keeps of them, and the note.
func (r repo) notes() string {
	return r.run("log", "--all", "--format=%at %N", "--date-order", "refs/heads/main")
}

// generated is a bare repository of branches, merges of two and three, tags with and without text and
// with a signature, notes, renames and deletions, empty commits, names and messages in other
// alphabets and encodings, links, submodules, programs, a mailmap, and the secret here and there.
func generated(t *testing.T, seed int64) repo {
	r := newRepo(t, "--bare")
	g := &generator{Rand: rand.New(rand.NewSource(seed)), tip: map[string]int{}, files: map[string][]string{}}
	if out, err := tryRun(r.Dir, g.stream(), "fast-import", "--quiet"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r
}

type generator struct {
	*rand.Rand
	strings.Builder
	marks int
	tip   map[string]int      // of a branch
	files map[string][]string // that may be moved
}

var branches = []string{"main", "side", "third", "f\u00f6rth/x"}

func (g *generator) text(n int) string {
	s := fmt.Sprintf("%d words\n", n)
	for range g.Intn(4) {
		s += fmt.Sprintf("line %d\n", g.Intn(9))
	}
	if g.Intn(3) == 0 {
		s += "password: " + hidden() + "\n"
	}
	return s[:len(s)-g.Intn(2)] // with and without an end of the last line
}

func (g *generator) data(s string) { fmt.Fprintf(g, "data %d\n%s\n", len(s), s) }

// stream is a history as git fast-import reads it.
func (g *generator) stream() string {
	for n := range 12 + g.Intn(12) {
		b := branches[g.Intn(len(branches))]
		g.commit(n, b)
		g.change(n, b)
		g.tags(n)
	}
	g.commit(50, "main")
	fmt.Fprintf(g, "M 100644 inline last\n")
	g.data(hidden())
	g.notes()
	return g.String()
}

// commit begins a commit: who, what, and after which.
func (g *generator) commit(n int, b string) {
	g.marks++
	fmt.Fprintf(g, "commit refs/heads/%s\nmark :%d\n", b, g.marks)
	fmt.Fprintf(g, "author A\u00fc%d <a%d@example.com> %d +0%d00\ncommitter C <c@example.com> %d -0330\n", g.Intn(3), g.Intn(3), 1700000000+n, g.Intn(10), 1700000100+n)
	if g.Intn(5) == 0 {
		g.WriteString("encoding ISO-8859-1\n")
		g.data("gr\xfc\xdfe " + g.text(n))
	} else {
		g.data(g.text(n))
	}
	if g.tip[b] == 0 {
		g.tip[b], g.files[b] = g.tip["main"], slices.Clone(g.files["main"])
	}
	if g.tip[b] != 0 {
		fmt.Fprintf(g, "from :%d\n", g.tip[b])
		parents := []int{g.tip[b]}
		for range g.Intn(4) {
			if other := g.tip[branches[g.Intn(len(branches))]]; other != 0 && !slices.Contains(parents, other) {
				fmt.Fprintf(g, "merge :%d\n", other)
				parents = append(parents, other)
			}
		}
	}
	g.tip[b] = g.marks
}

// change is what a commit does to files; of five, one does nothing.
func (g *generator) change(n int, b string) {
	if g.Intn(5) == 0 {
		return
	}
	for range 1 + g.Intn(3) {
		mode := []string{"100644", "100644", "100755", "120000"}[g.Intn(4)]
		name := []string{"d%d/e/f%d", "d%d/\u00f1-\u65e5\u672c%d", "with space %d/%d"}[g.Intn(3)]
		fmt.Fprintf(g, "M "+mode+" inline "+name+"\n", g.Intn(3), g.Intn(4))
		g.data(g.text(n))
	}
	switch file := fmt.Sprintf("own/f%d", n); g.Intn(6) {
	case 0:
		fmt.Fprintf(g, "M 160000 %040x vendored%d\n", 1+g.Intn(1<<20), g.Intn(2))
	case 1:
		g.WriteString("M 100644 inline .mailmap\n")
		g.data("A <a@example.com> <a1@example.com>\n")
	case 2, 3:
		fmt.Fprintf(g, "M 100644 inline %s\n", file)
		g.data(g.text(n))
		g.files[b] = append(g.files[b], file)
	default:
		g.move(n, b)
	}
}

// move renames or deletes a file that the branch has.
func (g *generator) move(n int, b string) {
	if len(g.files[b]) == 0 {
		return
	}
	old := g.files[b][0]
	g.files[b] = g.files[b][1:]
	if g.Intn(3) == 0 {
		fmt.Fprintf(g, "D %s\n", old)
	} else {
		fmt.Fprintf(g, "R %s renamed/%d\n", old, n)
	}
}

func (g *generator) tags(n int) {
	switch g.Intn(10) {
	case 0, 1:
		fmt.Fprintf(g, "tag v%d\nfrom :%d\ntagger T <t@example.com> %d +0000\n", n, g.marks, 1700000000+n)
		g.data(g.text(n) + "\n")
	case 2:
		fmt.Fprintf(g, "tag signed%d\nfrom :%d\ntagger T <t@example.com> %d +0000\n", n, g.marks, 1700000000+n)
		g.data(g.text(n) + "\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n")
	case 3:
		fmt.Fprintf(g, "reset refs/tags/light%d\nfrom :%d\n\n", n, g.marks)
	}
}

func (g *generator) notes() {
	g.WriteString("commit refs/notes/commits\ncommitter C <c@example.com> 1700009999 +0000\ndata 5\nnotes\n")
	for mark := 1; mark <= g.marks; mark += 1 + g.Intn(3) {
		fmt.Fprintf(g, "N inline :%d\n", mark)
		g.data(g.text(mark))
	}
}
