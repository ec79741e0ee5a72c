package cfn

import (
	"fmt"
	"math/big"
	"net/netip"

	"github.com/axle-cd/axle/document"
)

// cidr evaluates [block, count, host bits]: the first count blocks of that many host bits.
func (e *evaluation) cidr(arg *document.Node) (any, error) {
	args, err := e.t.args(arg, "Fn::Cidr")
	if err != nil {
		return nil, err
	}
	if len(args) == 2 {
		return nil, e.t.fail(arg, CodeFunction, "Fn::Cidr without its third value is not supported", "write the number of host bits: 8 gives /24")
	}
	block, err := e.knownText(args[0], "Fn::Cidr")
	if err != nil {
		return nil, err
	}
	count, err := e.whole(args[1], "Fn::Cidr")
	if err != nil {
		return nil, err
	}
	hostBits, err := e.whole(args[2], "Fn::Cidr")
	if err != nil {
		return nil, err
	}
	blocks, err := cidrs(block, count, hostBits)
	if err != nil {
		return nil, e.t.fail(arg, CodeFunction, "Fn::Cidr: "+err.Error(), "")
	}
	return anys(blocks), nil
}

func cidrs(block string, count, hostBits int) ([]string, error) {
	prefix, err := netip.ParsePrefix(block)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address block", block)
	}
	width := prefix.Addr().BitLen()
	if count < 1 || count > 256 {
		return nil, fmt.Errorf("count %d is out of range (1 .. 256)", count)
	}
	if hostBits < 1 || hostBits > width-prefix.Bits() {
		return nil, fmt.Errorf("%d host bits do not fit into %s", hostBits, block)
	}
	if spare := width - prefix.Bits() - hostBits; spare < 8 && count > 1<<spare {
		return nil, fmt.Errorf("%s holds %d blocks of %d host bits, not %d", block, 1<<spare, hostBits, count)
	}
	first := new(big.Int).SetBytes(prefix.Masked().Addr().AsSlice())
	step := new(big.Int).Lsh(big.NewInt(1), uint(hostBits))
	out := make([]string, count)
	for i := range out {
		addr, _ := netip.AddrFromSlice(first.FillBytes(make([]byte, width/8)))
		out[i] = netip.PrefixFrom(addr, width-hostBits).String()
		first.Add(first, step)
	}
	return out, nil
}
