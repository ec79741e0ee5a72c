package wire

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

const cborType = "application/cbor"

// maxCBOR bounds a CBOR body: a byte of it may become an object in memory.
const maxCBOR = 1 << 20

// cborOperation reads target and operation from /service/T/operation/O, where a request says that
// it is of rpc-v2-cbor.
func cborOperation(r *http.Request) (target, operation string, ok bool) {
	steps := strings.Split(r.URL.Path, "/")
	if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || len(steps) != 5 || steps[1] != "service" || steps[3] != "operation" {
		return "", "", false
	}
	return steps[2], steps[4], true
}

func decodeCBOR(body []byte, into any) *Error {
	if len(body) > maxCBOR {
		return Fail("RequestEntityTooLarge", "A CBOR body is at most %d bytes.", maxCBOR).With(http.StatusRequestEntityTooLarge)
	}
	if len(body) == 0 {
		return setJSON(reflect.ValueOf(into).Elem(), map[string]any{}, "")
	}
	held, err := cbor.Decode(body)
	if err != nil {
		return badJSON("The body is not CBOR: %v", err)
	}
	v, wrong := plainCBOR(held)
	if wrong != nil {
		return wrong
	}
	if v == nil {
		return badJSON("The body: not an object")
	}
	return setJSON(reflect.ValueOf(into).Elem(), v, "")
}

// plainCBOR gives a CBOR value as JSON is decoded.
func plainCBOR(v cbor.Value) (any, *Error) {
	switch v := v.(type) {
	case cbor.Map:
		return plainMap(v)
	case cbor.List:
		return plainList(v)
	case cbor.String:
		return string(v), nil
	case cbor.Bool:
		return bool(v), nil
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v), nil
	case cbor.Uint:
		return json.Number(strconv.FormatUint(uint64(v), 10)), nil
	case cbor.NegInt:
		return json.Number(negative(v)), nil
	case cbor.Float32:
		return plainFloat(float64(v))
	case cbor.Float64:
		return plainFloat(float64(v))
	case *cbor.Tag:
		if v.ID == 1 { // seconds since 1970
			return plainCBOR(v.Value)
		}
		return nil, badJSON("The body has a CBOR tag %d", v.ID)
	}
	return nil, nil // null, undefined
}

func plainMap(m cbor.Map) (any, *Error) {
	object := make(map[string]any, len(m))
	for name, item := range m {
		value, err := plainCBOR(item)
		if err != nil {
			return nil, err
		}
		object[name] = value
	}
	return object, nil
}

func plainList(l cbor.List) (any, *Error) {
	list := make([]any, len(l))
	for i, item := range l {
		value, err := plainCBOR(item)
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

// negative writes a negative number: 0 stands for -2^64.
func negative(n cbor.NegInt) string {
	whole := new(big.Int).SetUint64(uint64(n))
	if n == 0 {
		whole.Lsh(big.NewInt(1), 64)
	}
	return whole.Neg(whole).String()
}

func plainFloat(f float64) (any, *Error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, badJSON("The body has a number that is none")
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64)), nil
}

func encodeCBOR(out any) []byte { return cbor.Encode(cborOf(reflect.ValueOf(out))) }

// cborOf is an SDK value as CBOR.
func cborOf(v reflect.Value) cbor.Value {
	v = reflect.Indirect(v)
	switch {
	case !v.IsValid():
		return &cbor.Nil{}
	case v.Type() == timeType:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(v.Interface().(time.Time).UnixMilli()) / 1000)}
	case v.Kind() == reflect.Struct:
		return cborMap(onWire(v))
	case v.Kind() == reflect.Map:
		return cborMap(entries(v))
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return cbor.Slice(v.Bytes())
	case v.Kind() == reflect.Slice:
		list := make(cbor.List, v.Len())
		for i := range list {
			list[i] = cborOf(v.Index(i))
		}
		return list
	case v.Kind() == reflect.Interface:
		name, value := inside(v)
		if name == "" {
			return cborOf(value)
		}
		return cbor.Map{name: cborOf(value)}
	}
	return cborScalar(v)
}

func cborMap(members func(func(string, reflect.Value) bool)) cbor.Map {
	m := cbor.Map{}
	for name, member := range members {
		m[name] = cborOf(member)
	}
	return m
}

func cborScalar(v reflect.Value) cbor.Value {
	switch {
	case v.Kind() == reflect.Bool:
		return cbor.Bool(v.Bool())
	case v.CanInt() && v.Int() < 0:
		return cbor.NegInt(-v.Int())
	case v.CanInt():
		return cbor.Uint(v.Int())
	case v.CanFloat():
		return cbor.Float64(v.Float())
	}
	return cbor.String(v.String())
}
