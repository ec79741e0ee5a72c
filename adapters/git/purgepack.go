package git

import (
	"bufio"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
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

var packKinds = map[string]byte{"commit": 1, "tree": 2, "blob": 3, "tag": 4}

// put implements sink.
func (p *pack) put(kind string, _ oid, data []byte) error {
	p.count++
	p.head(packKinds[kind], uint64(len(data)))
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
