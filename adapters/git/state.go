package git

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
)

// digestOf reads the contents of refs, and the names and sizes of packs and loose objects.
func digestOf(common, gitDir string) (string, error) {
	h := sha256.New()
	for _, name := range []string{filepath.Join(common, "packed-refs"), filepath.Join(common, "HEAD"), filepath.Join(gitDir, "HEAD"), filepath.Join(common, "shallow")} {
		if err := addContent(h, name); err != nil {
			return "", err
		}
	}
	for _, dir := range []string{"refs", "reftable", "objects"} {
		err := filepath.WalkDir(filepath.Join(common, dir), func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			if dir == "refs" {
				return addContent(h, name)
			}
			info, err := e.Info()
			if err == nil {
				fmt.Fprintln(h, name, info.Size())
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func addContent(h hash.Hash, name string) error {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	fmt.Fprintf(h, "%s %d %s\n", name, len(data), data)
	return err
}
