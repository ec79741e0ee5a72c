package wire

import (
	"iter"
	"reflect"
	"strings"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// lowered are the members whose wire name is not the Go field's: type name, wire name → field.
var lowered = map[string]map[string]string{
	"PolicyDescriptorType":              {"arn": "Arn"},
	"CreateQueueInput":                  {"tags": "Tags"},
	"ListDeadLetterSourceQueuesOutput":  {"queueUrls": "QueueUrls"},
	"CheckIfPhoneNumberIsOptedOutInput": {"phoneNumber": "PhoneNumber"},
	"OptInPhoneNumberInput":             {"phoneNumber": "PhoneNumber"},
	"ListPhoneNumbersOptedOutInput":     {"nextToken": "NextToken"},
	"GetSMSAttributesInput":             {"attributes": "Attributes"},
	"SetSMSAttributesInput":             {"attributes": "Attributes"},
}

// lowers says whether all members of a type's service begin lower-case on the wire.
func lowers(t reflect.Type) bool {
	return strings.Contains(t.PkgPath(), "/service/marketplaceagreement")
}

// field finds the field that holds a member, or an invalid value.
func field(v reflect.Value, name string) reflect.Value {
	if lowers(v.Type()) && name != "" {
		if name[0] < 'a' || name[0] > 'z' {
			return reflect.Value{}
		}
		name = strings.ToUpper(name[:1]) + name[1:]
	}
	if renamed, ok := lowered[v.Type().Name()]; ok && renamed[name] != "" {
		name = renamed[name]
	}
	f, ok := v.Type().FieldByName(name)
	if !ok || !carried(f) {
		return reflect.Value{}
	}
	return v.FieldByIndex(f.Index)
}

// carried says whether a field travels on the wire. The SDK's own bookkeeping does not.
func carried(f reflect.StructField) bool {
	return f.IsExported() && !f.Anonymous && f.Name != "ResultMetadata"
}

// Members are the members of an SDK struct that are set: no nil, no empty enum.
func Members(v reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		t := v.Type()
		for i := range t.NumField() {
			if carried(t.Field(i)) && Present(v.Field(i)) && !yield(t.Field(i).Name, v.Field(i)) {
				return
			}
		}
	}
}

// Present says whether a member is set.
func Present(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return !v.IsNil()
	case reflect.String:
		return v.Len() > 0
	}
	return true
}

// sparse are SQS's outputs without a list where nothing was found: scripts ask whether
// "Messages" is in the reply before they read its first.
var sparse = map[string]bool{"ReceiveMessageOutput": true, "ListQueuesOutput": true}

// Listed is an output whose own lists are there, empty where an operation found nothing: AWS's
// JSON and Query services answer so, and scripts read reply["Principals"] without asking. Lists
// further down stay as they are.
func Listed(out any) any {
	v := reflect.Indirect(reflect.ValueOf(out))
	if v.Kind() != reflect.Struct || sparse[v.Type().Name()] {
		return out
	}
	whole := reflect.New(v.Type())
	whole.Elem().Set(v)
	for i := range v.NumField() {
		f := whole.Elem().Field(i)
		if carried(v.Type().Field(i)) && f.Kind() == reflect.Slice && f.IsNil() && f.Type().Elem().Kind() != reflect.Uint8 {
			f.Set(reflect.MakeSlice(f.Type(), 0, 0))
		}
	}
	return whole.Interface()
}

// settle gives the value a member's bytes go into: through pointers, which it makes.
func settle(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return v
}
