package git

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
)

// stream runs git and gives each NUL-ended field of its output as it comes. What each refuses
// ends git; a field that is cut off and git's bad end are errors.
func (r *Repo) stream(ctx context.Context, in io.Reader, each func(string) error, args ...string) error {
	c := r.command(ctx, args...)
	var said bytes.Buffer
	c.Stdin, c.Stderr = in, &said
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return failed(ctx, args[0], "", err)
	}
	err = eachField(out, each)
	if err != nil {
		c.Process.Kill()
		c.Wait()
		if isAnswer(err) {
			return err
		}
		return failed(ctx, args[0], said.String(), err)
	}
	if err := c.Wait(); err != nil {
		return failed(ctx, args[0], said.String(), err)
	}
	return nil
}

func eachField(out io.Reader, each func(string) error) error {
	b := bufio.NewReaderSize(out, 64<<10)
	for {
		field, err := b.ReadString(0)
		if err == io.EOF && field == "" {
			return nil
		}
		if err != nil {
			return fmt.Errorf("output was cut short: %w", io.ErrUnexpectedEOF)
		}
		if err := each(strings.TrimSuffix(field, "\x00")); err != nil {
			return err
		}
	}
}
