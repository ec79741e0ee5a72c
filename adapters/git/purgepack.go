package git

import (
	"bufio"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"os"

	"github.com/axle-cd/axle/document"
)

// pack is the objects of a rewriting on their way into the repository: the body of a git pack.
type pack struct {
	file  *os.File
	out   *bufio.Writer
	zip   *zlib.Writer
	count uint32
}

func newPack(dir string) (*pack, error) {
	f, err := os.CreateTemp(dir, "objects-*")
	if err != nil {
		return nil, document.Fail("AXLE3540", "the new objects could not be written", "nothing was changed", err)
	}
	p := &pack{file: f, out: bufio.NewWriterSize(f, 1<<18)}
	p.zip, err = zlib.NewWriterLevel(p.out, zlib.BestSpeed)
	return p, err
}

func (p *pack) remove() {
	p.file.Close()
	os.Remove(p.file.Name())
}

var packKinds = map[string]byte{"commit": 1, "tree": 2, "blob": 3, "tag": 4, "delta": 7}

// put implements sink.
func (p *pack) put(kind string, data []byte, base version) error {
	p.count++
	code, link := packKinds[kind], ""
	if base.id != "" && base.depth < maxDepth {
		if delta := deltaOf(base.data, data); delta != nil {
			code, link, data = packKinds["delta"], string(base.id), delta
		}
	}
	p.head(code, uint64(len(data)))
	p.out.WriteString(link)
	return p.body(data)
}

// incompressible is as much of a delta as is mostly ids, which no compression makes smaller.
const incompressible = 256

// body writes data as zlib has it, short data in one block as it is.
func (p *pack) body(data []byte) error {
	if n := uint16(len(data)); len(data) <= incompressible {
		p.out.Write([]byte{0x78, 0x01, 1, byte(n), byte(n >> 8), byte(^n), byte(^n >> 8)})
		p.out.Write(data)
		return binary.Write(p.out, binary.BigEndian, adler32.Checksum(data))
	}
	p.zip.Reset(p.out)
	_, err := p.zip.Write(data)
	return errors.Join(err, p.zip.Close())
}

// head writes type and size as packs have them: four bits of the size, then seven a byte.
func (p *pack) head(kind byte, size uint64) {
	b := kind<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.out.WriteByte(b | 0x80)
		b = byte(size & 0x7f)
	}
	p.out.WriteByte(b)
}

// install gives the objects to git, which checks each of them.
func (r *Repo) install(ctx context.Context, p *pack, w *rewriter) error {
	if p.count == 0 {
		return nil
	}
	err := p.out.Flush()
	if err == nil {
		_, err = p.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return document.Fail("AXLE3540", "the new objects could not be written", "nothing was changed", err)
	}
	from, to := io.Pipe()
	go func() { to.CloseWithError(p.stream(to, w)) }()
	_, err = r.git(ctx, from, "index-pack", "--stdin")
	from.CloseWithError(io.ErrClosedPipe)
	return err
}

func (p *pack) stream(to io.Writer, w *rewriter) error {
	sum := w.newHash()
	both := io.MultiWriter(to, sum)
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), p.count)
	if _, err := both.Write(head); err != nil {
		return err
	}
	if _, err := io.Copy(both, p.file); err != nil {
		return err
	}
	_, err := to.Write(sum.Sum(nil))
	return err
}
