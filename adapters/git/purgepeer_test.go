package git

import (
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
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

// M13: in generated repositories every branch and tag comes out as git-filter-repo has it.
// AXLE_PURGE_REPOS says how many.
func TestPurgeAgreesWithFilterRepoOnMany(t *testing.T) {
	if _, err := exec.LookPath("git-filter-repo"); err != nil {
		t.Skip("git-filter-repo is not installed: apt-get install git-filter-repo")
	}
	many, err := strconv.Atoi(os.Getenv("AXLE_PURGE_REPOS"))
	if err != nil {
		many = 6
	}
	rules := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(rules, []byte(hidden()+"==>"+secrets.Removed+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for seed := range many {
		r := generated(t, int64(seed))
		peer := r.clone("--mirror")
		run(t, peer.Dir, peerArgs(rules)...)
		r.purge(purgeOf(t, hidden()))
		if got, want := r.refs(), peer.refs(); got != want {
			t.Errorf("seed %d: refs\n%swant\n%s", seed, got, want)
		}
		if found := r.residue(hidden()); found != nil {
			t.Errorf("seed %d: objects still hold it: %v", seed, found)
		}
	}
}

// generated is a bare repository of branches, merges, tags and the secret here and there.
func generated(t *testing.T, seed int64) repo {
	r := newRepo(t, "--bare")
	g := &generator{Rand: rand.New(rand.NewSource(seed))}
	if out, err := tryRun(r.Dir, g.stream(), "fast-import", "--quiet"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r
}

type generator struct {
	*rand.Rand
	strings.Builder
	marks int
}

func (g *generator) text(n int) string {
	s := fmt.Sprintf("%d words\n", n)
	for range g.Intn(4) {
		s += fmt.Sprintf("line %d\n", g.Intn(9))
	}
	if g.Intn(3) == 0 {
		s += "password: " + hidden() + "\n"
	}
	return s
}

func (g *generator) data(s string) { fmt.Fprintf(g, "data %d\n%s\n", len(s), s) }

// stream is a history as git fast-import reads it.
func (g *generator) stream() string {
	branches := []string{"main", "side", "third"}
	tip := map[string]int{}
	for n := range 12 + g.Intn(12) {
		b := branches[g.Intn(len(branches))]
		g.marks++
		fmt.Fprintf(g, "commit refs/heads/%s\nmark :%d\n", b, g.marks)
		fmt.Fprintf(g, "author A%d <a%d@example.com> %d +0%d00\ncommitter C <c@example.com> %d -0330\n", g.Intn(3), g.Intn(3), 1700000000+n, g.Intn(10), 1700000100+n)
		g.data(g.text(n))
		if tip[b] == 0 && tip["main"] != 0 {
			tip[b] = tip["main"]
		}
		if tip[b] != 0 {
			fmt.Fprintf(g, "from :%d\n", tip[b])
		}
		if other := tip[branches[g.Intn(len(branches))]]; other != 0 && tip[b] != 0 && other != tip[b] && g.Intn(3) == 0 {
			fmt.Fprintf(g, "merge :%d\n", other)
		}
		for range 1 + g.Intn(3) {
			fmt.Fprintf(g, "M 100644 inline d%d/e%d/f%d\n", g.Intn(3), g.Intn(2), g.Intn(4))
			g.data(g.text(n))
		}
		tip[b] = g.marks
		if g.Intn(5) == 0 {
			fmt.Fprintf(g, "tag v%d\nfrom :%d\ntagger T <t@example.com> %d +0000\n", n, g.marks, 1700000000+n)
			g.data(g.text(n))
		}
	}
	fmt.Fprintf(g, "reset refs/heads/main\nfrom :%d\n\n", g.marks)
	return g.String()
}
