package git

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/axle-cd/axle/document"
)

// journal is what a purge writes down before its refs move, so that what was cut short then can
// be finished.
type journal struct {
	Token  string     `json:"token"`
	Bundle string     `json:"bundle"`
	Map    string     `json:"map"`
	Head   string     `json:"head"` // the commit that was checked out
	Refs   []MovedRef `json:"refs"`

	Stash    string `json:"stash"`     // the log of the stashes as it is to be
	OldStash string `json:"old_stash"` // where it lies as it was
}

func (r *Repo) journalPath() string { return filepath.Join(r.GitDir, "axle-purge.json") }

func (r *Repo) readJournal() (*journal, error) {
	data, err := os.ReadFile(r.journalPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var j journal
	if err == nil {
		err = json.Unmarshal(data, &j)
	}
	if err != nil {
		return nil, document.Fail("AXLE3541", "the journal of a purge could not be read", "remove "+r.journalPath(), err)
	}
	return &j, nil
}

func (r *Repo) writeJournal(j journal) error {
	data, err := json.MarshalIndent(j, "", "  ")
	if err == nil {
		err = writeDurably(r.journalPath(), data)
	}
	if err != nil {
		return document.Fail("AXLE3541", "the journal of the purge could not be written", "nothing was changed", err)
	}
	return nil
}

// writeDurably writes a file whole, for its owner alone.
func writeDurably(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// movedBy says whether the refs are where the journal was to take them.
func (j *journal) movedBy(refs []ref) bool {
	at := map[string]string{}
	for _, r := range refs {
		at[r.name] = r.id.String()
	}
	for _, m := range j.Refs {
		if at[m.Name] != m.New && !isOlderStash(m.Name) {
			return false
		}
	}
	return true
}

// cutShort refuses to plan while a purge that has moved the refs has not been finished.
func (r *Repo) cutShort(refs []ref) error {
	j, err := r.readJournal()
	if err != nil || j == nil || !j.movedBy(refs) {
		return err
	}
	return document.Fail("AXLE1558", "a purge was cut short", fmt.Sprintf("finish it with --confirm %s; the backup is %s", j.Token, j.Bundle), nil)
}
