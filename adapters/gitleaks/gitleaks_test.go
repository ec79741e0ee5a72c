package gitleaks

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/secrets"
)

func detector(t testing.TB) secrets.Detector {
	t.Helper()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// find gives "rule value" of each hit, with how it was decoded; guesses only where nothing is named.
func find(t *testing.T, path, data string) []string {
	t.Helper()
	hits, err := detector(t).Detect(t.Context(), path, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	named := slices.ContainsFunc(hits, func(h secrets.Hit) bool { return !h.Generic })
	var out []string
	for _, h := range hits {
		if named && h.Generic {
			continue
		}
		out = append(out, strings.TrimSpace(h.Rule+" "+data[h.Start:h.End]+" "+h.Decoded))
	}
	return out
}

// The samples are put together here: no file of this repository holds what looks like a secret.
var (
	awsKey  = "AKIA" + "Z3MQ7RLT5WPX2HVN"
	guessed = "x9Kfalse7" + "Qm2Wp4Zt6"
	github  = "ghp_" + "Wq7Zr2Lx0pT4vB9nKc3Md8Sf6Gh1Jy5Ua2Eo"
)

func TestDetect(t *testing.T) {
	for _, c := range []struct{ name, path, data, want string }{
		{"an AWS key", "template.yaml", "Key: " + awsKey + "\n", "aws-access-token " + awsKey},
		{"a GitHub token, quoted", "main.tf", "token = \"" + github + "\"", "github-pat " + github},
		{"an allow comment has no effect", "a.py", "k = '" + awsKey + "' # gitleaks:allow", "aws-access-token " + awsKey}, // FC08, T03
		{"after characters of many bytes", "a", "İİİ ключ\nk = " + awsKey + "\n", "aws-access-token " + awsKey},
		{"at the end of a file", "a", "é\n" + awsKey, "aws-access-token " + awsKey},
		{"a value with false in it", "a", "api_key = '" + guessed + "'", "generic-api-key " + guessed},
		{"a key store is a finding by its name", "certs/site.p12", "\x00", "pkcs12-file"},
		{"nothing", "template.yaml", "Type: AWS::S3::Bucket\n", ""},
		{"nothing at all", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(find(t, c.path, c.data), "|"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// FC07: the library's default paths hide a secret in each of these files.
func TestNoPathHides(t *testing.T) {
	for _, path := range []string{
		"go.sum", "package-lock.json", "poetry.lock", "a.png", "a.pdf", "a.svg", "node_modules/x/index.js", "vendor/github.com/x/y.go",
		"vendor/modules.txt", "jquery.min.js", "gitleaks.toml", ".gitleaks.toml", "yarn.lock", "a.woff2", "gradlew", "recipe.bb",
		"node_modules/@octokit/auth-token/README.md",
	} {
		if got := find(t, path, "token: "+github+"\n"); len(got) != 1 {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// B148: the place of a decoded secret is that of the encoded text.
func TestDecoded(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("key = " + awsKey + "\n"))
	if got := strings.Join(find(t, "user-data", "data: "+encoded+"\n"), "|"); got != "aws-access-token "+encoded+" base64" {
		t.Errorf("%q", got)
	}
}

func TestDetectFailsClosed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := detector(t).Detect(ctx, "a", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if _, err := detector(t).Detect(t.Context(), "a", make([]byte, secrets.MaxSize+1)); err == nil { // FC09
		t.Error("what is too large was judged")
	}
}

func TestEveryExpressionCompiles(t *testing.T) {
	s := rules(t)
	if len(s.rules) != 222 { // PERF-12
		t.Fatalf("%d rules", len(s.rules))
	}
	lists := s.allowed
	for _, r := range s.rules {
		if r.expr != nil && r.group > r.expr().NumSubexp() {
			t.Errorf("%s: group %d of %d", r.id, r.group, r.expr().NumSubexp())
		}
		if r.path != nil {
			r.path()
		}
		if r.always && r.expr != nil {
			t.Errorf("%s would run over every file", r.id)
		}
		lists = append(lists, r.allowed...)
	}
	for _, a := range lists {
		a.regexes()
	}
}

// The library prints findings at its trace level: nothing of ours may turn that on.
func TestNothingIsPrinted(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, errOut := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	find(t, "a", "k = "+awsKey)
	os.Stdout, os.Stderr = out, errOut
	w.Close()
	said := make([]byte, 1)
	if n, _ := r.Read(said); n > 0 || err != nil {
		t.Errorf("something was printed (%v)", err)
	}
}

// Text that is made to be slow costs what its length does. BL12
func TestHostileTexts(t *testing.T) {
	var keys strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&keys, "token%d = 'aB3d%010dE5gH7jK9';", i, i*7919)
	}
	d := detector(t)
	for name, text := range map[string]string{
		"one line of keys":      keys.String(),
		"lines of keys":         strings.ReplaceAll(keys.String(), ";", "\n"),
		"keywords and no value": strings.Repeat("key=", 1<<20),
		"one long value":        "token = " + strings.Repeat("a1b2c3d4", 1<<19),
		"a chain of values":     strings.Repeat("key='aaaaaaaa1token'", 200_000),
		"keywords before one":   strings.Repeat("key ", 1<<20),
	} {
		start := time.Now()
		if _, err := d.Detect(t.Context(), "x", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		took := time.Since(start)
		t.Logf("%s: %v for %d bytes", name, took, len(text))
		if took > time.Minute { // what is square in length takes minutes
			t.Errorf("%s: %v for %d bytes", name, took, len(text))
		}
	}
}
