package disk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/document"
)

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// stored is the file that holds a digest's bytes.
func stored(dir, digest string) string {
	name := strings.TrimPrefix(digest, "sha256:")
	return filepath.Join(dir, name[:2], name)
}

// spoil changes the bytes behind the store's back.
func spoil(t *testing.T, path, text string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, what string, err error, code, says string) {
	t.Helper()
	if document.CodeOf(err) != code || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %s %q", what, err, code, says)
	}
}

// I7: bytes come back as they went in, under the digest of just those bytes.
func TestStoreKeepsBytesByDigest(t *testing.T) {
	s := disk.Store{Dir: filepath.Join(t.TempDir(), "not", "yet", "there")}
	for _, data := range [][]byte{nil, []byte("Resources: {}\n"), {0, 255, '\r', '\n'}, bytes.Repeat([]byte("x"), 1<<20)} {
		for range 2 { // stored again it is the same
			digest, err := s.Put(data)
			if err != nil || digest != digestOf(data) {
				t.Fatalf("%d bytes: %s, %v", len(data), digest, err)
			}
			if got, err := s.Get(digest); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes: %d came back, %v", len(data), len(got), err)
			}
		}
	}
}

// T38: bytes that were changed in the store are never given out, and the same bytes stored
// again mend it.
func TestStoreRefusesOtherBytes(t *testing.T) {
	for name, text := range map[string]string{"changed": "Resources: {Evil: 1}", "cut off": "Resourc", "emptied": ""} {
		t.Run(name, func(t *testing.T) {
			s := disk.Store{Dir: t.TempDir()}
			digest, _ := s.Put([]byte("Resources: {}"))
			spoil(t, stored(s.Dir, digest), text)
			data, err := s.Get(digest)
			wantCode(t, "read", err, "AXLE2141", "integrity: artifact "+digest)
			if data != nil {
				t.Errorf("%q was given out", data)
			}
			if _, err := s.Put([]byte("Resources: {}")); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Get(digest); err != nil || string(got) != "Resources: {}" {
				t.Errorf("stored again: %q, %v", got, err)
			}
		})
	}
}

// T05, I13: a digest is sha256: and 64 digits; anything else could be a path, and is refused
// before the disk is touched.
func TestStoreReadsDigestsOnly(t *testing.T) {
	dir := t.TempDir()
	s := disk.Store{Dir: filepath.Join(dir, "artifacts")}
	secret := filepath.Join(dir, "secret")
	os.WriteFile(secret, []byte("hidden"), 0o600)
	hexes := strings.TrimPrefix(digestOf([]byte("hidden")), "sha256:")
	for _, digest := range []string{
		"", "sha256:", "sha256:a", "../secret", "sha256:../secret", "sha256:../../" + hexes, "sha256:" + secret,
		hexes, "sha512:" + hexes, "sha256:" + hexes[:62], "sha256:" + hexes + "00", "sha256:" + hexes[:62] + "/.",
		"sha256:" + hexes[:62] + "zz", "sha256:" + strings.ToUpper(hexes), "sha256:" + hexes[:63] + "\x00", " sha256:" + hexes,
	} {
		data, err := s.Get(digest)
		wantCode(t, fmt.Sprintf("%q", digest), err, "AXLE3312", "not a digest")
		if data != nil {
			t.Errorf("%q gave %q", digest, data)
		}
	}
	_, err := s.Get("sha256:" + hexes)
	wantCode(t, "a digest nobody stored", err, "AXLE3312", "is not in the store")
}

func FuzzStoreGet(f *testing.F) {
	for _, s := range []string{"", "sha256:", "sha256:..", digestOf(nil), "sha256:" + strings.Repeat("/", 64)} {
		f.Add(s)
	}
	s := disk.Store{Dir: f.TempDir()}
	f.Fuzz(func(t *testing.T, digest string) {
		if data, err := s.Get(digest); err == nil {
			t.Errorf("%q gave %q out of an empty store", digest, data)
		}
	})
}

// What cannot be written is an error with a code, and not a digest.
func TestStoreThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	digest, err := disk.Store{Dir: file}.Put([]byte("x"))
	wantCode(t, "a file for a directory", err, "AXLE3311", "the artifact store cannot be written")
	if digest != "" {
		t.Errorf("and yet it is %s", digest)
	}
}

// Whoever stores the same bytes at the same time gets the same digest, and nothing lies about afterwards.
func TestStoreAtOnce(t *testing.T) {
	s := disk.Store{Dir: t.TempDir()}
	data := bytes.Repeat([]byte("template\n"), 10_000)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			digest, err := s.Put(data)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := s.Get(digest); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
	if left := files(t, s.Dir); len(left) != 1 {
		t.Errorf("the store holds %v", left)
	}
}

func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A file is written with its bytes and its mode, over what was there before.
func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, c := range []struct {
		text string
		mode fs.FileMode
	}{{"first, and longer", 0o400}, {"second", 0o755}, {"", 0o600}} {
		if err := disk.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		info, _ := os.Stat(path)
		if string(data) != c.text || info.Mode() != c.mode || err != nil {
			t.Errorf("%q %s, %v; want %q %s", data, info.Mode(), err, c.text, c.mode)
		}
	}
}

// What cannot be put in its place leaves the old file and nothing half written.
func TestWriteFileWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(taken, "inside"), []byte("old"), 0o600)
	if err := disk.WriteFile(taken, []byte("new"), 0o600); err == nil {
		t.Error("a file was written over a directory")
	}
	if err := disk.WriteFile(filepath.Join(dir, "none", "file"), []byte("new"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into a directory that is not there: %v", err)
	}
	if left := files(t, dir); len(left) != 1 || left[0] != "inside" {
		t.Errorf("left behind: %v", left)
	}
}

// Readers see the old file or the new one, never a part.
func TestWriteFileIsSeenWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	a, b := strings.Repeat("a", 100_000), strings.Repeat("b", 50_000)
	if err := disk.WriteFile(path, []byte(a), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 30 {
			if err := disk.WriteFile(path, []byte([]string{b, a}[i%2]), 0o600); err != nil {
				t.Error(err)
			}
		}
	}()
	for {
		data, err := os.ReadFile(path)
		if err != nil || string(data) != a && string(data) != b {
			t.Fatalf("%d bytes were seen, %v", len(data), err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
