package wire

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

func badJSON(format string, args ...any) *Error {
	return Fail("SerializationException", format, args...)
}

func decodeJSON(body []byte, into any) *Error {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return badJSON("The body is not JSON: %v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return badJSON("The body has more than one JSON value")
	}
	return setJSON(reflect.ValueOf(into).Elem(), v, "")
}

// setJSON puts a decoded JSON value into dst. null leaves it absent.
func setJSON(dst reflect.Value, v any, path string) *Error {
	if v == nil {
		return nil
	}
	dst = settle(dst)
	switch {
	case dst.Type() == timeType:
		return setEpoch(dst, v, path)
	case dst.Kind() == reflect.Struct:
		return setObject(dst, v, path)
	case dst.Kind() == reflect.Map:
		return setMap(dst, v, path)
	case dst.Kind() == reflect.Slice:
		return setList(dst, v, path)
	case dst.Kind() == reflect.Interface:
		return setInterface(dst, v, path)
	}
	switch v := v.(type) {
	case string:
		if dst.Kind() == reflect.String {
			dst.SetString(v)
			return nil
		}
	case bool:
		if dst.Kind() == reflect.Bool {
			dst.SetBool(v)
			return nil
		}
	case json.Number:
		if dst.Kind() != reflect.String && dst.Kind() != reflect.Bool {
			return setScalar(dst, v.String(), path)
		}
	}
	return wrongType(dst, path)
}

func wrongType(dst reflect.Value, path string) *Error {
	return badJSON("%s: not a %s", path, dst.Kind())
}

func setEpoch(dst reflect.Value, v any, path string) *Error {
	n, ok := v.(json.Number)
	if !ok {
		return badJSON("%s: not a number of seconds", path)
	}
	seconds, err := n.Float64()
	if err != nil || !(math.Abs(seconds) <= 1e11) {
		return badJSON("%s: not a time", path)
	}
	dst.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()))
	return nil
}

func setObject(dst reflect.Value, v any, path string) *Error {
	object, ok := v.(map[string]any)
	if !ok {
		return badJSON("%s: not an object", cmp.Or(path, "The body"))
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		f := field(dst, name)
		if !f.IsValid() {
			return NotHere((path + "." + name)[1:])
		}
		if err := setJSON(f, object[name], path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func setMap(dst reflect.Value, v any, path string) *Error {
	object, ok := v.(map[string]any)
	if !ok {
		return badJSON("%s: not an object", path)
	}
	dst.Set(reflect.MakeMapWithSize(dst.Type(), len(object)))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		elem := reflect.New(dst.Type().Elem()).Elem()
		if err := setJSON(elem, object[key], path+"."+key); err != nil {
			return err
		}
		dst.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), elem)
	}
	return nil
}

func setList(dst reflect.Value, v any, path string) *Error {
	if text, ok := v.(string); ok && dst.Type().Elem().Kind() == reflect.Uint8 {
		return setBlob(dst, text, path)
	}
	items, ok := v.([]any)
	if !ok || dst.Type().Elem().Kind() == reflect.Uint8 {
		return badJSON("%s: not a list", path)
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		if err := setJSON(dst.Index(i), item, path+"."+strconv.Itoa(i)); err != nil {
			return err
		}
	}
	return nil
}

func setBlob(dst reflect.Value, text, path string) *Error {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return badJSON("%s: not base64", path)
	}
	dst.SetBytes(raw)
	return nil
}

// setScalar parses a number, a bool or a string from text, as both protocols write them.
func setScalar(dst reflect.Value, text, path string) *Error {
	var err error
	switch dst.Kind() {
	case reflect.String:
		dst.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		dst.SetBool(b)
	case reflect.Int32, reflect.Int64, reflect.Int:
		var n int64
		n, err = strconv.ParseInt(text, 10, dst.Type().Bits())
		dst.SetInt(n)
	case reflect.Float32, reflect.Float64:
		var f float64
		f, err = strconv.ParseFloat(text, dst.Type().Bits())
		dst.SetFloat(f)
	default:
		return wrongType(dst, path)
	}
	if err != nil {
		return badJSON("%s: %q is not a %s", path, text, dst.Kind())
	}
	return nil
}
