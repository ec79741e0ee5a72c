package secrets

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// words is a detector that finds fixed words.
type words []Hit

func (w words) Detect(_ context.Context, _ string, data []byte) ([]Hit, error) {
	var out []Hit
	for _, h := range w {
		if i := bytes.Index(data, []byte(h.Rule)); i >= 0 {
			h.Start, h.End = i, i+len(h.Rule)
			out = append(out, h)
		}
	}
	return out, nil
}

type detectFunc func(data []byte) ([]Hit, error)

func (f detectFunc) Detect(_ context.Context, _ string, data []byte) ([]Hit, error) { return f(data) }

var awsKey = "AKIA" + "Z3MQ7RLT5WPX2HVN"

func scan(t *testing.T, d Detector, blobs ...Blob) []pipeline.Finding {
	t.Helper()
	found, err := Scan(t.Context(), d, Blobs(blobs...))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name string
		blob Blob
		want []string // "file:line:col: severity code: summary"
	}{
		{"an AWS key", Blob{Path: "template.yaml", Data: []byte("a: 1\n  Key: " + awsKey + "\n")}, // B145
			[]string{"template.yaml:2:8: error AXLE2501: AWS access key AKIA****HVN"}},
		{"anything else is masked whole", Blob{Path: "t.yaml", Data: []byte("Password: correct-h0rse")}, // B145
			[]string{"t.yaml:1:11: error AXLE2501: password written out ****"}},
		{"columns are characters", Blob{Path: "a", Data: []byte("é: \"" + awsKey + "\"")},
			[]string{"a:1:5: error AXLE2501: AWS access key AKIA****HVN"}},
		{"in a commit", Blob{Path: "a", Commit: strings.Repeat("ab", 20), Data: []byte(awsKey)},
			[]string{"a:1:1: error AXLE2501: AWS access key AKIA****HVN, in commit abababababab"}},
		{"in a commit's message", Blob{Commit: "abc", Data: []byte("adds " + awsKey)}, // B149
			[]string{"error AXLE2501: AWS access key AKIA****HVN, in the message of abc"}},
		{"in a tag's message", Blob{Tag: "v1", Data: []byte("adds " + awsKey)}, // B149
			[]string{"error AXLE2501: AWS access key AKIA****HVN, in the message of tag v1"}},
		{"in a binary", Blob{Path: "a.bin", Data: []byte("\x00\x01\n\x02 " + awsKey)}, // B147
			[]string{"a.bin: error AXLE2501: AWS access key AKIA****HVN, at byte 5"}},
		{"UTF-16 with a byte order mark", Blob{Path: "a.txt", Data: utf16Text("\ufeff1\nk " + awsKey)}, // FC06
			[]string{"a.txt:2:3: error AXLE2501: AWS access key AKIA****HVN"}},
		{"UTF-16 without", Blob{Path: "a.txt", Data: utf16Text("1\nk " + awsKey)},
			[]string{"a.txt:2:3: error AXLE2501: AWS access key AKIA****HVN"}},
		{"characters of no width", Blob{Path: "a", Data: []byte("k " + awsKey[:9] + "\u200b" + awsKey[9:])}, // FC06
			[]string{"a:1:3: error AXLE2501: AWS access key AKIA****HVN"}},
		{"two in one file", Blob{Path: "a", Data: []byte(awsKey + "\n\n" + awsKey)},
			[]string{"a:1:1: error AXLE2501: AWS access key AKIA****HVN", "a:3:1: error AXLE2501: AWS access key AKIA****HVN"}},
		{"too large", Blob{Path: "dump.sql", Size: MaxSize + 1}, // B150
			[]string{"dump.sql: error AXLE2502: not scanned: dump.sql is 6 MB"}},
		{"left out by its source", Blob{Path: "x", Skipped: "is encrypted"},
			[]string{"x: error AXLE2502: not scanned: x is encrypted"}},
		{"a file that switches gitleaks off", Blob{Path: "sub/.gitleaksignore", Data: []byte("*")}, // B216, T03
			[]string{"sub/.gitleaksignore: warning AXLE2503: sub/.gitleaksignore is ignored"}},
		{"only on lines that were there", Blob{Path: "a", Data: []byte("1\n" + awsKey + "\n3"), Lines: []LineRange{{1, 1}, {3, 3}}}, nil},
		{"on a line that was added", Blob{Path: "a", Data: []byte("1\n" + awsKey + "\n3"), Lines: []LineRange{{2, 2}}},
			[]string{"a:2:1: error AXLE2501: AWS access key AKIA****HVN"}},
		{"nothing was added", Blob{Path: "a", Data: []byte(awsKey), Lines: []LineRange{}}, nil},
		{"clean", Blob{Path: "template.yaml", Data: []byte("Resources: {}")}, nil},
		{"empty", Blob{Path: "template.yaml"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range scan(t, words{}, c.blob) {
				got = append(got, f.String())
				if f.Source != "" || f.Hint == "" || f.Rule == "" || f.Fingerprint == "" {
					t.Errorf("%+v", f)
				}
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func utf16Text(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

// T34: no form of a finding holds the value.
func TestFindingsHoldNoValue(t *testing.T) {
	canary := "correct-h0rse-battery"
	found := scan(t, words{{Rule: canary, Title: "a word"}},
		Blob{Path: "a.yaml", Data: []byte("password: " + canary + "\nurl: https://u:" + canary + "@h/\n")},
		Blob{Path: "b", Data: []byte("\x00" + canary)},
		Blob{Commit: "abc", Data: []byte(canary)})
	for i := range found {
		found[i].Rule = "" // here the rule is called after the word
	}
	out, err := json.Marshal(found)
	if err != nil || len(found) < 4 || strings.Contains(string(out), "h0rse") || strings.Contains(fmt.Sprintf("%+v", found), "h0rse") {
		t.Errorf("%d findings: %s %v", len(found), out, err)
	}
}

func TestAllowComments(t *testing.T) { // B151, T03
	found := scan(t, words{}, Blob{Path: "a", Data: []byte("k: " + awsKey + " # gitleaks:allow")})
	if len(found) != 1 || !strings.HasSuffix(found[0].Hint, "gitleaks:allow is ignored") || !strings.HasPrefix(found[0].Hint, "rotate it first") {
		t.Errorf("%+v", found)
	}
}

// One place is one finding: a named rule before one that guesses, ours before others.
func TestOnePerPlace(t *testing.T) {
	d := words{{Rule: awsKey, Title: "theirs"}, {Rule: awsKey[4:], Title: "guess", Generic: true}, {Rule: "other", Title: "guess", Generic: true}}
	found := scan(t, d, Blob{Path: "a", Data: []byte("other " + awsKey)})
	if len(found) != 2 || found[0].Rule != "other" || found[1].Rule != "aws-access-token" {
		t.Errorf("%+v", found)
	}
}

// A secret that several versions of a file hold is found once, where it stands in the first of them.
func TestVersionsOfAFile(t *testing.T) {
	found := scan(t, words{},
		Blob{Path: "a", Commit: "new", Data: []byte("\n\n" + awsKey)},
		Blob{Path: "a", Commit: "old", Data: []byte(awsKey)},
		Blob{Path: "b", Commit: "old", Data: []byte(awsKey)},
		Blob{Commit: "new", Data: []byte(awsKey)}, // messages are no versions of one another
		Blob{Commit: "old", Data: []byte(awsKey)})
	if len(found) != 4 || found[0].Line != 3 || found[1].File != "b" {
		t.Errorf("%+v", found)
	}
}

// FC07: go.sum is scanned like any file; only a guess on one of its checksums does not count.
func TestChecksums(t *testing.T) {
	sum := strings.Repeat("aB3", 14) + "Z="
	d := words{{Rule: sum, Title: "guess", Generic: true}}
	for line, want := range map[string]int{
		"example.com/token v1.0.0 h1:" + sum:             0,
		"example.com/token v1.0.0/go.mod h1:" + sum:      0,
		"token: h1:" + sum:                               1,
		"example.com/token v1.0.0 h1:" + sum + " " + sum: 1,
		"example.com/" + awsKey + " v1.0.0 h1:" + sum:    1, // a named rule
	} {
		if got := scan(t, d, Blob{Path: "go.sum", Data: []byte(line + "\n")}); len(got) != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestFingerprint(t *testing.T) {
	a := fingerprint("r", "p", "v")
	for _, other := range []string{fingerprint("r2", "p", "v"), fingerprint("r", "p2", "v"), fingerprint("r", "p", "v2"), fingerprint("r", "pv", "")} {
		if a == other {
			t.Error("two things have one fingerprint")
		}
	}
	one := scan(t, words{}, Blob{Path: "a", Data: []byte(awsKey)})
	moved := scan(t, words{}, Blob{Path: "a", Data: []byte("moved\n  " + awsKey)})
	if one[0].Fingerprint != moved[0].Fingerprint {
		t.Error("a moved line has another fingerprint")
	}
}

// Whatever could not be judged is an error, never an absence.
func TestScanFailsClosed(t *testing.T) {
	broken := errors.New("broken")
	source := func(yield func(Blob, error) bool) { yield(Blob{}, broken) }
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		d     Detector
		blobs iter.Seq2[Blob, error]
		code  string
	}{
		{"no detector", t.Context(), nil, Blobs(), "AXLE3520"},
		{"the detector failed", t.Context(), detectFunc(func([]byte) ([]Hit, error) { return nil, broken }), Blobs(Blob{Path: "a"}), "AXLE3521"},
		{"a place outside", t.Context(), detectFunc(func(d []byte) ([]Hit, error) { return []Hit{{End: len(d) + 1}}, nil }), Blobs(Blob{Path: "a"}), "AXLE3521"},
		{"the source failed", t.Context(), words{}, source, ""},
		{"stopped", stopped, words{}, Blobs(Blob{Path: "a"}), ""},
		{"stopped before the first", stopped, words{}, Blobs(), ""},
	} {
		_, err := Scan(c.ctx, c.d, c.blobs)
		if err == nil || document.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestScanKeepsWhatItFoundBeforeAnError(t *testing.T) {
	source := func(yield func(Blob, error) bool) {
		if yield(Blob{Path: "a", Data: []byte(awsKey)}, nil) {
			yield(Blob{}, errors.New("broken"))
		}
	}
	if found, err := Scan(t.Context(), words{}, source); len(found) != 1 || err == nil {
		t.Errorf("%v %v", found, err)
	}
}

func FuzzScan(f *testing.F) {
	for _, r := range all() {
		for _, s := range append(r.Finds, r.Leaves...) {
			f.Add("x.yaml", []byte(strings.ReplaceAll(s, "§", r.Sample)))
			f.Add("x.tf", []byte(s))
		}
	}
	f.Add("x", utf16Text("\ufeffa\x00"))
	f.Add("x.json", []byte("{\"default\":"))
	f.Fuzz(func(t *testing.T, path string, data []byte) {
		found, err := Scan(t.Context(), words{}, Blobs(Blob{Path: path, Data: data}))
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, f := range found {
			if f.Line > lines && !bytes.Contains(data, []byte{0}) && !bytes.HasPrefix(data, []byte{0xFF, 0xFE}) && !bytes.HasPrefix(data, []byte{0xFE, 0xFF}) {
				t.Errorf("line %d of %d", f.Line, lines)
			}
		}
	})
}

func BenchmarkScan(b *testing.B) {
	data := []byte(strings.Repeat("  QueueUrl:\n    Default: x\n    Description: the token and the password\n", 300))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Scan(b.Context(), words{}, Blobs(Blob{Path: "a.yaml", Data: data})); err != nil {
			b.Fatal(err)
		}
	}
}
