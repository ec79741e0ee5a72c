package terraform

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// texts makes a function of texts, each known when it is called.
func texts(n int, result cty.Type, f func(args []string) (cty.Value, error)) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(result)}
	for range n {
		spec.Params = append(spec.Params, function.Parameter{Name: "text", Type: cty.String})
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		words := make([]string, len(args))
		for i, a := range args {
			words[i] = a.AsString()
		}
		return f(words)
	}
	return function.New(spec)
}

func rewrite(f func(string) string) function.Function {
	return texts(1, cty.String, func(a []string) (cty.Value, error) { return cty.StringVal(f(a[0])), nil })
}

func compare(f func(string, string) bool) function.Function {
	return texts(2, cty.Bool, func(a []string) (cty.Value, error) { return cty.BoolVal(f(a[0], a[1])), nil })
}

var (
	startsWith   = compare(strings.HasPrefix)
	endsWith     = compare(strings.HasSuffix)
	strContains  = compare(strings.Contains)
	base64Encode = rewrite(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) })
	urlEncode    = rewrite(url.QueryEscape)
	baseName     = rewrite(path.Base)
	dirName      = rewrite(path.Dir)
	md5Sum       = rewrite(func(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) })
	sha1Sum      = rewrite(func(s string) string { sum := sha1.Sum([]byte(s)); return hex.EncodeToString(sum[:]) })
	sha256Sum    = rewrite(func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) })
	sha512Sum    = rewrite(func(s string) string { sum := sha512.Sum512([]byte(s)); return hex.EncodeToString(sum[:]) })
	base64SHA256 = rewrite(func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return base64.StdEncoding.EncodeToString(sum[:])
	})
)

var base64Decode = texts(1, cty.String, func(a []string) (cty.Value, error) {
	data, err := base64.StdEncoding.DecodeString(a[0])
	if err != nil || !utf8.Valid(data) {
		return cty.NilVal, errors.New("not base64 of a text")
	}
	return cty.StringVal(string(data)), nil
})

// replaceFunc takes /…/ for a regular expression.
var replaceFunc = texts(3, cty.String, func(a []string) (cty.Value, error) {
	text, old, new := a[0], a[1], a[2]
	if len(old) < 2 || !strings.HasPrefix(old, "/") || !strings.HasSuffix(old, "/") {
		return cty.StringVal(strings.ReplaceAll(text, old, new)), nil
	}
	re, err := regexp.Compile(old[1 : len(old)-1])
	if err != nil {
		return cty.NilVal, errors.New("not a regular expression")
	}
	return cty.StringVal(re.ReplaceAllString(text, new)), nil
})

// lengthFunc counts items, and the characters of a text.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch t := args[0].Type(); {
		case t == cty.DynamicPseudoType:
			return cty.UnknownVal(cty.Number), nil
		case t == cty.String:
			return stdlib.Strlen(args[0])
		case t.IsObjectType():
			return cty.NumberIntVal(int64(len(t.AttributeTypes()))), nil
		case t.IsTupleType() || t.IsCollectionType():
			return args[0].Length(), nil
		}
		return cty.NilVal, errors.New("neither a text nor a collection")
	},
})

// over makes a function of the items of one collection.
func over(result cty.Type, f func(items []cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "collection", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].CanIterateElements() {
				return cty.NilVal, errors.New("not a collection")
			}
			var items []cty.Value
			for it := args[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				if !v.IsKnown() {
					return cty.UnknownVal(result), nil
				}
				items = append(items, v)
			}
			return f(items)
		},
	})
}

func isTrue(v cty.Value) bool {
	return !v.IsNull() && (v.Type() == cty.Bool && v.True() || v.Type() == cty.String && v.AsString() == "true")
}

var allTrue = over(cty.Bool, func(items []cty.Value) (cty.Value, error) {
	for _, v := range items {
		if !isTrue(v) {
			return cty.False, nil
		}
	}
	return cty.True, nil
})

var anyTrue = over(cty.Bool, func(items []cty.Value) (cty.Value, error) {
	for _, v := range items {
		if isTrue(v) {
			return cty.True, nil
		}
	}
	return cty.False, nil
})

var oneFunc = over(cty.DynamicPseudoType, func(items []cty.Value) (cty.Value, error) {
	switch len(items) {
	case 0:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case 1:
		return items[0], nil
	}
	return cty.NilVal, errors.New("more than one item")
})

var sumFunc = over(cty.Number, func(items []cty.Value) (cty.Value, error) {
	total := cty.Zero
	for _, v := range items {
		if v.IsNull() || v.Type() != cty.Number {
			return cty.NilVal, errors.New("an item is no number")
		}
		total = total.Add(v)
	}
	return total, nil
})
