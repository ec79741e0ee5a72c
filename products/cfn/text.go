package cfn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

func (e *evaluation) join(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::Join")
	if err != nil {
		return nil, err
	}
	sep, err := e.text(args[0], "Fn::Join")
	if err != nil {
		return nil, err
	}
	texts, err := e.texts(args[1], "Fn::Join")
	return strings.Join(texts, sep), err
}

// texts evaluates a list of texts, each scalar as it is written.
func (e *evaluation) texts(n *document.Node, function string) ([]string, error) {
	items, err := e.list(n, function)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(items))
	for i, v := range items {
		at := n
		if n.Kind == document.Sequence && len(n.Items) == len(items) {
			at = n.Items[i]
		}
		if isScalar(at) {
			out[i] = at.Value
		} else if out[i], err = e.asText(at, v, function); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e *evaluation) split(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::Split")
	if err != nil {
		return nil, err
	}
	sep, err := e.text(args[0], "Fn::Split")
	if err != nil {
		return nil, err
	}
	if sep == "" {
		return nil, e.t.fail(args[0], CodeFunction, "Fn::Split needs a delimiter that is not empty", "")
	}
	s, err := e.knownText(args[1], "Fn::Split")
	return anys(strings.Split(s, sep)), err
}

func (e *evaluation) selectItem(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::Select")
	if err != nil {
		return nil, err
	}
	index, err := e.whole(args[0], "Fn::Select")
	if err != nil {
		return nil, err
	}
	items, err := e.list(args[1], "Fn::Select")
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= len(items) {
		return nil, e.t.fail(args[0], CodeFunction,
			fmt.Sprintf("Fn::Select cannot select item %d of a list of %d", index, len(items)), "the first item is 0")
	}
	return items[index], nil
}

// whole evaluates n to a whole number.
func (e *evaluation) whole(n *document.Node, function string) (int, error) {
	s, err := e.knownText(n, function)
	if err != nil {
		return 0, err
	}
	i, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0, e.t.fail(n, CodeFunction, function+" needs a whole number here", "")
	}
	return i, nil
}

func (e *evaluation) base64(arg *document.Node) (any, error) {
	s, err := e.text(arg, "Fn::Base64")
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func (e *evaluation) length(arg *document.Node) (any, error) {
	items, err := e.list(arg, "Fn::Length")
	return int64(len(items)), err
}

// toJSON writes a value as JSON, its keys in the order of the template.
func (e *evaluation) toJSON(arg *document.Node) (any, error) {
	var b bytes.Buffer
	err := e.writeJSON(&b, arg)
	return b.String(), err
}

func (e *evaluation) writeJSON(b *bytes.Buffer, n *document.Node) error {
	_, _, function := intrinsic(n)
	switch {
	case !function && n != nil && n.Kind == document.Mapping:
		return e.writeAll(b, "{}", len(n.Pairs), func(i int) (string, *document.Node) { return n.Pairs[i].Key.Value, n.Pairs[i].Value })
	case !function && n != nil && n.Kind == document.Sequence:
		return e.writeAll(b, "[]", len(n.Items), func(i int) (string, *document.Node) { return "", n.Items[i] })
	}
	v, err := e.value(n)
	if err != nil {
		return err
	}
	if u, ok := firstUnknown(v); ok {
		return notKnown{u}
	}
	w := json.NewEncoder(b)
	w.SetEscapeHTML(false)
	if v == (NoValue{}) || w.Encode(v) != nil {
		return e.t.fail(n, CodeFunction, "Fn::ToJsonString cannot write this value", "")
	}
	b.Truncate(b.Len() - 1) // the encoder ends with a line
	return nil
}

// writeAll writes a mapping or a list without what is not there.
func (e *evaluation) writeAll(b *bytes.Buffer, ends string, n int, at func(int) (string, *document.Node)) error {
	b.WriteByte(ends[0])
	first := true
	for i := range n {
		key, value := at(i)
		if _, _, function := intrinsic(value); function {
			if v, err := e.value(value); err == nil && v == (NoValue{}) {
				continue
			}
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		if ends == "{}" {
			name, _ := json.Marshal(key)
			b.Write(append(name, ':'))
		}
		if err := e.writeJSON(b, value); err != nil {
			return err
		}
	}
	b.WriteByte(ends[1])
	return nil
}

// firstUnknown looks for an Unknown anywhere in a value; in a mapping any of them will do.
func firstUnknown(v any) (Unknown, bool) {
	switch v := v.(type) {
	case Unknown:
		return v, true
	case []any:
		for _, item := range v {
			if u, ok := firstUnknown(item); ok {
				return u, true
			}
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if u, ok := firstUnknown(v[key]); ok {
				return u, true
			}
		}
	}
	return Unknown{}, false
}
