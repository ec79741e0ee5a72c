package terraform

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var errCIDR = errors.New("not an address range such as 10.0.0.0/16")

// network reads a range, its bits beyond the prefix cleared.
func network(v cty.Value) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(v.AsString())
	if err != nil {
		return p, errCIDR
	}
	return p.Masked(), nil
}

// beyond is the address that lies n after the first one of the range, or before the end where n is negative.
func beyond(p netip.Prefix, n *big.Int) (netip.Addr, error) {
	size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, size)
	}
	if n.Sign() < 0 || n.Cmp(size) >= 0 {
		return netip.Addr{}, fmt.Errorf("%s has no address number %s", p, n)
	}
	raw := p.Addr().AsSlice()
	sum := new(big.Int).Add(new(big.Int).SetBytes(raw), n)
	a, _ := netip.AddrFromSlice(sum.FillBytes(raw))
	return a, nil
}

// subnet is the range number n of those that are so many bits longer.
func subnet(p netip.Prefix, bits int, n *big.Int) (netip.Prefix, error) {
	length := p.Bits() + bits
	if bits < 0 || length > p.Addr().BitLen() || n.Sign() < 0 || n.BitLen() > bits {
		return p, fmt.Errorf("%s cannot be extended by %d bits to number %s", p, bits, n)
	}
	a, err := beyond(p, new(big.Int).Lsh(n, uint(p.Addr().BitLen()-length)))
	return netip.PrefixFrom(a, length), err
}

var (
	rangeParam  = function.Parameter{Name: "prefix", Type: cty.String}
	numberParam = function.Parameter{Name: "number", Type: cty.Number}
)

func integer(v cty.Value) (*big.Int, error) {
	f := v.AsBigFloat()
	if !f.IsInt() || f.MantExp(nil) > 130 {
		return nil, errors.New("a whole number is needed")
	}
	n, _ := f.Int(nil)
	return n, nil
}

func small(v cty.Value) (int, error) {
	n, err := integer(v)
	if err != nil || n.BitLen() > 8 {
		return 0, errors.New("a number of bits is needed")
	}
	return int(n.Int64()), nil
}

var cidrHost = function.New(&function.Spec{
	Params: []function.Parameter{rangeParam, numberParam}, Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := network(args[0])
		n, err2 := integer(args[1])
		if err = errors.Join(err, err2); err != nil {
			return cty.NilVal, err
		}
		a, err := beyond(p, n)
		return cty.StringVal(a.String()), err
	},
})

var cidrNetmask = function.New(&function.Spec{
	Params: []function.Parameter{rangeParam}, Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := network(args[0])
		if err != nil || !p.Addr().Is4() {
			return cty.NilVal, errCIDR
		}
		all := netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), p.Bits()).Masked()
		return cty.StringVal(all.Addr().String()), nil
	},
})

var cidrSubnet = function.New(&function.Spec{
	Params: []function.Parameter{rangeParam, numberParam, numberParam}, Type: function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		p, err := network(args[0])
		bits, err2 := small(args[1])
		n, err3 := integer(args[2])
		if err = errors.Join(err, err2, err3); err != nil {
			return cty.NilVal, err
		}
		p, err = subnet(p, bits, n)
		return cty.StringVal(p.String()), err
	},
})

var cidrSubnets = function.New(&function.Spec{
	Params: []function.Parameter{rangeParam}, VarParam: &numberParam, Type: function.StaticReturnType(cty.List(cty.String)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		whole, err := network(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		if len(args) == 1 {
			return cty.ListValEmpty(cty.String), nil
		}
		next, all := new(big.Int), []cty.Value{} // next: the first address that is not given away
		for _, a := range args[1:] {
			bits, err := small(a)
			if err != nil {
				return cty.NilVal, err
			}
			tail := whole.Addr().BitLen() - whole.Bits() - bits
			if bits < 0 || tail < 0 {
				return cty.NilVal, fmt.Errorf("%s cannot be extended by %d bits", whole, bits)
			}
			n := new(big.Int).Rsh(new(big.Int).Add(next, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(tail)), big.NewInt(1))), uint(tail))
			p, err := subnet(whole, bits, n)
			if err != nil {
				return cty.NilVal, err
			}
			next = new(big.Int).Lsh(new(big.Int).Add(n, big.NewInt(1)), uint(tail))
			all = append(all, cty.StringVal(p.String()))
		}
		return cty.ListVal(all), nil
	},
})
