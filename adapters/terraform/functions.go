package terraform

import (
	"errors"

	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// pure are the functions whose result depends on nothing but what they are given.
var pure = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "floor": stdlib.FloorFunc, "log": stdlib.LogFunc,
	"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "signum": stdlib.SignumFunc,

	"chomp": stdlib.ChompFunc, "indent": stdlib.IndentFunc, "join": stdlib.JoinFunc, "lower": stdlib.LowerFunc,
	"regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc,
	"substr": stdlib.SubstrFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
	"trimsuffix": stdlib.TrimSuffixFunc, "trimspace": stdlib.TrimSpaceFunc, "upper": stdlib.UpperFunc,
	"format": stdlib.FormatFunc, "formatlist": stdlib.FormatListFunc, "replace": replaceFunc,
	"startswith": startsWith, "endswith": endsWith, "strcontains": strContains,

	"chunklist": stdlib.ChunklistFunc, "coalesce": coalesceFunc, "coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc,
	"concat": stdlib.ConcatFunc, "contains": stdlib.ContainsFunc, "distinct": stdlib.DistinctFunc, "element": stdlib.ElementFunc,
	"flatten": stdlib.FlattenFunc, "keys": stdlib.KeysFunc, "length": lengthFunc, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc,
	"range": stdlib.RangeFunc, "reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc,
	"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc,
	"slice": stdlib.SliceFunc, "sort": stdlib.SortFunc, "values": stdlib.ValuesFunc, "zipmap": stdlib.ZipmapFunc,
	"alltrue": allTrue, "anytrue": anyTrue, "one": oneFunc, "sum": sumFunc,

	"csvdecode": stdlib.CSVDecodeFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc,
	"base64encode": base64Encode, "base64decode": base64Decode, "urlencode": urlEncode,
	"formatdate": stdlib.FormatDateFunc, "timeadd": stdlib.TimeAddFunc,
	"md5": md5Sum, "sha1": sha1Sum, "sha256": sha256Sum, "sha512": sha512Sum, "base64sha256": base64SHA256,
	"cidrhost": cidrHost, "cidrnetmask": cidrNetmask, "cidrsubnet": cidrSubnet, "cidrsubnets": cidrSubnets,
	"basename": baseName, "dirname": dirName,

	"can": tryfunc.CanFunc, "try": tryFunc,
	"tobool": stdlib.MakeToFunc(cty.Bool), "tonumber": stdlib.MakeToFunc(cty.Number), "tostring": stdlib.MakeToFunc(cty.String),
	"tolist": stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"tomap": stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
}

// notKnown are the functions of Terraform whose result only a run has, or that are not read here.
var notKnown = []string{
	"abspath", "base64gzip", "base64sha512", "bcrypt", "ephemeralasnull", "filebase64sha256", "filebase64sha512", "filemd5", "filesha1",
	"filesha256", "filesha512", "fileset", "index", "issensitive", "matchkeys", "pathexpand", "plantimestamp", "rsadecrypt", "templatestring",
	"textdecodebase64", "textencodebase64", "timecmp", "timestamp", "transpose", "type", "uuid", "uuidv5", "yamldecode", "yamlencode",
}

// functions are those that an expression of this module may call.
func (m *module) functions() map[string]function.Function {
	if m.source.functions != nil {
		return m.source.functions
	}
	all := map[string]function.Function{}
	for name, f := range pure {
		all[name] = f
	}
	for _, name := range notKnown {
		all[name] = opaque(name)
	}
	for _, name := range []string{"join", "replace", "setproduct", "format", "formatlist", "indent"} {
		all[name] = m.source.budget.bounded(name, all[name])
	}
	m.source.fileFunctions(all)
	all["sensitive"] = always(sensitive())
	all["nonsensitive"] = identity
	m.source.functions = all
	return all
}

// opaque is a function whose result cannot be told.
func opaque(name string) function.Function {
	return always(unknown(name+"() is known where Terraform runs", ""))
}

func always(v cty.Value) function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "any", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl:     func([]cty.Value, cty.Type) (cty.Value, error) { return v, nil },
	})
}

var identity = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
})

// tryFunc keeps whose an unknown value is, which the library's own forgets.
var tryFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "expressions", Type: customdecode.ExpressionClosureType},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := try(args)
		if err != nil {
			return cty.NilType, err
		}
		return v.Type(), nil
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return try(args) },
})

// try is the first expression that has no error. One that is not known may have one yet.
func try(args []cty.Value) (cty.Value, error) {
	for _, a := range args {
		v, ds := customdecode.ExpressionClosureFromVal(a).Value()
		if ds.HasErrors() {
			continue
		}
		if !v.IsWhollyKnown() {
			_, marks := v.UnmarkDeep()
			return cty.DynamicVal.WithMarks(marks), nil
		}
		return v, nil
	}
	return cty.NilVal, errors.New("none of the expressions can be evaluated")
}

// bounded refuses a call whose result would be larger than what is left to spend, before it is made.
func (b *budget) bounded(name string, f function.Function) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(), Type: f.ReturnTypeForValues,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !b.spend(estimate(name, args)) {
				return cty.NilVal, errors.New("the result is larger than what can be judged")
			}
			return f.Call(args)
		},
	})
}

// estimate is what a call may make, from above.
func estimate(name string, args []cty.Value) int {
	total, product := 0, 1
	for _, a := range args {
		n := sizeOf(a)
		total += n
		product = min(product*n, 2*maxWork)
	}
	switch name {
	case "format", "formatlist", "indent":
		return total + widest(args)
	case "join":
		if total < 1024 {
			return total
		}
	}
	return max(product, total)
}

// widest is the largest number in a text, or of an argument: a width that is padded to.
func widest(args []cty.Value) int {
	most := 0
	for _, a := range args {
		a, _ = a.Unmark()
		switch {
		case !a.IsKnown() || a.IsNull():
		case a.Type() == cty.Number:
			most = max(most, -number64(a), number64(a))
		case a.Type() == cty.String:
			most = max(most, digits(a.AsString()))
		}
	}
	return most
}

func number64(v cty.Value) int {
	f, _ := v.AsBigFloat().Float64()
	return int(min(max(f, -2*maxWork), 2*maxWork))
}

func digits(text string) int {
	n, most := 0, 0
	for _, r := range text {
		if r < '0' || r > '9' {
			n = 0
			continue
		}
		n = min(n*10+int(r-'0'), 2*maxWork)
		most = max(most, n)
	}
	return most
}

var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "values", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true},
	Type: func(args []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(args))
		for i, a := range args {
			types[i] = a.Type()
		}
		t, _ := convert.UnifyUnsafe(types)
		if t == cty.NilType {
			return cty.DynamicPseudoType, errors.New("all arguments must have the same type")
		}
		return t, nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		for _, a := range args {
			v, err := convert.Convert(a, t)
			if err != nil {
				return cty.DynamicVal, err
			}
			if !v.IsKnown() {
				return cty.UnknownVal(t), nil
			}
			if !v.IsNull() && (t != cty.String || v.AsString() != "") {
				return v, nil
			}
		}
		return cty.NilVal, errors.New("no argument is neither null nor empty")
	},
})
