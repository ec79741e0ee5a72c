package secrets

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// What an archive may unpack to. It counts for an archive with all that is packed within it.
const (
	maxUnpacked = 32 << 20
	maxRatio    = 100 // bytes unpacked for one packed, beyond the first MaxSize
	maxMembers  = 2000
	maxNested   = 2 // an archive in an archive is read; one within that is not
)

// unpacking is what is left of the limits of one archive, and who is given its members.
type unpacking struct {
	bytes   int64
	members int
	each    func(Blob) error
}

// members gives every file in an archive as a blob by the name x.zip!file. What cannot be read is a
// blob too, which says why. What is no archive has none.
func members(b Blob, each func(Blob) error) error {
	u := &unpacking{min(maxUnpacked, MaxSize+maxRatio*int64(len(b.Data))), maxMembers, each}
	err := u.open(b, 1)
	if errors.Is(err, errLimit) {
		err = u.give(b.unread(err.Error()))
	}
	var stop stopped
	if errors.As(err, &stop) {
		return stop.error
	}
	return err
}

// errLimit ends the reading of an archive; it is said once.
var errLimit = errors.New("unpacks to more than is read: 32 MB, 2,000 files, or 100 times its size")

// stopped is an error of whoever is given the members, and none of the archive.
type stopped struct{ error }

func (u *unpacking) open(b Blob, depth int) error {
	kind := packed(b.Data)
	if kind == nil {
		return nil
	}
	if depth > maxNested {
		return u.give(b.unread("is an archive in an archive in an archive, which is not read"))
	}
	err := kind(u, b, depth)
	if err == nil || final(err) {
		return err
	}
	return u.give(b.unread("is an archive that cannot be read to its end: " + err.Error()))
}

// final is an error after which no other file of the archive is looked at.
func final(err error) bool {
	return errors.As(err, new(stopped)) || errors.Is(err, errLimit)
}

func (b Blob) unread(why string) Blob {
	id := b.ID
	if id == "" && len(b.Data) > 0 { // a member: it is known by what it is
		id = fingerprint("", "", string(b.Data))
	}
	return Blob{Path: b.Path, Commit: b.Commit, ID: id, Skipped: why}
}

// unreadKinds are archives that the standard library does not read, by how they begin.
var unreadKinds = []struct{ magic, name string }{
	{"\xfd7zXZ\x00", "xz"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"7z\xbc\xaf\x27\x1c", "7z"},
	{"Rar!\x1a\x07", "rar"}, {"\x04\x22\x4d\x18", "lz4"}, {"LZIP\x01", "lzip"},
}

// packed says how content is unpacked, by the content alone; nil is no archive.
func packed(data []byte) func(*unpacking, Blob, int) error {
	for _, k := range unreadKinds {
		if bytes.HasPrefix(data, []byte(k.magic)) {
			return func(u *unpacking, b Blob, _ int) error {
				return u.give(b.unread("is packed with " + k.name + ", which axle does not unpack"))
			}
		}
	}
	switch {
	case bytes.HasPrefix(data, []byte("\x1f\x8b\x08")):
		return (*unpacking).gzip
	case len(data) > 10 && bytes.HasPrefix(data, []byte("BZh")) && bytes.Equal(data[4:10], []byte("1AY&SY")):
		return (*unpacking).bzip2
	case isTar(data):
		return (*unpacking).plainTar
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || endsAsZip(data):
		return (*unpacking).zip
	}
	return nil
}

// endsAsZip: a zip may have anything before it. Its last record is at the end, but for a comment of its own length.
func endsAsZip(data []byte) bool {
	tail := data[max(0, len(data)-22-1<<16):]
	at := lastIndex(tail, []byte("PK\x05\x06"))
	return at >= 0 && len(tail)-at >= 22 && int(binary.LittleEndian.Uint16(tail[at+20:])) == len(tail)-at-22
}

// lastIndex is bytes.LastIndex for what is seldom there.
func lastIndex(data, word []byte) int {
	if !bytes.Contains(data, word) {
		return -1
	}
	return bytes.LastIndex(data, word)
}

