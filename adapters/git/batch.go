package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// object is what git knows of one: its type, its size, and its size in the pack.
type object struct {
	id, kind   string
	size, disk int64
}

// batch is one git cat-file process that answers line by line. It lives as long as its Repo,
// not as long as a call.
type batch struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

const infoFormat = "%(objectname) %(objecttype) %(objectsize) %(objectsize:disk)"

func (r *Repo) startBatch(flag string) (*batch, error) {
	c := r.prepare(exec.Command("git", withSettings([]string{"cat-file", flag})...))
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	return &batch{c, in, bufio.NewReaderSize(out, 64<<10)}, nil
}

func (b *batch) close() error {
	if b == nil {
		return nil
	}
	b.in.Close()
	err := b.cmd.Wait()
	if errors.As(err, new(*exec.ExitError)) {
		return nil // ended by us, or its end was said where it was met
	}
	return err
}

// ask sends an id and lets read take the answer. A process that failed or was stopped is put
// away, as its next answer would belong to this question.
func (r *Repo) ask(ctx context.Context, which **batch, flag, id string, read func(*bufio.Reader) error) error {
	if !isID(id) {
		return document.Fail("AXLE1504", fmt.Sprintf("%q is not an object id", id), "", nil)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return failed(ctx, "cat-file", "", err)
	}
	if *which == nil {
		b, err := r.startBatch(flag)
		if err != nil {
			return failed(ctx, "cat-file", "", err)
		}
		*which = b
	}
	b := *which
	stop := context.AfterFunc(ctx, func() { b.cmd.Process.Kill() })
	_, err := io.WriteString(b.in, id+"\n")
	if err == nil {
		err = read(b.out)
	}
	stopped := !stop()
	if isAnswer(err) && !stopped {
		return err
	}
	b.cmd.Process.Kill()
	b.close()
	*which = nil
	return failed(ctx, "cat-file", "", err)
}

// isAnswer says that git has answered, if only that there is no such object.
func isAnswer(err error) bool {
	var e *document.Error
	return err == nil || errors.As(err, &e)
}

var idPattern = document.NewPattern(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

func isID(s string) bool { return idPattern.MatchString(s) }

func isZero(s string) bool { return strings.Trim(s, "0") == "" }

// header reads the line that comes before an object.
func header(out *bufio.Reader) (object, error) {
	line, err := out.ReadString('\n')
	if err != nil {
		return object{}, fmt.Errorf("git cat-file ended: %w", err)
	}
	f := strings.Fields(line)
	if len(f) == 2 && f[1] == "missing" {
		return object{}, missing(f[0])
	}
	if len(f) < 3 {
		return object{}, fmt.Errorf("git cat-file said %q", strings.TrimSpace(line))
	}
	o := object{id: f[0], kind: f[1]}
	if o.size, err = strconv.ParseInt(f[2], 10, 64); err == nil && len(f) > 3 {
		o.disk, err = strconv.ParseInt(f[3], 10, 64)
	}
	return o, err
}

func missing(id string) error {
	return document.Fail("AXLE3502", "object "+id+" could not be read", "fetch the full history: git fetch --unshallow, or clone without --filter", nil)
}

// info says what an object is without reading it.
func (r *Repo) info(ctx context.Context, id string) (o object, err error) {
	err = r.ask(ctx, &r.infos, "--batch-check="+infoFormat, id, func(out *bufio.Reader) error {
		o, err = header(out)
		return err
	})
	return o, err
}

// content reads an object. Ask info for its size first.
func (r *Repo) content(ctx context.Context, id string) (kind string, data []byte, err error) {
	err = r.ask(ctx, &r.contents, "--batch", id, func(out *bufio.Reader) error {
		o, err := header(out)
		if err != nil {
			return err
		}
		kind, data = o.kind, make([]byte, o.size)
		if _, err := io.ReadFull(out, data); err != nil {
			return fmt.Errorf("git cat-file was cut short: %w", err)
		}
		_, err = out.Discard(1)
		return err
	})
	return kind, data, err
}
