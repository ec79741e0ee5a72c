package secrets

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/maphash"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Local is a Detector whose hits depend on what stands near, whole lines, and on no more, but for texts that
// are Far. Far goes by words: a text is far only where a line of it is. Calls gives the words of a text that
// count wherever they stand, as lines: with those before it, a part of the text has the hits it has in the whole.
type Local interface {
	Detector
	Far(path, data string) bool
	Calls(data string) string
}

// NearLines and NearBytes are what is near, on each side; the lesser of them is not enough.
const (
	NearLines = 16
	NearBytes = 1000
)

// maxFamiliar is how much text is judged in parts: what has a limit by file never comes near it.
const maxFamiliar = 1 << 20

// maxUnits is how many units are known; then it begins anew, so that memory stays bounded.
const maxUnits = 2 << 20

// familiar knows text that was found clean, so that of another version of a file only what is new is
// judged. A unit is a few lines with those after them, as far as a hit can reach: two texts of the same
// units, under the same kind of name, have the same hits. Units are known by 128 bits of two hashes whose
// seeds nobody outside the process can know.
type familiar struct {
	d     Local
	seeds [2]maphash.Seed

	mu   sync.Mutex
	seen map[[2]uint64]struct{}
}

// newFamiliar is nil where a detector cannot tell how far it looks.
func newFamiliar(d Detector) *familiar {
	local, ok := d.(Local)
	if !ok {
		return nil
	}
	return &familiar{d: local, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, seen: map[[2]uint64]struct{}{}}
}

// clean says that content has no finding. Where it does not say so, nothing is known: it is to be judged whole.
func (f *familiar) clean(ctx context.Context, name string, o Object) (bool, error) {
	if f == nil || o.Size > maxFamiliar || ignoredFile[name] || packed(o.Data) != nil {
		return false, nil
	}
	body := unlined(o.Data).data
	if bytes.IndexByte(body, 0) >= 0 || bytes.IndexByte(body, 0xFE) >= 0 || bytes.IndexByte(body, 0xFF) >= 0 {
		return false, nil // no UTF-8: how a part of it is read may be another way
	}
	calls := f.d.Calls(string(body))
	parts, units := f.fresh(name+"\n"+calls, reachIn(name), body)
	for _, p := range parts {
		if part := string(body[p.start:p.end]); far(name, part) || f.d.Far(name, part) {
			return false, nil
		}
	}
	for _, p := range parts {
		part := append([]byte(calls), body[p.start:p.end]...)
		found, err := scanText(ctx, f.d, Blob{Path: name}, text{data: part})
		if err != nil || len(found) > 0 {
			return false, err
		}
	}
	f.remember(units)
	return true, nil
}

// joinNear is a join whose list may be far from its word.
var joinNear = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i)join["']?\s*:?\s*[\[(-]`) })

// far says that our own rules may look further than nearby.
func far(name, part string) (found bool) {
	farWords().Each(part, func(word, at int) {
		found = found || word == 0 || !leftApart[extension(name)] && joinNear().MatchString(part[at:])
	})
	return found
}

var farWords = sync.OnceValue(func() *Words { return NewWords([]string{"private key", "join"}) })

// chunk is a few whole lines. weight is their length without blanks around them: blank lines bring nothing nearer.
type chunk struct {
	end, weight, lines int
	hash               [2]uint64
}

// reachIn is how much text a unit has at least.
func reachIn(name string) int {
	if slices.Contains(iac, extension(name)) {
		return 2 * (NearBytes + near) // as far as enclosing looks
	}
	return 2 * NearBytes
}

// fresh gives the parts of a text that have not been seen to be clean, and its units that are new.
func (f *familiar) fresh(kind string, reach int, data []byte) (parts []span, units [][2]uint64) {
	chunks := f.chunks(data)
	salt := [2]uint64{maphash.String(f.seeds[0], kind), maphash.String(f.seeds[1], kind)}
	u := newRolling()
	f.mu.Lock()
	defer f.mu.Unlock()
	start, j, weight, lines := 0, 0, 0, 0 // of the chunks after this one, up to j
	for i, c := range chunks {
		if i == j {
			u.push(c.hash)
			j++
		} else {
			weight, lines = weight-c.weight, lines-c.lines
		}
		for ; j < len(chunks) && (weight < reach || lines < 2*NearLines); j++ {
			u.push(chunks[j].hash)
			weight, lines = weight+chunks[j].weight, lines+chunks[j].lines
		}
		unit := u.key(salt, i == 0, j == len(chunks))
		if _, known := f.seen[unit]; !known {
			units = append(units, unit)
			parts = extend(parts, span{start, chunks[j-1].end})
		}
		u.pop(c.hash)
		start = c.end
	}
	return parts, units
}

// rolling is the hash of a row of chunks that grows at one end and shrinks at the other.
type rolling struct {
	sum   [2]uint64
	power uint64 // of factor, by how many there are
}

// factor is odd, so that it has an inverse by which a power shrinks.
const factor, inverse uint64 = 0x9E3779B97F4A7C15, 0xF1DE83E19937733D

func newRolling() rolling { return rolling{power: 1} }

func (r *rolling) push(hash [2]uint64) {
	r.power *= factor
	for i := range hash {
		r.sum[i] = r.sum[i]*factor + hash[i]
	}
}

func (r *rolling) pop(hash [2]uint64) {
	r.power *= inverse
	for i := range hash {
		r.sum[i] -= hash[i] * r.power
	}
}

// key tells apart where the text begins and ends: there a rule may match as it does not elsewhere.
func (r *rolling) key(salt [2]uint64, first, last bool) (k [2]uint64) {
	by := uint64(1)
	if first {
		by += 2
	}
	if last {
		by += 4
	}
	for i := range k {
		k[i] = r.sum[i] + salt[i]*by
	}
	return k
}

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

func extend(parts []span, s span) []span {
	if last := len(parts) - 1; last >= 0 && s.start <= parts[last].end {
		parts[last].end = max(parts[last].end, s.end)
		return parts
	}
	return append(parts, s)
}

func (f *familiar) remember(units [][2]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen)+len(units) > maxUnits {
		clear(f.seen)
	}
	for _, u := range units {
		f.seen[u] = struct{}{}
	}
}

// chunks cuts a text where what a line ends with says so: the same lines are cut the same in every version.
func (f *familiar) chunks(data []byte) (out []chunk) {
	c, start := chunk{}, 0
	for at := 0; at < len(data) || at == 0; {
		end := len(data)
		if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		c.weight += len(bytes.TrimSpace(data[at:end]))
		c.lines++
		at = end
		if at == len(data) || cuts(data[start:at]) {
			c.end, c.hash = at, [2]uint64{maphash.Bytes(f.seeds[0], data[start:at]), maphash.Bytes(f.seeds[1], data[start:at])}
			out = append(out, c)
			c, start = chunk{}, at
		}
		if at == len(data) {
			break
		}
	}
	return out
}

// cuts is true of every fourth line or so.
func cuts(text []byte) bool {
	if len(text) < 9 {
		return false
	}
	return binary.LittleEndian.Uint64(text[len(text)-9:])*0x9E3779B97F4A7C15>>62 == 0
}