// isTar asks for the sum of a header's bytes, which the oldest tar has too.
func isTar(data []byte) bool {
	if len(data) < 512 || data[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(data[148:156]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	sum := int64(8 * ' ')
	for i, c := range data[:512] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

func (u *unpacking) give(b Blob) error {
	if err := u.each(b); err != nil {
		return stopped{err}
	}
	return nil
}

// take reads a member as far as a file is read, gives it, and opens it in turn.
func (u *unpacking) take(b Blob, r io.Reader, depth int) error {
	if u.members--; u.members < 0 {
		return errLimit
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	b.Data, b.Size = data, int64(len(data))
	if given := u.give(b); given != nil || err != nil {
		return errors.Join(given, err)
	}
	if len(data) > MaxSize {
		return nil // that it is too large is said
	}
	return u.open(b, depth+1)
}

func (b Blob) member(name string) Blob {
	return Blob{Path: b.Path + "!" + strings.TrimPrefix(path.Clean("/"+name), "/"), Commit: b.Commit, ID: b.ID}
}

func (u *unpacking) zip(b Blob, depth int) error {
	r, err := zip.NewReader(bytes.NewReader(b.Data), int64(len(b.Data)))
	if err != nil {
		return err
	}
	for _, f := range r.File {
		if f.Mode().IsDir() {
			continue
		}
		if err := u.zipped(b.member(f.Name), f, depth); err != nil {
			return err
		}
	}
	return nil
}

// zipped reads one file; a fault of it is said, and the others are read.
func (u *unpacking) zipped(b Blob, f *zip.File, depth int) error {
	if f.Flags&1 != 0 {
		return u.give(b.unread("is encrypted"))
	}
	r, err := f.Open()
	if err != nil {
		return u.give(b.unread("cannot be unpacked: " + err.Error()))
	}
	defer r.Close()
	err = u.take(b, &counted{r, u}, depth)
	if err == nil || final(err) {
		return err
	}
	return u.give(b.unread("cannot be unpacked: " + err.Error()))
}

func (u *unpacking) gzip(b Blob, depth int) error {
	r, err := gzip.NewReader(bytes.NewReader(b.Data))
	if err != nil {
		return err
	}
	return u.stream(b, r, ".gz", depth)
}

func (u *unpacking) bzip2(b Blob, depth int) error {
	return u.stream(b, bzip2.NewReader(bytes.NewReader(b.Data)), ".bz2", depth)
}

// stream reads what one stream unpacks to: a tar, which is then of no depth of its own, or one file.
func (u *unpacking) stream(b Blob, r io.Reader, ext string, depth int) error {
	in := bufio.NewReaderSize(&counted{r, u}, 4<<10)
	if head, _ := in.Peek(512); isTar(head) {
		return u.tar(b, in, depth)
	}
	return u.take(b.member(strings.TrimSuffix(path.Base(b.Path), ext)), in, depth)
}

func (u *unpacking) plainTar(b Blob, depth int) error {
	return u.tar(b, &counted{bytes.NewReader(b.Data), u}, depth)
}

func (u *unpacking) tar(b Blob, in io.Reader, depth int) error {
	r := tar.NewReader(in)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return u.after(b, in)
		}
		if err != nil {
			return err
		}
		m := b.member(h.Name)
		switch {
		case h.Typeflag == tar.TypeDir:
			continue
		case h.Linkname != "":
			err = u.take(m, strings.NewReader(h.Linkname), depth)
		default:
			err = u.take(m, r, depth)
		}
		if err == nil {
			_, err = io.Copy(io.Discard, r) // of a file that is too large
		}
		if err != nil {
			return err
		}
	}
}

// counted counts what is unpacked, whether a file is made of it or not.
type counted struct {
	io.Reader
	u *unpacking
}

func (c *counted) Read(p []byte) (int, error) {
	if c.u.bytes <= 0 {
		return 0, errLimit
	}
	n, err := c.Reader.Read(p)
	c.u.bytes -= int64(n)
	return n, err
}

// after refuses what stands behind the end of a tar, where only some readers look.
func (u *unpacking) after(b Blob, in io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := in.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return errors.New("something follows the end of its tar")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// scanMembers gives the findings in the files of an archive.
func scanMembers(ctx context.Context, d Detector, b Blob) (out []Found, err error) {
	err = members(b, func(m Blob) error {
		found, err := scanContent(ctx, d, m)
		out = append(out, found...)
		return err
	})
	return out, err
}
