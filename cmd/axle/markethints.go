package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// alarm is the wait between a loop's passes, by the flag --hints.
func (s *stall) alarm(name string, loop market.Loop) (*market.Alarm, error) {
	ear, err := s.ear(name)
	clock := s.cloud.session.Clock()
	return &market.Alarm{Ear: ear, Loop: loop, Now: clock.Now, Sleep: clock.Sleep, Say: s.tell,
		Keep: func(ctx context.Context, r market.Request) error { return s.books.Hear(ctx, r.HeardAt(clock.Now())) }}, err
}

func (s *stall) ear(name string) (market.Ear, error) {
	switch {
	case name == "":
		return nil, nil
	case name == "-":
		return hear(s.In, s.cloud.session.Clock()), nil
	case strings.HasPrefix(name, "https://"):
		return aws.NewQueue(s.cloud.session, name, s.file.Organizations, s.tell)
	}
	const hint = "give a file of JSON lines, -, or the URL of an SQS queue"
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder")
	}
	if err != nil {
		return nil, document.Fail(codeUsage, "--hints "+name+" cannot be read", hint, err)
	}
	how := os.O_RDONLY
	if info.Mode()&os.ModeNamedPipe != 0 {
		how = os.O_RDWR // writers come and go: a pipe that is also one's own does not end with the last of them
	}
	in, err := os.OpenFile(name, how, 0)
	if err != nil {
		return nil, document.Fail(codeUsage, "--hints "+name+" cannot be read", hint, err)
	}
	s.onClose(in.Close)
	return hear(in, s.cloud.session.Clock()), nil
}

// stream is events as lines, read while the passes go on. The reader waits when nobody takes them.
type stream struct {
	heard <-chan market.Hint
	clock aws.Clock
}

const (
	longestHint = 1 << 20 // bytes of a line; EventBridge ends at a quarter of that
	hintsAhead  = 1000    // that are read and not taken yet
)

func hear(in io.Reader, clock aws.Clock) *stream {
	heard := make(chan market.Hint, hintsAhead)
	go func() {
		defer close(heard)
		lines := bufio.NewReaderSize(in, longestHint)
		for err := error(nil); err == nil; {
			var line []byte
			if line, err = hintLine(lines); len(bytes.TrimSpace(line)) > 0 {
				heard <- market.HearEvent(line)
			}
		}
	}()
	return &stream{heard, clock}
}

// hintLine reads a line. Of one that is too long it gives the beginning, which is no JSON.
func hintLine(lines *bufio.Reader) ([]byte, error) {
	line, err := lines.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = lines.ReadSlice('\n')
	}
	return []byte("{"), err
}

// Hear gives what has been read, or is within d. The end of the stream leaves the clock.
func (s *stream) Hear(ctx context.Context, d time.Duration) ([]market.Hint, error) {
	if all := s.ready(nil); len(all) > 0 {
		return all, ctx.Err()
	}
	sleeping, wake := context.WithCancel(ctx)
	defer wake()
	slept := make(chan error, 1)
	go func() { slept <- s.clock.Sleep(sleeping, d) }()
	select {
	case h, ok := <-s.heard:
		if !ok {
			s.heard = nil
			return nil, <-slept
		}
		wake()
		<-slept
		return s.ready([]market.Hint{h}), ctx.Err()
	case err := <-slept:
		return nil, err
	}
}

// ready adds what waits to be taken.
func (s *stream) ready(all []market.Hint) []market.Hint {
	for len(all) < hintsAhead {
		select {
		case h, ok := <-s.heard:
			if !ok {
				s.heard = nil
				return all
			}
			all = append(all, h)
		default:
			return all
		}
	}
	return all
}

// Taken: a line that was read is not read again.
func (*stream) Taken(context.Context, bool) {}
