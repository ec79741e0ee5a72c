package git

import (
	"bytes"
	"slices"
	"strings"
)

// commitText is a commit or a tag as it is stored: headers, each with its further lines, and text.
type commitText struct {
	headers []textHeader
	message []byte
	cut     bool // there is no empty line, and so no message
}

type textHeader struct {
	key, value string
	bare       bool // not even a space comes after the key
}

func parseText(raw []byte) commitText {
	head, message, whole := bytes.Cut(raw, []byte("\n\n"))
	t := commitText{message: message, cut: !whole}
	for line := range strings.SplitSeq(string(head), "\n") {
		if more, ok := strings.CutPrefix(line, " "); ok && len(t.headers) > 0 {
			t.headers[len(t.headers)-1].value += "\n " + more
			continue
		}
		key, value, spaced := strings.Cut(line, " ")
		t.headers = append(t.headers, textHeader{key, value, !spaced})
	}
	return t
}

func (t commitText) bytes() []byte {
	var b bytes.Buffer
	for i, h := range t.headers {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(h.key)
		if !h.bare {
			b.WriteByte(' ')
		}
		b.WriteString(h.value)
	}
	if !t.cut {
		b.WriteString("\n\n")
		b.Write(t.message)
	}
	return b.Bytes()
}

// named gives the ids under a header.
func (t commitText) named(key string) (out []oid) {
	for _, h := range t.headers {
		if h.key == key {
			if id, err := parseOID(h.value); err == nil {
				out = append(out, id)
			}
		}
	}
	return out
}

func (t commitText) first(key string) string {
	for _, h := range t.headers {
		if h.key == key {
			return h.value
		}
	}
	return ""
}

// signature marks are the first lines of what git appends to a signed tag.
var signatureMarks = []string{"-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"}

// unsigned is the text without a signature, and whether it had one. A commit's is a header; a
// tag's stands at the end of its message. What a merge quotes of a signed tag goes too.
func (t commitText) unsigned(tag bool) (commitText, bool) {
	n := len(t.headers)
	t.headers = slices.DeleteFunc(slices.Clone(t.headers), func(h textHeader) bool {
		return h.key == "gpgsig" || h.key == "gpgsig-sha256" || h.key == "mergetag"
	})
	signed := len(t.headers) < n
	if !tag {
		return t, signed
	}
	for _, mark := range signatureMarks {
		if at := bytes.Index(append([]byte{'\n'}, t.message...), []byte("\n"+mark)); at >= 0 {
			t.message, signed = t.message[:at], true
		}
	}
	return t, signed
}

// below are the objects that an object names; the links of a tree are read already.
func (h *history) below(i int32) (out []oid) {
	switch h.kinds[i] {
	case 'c':
		t := parseText(h.texts[i])
		return append(t.named("parent"), t.named("tree")...)
	case 'g':
		return parseText(h.texts[i]).named("object")
	case 't':
		for _, child := range h.children[i] {
			out = append(out, h.ids[child])
		}
		if lacks, broken := h.lacks[i]; broken {
			out = append(out, lacks)
		}
	}
	return out
}

// whole says that everything an object reaches is here. Of what no ref reaches, parts may be gone.
func (h *history) whole(id oid, known map[oid]bool) bool {
	if answer, there := known[id]; there {
		return answer
	}
	i, there := h.index[id]
	known[id] = there
	if there && h.kinds[i] != 'b' {
		for _, below := range h.below(i) {
			if !h.whole(below, known) {
				known[id] = false
				break
			}
		}
	}
	return known[id]
}

// reach marks all that ids reach.
func (h *history) reach(from []oid, reached []bool) error {
	stack := slices.Clone(from)
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		i, known := h.index[id]
		if !known {
			return missing(id.String())
		}
		if reached[i] {
			continue
		}
		reached[i] = true
		if h.kinds[i] != 'b' {
			stack = append(stack, h.below(i)...)
		}
	}
	return nil
}

// inOrder gives the commits that ids reach, each after all that needs of it.
func (h *history) inOrder(from []oid, needs func(int32) []oid) (out []int32) {
	type visit struct {
		at   int32
		left []oid
	}
	state := map[int32]bool{}
	var stack []visit
	push := func(id oid) {
		if i, known := h.index[id]; known && h.kinds[i] == 'c' && !state[i] {
			state[i] = true
			stack = append(stack, visit{i, needs(i)})
		}
	}
	for _, id := range from {
		push(id)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.left) == 0 {
				out = append(out, top.at)
				stack = stack[:len(stack)-1]
				continue
			}
			next := top.left[0]
			top.left = top.left[1:]
			push(next)
		}
	}
	return out
}
