package git

import "encoding/binary"

// version is an object as it was made, on which one that is like it can be told as a delta.
type version struct {
	id    oid
	data  []byte
	depth int
}

// next is how deep an object lies that is told on this one.
func (v version) next() int {
	if v.id == "" || v.depth >= maxDepth {
		return 0
	}
	return v.depth + 1
}

const (
	maxDepth = 50      // the longest chain of deltas, git's own
	maxDelta = 8 << 20 // the largest content that is told as a delta
	block    = 16      // bytes that must be alike before a copy is worth its words
)

// deltaOf tells data as pieces of base and what stands between them, in the form that packs have. It
// gives nothing when that saves little.
func deltaOf(base, data []byte) []byte {
	if len(base) > maxDelta || len(data) > maxDelta {
		return nil
	}
	head := common(base, data, false)
	tail := common(base[head:], data[head:], true)
	out := binary.AppendUvarint(nil, uint64(len(base)))
	out = binary.AppendUvarint(out, uint64(len(data)))
	out = appendCopy(out, 0, head)
	out = appendPieces(out, base, data[head:len(data)-tail])
	out = appendCopy(out, len(base)-tail, tail)
	if len(out) > len(data)/2 {
		return nil
	}
	return out
}

// common counts the bytes that a and b share at the beginning, or at the end.
func common(a, b []byte, end bool) int {
	n := min(len(a), len(b))
	for i := range n {
		if !end && a[i] != b[i] || end && a[len(a)-1-i] != b[len(b)-1-i] {
			return i
		}
	}
	return n
}

// appendPieces says where in the base the pieces of data are, and the bytes that are not there.
func appendPieces(out, base, data []byte) []byte {
	if len(data) <= block {
		return appendBytes(out, data)
	}
	blocks := blocksOf(base)
	said := 0
	for i := 0; i+block <= len(data); i++ {
		at := blocks.find(base, data[i:])
		if at < 0 {
			continue
		}
		from := i - common(base[:at], data[said:i], true)
		n := i - from + common(base[at:], data[i:], false)
		out = appendCopy(appendBytes(out, data[said:from]), at-(i-from), n)
		said = from + n
		i = said - 1
	}
	return appendBytes(out, data[said:])
}

// blocks are the places of a base at which a block begins, by its hash; 0 is none.
type blocks []int32

func blocksOf(base []byte) blocks {
	size := 1
	for size < len(base)/block {
		size *= 2
	}
	b := make(blocks, 2*size)
	for at := 0; at+block <= len(base); at += block {
		b[b.slot(base[at:])] = int32(at) + 1
	}
	return b
}

func (b blocks) slot(data []byte) int {
	x := binary.LittleEndian.Uint64(data)*0x9E3779B97F4A7C15 ^ binary.LittleEndian.Uint64(data[8:])*0xC2B2AE3D27D4EB4F
	return int(x>>32) & (len(b) - 1)
}

// find gives where the base has the block that data begins with, or -1.
func (b blocks) find(base, data []byte) int {
	at := int(b[b.slot(data)]) - 1
	if at < 0 || string(base[at:at+block]) != string(data[:block]) {
		return -1
	}
	return at
}

// appendBytes says bytes as they are.
func appendBytes(out, data []byte) []byte {
	for len(data) > 0 {
		n := min(len(data), 127)
		out = append(append(out, byte(n)), data[:n]...)
		data = data[n:]
	}
	return out
}

// appendCopy says to copy n bytes of the base from at on: a byte that tells which bytes of both
// numbers follow, then those.
func appendCopy(out []byte, at, n int) []byte {
	for n > 0 {
		size := min(n, 0xffff)
		op, args := byte(0x80), []byte(nil)
		for i, v := range []int{at, at >> 8, at >> 16, at >> 24, size, size >> 8} {
			if byte(v) != 0 {
				op |= 1 << i
				args = append(args, byte(v))
			}
		}
		out = append(append(out, op), args...)
		at, n = at+size, n-size
	}
	return out
}
