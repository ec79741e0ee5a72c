package cfn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

func (e *evaluation) join(arg *document.Node) (any, error) {
	args, err := e.args(arg, "Fn::Join", 2, 2)
	if err != nil {
		return nil, err
	}
	sep, unknown, err := e.text(args[0], "Fn::Join")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	texts, unknown, err := e.texts(args[1], "Fn::Join")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	return strings.Join(texts, sep), nil
}

// texts evaluates a list of texts; one unknown item makes the whole unknown.
func (e *evaluation) texts(n *document.Node, function string) ([]string, *Unknown, error) {
	items, unknown, err := e.list(n, function)
	if err != nil || unknown != nil {
		return nil, unknown, err
	}
	out := make([]string, len(items))
	for i, v := range items {
		at := n
		if n.Kind == document.Sequence && len(n.Items) == len(items) {
			at = n.Items[i]
		}
		if isScalar(at) {
			out[i] = at.Value
			continue
		}
		if out[i], unknown, err = e.asText(at, v, function); err != nil || unknown != nil {
			return nil, unknown, err
		}
	}
	return out, nil, nil
}

func (e *evaluation) split(arg *document.Node) (any, error) {
	args, err := e.args(arg, "Fn::Split", 2, 2)
	if err != nil {
		return nil, err
	}
	texts := [2]string{}
	for i := range texts {
		s, unknown, err := e.text(args[i], "Fn::Split")
		if err != nil {
			return nil, err
		}
		if unknown != nil {
			return *unknown, nil
		}
		texts[i] = s
	}
	if texts[0] == "" {
		return nil, e.t.fail(args[0], CodeFunction, "Fn::Split needs a delimiter that is not empty", "")
	}
	return anys(strings.Split(texts[1], texts[0])), nil
}

func (e *evaluation) selectItem(arg *document.Node) (any, error) {
	args, err := e.args(arg, "Fn::Select", 2, 2)
	if err != nil {
		return nil, err
	}
	index, unknown, err := e.whole(args[0], "Fn::Select")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	items, unknown, err := e.list(args[1], "Fn::Select")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	if index < 0 || index >= len(items) {
		return nil, e.t.fail(args[0], CodeFunction,
			fmt.Sprintf("Fn::Select cannot select item %d of a list of %d", index, len(items)), "the first item is 0")
	}
	return items[index], nil
}

// whole evaluates n to a whole number.
func (e *evaluation) whole(n *document.Node, function string) (int, *Unknown, error) {
	s, unknown, err := e.text(n, function)
	if err != nil || unknown != nil {
		return 0, unknown, err
	}
	i, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0, nil, e.t.fail(n, CodeFunction, function+" needs a whole number here", "")
	}
	return i, nil, nil
}

func (e *evaluation) base64(arg *document.Node) (any, error) {
	s, unknown, err := e.text(arg, "Fn::Base64")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func (e *evaluation) length(arg *document.Node) (any, error) {
	items, unknown, err := e.list(arg, "Fn::Length")
	if err != nil {
		return nil, err
	}
	if unknown != nil {
		return *unknown, nil
	}
	return int64(len(items)), nil
}

func (e *evaluation) toJSON(arg *document.Node) (any, error) {
	v, err := e.value(arg)
	if err != nil {
		return nil, err
	}
	if u, ok := firstUnknown(v); ok {
		return u, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, e.t.fail(arg, CodeFunction, "Fn::ToJsonString cannot write this value", "")
	}
	return string(data), nil
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
