package sqlite_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/catalog"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// told are the deeds of the audit, in a few words each.
func told(t *testing.T, l *sqlite.Log) (all []string) {
	t.Helper()
	must(t, l.Deeds(t.Context(), func(d sqlite.Deed, _ string) error {
		if d.At.IsZero() {
			t.Errorf("nobody knows when: %+v", d)
		}
		var words []string
		for _, w := range []string{d.What, d.Run, d.Product, d.Version, d.Stage, d.Action, d.Actor, d.Wave, d.Target, d.Region, d.Status, d.Reason, d.Error} {
			if w != "" {
				words = append(words, w)
			}
		}
		all = append(all, strings.Join(words, " "))
		return nil
	}))
	return all
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("the audit is\n%s\nwant\n%s", g, w)
	}
}

// E16: who built, and who decided, is told once each, together with the event; what Append refuses
// leaves no row.
func TestDeedsOfARun(t *testing.T) {
	l := openLog(t, t.TempDir())
	made := newRun("q/product.yaml", "aaaa")
	made.Spec.Product, made.Spec.Version, made.Spec.Hub = "q", "1.0.0", "aws"
	made.Commit.People = []pipeline.Person{{Email: "ann@example.com", Role: "author"}}
	run, _, err := l.Create(t.Context(), made, named("r"), never)
	must(t, err)
	same(t, told(t, l)) // nothing was begun yet
	at := func(e pipeline.Event) pipeline.Event { e.At = noon; return e }
	epoch := claim(t, l, run.ID)
	must(t, l.Drive(t.Context(), run.ID, epoch, at(started("alpha", "lint"))))
	must(t, l.Drive(t.Context(), run.ID, epoch, at(passed("alpha", "lint"))))
	if err := l.Drive(t.Context(), run.ID, epoch, at(passed("alpha", "lint"))); document.CodeOf(err) != pipeline.CodeDoubled {
		t.Fatal(err)
	}
	if err := l.Drive(t.Context(), run.ID, epoch-1, at(started("prod", "plan"))); document.CodeOf(err) != sqlite.CodeFenced {
		t.Fatal(err)
	}
	_, err = l.Decide(t.Context(), run.ID, at(pipeline.Event{Kind: pipeline.Canceled, By: "bob@example.com", Reason: "not now"}))
	must(t, err)
	same(t, told(t, l), "began r-1 q 1.0.0", "finished r-1 q 1.0.0 alpha lint pass", "canceled r-1 q 1.0.0 bob@example.com not now")
	must(t, l.Deeds(t.Context(), func(d sqlite.Deed, _ string) error {
		if d.Hub != "aws" || d.Commit != "aaaa" || d.What == sqlite.DeedBegan && (len(d.People) != 1 || d.People[0].Email != "ann@example.com") {
			t.Errorf("%+v", d)
		}
		return nil
	}))
}

// E16: which place got it when, and which failed. Told again, as after a kill, it is one row; a
// second attempt is another.
func TestDeedsOfARollout(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	made := newRun("q/product.yaml", "aaaa")
	made.Spec.Product, made.Spec.Version = "q", "1.0.0"
	_, _, err := l.Create(t.Context(), made, named("r"), never)
	must(t, err)
	j := sqlite.Journal{Log: l}
	plan := planned()
	plan.Done = map[string]catalog.Outcome{"a": {State: catalog.Verified, At: noon}} // as it was found: nobody did it
	r := opened(t, dir, "r-1", plan)
	record := func(target catalog.Target, state catalog.OutcomeState, why string) {
		t.Helper()
		must(t, j.Record(t.Context(), "r-1", target, catalog.Outcome{State: state, At: noon, Why: why}))
	}
	record(r.Targets[0], catalog.Verified, "")
	record(catalog.Target{Key: catalog.Baked(0), Found: true}, catalog.Verified, "")
	for range 2 {
		record(r.Targets[1], catalog.Running, "")
		record(r.Targets[1], catalog.Broken, "AccessDenied")
		record(r.Targets[1], catalog.Broken, "AccessDenied")
		must(t, j.Order(t.Context(), "r-1", catalog.Order{Verb: catalog.Resume, By: "bob@example.com", Reason: "again", At: noon}))
	}
	record(r.Targets[1], catalog.Running, "")
	record(r.Targets[1], catalog.Verified, "")
	record(r.Targets[1], catalog.Verified, "")
	failed, resumed := "target r-1 q 1.0.0 rest b us-east-1 failed AccessDenied", "resume r-1 q 1.0.0 bob@example.com again"
	same(t, told(t, l), "baked r-1 q 1.0.0 canary verified", failed, resumed, failed, resumed, "target r-1 q 1.0.0 rest b us-east-1 verified")
}

