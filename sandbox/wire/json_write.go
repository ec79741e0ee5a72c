package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// encodeJSON writes an SDK output as awsJson does.
func encodeJSON(out any) []byte {
	var b bytes.Buffer
	writeJSON(&b, reflect.Indirect(reflect.ValueOf(out)))
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, v reflect.Value) {
	v = reflect.Indirect(v)
	switch {
	case !v.IsValid():
		b.WriteString("null")
	case v.Type() == timeType:
		b.WriteString(strconv.FormatFloat(float64(v.Interface().(time.Time).UnixMilli())/1000, 'f', -1, 64))
	case v.Kind() == reflect.Struct:
		writeObject(b, onWire(v))
	case v.Kind() == reflect.Map:
		writeObject(b, entries(v))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		writeList(b, v)
	case v.Kind() == reflect.Interface:
		writeInterface(b, v)
	default:
		raw, err := json.Marshal(v.Interface())
		if err != nil { // NaN; no AWS output holds one
			raw = []byte("null")
		}
		b.Write(raw)
	}
}

func writeInterface(b *bytes.Buffer, v reflect.Value) {
	name, value := inside(v)
	if name == "" {
		writeJSON(b, value)
		return
	}
	writeObject(b, func(yield func(string, reflect.Value) bool) { yield(name, value) })
}

func writeObject(b *bytes.Buffer, members iter.Seq2[string, reflect.Value]) {
	b.WriteByte('{')
	first := true
	for name, member := range members {
		if !first {
			b.WriteByte(',')
		}
		first = false
		key, _ := json.Marshal(name)
		b.Write(key)
		b.WriteByte(':')
		writeJSON(b, member)
	}
	b.WriteByte('}')
}

func writeList(b *bytes.Buffer, v reflect.Value) {
	b.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(b, v.Index(i))
	}
	b.WriteByte(']')
}

// onWire are the members of a struct that are set, by their names on the wire.
func onWire(v reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for name, member := range Members(v) {
			if !yield(wireName(v.Type(), name), member) {
				return
			}
		}
	}
}

// entries are a map's entries in order of their keys.
func entries(v reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		for _, k := range keys {
			if !yield(k.String(), v.MapIndex(k)) {
				return
			}
		}
	}
}
