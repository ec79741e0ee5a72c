package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// hosted is a clone of a bare repository, which also has a pull request's ref.
func hosted(t *testing.T) (host, clone repo) {
	r := leaky(t)
	r.run("notes", "add", "-m", "see "+hidden(), "HEAD")
	host = r.clone("--mirror")
	host.run("update-ref", "refs/pull/1/head", "main")
	host.run("config", "--unset", "remote.origin.mirror")
	clone = host.clone()
	clone.run("fetch", "-q", "origin", "refs/notes/*:refs/notes/*")
	return host, clone
}

// A push takes branches that are only known from the remote, tags and notes along, and names what
// it does not reach.
func TestPurgePush(t *testing.T) {
	host, r := hosted(t)
	report := r.purge(purgeOf(t, hidden()))
	push, err := r.PushPurge(t.Context(), "origin", report.Refs)
	if err != nil {
		t.Fatalf("%v: %v", err, causes(err))
	}
	if got := strings.Join(push.Pushed, " "); got != "refs/heads/main refs/heads/side refs/notes/commits refs/tags/v1" {
		t.Errorf("pushed %s", got)
	}
	if got := strings.Join(push.Stale, " "); got != "refs/pull/1/head" {
		t.Errorf("stale %s", got)
	}
	for _, ref := range []string{"main", "side", "v1"} {
		if out, err := tryRun(host.Dir, "", "log", "-p", ref); err != nil || strings.Contains(out, hidden()) {
			t.Errorf("%s at the host still holds it (%v)", ref, err)
		}
	}
	if again := r.clone(); again.run("rev-parse", "main") != host.run("rev-parse", "main") {
		t.Error("the clone and the host differ")
	}
}

// Where somebody has pushed since, the remote stays as it is, every ref of it.
func TestPurgePushKeepsWhatOthersPushed(t *testing.T) {
	host, r := hosted(t)
	other := host.clone()
	report := r.purge(purgeOf(t, hidden()))
	other.commit("theirs")
	other.run("push", "-q", "origin", "main")
	before := host.refs()
	if _, err := r.PushPurge(t.Context(), "origin", report.Refs); document.CodeOf(err) != "AXLE3546" {
		t.Errorf("%v, want AXLE3546", err)
	}
	if host.refs() != before {
		t.Error("refs of the host moved")
	}
	if _, err := r.PushPurge(t.Context(), "--upload-pack=x", report.Refs); document.CodeOf(err) != "AXLE1563" {
		t.Errorf("a remote that is an option: %v", err)
	}
}

// signedCommit makes a commit with a header as signing leaves it, on top of HEAD.
func (r repo) signedCommit(message string) string {
	r.t.Helper()
	text := "tree " + r.run("rev-parse", "HEAD^{tree}") + "\nparent " + r.run("rev-parse", "HEAD") +
		"\nauthor Ann <ann@example.com> 1700000000 +0530\ncommitter Bob <bob@example.com> 1700000001 -0800\ngpgsig " +
		"-----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\n" + message + "\n"
	path := filepath.Join(r.t.TempDir(), "commit")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	id := r.run("hash-object", "-t", "commit", "-w", path)
	r.run("reset", "-q", "--hard", id)
	return id
}

// Signatures: counted; all go, as with git-filter-repo, or those before the first secret stay. X42
func TestPurgeSignatures(t *testing.T) {
	for _, keep := range []bool{false, true} {
		r := newRepo(t)
		r.commit("first", "a", "1\n")
		clean := r.signedCommit("signed and clean")
		r.commit("a leak", "b", hidden()+"\n")
		r.signedCommit("signed, after the leak")
		r.run("tag", "-a", "-m", "v1\n-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----", "v1")
		want := purgeOf(t, hidden())
		want.KeepSigned = keep
		plan := r.plan(want)
		if lost := map[bool]int{false: 3, true: 2}[keep]; plan.Unsigned != lost {
			t.Errorf("keep %v: %d signatures lost, want %d", keep, plan.Unsigned, lost)
		}
		r.purge(want)
		if kept := r.run("rev-parse", "HEAD~2") == clean; kept != keep {
			t.Errorf("keep %v: the clean commit kept its id: %v", keep, kept)
		}
		if got := r.run("log", "-1", "--format=%an %ad %cn %cd", "--date=raw"); got != "Ann 1700000000 +0530 Bob 1700000001 -0800" {
			t.Errorf("who and when: %s", got)
		}
		if got := r.run("cat-file", "-p", "HEAD") + r.run("cat-file", "-p", "v1"); strings.Contains(got, "SIGNATURE") {
			t.Errorf("a signature that no longer fits: %s", got)
		}
	}
}

// A purge that finds nothing changes nothing, signatures included.
func TestPurgeOfNothing(t *testing.T) {
	r := newRepo(t)
	r.commit("first", "a", "1\n")
	r.signedCommit("signed")
	plan := r.plan(purgeOf(t, hidden()))
	if !plan.Nothing() || plan.Commits != 0 || plan.Unsigned != 0 {
		t.Errorf("plan %+v", plan)
	}
	if _, err := r.ApplyPurge(t.Context(), purgeOf(t, hidden()), plan.Token); document.CodeOf(err) != "AXLE2543" {
		t.Errorf("%v, want AXLE2543", err)
	}
}
