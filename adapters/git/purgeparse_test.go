package git

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// What is read of a commit or a tag is written again byte for byte.
func FuzzCommitText(f *testing.F) {
	for _, seed := range []string{"tree 1\nparent 2\nauthor A <a> 1 +0000\ngpgsig x\n y\n \n z\n\nmessage\n\nmore\n", "tree 1\n\n", "tree 1", "", "\nmessage",
		" x\n y\n\n", "\n 0", "key\nkey \n\n", "object 1\ntype commit\ntag v1\n\nv1\n-----BEGIN PGP SIGNATURE-----\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := parseText(raw).bytes(); !bytes.Equal(got, raw) {
			t.Errorf("%q became %q", raw, got)
		}
		for _, tag := range []bool{false, true} {
			if bare, _ := parseText(raw).unsigned(tag); len(bare.bytes()) > len(raw) {
				t.Errorf("%q grew to %q", raw, bare.bytes())
			}
		}
	})
}

// Signatures are found where git looks for them, and nowhere else.
func TestUnsigned(t *testing.T) {
	pgp := "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n"
	for _, c := range []struct {
		tag       bool
		raw, want string
		signed    bool
	}{
		{false, "tree 1\ngpgsig a\n b\n\nm\n", "tree 1\n\nm\n", true},
		{false, "tree 1\ngpgsig-sha256 a\n\nm\n", "tree 1\n\nm\n", true},
		{false, "tree 1\nmergetag object 1\n type commit\n\nm\n", "tree 1\n\nm\n", true},
		{false, "tree 1\nencoding latin1\n\nm\n", "tree 1\nencoding latin1\n\nm\n", false},
		{false, "tree 1\n\nm\n" + pgp, "tree 1\n\nm\n" + pgp, false},
		{true, "object 1\n\nm\n" + pgp, "object 1\n\nm\n", true},
		{true, "object 1\n\n" + pgp, "object 1\n\n", true},
		{true, "object 1\n\nm " + pgp, "object 1\n\nm " + pgp, false},
	} {
		got, signed := parseText([]byte(c.raw)).unsigned(c.tag)
		if string(got.bytes()) != c.want || signed != c.signed {
			t.Errorf("%q: %q %v, want %q %v", c.raw, got.bytes(), signed, c.want, c.signed)
		}
	}
}