// E16: a campaign is told when it is confirmed, once; what its rollout does bears its name.
func TestDeedsOfACampaign(t *testing.T) {
	l := openLog(t, t.TempDir())
	h := sqlite.Hub{Log: l, Name: "aws"}
	c := catalog.Begun{ID: "c-1", By: "ann@example.com", Reason: "age", At: noon, Campaign: catalog.Campaign{Product: "q", To: "2.0.0"}}
	must(t, h.Begin(t.Context(), c))
	must(t, h.Begin(t.Context(), c))
	j := sqlite.Journal{Log: l}
	_, err := j.Open(t.Context(), "c-1", planned())
	must(t, err)
	must(t, j.Record(t.Context(), "c-1", catalog.Target{Key: "b", Wave: 1, Region: "eu-west-1"}, catalog.Outcome{State: catalog.Blocked, At: noon, Why: "it waits for a"}))
	same(t, told(t, l), "campaign c-1 q 2.0.0 ann@example.com age", "target c-1 q 2.0.0 rest b eu-west-1 blocked it waits for a")
}

// spoil are the ways to change the audit that somebody with the file has.
var spoil = []func(r *rand.Rand, n int) string{
	func(r *rand.Rand, n int) string {
		return fmt.Sprintf("UPDATE audit SET body = substr(body, 1, %[2]d) || char(%[3]d) || substr(body, %[2]d + 2) WHERE n = %[1]d", 1+r.IntN(n), r.IntN(60), 1+r.IntN(8))
	},
	func(r *rand.Rand, n int) string {
		return fmt.Sprintf("UPDATE audit SET hash = '%064x' WHERE n = %d", r.Uint64(), 1+r.IntN(n))
	},
	func(r *rand.Rand, n int) string { return fmt.Sprintf("DELETE FROM audit WHERE n = %d", 1+r.IntN(n)) },
	func(r *rand.Rand, n int) string { return fmt.Sprintf("DELETE FROM audit WHERE n > %d", r.IntN(n)) }, // its tail
	func(r *rand.Rand, n int) string { // two change places
		a := 1 + r.IntN(n-1)
		return fmt.Sprintf("UPDATE audit SET n = -1 WHERE n = %[1]d; UPDATE audit SET n = %[1]d WHERE n = %[1]d + 1; UPDATE audit SET n = %[1]d + 1 WHERE n = -1", a)
	},
	func(r *rand.Rand, n int) string { // one more, in the middle or behind the last
		a := 1 + r.IntN(n+1)
		return fmt.Sprintf("UPDATE audit SET n = -n - 1 WHERE n >= %[1]d; UPDATE audit SET n = -n WHERE n < 0; INSERT INTO audit SELECT %[1]d, body, '%064[2]x' FROM audit WHERE n <> %[1]d LIMIT 1", a, r.Uint64())
	},
	func(*rand.Rand, int) string { return "DELETE FROM audit_head" },
}

// E16, T39: a thousand changes of the rows, of every kind, are all found, and a row is named. The
// seed is fixed, so that what fails once fails again.
func TestAuditMutations(t *testing.T) {
	const rows = 20
	dir := t.TempDir()
	l := openLog(t, dir)
	for i := range rows {
		must(t, l.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved", Actor: fmt.Sprintf("p%d@example.com", i), Reason: "read"}))
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "axle.db"))
	must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	do := func(statement string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	do("PRAGMA synchronous = OFF; CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_head AS SELECT * FROM audit_head")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		change := spoil[i%len(spoil)](r, rows)
		do(change)
		if _, _, err := l.Audited(t.Context(), nil); document.CodeOf(err) != sqlite.CodeAudit || !strings.Contains(err.Error(), "row") {
			t.Fatalf("%s: %v", change, err)
		}
		do("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head")
	}
	if n, _, err := l.Audited(t.Context(), nil); err != nil || n != rows {
		t.Errorf("as it was written: %d, %v", n, err)
	}
}

// The words name the row.
func TestAuditNamesTheRow(t *testing.T) {
	for change, says := range map[string]string{
		"DELETE FROM audit WHERE n > 2":                                          "cut off: rows 3 to 4 are missing",
		"DELETE FROM audit":                                                      "cut off: rows 1 to 4 are missing",
		"DELETE FROM audit WHERE n = 2":                                          "row 2 of the audit is missing",
		"INSERT INTO audit VALUES (5, '{}', '')":                                 "row 5 of the audit was put in",
		"INSERT INTO audit VALUES (0, '{}', '')":                                 "row 0 of the audit was put in",
		"UPDATE audit SET body = replace(body, 'p1', 'p2') WHERE n = 2":          "row 2 of the audit is not what was written",
		"UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE n = 3)":      "row 4 of the audit, its last, is not what was written",
		"DELETE FROM audit WHERE n = 4; UPDATE audit_head SET n = 3, hash = 'x'": "row 3 of the audit, its last",
	} {
		t.Run(change, func(t *testing.T) {
			dir := t.TempDir()
			l := openLog(t, dir)
			for i := range 4 {
				must(t, l.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved", Actor: fmt.Sprintf("p%d@example.com", i)}))
			}
			sqliteShell(t, filepath.Join(dir, "axle.db"), change)
			if _, _, err := l.Audited(t.Context(), nil); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%v, want %q", err, says)
			}
		})
	}
}

