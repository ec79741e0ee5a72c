package git

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

// What git says is told in its words and with a code of its own: nothing unread is an absence. PERF-15
func TestFailed(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name, said string
		ctx        context.Context
		err        error
		code, says string
	}{
		{"git is not there", "", t.Context(), exec.ErrNotFound, "AXLE3501", "install git"},
		{"stopped", "", stopped, errors.New("killed"), "AXLE3503", "was stopped"},
		{"a missing blob", "fatal: missing blob object 'ab'", t.Context(), errors.New("exit 128"), "AXLE3502", "fetch the full history"},
		{"an unreadable tree", "fatal: unable to read tree ab", t.Context(), errors.New("exit 128"), "AXLE3502", "unable to read tree ab"},
		{"a promisor that does not answer", "fatal: could not fetch ab from promisor remote", t.Context(), errors.New("exit 128"), "AXLE3502", "promisor"},
		{"anything else", "fatal: detected dubious ownership", t.Context(), errors.New("exit 128"), "AXLE3500", "dubious ownership"},
		{"nothing said", "", t.Context(), errors.New("exit 1"), "AXLE3500", "no message"},
	} {
		wantCode(t, c.name, failed(c.ctx, "log", c.said, c.err), c.code, c.says)
	}
}

func TestEachField(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
		err  error
	}{
		{"a\x00b\nc\x00", []string{"a", "b\nc"}, nil},
		{"", nil, nil},
		{"\x00", []string{""}, nil},
		{"a\x00cut", []string{"a"}, io.ErrUnexpectedEOF},
	} {
		var got []string
		err := eachField(strings.NewReader(c.in), func(f string) error { got = append(got, f); return nil })
		if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
			t.Errorf("%q: %q, %v", c.in, got, err)
		}
	}
}

// A stream that its reader refuses ends git, and the refusal is the error.
func TestStreamRefused(t *testing.T) {
	r := newRepo(t)
	sha := r.commit("one", "a", "x", "b", "x")
	refusal := document.Fail("AXLE2533", "enough", "", nil)
	n := 0
	err := r.stream(t.Context(), nil, func(string) error { n++; return refusal }, "ls-tree", "-z", sha)
	if !errors.Is(err, refusal) || n != 1 {
		t.Errorf("after %d: %v", n, err)
	}
	err = r.stream(t.Context(), nil, func(string) error { return nil }, "ls-tree", "-z", strings.Repeat("1", 40))
	if err == nil {
		t.Error("a tree that is not there is an empty one")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantCode(t, "stopped", r.stream(ctx, nil, nil, "ls-tree", "-z", sha), "AXLE3503", "was stopped")
}

func TestHeader(t *testing.T) {
	id := strings.Repeat("a", 40)
	for _, c := range []struct {
		line, code string
		want       object
	}{
		{id + " blob 12\n", "", object{id: id, kind: "blob", size: 12}},
		{id + " commit 200 150\n", "", object{id: id, kind: "commit", size: 200, disk: 150}},
		{id + " missing\n", "AXLE3502", object{}},
	} {
		got, err := header(bufio.NewReader(strings.NewReader(c.line)))
		if got != c.want || document.CodeOf(err) != c.code {
			t.Errorf("%q: %+v, %v", c.line, got, err)
		}
	}
	for _, bad := range []string{"", id + " blob 12", id + " blob x\n", "\n", id + "\n"} {
		if got, err := header(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
}

// A question that is stopped does not leave its answer to the next one.
func TestAskStopped(t *testing.T) {
	r := newRepo(t)
	r.commit("one", "a", "x", "b", "y")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := r.content(ctx, r.run("rev-parse", "HEAD:a"))
	wantCode(t, "stopped", err, "AXLE3503", "was stopped")
	if _, data, err := r.content(t.Context(), r.run("rev-parse", "HEAD:b")); string(data) != "y" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	_, err = r.info(t.Context(), "HEAD")
	wantCode(t, "no id", err, "AXLE1504", "is not an object id")
	_, err = r.info(t.Context(), strings.Repeat("1", 40))
	wantCode(t, "missing", err, "AXLE3502", "could not be read")
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if o, err := r.info(t.Context(), r.run("rev-parse", "HEAD:b")); o.size != 1 || err != nil {
		t.Errorf("after Close it starts again: %+v, %v", o, err)
	}
}

func TestMergeBaseOfStrangers(t *testing.T) {
	r := newRepo(t)
	a := r.commit("one", "a", "x")
	b := r.commitTree("100644 blob " + r.blob("y") + "\tb")
	if got, err := r.MergeBase(t.Context(), a, b); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	_, err := r.MergeBase(t.Context(), a, "--all")
	wantCode(t, "no id", err, "AXLE1504", "is not a commit id")
}

func FuzzReadUpdates(f *testing.F) {
	id := strings.Repeat("a", 40)
	f.Add(id + " " + id + " refs/heads/main\n")
	f.Add("x\n\n")
	f.Fuzz(func(t *testing.T, in string) {
		updates, err := ReadUpdates(strings.NewReader(in))
		for _, u := range updates {
			if err == nil && (!isID(u.Old) || !isID(u.New) || !strings.HasPrefix(u.Ref, "refs/")) {
				t.Errorf("%+v of %q", u, in)
			}
		}
	})
}
