package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// namespaces are the XML namespaces of the Query services.
var namespaces = map[string]string{
	"sts":            "https://sts.amazonaws.com/doc/2011-06-15/",
	"cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
	"iam":            "https://iam.amazonaws.com/doc/2010-05-08/",
	"sns":            "http://sns.amazonaws.com/doc/2010-03-31/",
}

func encodeQuery(req *Request, out any, requestID string) []byte {
	var b bytes.Buffer
	name := req.Operation
	open(&b, name+"Response", namespaces[req.Service])
	b.WriteString("<" + name + "Result>")
	writeStruct(&b, reflect.Indirect(reflect.ValueOf(out)))
	b.WriteString("</" + name + "Result><ResponseMetadata>")
	element(&b, "RequestId", requestID)
	b.WriteString("</ResponseMetadata></" + name + "Response>")
	return b.Bytes()
}

func open(b *bytes.Buffer, name, namespace string) {
	b.WriteString("<" + name)
	if namespace != "" {
		b.WriteString(` xmlns="` + namespace + `"`)
	}
	b.WriteByte('>')
}

func element(b *bytes.Buffer, name, text string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(text)) // a Buffer takes all
	b.WriteString("</" + name + ">")
}

func writeStruct(b *bytes.Buffer, v reflect.Value) {
	if !v.IsValid() {
		return
	}
	for name, member := range onWire(v) {
		writeXML(b, name, member)
	}
}

// wireName is a member's name on the wire.
func wireName(t reflect.Type, name string) string {
	if lowers(t) {
		return strings.ToLower(name[:1]) + name[1:]
	}
	for onWire, inGo := range lowered[t.Name()] {
		if inGo == name {
			return onWire
		}
	}
	return name
}

func writeXML(b *bytes.Buffer, name string, v reflect.Value) {
	v = reflect.Indirect(v)
	switch {
	case !v.IsValid():
		return
	case v.Type() == timeType:
		element(b, name, v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.000Z"))
	case v.Kind() == reflect.Struct:
		b.WriteString("<" + name + ">")
		writeStruct(b, v)
		b.WriteString("</" + name + ">")
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		element(b, name, base64.StdEncoding.EncodeToString(v.Bytes()))
	case v.Kind() == reflect.Slice:
		b.WriteString("<" + name + ">")
		for i := range v.Len() {
			writeXML(b, "member", v.Index(i))
		}
		b.WriteString("</" + name + ">")
	case v.Kind() == reflect.Map:
		b.WriteString("<" + name + ">")
		for key, value := range entries(v) {
			b.WriteString("<entry>")
			element(b, "key", key)
			writeXML(b, "value", value)
			b.WriteString("</entry>")
		}
		b.WriteString("</" + name + ">")
	default:
		element(b, name, scalar(v))
	}
}

func scalar(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int32, reflect.Int64, reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits())
	}
	return v.String()
}