// A tree is written as it was read; a damaged one is an error.
func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 a\x0001234567890123456789" + "40000 b\x0001234567890123456789"))
	f.Add([]byte("100644 a\x00short"))
	f.Add([]byte("no end"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var entries []treeEntry
		err := eachEntry(raw, 20, func(e treeEntry) error { entries = append(entries, e); return nil })
		if err == nil && !bytes.Equal(treeBytes(entries), raw) {
			t.Errorf("%q became %q", raw, treeBytes(entries))
		}
		if err != nil && document.CodeOf(err) != "AXLE3502" {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

// A delta on its base gives the data again.
func FuzzDelta(f *testing.F) {
	f.Add([]byte("one two three"), []byte("one 2 three"))
	f.Add([]byte(""), []byte("x"))
	f.Add([]byte(strings.Repeat("x", 70000)+"a"), []byte(strings.Repeat("x", 70000)+"b"))
	f.Add([]byte("aaaa"), []byte("aaaaaaaa"))
	f.Add([]byte("0123456789abcdefg0123456789abcdefg--------------------"), []byte("x0123456789abcdefgyy0123456789abcdefg"))
	f.Fuzz(func(t *testing.T, base, data []byte) {
		if delta := deltaOf(base, data); delta != nil && !bytes.Equal(undelta(t, base, delta), data) {
			t.Errorf("%q on %q gives something else", data, base)
		}
	})
}

// What has changed in several places is told by those places alone; what is new, not at all.
func TestDelta(t *testing.T) {
	var text strings.Builder
	for n := range 400 {
		fmt.Fprintf(&text, "line %d of %d\n", n, n*n)
	}
	base := text.String()
	for _, c := range []struct {
		name, data string
		longest    int // 0: no delta
	}{
		{"the same", base, 20},
		{"three lines", strings.NewReplacer("line 7 of 49", "a", "line 200 of 40000", "b", "line 390 of 152100", "c").Replace(base), 60},
		{"the end first", base[len(base)/2:] + base[:len(base)/2], 40},
		{"twice", base + base, 60},
		{"another text", strings.Repeat("all is new here. ", 300)[:4000] + "x", 0},
	} {
		delta := deltaOf([]byte(base), []byte(c.data))
		if c.longest == 0 {
			if delta != nil {
				t.Errorf("%s: a delta of %d bytes for %d", c.name, len(delta), len(c.data))
			}
			continue
		}
		if len(delta) == 0 || len(delta) > c.longest {
			t.Errorf("%s: a delta of %d bytes, want at most %d", c.name, len(delta), c.longest)
		} else if got := undelta(t, []byte(base), delta); string(got) != c.data {
			t.Errorf("%s: gives something else", c.name)
		}
	}
}

// undelta reads a delta as git's documentation of packs has it.
func undelta(t *testing.T, base, delta []byte) (out []byte) {
	from, n := binary.Uvarint(delta)
	size, m := binary.Uvarint(delta[n:])
	delta = delta[n+m:]
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 {
			out, delta = append(out, delta[:op]...), delta[op:]
			continue
		}
		var v [7]int
		for i := range v {
			if op&(1<<i) != 0 {
				v[i], delta = int(delta[0]), delta[1:]
			}
		}
		at, n := v[0]|v[1]<<8|v[2]<<16|v[3]<<24, v[4]|v[5]<<8|v[6]<<16
		out = append(out, base[at:at+n]...)
	}
	if int(from) != len(base) || int(size) != len(out) {
		t.Errorf("sizes %d %d, want %d %d", from, size, len(base), len(out))
	}
	return out
}

func TestFoldRef(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{{"Foo", "foo", true}, {"caf\u00e9", "cafe\u0301", true}, {"CAF\u00c9", "cafe\u0301", true}, {"foo", "fob", false}, {"\u00e9", "\u00e8", false}, {"\u65e5", "\u672c", false}} {
		if got := foldRef(c.a) == foldRef(c.b); got != c.same {
			t.Errorf("%q and %q: same %v", c.a, c.b, got)
		}
	}
}

// A long history of one folder is packed as deltas that git takes, also beyond its longest chain.
func TestPurgeLongHistory(t *testing.T) {
	r := newRepo(t)
	var in strings.Builder
	for n := range 130 {
		text := fmt.Sprintf("password: %s %d\n", hidden(), n)
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 2\nm\nM 100644 inline a/f%d\ndata %d\n%s\n", 1700000000+n, n, len(text), text)
	}
	if out, err := tryRun(r.Dir, in.String(), "fast-import", "--quiet"); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	r.run("reset", "-q", "--hard")
	r.purge(purgeOf(t, hidden()))
	if found := r.residue(hidden()); found != nil {
		t.Errorf("objects still hold it: %v", found)
	}
	if got := len(strings.Split(r.run("ls-files"), "\n")); got != 130 {
		t.Errorf("%d files, want 130", got)
	}
	r.run("fsck", "--strict", "--full")
}

// What in the git directory is no object, and holds the secret, is named.
func TestPurgeTellsOfLeftovers(t *testing.T) {
	r := leaky(t)
	hook := filepath.Join(r.GitDir, "hooks", "mine")
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("curl -u x:"+hidden()), 0o755); err != nil {
		t.Fatal(err)
	}
	if report := r.purge(purgeOf(t, hidden())); !slices.Equal(report.Left, []string{hook}) {
		t.Errorf("left %v", report.Left)
	}
}

// What Git LFS keeps here is no object of git, and is named where it holds the secret. PERF-25
func TestPurgeTellsOfLFSContents(t *testing.T) {
	r := leaky(t)
	r.commit("big", "big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
	held := filepath.Join(r.GitDir, "lfs", "objects", "00", "00", "00")
	if err := os.MkdirAll(filepath.Dir(held), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(held, []byte("password: "+hidden()), 0o644); err != nil {
		t.Fatal(err)
	}
	report := r.purge(purgeOf(t, hidden()))
	if !slices.Equal(report.Left, []string{held}) || report.Plan.LFS != 1 {
		t.Errorf("left %v, pointers %d", report.Left, report.Plan.LFS)
	}
}

// What the plan tells of people, submodules, LFS and remotes.
func TestPurgePlanTells(t *testing.T) {
	r := leaky(t)
	r.write("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
	r.run("update-index", "--add", "--cacheinfo", "160000,"+r.run("rev-parse", "HEAD")+",vendored")
	r.run("add", "big.bin")
	r.run("commit", "-q", "-m", "links", "--author", "Eve <eve@example.com>")
	if err := os.MkdirAll(filepath.Join(r.Dir, "vendored"), 0o755); err != nil {
		t.Fatal(err)
	}
	plan := r.plan(purgeOf(t, hidden()))
	if got := fmt.Sprint(plan.People, plan.Submodules, plan.LFS, plan.Remotes, plan.Holding, plan.Blobs); got != "[ann@example.com eve@example.com] [vendored] 1 [] 2 1" {
		t.Errorf("plan tells %s", got)
	}
}
