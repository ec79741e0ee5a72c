package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/axle-cd/axle/document"
)

// Verdicts are what a scan has found out of a repository's objects, and by which rules. They hold
// no secret: Report is as it was shown.
type Verdicts struct {
	Rules  string          `json:"rules"`  // digest of rules and scanner
	State  string          `json:"state"`  // of refs, packs and loose objects when all of it was judged
	Report json.RawMessage `json:"report"` // what was found in that state
	Clean  []string        `json:"-"`      // ids of objects without a finding
}

const verdictsHead = "axle-verdicts 1\n"

// ReadVerdicts reads a file of verdicts: none where there is no file, an error where it is not as
// it was written.
func ReadVerdicts(path string) (Verdicts, error) {
	var v Verdicts
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	body := data[:max(0, len(data)-sha256.Size)]
	sum := sha256.Sum256(body)
	if err == nil && !bytes.Equal(sum[:], data[len(body):]) {
		err = errors.New("its checksum is another")
	}
	text, ok := strings.CutPrefix(string(body), verdictsHead)
	head, ids, _ := strings.Cut(text, "\n")
	if err == nil && !ok {
		err = errors.New("it is of another version")
	}
	if err == nil {
		err = json.Unmarshal([]byte(head), &v)
	}
	if err != nil {
		return Verdicts{}, document.Fail("AXLE3314", "kept verdicts cannot be used: "+path, "everything is read again", err)
	}
	v.Clean = strings.Fields(hexLines(ids))
	return v, nil
}

// hexLines writes ids out: each begins with its length, 20 or 32.
func hexLines(raw string) string {
	var b strings.Builder
	for len(raw) > 1 && len(raw) > int(raw[0]) {
		n := int(raw[0])
		b.WriteString(hex.EncodeToString([]byte(raw[1 : 1+n])))
		b.WriteByte(' ')
		raw = raw[1+n:]
	}
	return b.String()
}

// WriteVerdicts writes the file whole or not at all, for nobody else to read or write.
func WriteVerdicts(path string, v Verdicts) error {
	if v.Report == nil {
		v.Report = json.RawMessage("null")
	}
	head, err := json.Marshal(v)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return document.Fail("AXLE3315", "verdicts cannot be kept", "", err)
	}
	out := bytes.NewBufferString(verdictsHead)
	out.Write(head)
	out.WriteByte('\n')
	for _, id := range v.Clean {
		raw, err := hex.DecodeString(id)
		if err != nil || len(raw) > 32 {
			return document.Fail("AXLE3315", "verdicts cannot be kept", "", errors.Join(err, errors.New(id+" is no object id")))
		}
		out.WriteByte(byte(len(raw)))
		out.Write(raw)
	}
	sum := sha256.Sum256(out.Bytes())
	out.Write(sum[:])
	if err := WriteFile(path, out.Bytes(), 0o600); err != nil {
		return document.Fail("AXLE3315", "verdicts cannot be kept", "", err)
	}
	return nil
}
