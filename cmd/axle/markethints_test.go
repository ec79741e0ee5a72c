package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/market"
)

const woken = `{"source":"aws.marketplacecatalog","detail-type":"Change Set Succeeded"}` + "\n"

// forever is a clock that nobody moves.
var forever = aws.Clock{Now: time.Now, Sleep: func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }}

// leaping is a clock that whoever waits moves, as the sandbox's.
func leaping() aws.Clock {
	var at atomic.Int64
	return aws.Clock{Now: func() time.Time { return time.Unix(0, at.Load()) }, Sleep: func(ctx context.Context, d time.Duration) error {
		at.Add(int64(d))
		return ctx.Err()
	}}
}

// PMP-19: a pipe that stays open holds nothing up: what is written there is heard at once.
func TestOpenPipe(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	s := hear(r, forever)
	for range 3 {
		go fmt.Fprint(w, woken)
		if got, err := s.Hear(t.Context(), time.Hour); err != nil || len(got) != 1 || got[0].Wakes != market.ForExperiences {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Hear(ctx, time.Hour); err == nil {
		t.Error("an interrupted wait went on")
	}
}

// The end of the stream, or a stream that breaks, leaves the clock.
func TestStreamEnds(t *testing.T) {
	broken := hear(iotest.ErrReader(os.ErrPermission), leaping())
	for name, s := range map[string]*stream{"empty": hear(strings.NewReader(""), leaping()), "one": hear(strings.NewReader(strings.TrimSpace(woken)), leaping()), "broken": broken} {
		start, heard := s.clock.Now(), 0
		for s.clock.Now().Sub(start) < time.Hour {
			got, err := s.Hear(t.Context(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			heard += len(got)
			runtime.Gosched()
		}
		if heard > 1 || heard == 1 && name != "one" {
			t.Errorf("%s: %d hints", name, heard)
		}
	}
}

// L8: a line may be of any length and hold any bytes; it is passed over, and the next one is heard.
func TestLongLines(t *testing.T) {
	for name, junk := range map[string]string{"long": strings.Repeat("x", 3*longestHint), "binary": "\xff\xfe\x00{", "deep": strings.Repeat("[", longestHint-1), "a long event": `{"source":"` + strings.Repeat("x", longestHint), "blank": "  "} {
		s := hear(strings.NewReader(junk+"\n"+woken), forever)
		var got []market.Hint
		for len(got) == 0 || got[len(got)-1].Broken {
			more, err := s.Hear(t.Context(), time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, more...)
		}
		if want := map[bool]int{true: 1, false: 2}[name == "blank"]; len(got) != want || got[len(got)-1].Wakes != market.ForExperiences {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// While nobody takes hints, no more than so many are read: a flood fills no memory.
func TestFlood(t *testing.T) {
	var read atomic.Int64
	s := hear(endless{&read}, forever)
	time.Sleep(100 * time.Millisecond)
	if n := read.Load(); n > 2*longestHint+int64((hintsAhead+1)*len(woken)) {
		t.Errorf("%d bytes were read ahead", n)
	}
	if got, err := s.Hear(t.Context(), time.Hour); err != nil || len(got) == 0 || len(got) > hintsAhead {
		t.Error(len(got), err)
	}
}

type endless struct{ read *atomic.Int64 }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(woken) <= len(p) {
		n += copy(p[n:], woken)
	}
	e.read.Add(int64(n))
	return max(n, copy(p, "\n")), nil
}

// A named pipe that nobody writes to yet holds nothing up either; each who writes is heard.
func TestNamedPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "hints")
	if out, err := exec.Command("mkfifo", name).CombinedOutput(); err != nil {
		t.Skipf("no named pipes here: %v %s", err, out)
	}
	a := &app{}
	defer a.close()
	ear, err := (&stall{app: a, cloud: &cloud{session: aws.New(aws.Options{Clock: leaping()})}}).ear(name)
	if err != nil {
		t.Fatal(err)
	}
	s := ear.(*stream)
	if got, err := s.Hear(t.Context(), time.Hour); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	s.clock = forever
	for range 2 { // writers come and go
		w, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, woken)
		w.Close()
		if got, err := s.Hear(t.Context(), time.Hour); err != nil || len(got) != 1 {
			t.Error(got, err)
		}
	}
}
