package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// Of all stashes but the last only the log of refs/stash knows: git takes them for its older values.

func (r *Repo) stashLog() string { return filepath.Join(r.GitDir, "logs", "refs", "stash") }

// stashLine is a line of that log: what the ref was, what it became, who, when and why.
type stashLine struct {
	id   oid
	rest string // from who on
}

// stashes are the lines of the log, the oldest first.
func (r *Repo) stashes() ([]stashLine, error) {
	data, err := os.ReadFile(r.stashLog())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, document.Fail("AXLE3504", r.stashLog()+" could not be read", "", err)
	}
	return parseStashLog(string(data))
}

func parseStashLog(log string) (out []stashLine, err error) {
	for line := range strings.Lines(log) {
		_, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		now, rest, _ := strings.Cut(rest, " ")
		id, err := parseOID(now)
		if err != nil || rest == "" {
			return nil, damagedStashes(err)
		}
		out = append(out, stashLine{id, rest})
	}
	return out, nil
}

// olderStash is the name under which a stash that no ref names is planned.
func olderStash(n int) string { return fmt.Sprintf("refs/stash@{%d}", n) }

func isOlderStash(name string) bool { return strings.HasPrefix(name, "refs/stash@{") }

func stashIDs(lines []stashLine) (out []oid) {
	for _, l := range lines {
		out = append(out, l.id)
	}
	return out
}

// olderStashes are the stashes that no ref names, by the names that git has for them.
func (r *Repo) olderStashes() (out []ref, err error) {
	lines, err := r.stashes()
	for i := len(lines) - 2; i >= 0; i-- {
		out = append(out, ref{olderStash(len(lines) - 1 - i), lines[i].id})
	}
	return out, err
}

// allTips are the arguments by which git begins at every ref and every stash.
func (r *Repo) allTips() ([]string, error) {
	older, err := r.olderStashes()
	args := []string{"--all"}
	for _, s := range older {
		args = append(args, s.id.String())
	}
	return args, err
}

// newStashLog is the log with every stash at its new place, and without the secret.
func newStashLog(lines []stashLine, done map[oid]oid, secret secrets.Purge) (string, error) {
	var b strings.Builder
	before := ""
	for _, l := range lines {
		rest, err := secret.Clean([]byte(l.rest))
		if err != nil {
			return "", err
		}
		id := done[l.id].String()
		if before == "" {
			before = strings.Repeat("0", len(id))
		}
		fmt.Fprintf(&b, "%s %s %s\n", before, id, rest)
		before = id
	}
	return b.String(), nil
}

// keepStashLog puts a copy of the log beside the backup. It gives no path where there is no log.
func (r *Repo) keepStashLog(path string) (string, error) {
	data, err := os.ReadFile(r.stashLog())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil {
		err = writeDurably(path, data)
	}
	if err != nil {
		return "", noBackup(path, err)
	}
	return path, nil
}

// restash gives the stashes their log back, without which git does not show them.
func (r *Repo) restash(log string) error {
	if log == "" {
		return nil
	}
	return os.WriteFile(r.stashLog(), []byte(log), 0o644)
}

// stashed refuses stashes, unless they are to be rewritten and their log is a file that ends at the ref.
func (r *Repo) stashed(want Purge, refs []ref) error {
	last := oid("")
	for _, ref := range refs {
		if ref.name == "refs/stash" {
			last = ref.id
		}
	}
	if last != "" && !want.Stash {
		return document.Fail("AXLE1543", "a stash exists; drop or apply it", "or have it rewritten with --stash", nil)
	}
	lines, err := r.stashes()
	if err == nil && len(lines) > 0 && lines[len(lines)-1].id != last {
		return damagedStashes(nil)
	}
	if err != nil || last == "" {
		return err
	}
	return r.none([4]string{"reftable", "AXLE2394", "rewriting stashes that are kept in a reftable is not supported", "drop or apply them"})
}

func damagedStashes(cause error) error {
	return document.Fail("AXLE2393", "the log of the stashes is damaged", "git stash list shows what git makes of it; drop what is not needed", cause)
}
