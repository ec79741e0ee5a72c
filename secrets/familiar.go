package secrets

import (
	"context"
	"hash/maphash"
	"path"
	"strings"
	"sync"
)

// Local is what a Detector may be beside: it can tell from a few lines whether a hit may lie there, and how far
// round them lies what decides on it.
//
// Calls gives the words of a text that count wherever they stand, as lines: with those before it, a part of the
// text has the hits it has in the whole. Reach reads a text up to end, whole lines; what follows there are Ahead
// bytes or more, if there are any, up to the end of a line. Nowhere is only for what no hit has a word or a code
// in, whatever stands round it. Far asks of a whole text whether any hit in it is Far indeed.
type Local interface {
	Calls(text string) string
	Reach(path, calls, text string, end int) Reach
	Far(path, text string) bool
}

// Reach is how far round a few lines lies what decides on their hits: nowhere, as there are none, near, wide, or
// anywhere in the file.
type Reach uint8

const (
	Nowhere Reach = iota
	Near
	Wide
	Far
)

// NearLines and NearBytes are what is near, on each side; the lesser of them is not enough.
const (
	NearLines = 16
	NearBytes = 1000
)

// Ahead is how many bytes a Local sees at least after the lines that it is asked about.
const Ahead = 256

// around is how many bytes and lines are judged on each side, a quarter more than are near.
func (r Reach) around() (weight, lines int) {
	if r == Wide {
		return (NearBytes + near) * 5 / 4, NearLines * 5 / 4
	}
	return NearBytes * 5 / 4, NearLines * 5 / 4
}

// maxFamiliar is how much text is judged in parts: what has a limit by file never comes near it.
const maxFamiliar = 1 << 20

// maxKnown is how many texts are known; then it begins anew, so that memory stays bounded.
const maxKnown = 1 << 20

// familiar knows text that it has seen, so that of another version of a file only what is new is judged, and of
// that only what may lead to a hit. It knows text by 128 bits of two hashes whose seeds nobody outside the process
// can know.
type familiar struct {
	d     Detector
	local Local
	seeds [2]maphash.Seed

	mu     sync.Mutex
	chunks map[key]*chunk
	reach  map[key]Reach    // of a chunk with what follows it
	clean  map[key]struct{} // what was judged
}

// newFamiliar is nil where a detector cannot tell how far it looks.
func newFamiliar(d Detector) *familiar {
	local, ok := d.(Local)
	if !ok {
		return nil
	}
	f := &familiar{d: d, local: local, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	f.forget()
	return f
}

func (f *familiar) forget() {
	f.chunks, f.reach, f.clean = map[key]*chunk{}, map[key]Reach{}, map[key]struct{}{}
}

// free says that content has no finding. Where it does not say so, nothing is known: it is to be judged whole.
func (f *familiar) free(ctx context.Context, name string, o Object) (bool, error) {
	if f == nil || o.Size > maxFamiliar || ignoredFile[name] || packed(o.Data) != nil {
		return false, nil
	}
	t, ok := f.unknown(ctx, name, o.Data)
	if !ok {
		return false, nil
	}
	for _, p := range t.parts {
		part := text{data: append([]byte(t.calls), t.body[p.start:p.end]...)}
		found, err := scanText(ctx, f.d, Blob{Path: name}, part)
		if err != nil || len(found) > 0 {
			return false, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range t.fresh {
		f.clean[k] = struct{}{}
	}
	return true, nil
}

// unknown cuts a content and finds the parts of it that are to be judged. It is not ok where all is.
func (f *familiar) unknown(ctx context.Context, name string, data []byte) (chunked, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.chunks)+len(f.reach)+len(f.clean) > maxKnown {
		f.forget()
	}
	t := f.cut(data)
	if t.hidden {
		t = f.cut(unlined(data).data)
	}
	if t.foreign {
		return t, false // no UTF-8: how a part of it is read may be another way
	}
	t.calls = f.local.Calls(t.calls)
	t.sum(name+"\n"+t.calls, f.seeds)
	return t, f.part(ctx, name, &t)
}

// part adds to a text the parts round what may lead to a hit, but for those that were judged.
func (f *familiar) part(ctx context.Context, name string, t *chunked) bool {
	asked := false
	for i := range t.all {
		r := f.look(ctx, name, t, i)
		if r == Nowhere {
			continue
		}
		if r == Far && !asked {
			if asked = true; ownFar(string(t.body)) || f.local.Far(name, string(t.body)) {
				return false
			}
		}
		weight, lines := r.around()
		from, to := t.before(i, weight, lines), t.after(i, weight, lines)
		k := t.key(from, i, to)
		if _, known := f.clean[k]; !known {
			t.fresh = append(t.fresh, k)
			t.parts = extend(t.parts, span{t.all[from].start, t.all[to-1].end})
		}
	}
	return true
}

// look says how far round a chunk is to be judged, which depends on what follows it.
func (f *familiar) look(ctx context.Context, name string, t *chunked, i int) Reach {
	c, to := t.all[i], t.after(i, Ahead, 0)
	k := t.key(i, i, to)
	if c.last.key == k {
		return c.last.reach
	}
	r, known := f.reach[k]
	if !known {
		text := string(t.body[c.start:t.all[to-1].end])
		r = max(ownReach(ctx, name, text, c.end-c.start), f.local.Reach(name, t.calls, text, c.end-c.start))
		f.reach[k] = r
	}
	c.last = looked{k, r}
	return r
}

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

func extend(parts []span, s span) []span {
	for last := len(parts) - 1; last >= 0 && s.start <= parts[last].end; last-- {
		s = span{min(parts[last].start, s.start), max(parts[last].end, s.end)}
		parts = parts[:last]
	}
	return append(parts, s)
}