// What was cut off stays missing when axle goes on writing, and nothing is written over a row that
// was put in.
func TestAuditGoesOnAfterTampering(t *testing.T) {
	deed := sqlite.Deed{At: noon, What: "approved"}
	for change, want := range map[string]struct{ write, says string }{
		"DELETE FROM audit WHERE n = 2":          {"", "row 2 of the audit is missing"},
		"INSERT INTO audit VALUES (3, '{}', '')": {"row 3 of the audit was put in", "row 3 of the audit was put in"},
	} {
		dir := t.TempDir()
		l := openLog(t, dir)
		must(t, l.Tell(t.Context(), deed, deed))
		sqliteShell(t, filepath.Join(dir, "axle.db"), change)
		if err := l.Tell(t.Context(), deed); want.write == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), want.write) {
			t.Errorf("%s: written %v", change, err)
		}
		if _, _, err := l.Audited(t.Context(), nil); err == nil || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v", change, err)
		}
	}
}

// Who writes the rows and the head anew is found only by a hash that was kept elsewhere.
func TestAuditHead(t *testing.T) {
	l := openLog(t, t.TempDir())
	must(t, l.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved", Actor: "ann@example.com"}))
	_, kept, err := l.Audited(t.Context(), nil)
	must(t, err)
	must(t, l.Tell(t.Context(), sqlite.Deed{At: noon, What: "rejected"}))
	anew := openLog(t, t.TempDir())
	must(t, anew.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved", Actor: "eve@example.com"}))
	for log, want := range map[*sqlite.Log]bool{l: true, anew: false} {
		if has, err := log.HasAudited(t.Context(), kept); err != nil || has != want {
			t.Errorf("%v, %v; want %v", has, err, want)
		}
	}
}

// Two processes append at once: every row is there, in one chain.
func TestAuditOfTwo(t *testing.T) {
	dir := t.TempDir()
	openLog(t, dir)
	var wg sync.WaitGroup
	for i := range 4 {
		l := openLog(t, dir)
		wg.Go(func() {
			for range 25 {
				if err := l.Tell(t.Context(), sqlite.Deed{At: noon.Add(time.Duration(i)), What: "approved"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if rows, _, err := openLog(t, dir).Audited(t.Context(), nil); err != nil || rows != 100 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// A state of every older version is brought up to date. A chain that was begun before there was a
// head has one from then on.
func TestOpenLogOfEveryVersion(t *testing.T) {
	old := openLog(t, t.TempDir())
	must(t, old.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved"}, sqlite.Deed{At: noon, What: "canceled"}))
	var rows []string
	_, last, err := old.Audited(t.Context(), func(body string) error { rows = append(rows, body); return nil })
	must(t, err)
	for v := 1; v < len(sqlite.LogSchemas); v++ {
		dir := t.TempDir()
		path := filepath.Join(dir, "axle.db")
		schema := strings.Join(sqlite.LogSchemas[:v], "")
		sqliteShell(t, path, schema+fmt.Sprintf("PRAGMA user_version = %d", v))
		want := 1
		if strings.Contains(schema, "TABLE audit ") {
			want = 3
			sqliteShell(t, path, fmt.Sprintf("INSERT INTO audit VALUES (1, '%s', '%s'), (2, '%s', '%s')", rows[0], hashOf(rows[0]), rows[1], last))
		}
		if strings.Contains(schema, "audit_head") {
			sqliteShell(t, path, fmt.Sprintf("INSERT INTO audit_head VALUES (1, 2, '%s')", last))
		}
		os.Chmod(path, 0o600)
		l := openLog(t, dir)
		must(t, l.Tell(t.Context(), sqlite.Deed{At: noon, What: "approved"}))
		if n, _, err := l.Audited(t.Context(), nil); err != nil || n != want {
			t.Errorf("of version %d: %d rows, want %d, %v", v, n, want, err)
		}
	}
}

// hashOf is the hash of a first row.
func hashOf(body string) string {
	sum := sha256.Sum256([]byte("\n" + body))
	return hex.EncodeToString(sum[:])
}
