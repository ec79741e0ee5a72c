// Package disk is this machine's disk and locks: the artifact store by digest, the lock that
// names a run's driver, and files written whole or not at all.
package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/axle-cd/axle/document"
)

// Store keeps bytes by their digest, under Dir.
type Store struct{ Dir string }

// Put stores the bytes and gives their digest, sha256:<hex>. Stored bytes are never changed; what
// somebody else has made of them is put right.
func (s Store) Put(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	path := s.path(digest)
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, data) {
		return digest, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", document.Fail("AXLE3311", "the artifact store cannot be written", "", err)
	}
	if err := WriteFile(path, data, 0o400); err != nil {
		return "", document.Fail("AXLE3311", "the artifact store cannot be written", "", err)
	}
	return digest, nil
}

// Get reads the bytes of a digest and holds them against it (T38).
func (s Store) Get(digest string) ([]byte, error) {
	if !wellFormed(digest) {
		return nil, document.Fail("AXLE3312", "not a digest: "+digest, "", nil)
	}
	data, err := os.ReadFile(s.path(digest))
	if err != nil {
		return nil, document.Fail("AXLE3312", "artifact "+digest+" is not in the store", "run the stages before again", err)
	}
	sum := sha256.Sum256(data)
	if "sha256:"+hex.EncodeToString(sum[:]) != digest {
		return nil, document.Fail("AXLE2141", "integrity: artifact "+digest+" has other bytes than its digest", "the store was changed from outside; start a new run", nil)
	}
	return data, nil
}

func (s Store) path(digest string) string {
	name := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(s.Dir, name[:2], name)
}

func wellFormed(digest string) bool {
	name, ok := strings.CutPrefix(digest, "sha256:")
	raw, err := hex.DecodeString(name)
	return ok && err == nil && len(raw) == sha256.Size && name == strings.ToLower(name)
}

// WriteFile writes a file whole or not at all: beside it first, then renamed over it. It is on
// disk, name and all, when this returns.
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".axle-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(mode), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Lock is held by one process of this machine; it falls with the process, however it ends.
type Lock struct{ file *os.File }

// TryLock takes the lock file, or gives nil when somebody else holds it.
func TryLock(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, document.Fail("AXLE3313", "the lock cannot be made", "", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, document.Fail("AXLE3313", "the lock cannot be made", "", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &Lock{file}, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, document.Fail("AXLE3313", "the lock cannot be taken", "", err)
}

// Unlock lets go of the lock.
func (l *Lock) Unlock() error { return l.file.Close() }
