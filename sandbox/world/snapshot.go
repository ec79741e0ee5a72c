package world

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// snapshotForm heads a snapshot: what it is, and how it is written.
const snapshotForm = `{"axle_sandbox_snapshot":1}`

// pair is a line of a snapshot. Value is base64, as JSON writes bytes.
type pair struct {
	Key   string `json:"k"`
	Value []byte `json:"v"`
}

// Snapshot writes the whole state, a line a record. It holds the sandbox's keys.
func Snapshot(tx Tx, to io.Writer) error {
	b := bufio.NewWriter(to)
	b.WriteString(snapshotForm + "\n") // its error is Flush's
	lines := json.NewEncoder(b)
	var failed error
	tx.Scan("", func(key string, value []byte) bool {
		failed = lines.Encode(pair{key, value})
		return failed == nil
	})
	return errors.Join(failed, b.Flush())
}

// ErrSnapshot is a snapshot that is none, or not whole.
var ErrSnapshot = errors.New("this is no snapshot of the sandbox, or not all of one")

// Restore puts a snapshot in the place of the whole state.
func Restore(tx Tx, from io.Reader) error {
	lines := bufio.NewReader(from)
	if head, err := lines.ReadString('\n'); err != nil || head != snapshotForm+"\n" {
		return errors.Join(ErrSnapshot, err)
	}
	Clear(tx)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		var p pair
		if err != nil || json.Unmarshal(bytes.TrimSpace(line), &p) != nil || p.Key == "" || p.Value == nil {
			return errors.Join(ErrSnapshot, err)
		}
		tx.Put(p.Key, p.Value)
	}
	if Started(tx) == "" {
		return ErrSnapshot
	}
	return nil
}
