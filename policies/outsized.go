package policies

import (
	"errors"
	"math/big"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// maxMade is the most that one call of a builtin may make, in bytes: nothing looks at the heap within a call.
const maxMade = 32 << 20

var errOutsized = errors.New("its result would be larger than 32 MB")

// outsized are the builtins that make much of little and do not ask meanwhile whether to go on, each
// with what a call may make, from above.
var outsized = map[string]func(args []*ast.Term) int{
	ast.Sprintf.Name: func(args []*ast.Term) int {
		verbs := 1 + strings.Count(letters(args[0]), "%")
		return size(args[0]) + verbs*(size(args[1])+padding(args))
	},
	ast.Concat.Name: func(args []*ast.Term) int {
		parts := size(args[1])
		return parts + parts/3*len(letters(args[0])) // a part is three bytes at least, as size counts
	},
	ast.Replace.Name:                func(args []*ast.Term) int { return replaced(args[0], args[2]) },
	ast.ReplaceN.Name:               func(args []*ast.Term) int { return replaced(args[1], args[0]) },
	ast.RegexReplace.Name:           func(args []*ast.Term) int { return replaced(args[0], args[2]) },
	ast.Split.Name:                  func(args []*ast.Term) int { return 64 * size(args[0]) },
	ast.JSONMarshal.Name:            func(args []*ast.Term) int { return size(args[0]) },
	ast.JSONMarshalWithOptions.Name: func(args []*ast.Term) int { return 4 * size(args[0]) },
	ast.YAMLMarshal.Name:            func(args []*ast.Term) int { return 4 * size(args[0]) },
	ast.JSONUnmarshal.Name:          func(args []*ast.Term) int { return 64 * size(args[0]) },
	ast.YAMLUnmarshal.Name:          func(args []*ast.Term) int { return 64 * size(args[0]) },
	ast.Multiply.Name:               func(args []*ast.Term) int { return 1024 * (size(args[0]) + size(args[1])) }, // slow before it is large
	ast.BitsShiftLeft.Name: func(args []*ast.Term) int {
		if n, ok := args[1].Value.(ast.Number); ok {
			if by, ok := n.Int(); ok {
				return 1024 * by // the same
			}
		}
		return maxMade + 1
	},
}

// bindOutsized puts the bound before each of them, once in a process: OPA has one table of builtins.
var bindOutsized = sync.OnceFunc(func() {
	for name, estimate := range outsized {
		call := topdown.GetBuiltin(name)
		topdown.RegisterBuiltinFunc(name, func(ctx topdown.BuiltinContext, args []*ast.Term, iter func(*ast.Term) error) error {
			if n := estimate(args); n < 0 || n > maxMade {
				return errOutsized
			}
			return call(ctx, args, iter)
		})
	}
})

// replaced is what a text is when all of it is replaced, letter by letter.
func replaced(text, by *ast.Term) int {
	n := len(letters(text)) + 1
	return n + n*min(size(by), maxMade)
}

// padding is the largest width that a format asks for: digits in it, or a number among what is given.
func padding(args []*ast.Term) int {
	widest, n := 0, 0
	for _, c := range letters(args[0]) {
		if c < '0' || c > '9' {
			n = 0
			continue
		}
		n = min(n*10+int(c-'0'), maxMade)
		widest = max(widest, n)
	}
	if strings.Contains(letters(args[0]), "*") {
		widest = max(widest, 1_000_000) // more than that, fmt refuses
	}
	return widest
}

func letters(t *ast.Term) string {
	s, _ := t.Value.(ast.String)
	return string(s)
}

// size is how long a value is as text, or more than maxMade: a part that stands in many places counts in each.
func size(t *ast.Term) int {
	left := maxMade
	spend(t, &left)
	return maxMade - left
}

func spend(t *ast.Term, left *int) {
	switch v := t.Value.(type) {
	case ast.String:
		*left -= len(v) + 3
	case ast.Number:
		*left -= digits(string(v)) + 1
	case *ast.Array:
		v.Until(func(t *ast.Term) bool { spend(t, left); return *left < 0 })
	case ast.Set:
		v.Until(func(t *ast.Term) bool { spend(t, left); return *left < 0 })
	case ast.Object:
		v.Until(func(k, t *ast.Term) bool { spend(k, left); spend(t, left); return *left < 0 })
	}
	*left -= 2
}

// digits is how long a number is when written out: 1e9 is ten.
func digits(n string) int {
	_, exponent, ok := strings.Cut(strings.ToLower(n), "e")
	if !ok {
		return len(n)
	}
	by, ok := new(big.Int).SetString(strings.TrimPrefix(exponent, "+"), 10)
	if !ok || !by.IsInt64() || by.CmpAbs(big.NewInt(maxMade)) > 0 {
		return maxMade + 1
	}
	return len(n) + int(by.Abs(by).Int64())
}
