package git

import "encoding/binary"

// version is a tree as it was made last for its place, on which the next one is told as a delta.
type version struct {
	id    oid
	data  []byte
	depth int
}

// maxDepth is the longest chain of deltas, git's own.
const maxDepth = 50

// deltaOf tells data as what it has in common with base at its beginning and end, and what stands
// between, in the form that packs have. It gives nothing when that saves little.
func deltaOf(base, data []byte) []byte {
	head := common(base, data, false)
	tail := common(base[head:], data[head:], true)
	middle := data[head : len(data)-tail]
	if len(middle) > len(data)/2 {
		return nil
	}
	out := binary.AppendUvarint(nil, uint64(len(base)))
	out = binary.AppendUvarint(out, uint64(len(data)))
	out = appendCopy(out, 0, head)
	for len(middle) > 0 {
		n := min(len(middle), 127)
		out = append(append(out, byte(n)), middle[:n]...)
		middle = middle[n:]
	}
	return appendCopy(out, len(base)-tail, tail)
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
