package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/axle-cd/axle/sandbox/world"
)

// unchecked sends what the SDK would refuse to.
func unchecked(c aws.Config) aws.Config {
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error {
		_, _ = s.Initialize.Remove("OperationInputValidation") // an operation without needs has none
		return nil
	})
	return c
}

// refusing is a wire that carries nothing: what the SDK says of an input it says before.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nothing is sent")
}

// missing are the members that the SDK wants and the input has not, as paths: ProvisioningParameters.0.Key.
func missing(c reflect.Value, operation string, in reflect.Value) []string {
	_, err := call(c, operation, in)
	var invalid smithy.InvalidParamsError
	if !errors.As(err, &invalid) {
		return nil
	}
	var paths []string
	for _, e := range invalid.Errs() {
		var one smithy.InvalidParamError
		if errors.As(e, &one) {
			_, path, _ := strings.Cut(one.Field(), ".")
			paths = append(paths, path)
		}
	}
	return paths
}

// hollow is an input in which every structure is there, lists of one, and no value is.
func hollow(v reflect.Value, depth int) {
	switch {
	case depth == 0 || v.Type() == reflect.TypeFor[time.Time]():
	case v.Kind() == reflect.Pointer && v.Type().Elem().Kind() == reflect.Struct:
		v.Set(reflect.New(v.Type().Elem()))
		hollow(v.Elem(), depth-1)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		hollow(v.Index(0), depth-1)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "ResultMetadata" {
				hollow(v.Field(i), depth)
			}
		}
	}
}

// structures are the paths of a hollow input's structures and lists of them.
func structures(v reflect.Value, path string) (all []string) {
	v = reflect.Indirect(v)
	if v.Kind() == reflect.Slice && v.Len() > 0 {
		v, path = v.Index(0), path+"[0]"
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		return nil
	}
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if (f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.Struct || f.Kind() == reflect.Slice) && !f.IsNil() {
			all = append(all, strings.TrimPrefix(path+"."+name, "."))
			all = append(all, structures(f, path+"."+name)...)
		}
	}
	return all
}

const deep = 4

// demanded are the members that the SDK's check demands of an operation's input, sorted.
func demanded(silent reflect.Value, operation string) []string {
	input := silent.MethodByName(operation).Type().In(1).Elem()
	in := reflect.New(input)
	hollow(in.Elem(), deep)
	all := missing(silent, operation, in)
	for _, path := range structures(in, "") {
		less := reflect.New(input)
		hollow(less.Elem(), deep)
		at(less.Elem(), path).SetZero()
		if slices.Contains(missing(silent, operation, less), path) {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// at is the member of a path.
func at(v reflect.Value, path string) reflect.Value {
	for _, name := range strings.Split(path, ".") {
		name, each := strings.CutSuffix(name, "[0]")
		v = reflect.Indirect(v).FieldByName(name)
		if each {
			v = v.Index(0)
		}
	}
	return v
}

// silent is a client that sends nothing.
func silent(service string) reflect.Value {
	c := aws.Config{Region: region, Credentials: keys(world.Credential{AccessKeyID: "x", SecretAccessKey: "x"}), HTTPClient: &http.Client{Transport: refusing{}}, RetryMaxAttempts: 1}
	return reflect.ValueOf(clients[service](c))
}

// operations are those of a client that take one input.
func operations(c reflect.Value) (names []string) {
	for i := range c.NumMethod() {
		m := c.Type().Method(i)
		if m.Type.NumIn() == 4 && strings.HasSuffix(m.Type.In(2).String(), m.Name+"Input") {
			names = append(names, m.Name)
		}
	}
	return names
}

// The sandbox's table of required members is what the SDK's own checks demand, of every operation of the
// services, here or not. Tokens are not in it: the SDK makes them before it checks. SBX-9
func TestRequiredTable(t *testing.T) {
	var table strings.Builder
	for _, service := range slices.Sorted(maps.Keys(clients)) {
		c := silent(service)
		for _, operation := range operations(c) {
			if paths := demanded(c, operation); len(paths) > 0 {
				fmt.Fprintf(&table, "%s:%s %s\n", service, operation, strings.ReplaceAll(strings.Join(paths, " "), "[0]", "[]"))
			}
		}
	}
	generated(t, "../../sandbox/required.txt", table.String())
}

// invalid are the services' codes for an input that their model forbids.
var invalid = []string{"ValidationError", "ValidationException", "InvalidInputException"}

// As long as the SDK's own check is not content with an input, the sandbox is not, and says which member
// it is; the input begins empty and is given one member a time. SBX-9
func TestRequired(t *testing.T) {
	s := box(t)
	told := 0
	for _, op := range s.Coverage() {
		if clients[op.Service] == nil {
			continue // s3: its inputs are paths and headers
		}
		loud, mute := reflect.ValueOf(clients[op.Service](unchecked(config(t, s, "axle")))), silent(op.Service)
		in := reflect.New(mute.MethodByName(op.Operation).Type().In(1).Elem())
		for paths := missing(mute, op.Operation, in); len(paths) > 0; paths = missing(mute, op.Operation, in) {
			_, err := call(loud, op.Operation, in)
			var said smithy.APIError
			if !errors.As(err, &said) || !slices.Contains(invalid, said.ErrorCode()) || !names(said.ErrorMessage(), paths) {
				t.Errorf("%s:%s without %v: %v", op.Service, op.Operation, paths, err)
			}
			give(t, at(in.Elem(), paths[0]))
			told++
		}
	}
	t.Logf("%d times", told)
}

// names says whether a message names a member of the paths. A structure in which nothing is set is not
// sent by a form: then it is what is missing.
func names(message string, paths []string) bool {
	for _, word := range strings.Split(strings.ReplaceAll(strings.Join(paths, "."), "[0]", ""), ".") {
		if strings.Contains(strings.ToLower(message), strings.ToLower(word)+"'") {
			return true
		}
	}
	return false
}

// give sets a member to something of its type.
func give(t *testing.T, f reflect.Value) {
	switch {
	case f.Kind() == reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
	case f.Kind() == reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
	case f.Kind() == reflect.Map:
		f.Set(reflect.MakeMap(f.Type()))
	case f.Kind() == reflect.String:
		f.SetString(f.MethodByName("Values").Call(nil)[0].Index(0).String())
	default:
		t.Fatalf("a member is a %s", f.Type())
	}
}

func call(client reflect.Value, operation string, in reflect.Value) (any, error) {
	out := client.MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}
