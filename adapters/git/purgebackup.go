package git

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// backup writes every ref and all it reaches, and commits that none reaches, into a bundle, and reads that back: git's own check,
// the refs it says it holds, and the checksum over its objects as they lie on the disk.
func (r *Repo) backup(ctx context.Context, path string, loose []oid) error {
	args := []string{"bundle", "create", "--quiet", path, "--all"}
	if len(loose) > 0 {
		args = append(args, "--stdin")
	}
	if _, err := r.git(ctx, &idLines{list: loose}, args...); err != nil {
		return noBackup(path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return noBackup(path, err)
	}
	if _, err := r.git(ctx, nil, "bundle", "verify", "--quiet", path); err != nil {
		return noBackup(path, err)
	}
	held, err := r.sorted(ctx, "bundle", "list-heads", path)
	if err != nil {
		return noBackup(path, err)
	}
	there, err := r.sorted(ctx, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return err
	}
	for _, line := range there {
		if _, found := slices.BinarySearch(held, line); !found {
			return noBackup(path, errors.New("it lacks "+line))
		}
	}
	if err := checkBundle(path); err != nil {
		return noBackup(path, err)
	}
	return nil
}

func noBackup(path string, cause error) error {
	os.Remove(path)
	return document.Fail("AXLE3540", "the backup could not be made; nothing was changed", "make room, or name another folder with --backup", cause)
}

func (r *Repo) sorted(ctx context.Context, args ...string) (out []string, err error) {
	err = r.lines(ctx, nil, func(line string) error { out = append(out, line); return nil }, args...)
	slices.Sort(out)
	return out, err
}

// checkBundle compares the checksum that ends a bundle with what stands before it.
func checkBundle(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	sum := hash.Hash(sha1.New())
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return errors.New("the bundle is cut short")
		}
		if strings.HasPrefix(line, "@object-format=sha256") {
			sum = sha256.New()
		}
		if line == "\n" {
			return checkPack(in, sum)
		}
	}
}

// checkPack reads a pack to its end, where its checksum stands.
func checkPack(in io.Reader, sum hash.Hash) error {
	var tail []byte
	buf := make([]byte, 1<<20)
	for {
		n, err := in.Read(buf)
		tail = append(tail, buf[:n]...)
		if over := len(tail) - sum.Size(); over > 0 {
			sum.Write(tail[:over])
			tail = append(tail[:0], tail[over:]...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if !bytes.Equal(tail, sum.Sum(nil)) {
		return errors.New("the bundle's checksum does not fit its objects")
	}
	return nil
}

// restoreBy is the command that brings back what the bundle holds.
func (r *Repo) restoreBy(j journal) string {
	at := "git -C " + shellWord(r.Dir) + " "
	command := at + "bundle unbundle " + shellWord(j.Bundle) + " >/dev/null && " + // commits that no ref reaches too
		at + "fetch --quiet --force --update-head-ok " + shellWord(j.Bundle) + " '+refs/*:refs/*'"
	if j.OldStash != "" {
		command += " && cp " + shellWord(j.OldStash) + " " + shellWord(r.stashLog())
	}
	if r.WorkTree == "" {
		return command
	}
	return command + " && " + at + "reset --quiet --hard " + j.Head
}

func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
