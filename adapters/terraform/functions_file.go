package terraform

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// fileFunctions read files of the source, and none other.
func (s *source) fileFunctions(all map[string]function.Function) {
	all["file"] = texts(1, cty.String, func(a []string) (cty.Value, error) {
		data, err := s.content(a[0])
		if err == nil && !utf8.Valid(data) {
			err = errors.New("the file is no text")
		}
		return cty.StringVal(string(data)), err
	})
	all["filebase64"] = texts(1, cty.String, func(a []string) (cty.Value, error) {
		data, err := s.content(a[0])
		return cty.StringVal(base64.StdEncoding.EncodeToString(data)), err
	})
	all["fileexists"] = texts(1, cty.Bool, func(a []string) (cty.Value, error) {
		name, err := s.below(a[0])
		if err != nil {
			return cty.NilVal, err
		}
		info, err := fs.Stat(s.files, name)
		return cty.BoolVal(err == nil && info.Mode().IsRegular()), nil
	})
	all["templatefile"] = function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return s.fillIn(args[0].AsString(), args[1], all)
		},
	})
}

// below is a path from the root module's folder, as a name in the files; it cannot lead out of it.
func (s *source) below(name string) (string, error) {
	at := path.Join(s.dir, name)
	if path.IsAbs(name) || !fs.ValidPath(at) || at != s.dir && s.dir != "." && !strings.HasPrefix(at, s.dir+"/") {
		return "", errors.New("the file lies outside of the product's source")
	}
	if s.linked(at) != "" {
		return "", errors.New(name + " is a symbolic link; not allowed")
	}
	return at, nil
}

func (s *source) content(name string) ([]byte, error) {
	at, err := s.below(name)
	if err != nil {
		return nil, err
	}
	info, err := fs.Stat(s.files, at)
	if err != nil || !info.Mode().IsRegular() {
		return nil, errors.New(name + " is no file of the source")
	}
	if info.Size() > maxFile || !s.budget.spend(int(info.Size())) {
		return nil, errors.New(name + " is larger than what can be judged")
	}
	return fs.ReadFile(s.files, at)
}

// fillIn evaluates a template of a file with the values it is given.
func (s *source) fillIn(name string, vars cty.Value, functions map[string]function.Function) (cty.Value, error) {
	bare, marks := vars.Unmark()
	if !bare.IsKnown() {
		return cty.DynamicVal.WithMarks(marks), nil
	}
	if bare.IsNull() || !bare.Type().IsObjectType() && !bare.Type().IsMapType() {
		return cty.NilVal, errors.New("the values of a template are a mapping")
	}
	data, err := s.content(name)
	if err != nil {
		return cty.NilVal, err
	}
	if s.filling > maxModules {
		return cty.NilVal, errors.New("templates nest too deeply")
	}
	s.filling++
	defer func() { s.filling-- }()
	at := hcl.Range{Filename: path.Join(s.dir, name), Start: hcl.InitialPos}
	expr, ds := template(string(data), at, &s.budget)
	if ds.HasErrors() {
		return cty.NilVal, errors.New(said(ds[0]))
	}
	ctx := &hcl.EvalContext{Variables: bare.AsValueMap(), Functions: functions}
	v, ds := expr.Value(ctx)
	if ds.HasErrors() {
		return cty.NilVal, errors.New(said(ds[0]))
	}
	return v.WithMarks(marks), nil
}
