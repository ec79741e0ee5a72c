package git

import (
	"regexp"
	"slices"
	"sort"
	"strings"
)

// needs are the commits whose new ids must be known first: parents, and those the message quotes.
func (w *rewriter) needs(i int32) []oid {
	t := parseText(w.h.texts[i])
	out := t.named("parent")
	for _, quote := range w.quotes(t.message) {
		out = append(out, quote.of)
	}
	return out
}

// commit rewrites a commit when something forces it to change.
func (w *rewriter) commit(i int32) error {
	id := w.h.ids[i]
	if _, known := w.done[id]; known {
		return nil
	}
	old := parseText(w.h.texts[i])
	bare, signed := old.unsigned(false)
	t, changed, err := w.text(i, bare)
	if err != nil {
		return err
	}
	for k, h := range t.headers {
		to, err := w.header(h)
		if err != nil {
			return err
		}
		changed = changed || to != h
		t.headers[k] = to
	}
	return w.finish(id, "commit", t, changed, signed)
}

// header takes a commit's links to where they went.
func (w *rewriter) header(h textHeader) (textHeader, error) {
	if h.key != "tree" && h.key != "parent" {
		return h, nil
	}
	id, err := parseOID(h.value)
	if err != nil {
		return h, err
	}
	var to oid
	switch {
	case h.key == "parent":
		to = w.done[id]
	case w.notes:
		to, err = w.notesTree(id)
	default:
		to, err = w.tree(id, w.drop, "")
	}
	return textHeader{h.key, to.String(), false}, err
}

// finish stores the new text, or leaves the object as it is.
func (w *rewriter) finish(id oid, kind string, t commitText, changed, signed bool) error {
	if !changed && !(signed && w.strip) {
		w.done[id] = id
		return nil
	}
	if signed {
		w.unsigned++
	}
	to, err := w.emit(kind, t.bytes())
	w.done[id] = to
	return err
}

// text cleans what people wrote: names, further headers, the message.
func (w *rewriter) text(i int32, t commitText) (commitText, bool, error) {
	changed := false
	t.headers = slices.Clone(t.headers)
	if w.h.holds[i] {
		w.holding++
		for k, h := range t.headers {
			clean, err := w.want.Secrets.Clean([]byte(h.value))
			if err != nil {
				return t, false, err
			}
			changed = changed || string(clean) != h.value
			t.headers[k].value = string(clean)
		}
		clean, err := w.want.Secrets.Clean(t.message)
		if err != nil {
			return t, false, err
		}
		changed = changed || string(clean) != string(t.message)
		t.message = clean
	}
	if quoting := w.requote(t.message); string(quoting) != string(t.message) {
		t.message, changed = quoting, true
	}
	return t, changed, nil
}

// tag rewrites an annotated tag when what it stands on has changed, or its own text must.
func (w *rewriter) tag(i int32) (oid, error) {
	id := w.h.ids[i]
	bare, signed := parseText(w.h.texts[i]).unsigned(true)
	t, changed, err := w.text(i, bare)
	if err != nil {
		return "", err
	}
	for k, h := range t.headers {
		if h.key != "object" {
			continue
		}
		target, err := parseOID(h.value)
		if err != nil {
			return "", err
		}
		to, err := w.object(target)
		if err != nil {
			return "", err
		}
		changed = changed || to != target
		t.headers[k].value = to.String()
	}
	err = w.finish(id, "tag", t, changed, signed)
	return w.done[id], err
}

// quote is an id, or the beginning of one, in a message.
type quote struct {
	start, end int
	of         oid
}

var idInText = regexp.MustCompile(`\b[0-9a-f]{7,64}\b`)

// quotes finds the commits that a text names, when that is wished for. What names two is left.
func (w *rewriter) quotes(text []byte) (out []quote) {
	if len(w.quoted) == 0 {
		return nil
	}
	for _, m := range idInText.FindAllIndex(text, -1) {
		short := string(text[m[0]:m[1]])
		at := sort.SearchStrings(w.quoted, short)
		one := at < len(w.quoted) && strings.HasPrefix(w.quoted[at], short)
		two := at+1 < len(w.quoted) && strings.HasPrefix(w.quoted[at+1], short)
		if id, err := parseOID(w.quotedAt(at, one && !two)); err == nil {
			out = append(out, quote{m[0], m[1], id})
		}
	}
	return out
}

func (w *rewriter) quotedAt(at int, good bool) string {
	if !good {
		return ""
	}
	return w.quoted[at]
}

func (w *rewriter) requote(text []byte) []byte {
	found := w.quotes(text)
	if len(found) == 0 {
		return text
	}
	var out []byte
	at := 0
	for _, q := range found {
		out = append(out, text[at:q.start]...)
		to, known := w.done[q.of]
		if !known {
			to = q.of
		}
		out = append(out, to.String()[:q.end-q.start]...)
		at = q.end
	}
	return append(out, text[at:]...)
}

// commitIDs are the ids of all commits that refs reach, sorted.
func (w *rewriter) commitIDs() (out []string) {
	for i, id := range w.h.ids {
		if w.reached[i] && w.h.kinds[i] == 'c' {
			out = append(out, id.String())
		}
	}
	sort.Strings(out)
	return out
}
