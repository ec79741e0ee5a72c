package secrets

import (
	"strings"
	"testing"
)

// A secret in parts is found where it is put together. FC06 FC05
func TestSecretsInParts(t *testing.T) {
	a, b := awsKey[:7], awsKey[7:]
	for _, c := range []struct{ path, text, at string }{ // at: where it is found, or nothing
		{"a.py", "key = '@' + '§'", "1:8"},
		{"a.py", "key = ('@'\n       '§')\n", "1:9"},
		{"a.py", "key = '@' \\\n      f'§'", "1:8"},
		{"a.py", "key = ''.join(['@', '§'])", "1:16"},
		{"a.ts", "const key = \"@\" +\n  '§';", "1:14"},
		{"a.ts", "const key = ['@', '§'].join('')", "1:14"},
		{"a.lua", "key = \"@\" .. \"§\"", "1:8"},
		{"a.php", "$key = '@' . '§';", "1:9"},
		{"a.vbs", "key = \"@\" & \"§\"", "1:8"},
		{"a.sh", "KEY='@'\"§\"", "1:6"},
		{"a.yaml", "Key: \"@\\\n  §\"\n", "1:7"},
		{"a.tf", `key = join("", ["@", "§"])`, "1:17"},
		{"a.yaml", "Key: !Join ['', [@, '§']]", "1:18"},
		{"a.yaml", "Key:\n  Fn::Join:\n    - ''\n    - - '@'\n      - §\n", "4:6"},
		{"a.json", `{"Key": {"Fn::Join": ["", ["@", "§"]]}}`, "1:28"},
		{"a.yaml", "MasterUserPassword: !Join ['', ['corr', 'ect-h0rse']]", "1:33"},
		{"a.json", `{"MasterUserPassword": {"Fn::Join": ["", ["corr", "ect-h0rse"]]}}`, "1:43"},
		{"a.yaml", "MasterUserPassword:\n  Fn::Join:\n    - ''\n    - - corr\n      - ect-h0rse\n", "4:6"},
		{"a.yaml", "MasterUserPassword: !Join ['', [!Ref A, !Ref B]]", ""},
		{"a.json", `{"Password": {"Fn::Join": ["", [{"Ref": "A"}, "x"]]}}`, ""},
		{"a.yaml", "Name: !Join ['-', ['orders', 'queue']]", ""},
		{"a.yaml", "MasterUserPassword: !Join ['', ['{{resolve:secretsmanager:', 'db', '}}']]", ""},
		{"a.sql", "insert into k values ('@' || '§')", "1:24"},
		{"a.py", "keys = ['@', '§']", ""},            // a list
		{"a.py", "key = '@' + x + '§'", ""},          // not known here
		{"a.yaml", "Key: !Join ['-', ['@', §]]", ""}, // something in between
		{"a.yaml", "Key: !Join ['', ['@', !Ref §]]", ""},
		{"a.tf", `key = join("", ["@", var.§])`, ""},
		{"a.json", `{"@": "§"}`, ""},
		{"a_test.go", `key := "@" + "§"`, ""}, // a sample of a test
	} {
		text := strings.NewReplacer("@", a, "§", b).Replace(c.text)
		var got []string
		for _, f := range scan(t, words{}, Blob{Path: c.path, Data: []byte(text)}) {
			got = append(got, strings.TrimPrefix(f.String(), c.path+":"))
		}
		want := ""
		if c.at != "" {
			want = c.at + ": error AXLE2501: AWS access key ****, joined from its parts"
		}
		if s := strings.Join(got, "\n"); s != want && !(c.at != "" && strings.HasPrefix(s, c.at+": error AXLE2501: ")) {
			t.Errorf("%s\ngot  %q\nwant %q", c.text, got, want)
		}
	}
}

// The other detector sees what is joined too, and what it found in one literal is not found twice.
func TestPartsForEveryDetector(t *testing.T) {
	d := words{{Rule: "alphabeta", Title: "a word"}}
	if found := scan(t, d, Blob{Path: "a.py", Data: []byte("k = 'alpha' + 'beta'")}); len(found) != 1 || found[0].Rule != "alphabeta" {
		t.Errorf("%v", found)
	}
	if found := scan(t, d, Blob{Path: "a.py", Data: []byte("k = 'alphabeta' + 'gamma'")}); len(found) != 1 || strings.Contains(found[0].Summary, "joined") {
		t.Errorf("%v", found)
	}
}

// Text of nothing but parts costs what its length does.
func TestManyParts(t *testing.T) {
	for _, unit := range []string{`"a"+`, `"a"+"b",`, `"a" "b"` + "\n", `["a","b"].join("")`} {
		text := strings.Repeat(unit, 40_000)
		size := 0
		for _, p := range append(chains(text), joins(text)...) {
			size += len(p.text)
		}
		if size > 6*len(text) {
			t.Errorf("%s: %d bytes from %d", unit, size, len(text))
		}
	}
}

func FuzzParts(f *testing.F) {
	for _, s := range []string{`"a"+"b"`, "'a'\n'b'", `"a\` + "\nb", "!Join ['', [a, b]]", `join("", ["a", "b"])`, `["a"].join("")`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range append(chains(text), joins(text)...) {
			if p.place.start < 0 || p.place.end < p.place.start || p.place.end > len(text) {
				t.Errorf("%+v", p.place)
			}
			for _, s := range p.seams {
				if s > len(p.text) {
					t.Errorf("a seam at %d of %d", s, len(p.text))
				}
			}
		}
	})
}
