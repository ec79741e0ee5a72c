package gitleaks

import (
	"encoding/base64"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/secrets"
)

// snippets are lines that rules look at, with secrets in parts that later versions put together.
func snippets() []string {
	key := "AKIA" + "Z3MQ7RLT5WPX2HVN"
	return []string{
		"api" + "_key = '9f8a7b6c" + "5d4e3f2a" + "1b0c9d8e7f6a5b4c'", "key: value", "Default: correct-h0rse", "  DbPassword:", "    NoEcho: true",
		"k = \"" + key[:9] + "\" +", "  \"" + key[9:] + "\"", "!Join ['', ['" + key[:8] + "',", " '" + key[8:] + "']]", key[:12], key[12:],
		"-----BEGIN RSA PRIVATE" + " KEY-----", strings.Repeat("MIIEpAIB"+"AAKCAQEA"+"0Zq8b1fYw2mX", 2), strings.Repeat("ab12", 10), "sourcegraph", "facebook",
		"curl -H 'Authorization: Bearer \\", "  b3Blbi1zZXNhbWU6bm93LXBsZWFzZQ' https://x.internal", "github.com/golang-jwt/jwt v1.0.0 h1:ThErmQ8aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bCd=",
		base64.StdEncoding.EncodeToString([]byte(key + " is a key of mine")), "kind: Secret", "data:", "  tok" + "en: aGVsbG8gd29ybGQg" + "aGVsbG8gd29ybGQ=", "password=", "", strings.Repeat(" ", 3000), "\u200b", "é",
	}
}

// versionsOf makes a chain of versions of a text: lines change, come, go and move.
func versionsOf(rng *rand.Rand, n int) (out []string) {
	parts := snippets()
	line := func() string {
		if rng.IntN(40) == 0 {
			return parts[rng.IntN(len(parts))]
		}
		return fmt.Sprintf("line %d of the text, as it goes on and on", rng.IntN(5000))
	}
	var lines []string
	for range 20 + rng.IntN(400) {
		lines = append(lines, line())
	}
	for range n {
		out = append(out, strings.Join(lines, "\n"))
		for range 1 + rng.IntN(3) {
			at := rng.IntN(len(lines))
			switch rng.IntN(4) {
			case 0:
				lines[at] = parts[rng.IntN(len(parts))]
			case 1:
				lines = slices.Insert(lines, at, parts[rng.IntN(len(parts))])
			case 2:
				lines = slices.Insert(lines, at, line())
			default:
				lines = slices.Delete(lines, at, min(len(lines)-1, at+1+rng.IntN(3)))
			}
		}
	}
	return out
}

func compareVersions(t *testing.T, name string, versions []string) (dirty int) {
	t.Helper()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var objects iter.Seq2[secrets.Object, error] = func(yield func(secrets.Object, error) bool) {
		for i, v := range versions {
			if !yield(secrets.Object{ID: fmt.Sprint(i), Names: []string{name}, Data: []byte(v), Size: int64(len(v))}, nil) {
				return
			}
		}
	}
	got, err := secrets.Sift(t.Context(), d, objects, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range versions {
		found, err := secrets.Search(t.Context(), d, secrets.Blobs(secrets.Blob{Path: name, Data: []byte(v), Size: int64(len(v))}))
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(got, fmt.Sprint(i)) != (len(found) > 0) {
			t.Errorf("%s, version %d: %d findings alone, among others %v\n%.2000q", name, i, len(found), got, v)
		}
	}
	return len(got)
}

// What versions share is judged once, and each version has the verdict it has alone.
func TestVersions(t *testing.T) { // G1
	rng := rand.New(rand.NewPCG(5, 6))
	all, dirty := 0, 0
	for i := range 60 {
		versions := versionsOf(rng, 12)
		all, dirty = all+len(versions), dirty+compareVersions(t, []string{"x", "x.yaml", "go.sum", "x.go", "x.tf"}[i%5], versions)
	}
	if dirty < all/20 || dirty > all*19/20 {
		t.Errorf("%d of %d versions have a finding: nothing is compared", dirty, all)
	}
}

func FuzzVersions(f *testing.F) {
	f.Add(uint64(1), "x", "key = '0123456789'")
	f.Fuzz(func(t *testing.T, seed uint64, name, text string) {
		versions := versionsOf(rand.New(rand.NewPCG(seed, 1)), 3)
		for i := range versions {
			at := len(versions[i]) * i / 7
			versions = append(versions, versions[i][:at]+text+versions[i][at:])
		}
		compareVersions(t, secrets.Kinds()[secrets.KindOfName(name)], versions)
	})
}
