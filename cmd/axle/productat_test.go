package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// E13: an instant is one of RFC 3339 or a day in UTC, and it is past.
func TestInstant(t *testing.T) {
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"2026-11-01T12:00:00Z":      "2026-11-01T12:00:00Z",
		"2026-11-01T12:00:00+02:00": "2026-11-01T10:00:00Z",
		"2026-11-01":                "2026-11-01T00:00:00Z",
		"2026-11-22T06:00:00Z":      "2026-11-22T06:00:00Z",
		"now":                       "2026-11-22T06:00:00Z",
		"2026-11-22T06:00:01Z":      "",
		"2026-11-23":                "",
		"yesterday":                 "",
		"":                          "",
		"2026-11-01 12:00":          "",
		"2026-13-01":                "",
	} {
		at, err := instant(text, now)
		if want == "" {
			if document.CodeOf(err) != codeInstant {
				t.Errorf("%q: %v, %v", text, at, err)
			}
		} else if err != nil || at.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: %v, %v", text, at, err)
		}
	}
}

// E13: what is not in the audit is unknown; a record that contradicts it, an audit that was altered and a
// plan that cannot be read tell nothing, rather than something.
func TestVersionsAtOfAnAlteredRecord(t *testing.T) {
	l := newLife(t, newRepo(t))
	l.must(exitAwaiting, author, "run")
	id := answer[runsDoc](l, "runs", "list").Runs[0].ID
	l.must(exitOK, second, "approvals", "approve", id, "--reason", "first")
	now := time.Now().UTC().Add(time.Second).Format(time.RFC3339)
	time.Sleep(2 * time.Second)
	if doc := answer[versionsAtDoc](l, "product", "versions", "example", "--at", now); len(doc.Versions) != 1 || doc.Versions[0].State != "active" || doc.Versions[0].Run != id {
		t.Fatalf("%+v", doc)
	}
	db, err := sql.Open("sqlite", filepath.Join(l.state, "axle.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, c := range []struct {
		name, do, undo string
		code           int
		says           string
	}{
		{"a version from before the audit", "INSERT INTO published VALUES ('sandbox', 'example', '0.9.0', 'sha256:0', '', 'old')", "DELETE FROM published WHERE version = '0.9.0'", exitOK,
			"0.9.0        unknown    -           : it was published before this state kept an audit"},
		{"another digest", "UPDATE published SET digest = 'sha256:1' || digest", "UPDATE published SET digest = substr(digest, 9)", exitFindings, "AXLE2844: example 1.0.0 was published as sha256:"},
		{"an audit that was altered", "UPDATE audit SET body = body || ' ' WHERE n = 2", "UPDATE audit SET body = substr(body, 1, length(body) - 1) WHERE n = 2", exitFindings, "AXLE2806: row 2 of the audit is not what was written"},
	} {
		if _, err := db.ExecContext(t.Context(), c.do); err != nil {
			t.Fatal(err)
		}
		out, talk := l.must(c.code, author, "product", "versions", "example", "--at", now)
		if !strings.Contains(out+talk, c.says) {
			t.Errorf("%s:\n%s%s", c.name, out, talk)
		}
		if _, err := db.ExecContext(t.Context(), c.undo); err != nil {
			t.Fatal(err)
		}
	}
	l.must(exitOK, author, "product", "versions", "example", "--at", now)
	err = filepath.WalkDir(filepath.Join(l.state, "artifacts"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Remove(path)
		}
		return err
	})
	if code, out, _ := l.axle(author, "product", "versions", "example", "--at", now); err != nil || code == exitOK || strings.Contains(out, "active") {
		t.Errorf("without the plan: %d, %v\n%s", code, err, out)
	}
}
