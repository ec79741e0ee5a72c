package secrets

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"strings"
)

type key [2]uint64

// chunk is a few whole lines.
type chunk struct {
	hash   key
	weight int // its length without blanks around lines: blank lines bring nothing nearer
	lines  int
	traits
	last looked
}

type traits struct {
	calls   string // of Local
	foreign bool   // it has bytes that are no UTF-8
	hidden  bool   // it has characters of no width
}

// looked is the answer for a chunk by what follows it: most follow it again in the next version.
type looked struct {
	key   key
	reach Reach
}

// chunked is a text in chunks.
type chunked struct {
	body []byte
	all  []portion
	sums []key // the hash of the chunks before each
	salt key
	traits

	parts []span // of it, that are to be judged
	fresh []key  // by which those will be known
}

type portion struct {
	*chunk
	span
}

// cut cuts a text where what a line ends with says so: the same lines are cut the same in every version.
func (f *familiar) cut(data []byte) chunked {
	t := chunked{body: data, all: make([]portion, 0, len(data)/200+1)}
	for start, at := 0, 0; at < len(data) || at == 0; {
		if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
			at += n + 1
		} else {
			at = len(data)
		}
		if at == len(data) || cuts(data[start:at]) {
			t.add(f.chunk(data[start:at]), span{start, at})
			start = at
		}
		if at == len(data) {
			break
		}
	}
	return t
}

func (t *chunked) add(c *chunk, at span) {
	t.foreign, t.hidden = t.foreign || c.foreign, t.hidden || c.hidden
	if !strings.Contains(t.calls, c.calls) {
		t.calls += c.calls
	}
	t.all = append(t.all, portion{c, at})
}

func (f *familiar) chunk(data []byte) *chunk {
	k := key{maphash.Bytes(f.seeds[0], data), maphash.Bytes(f.seeds[1], data)}
	c := f.chunks[k]
	if c == nil {
		c = &chunk{hash: k}
		c.calls, c.hidden = f.local.Calls(string(data)), hasInvisible(data)
		c.foreign = bytes.IndexByte(data, 0) >= 0 || bytes.IndexByte(data, 0xFE) >= 0 || bytes.IndexByte(data, 0xFF) >= 0
		for line := range bytes.Lines(data) {
			c.lines++
			c.weight += len(bytes.TrimSpace(line))
		}
		f.chunks[k] = c
	}
	return c
}

// cuts is true of every fourth line or so.
func cuts(text []byte) bool {
	if len(text) < 9 {
		return false
	}
	return binary.LittleEndian.Uint64(text[len(text)-9:])*factor>>62 == 0
}

const factor uint64 = 0x9E3779B97F4A7C15

// sum makes it possible to know any row of chunks of this kind of text.
func (t *chunked) sum(kind string, seeds [2]maphash.Seed) {
	t.sums = make([]key, len(t.all)+1)
	for i, seed := range seeds {
		t.salt[i] = maphash.String(seed, kind)
		for j, c := range t.all {
			t.sums[j+1][i] = t.sums[j][i]*factor + c.hash[i]
		}
	}
}

// key is of the chunks from one up to another, about the one at. It tells apart where the text begins and ends:
// there a rule may match as it does not elsewhere.
func (t *chunked) key(from, at, to int) (k key) {
	by := uint64(8*(at-from) + 1)
	if from == 0 {
		by += 2
	}
	if to == len(t.all) {
		by += 4
	}
	p := power(to - from)
	for i := range k {
		k[i] = t.sums[to][i] - t.sums[from][i]*p + t.salt[i]*by
	}
	return k
}

// power is factor, n times by itself.
func power(n int) uint64 {
	out := uint64(1)
	for f := factor; n > 0; n >>= 1 {
		if n&1 > 0 {
			out *= f
		}
		f *= f
	}
	return out
}

// after is where the chunks end that follow one, as many as have weight and lines; before is where they begin.
func (t *chunked) after(at, weight, lines int) int {
	for at++; at < len(t.all) && (weight > 0 || lines > 0); at++ {
		weight, lines = weight-t.all[at].weight, lines-t.all[at].lines
	}
	return at
}

func (t *chunked) before(at, weight, lines int) int {
	for ; at > 0 && (weight > 0 || lines > 0); at-- {
		weight, lines = weight-t.all[at-1].weight, lines-t.all[at-1].lines
	}
	return at
}
