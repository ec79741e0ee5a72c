package cloudformation

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// place is where a resource is made and by which operation of which stack.
type place struct {
	Account, Region, StackName, StackID string
	Operation                           int

	depth  int     // of the stack in others
	family *family // nil: the operation's own
}

// answer is what a type gives for a resource: a physical id, an attribute.
type answer func(p place, r resource) any

// kind is how a type of resource behaves as a record.
type kind struct {
	physical answer // its physical id; nil: its name
	ref      answer // what Ref gives; nil: the physical id
	attrs    map[string]answer
	takes    time.Duration // to create or update; 0: a second
}

// types are those that have answers of their own; types.txt knows the others.
var types = merge(storageTypes, identityTypes, messagingTypes, networkTypes, computeTypes, edgeTypes, operationsTypes, moreTypes)

func merge(tables ...map[string]kind) map[string]kind {
	all := map[string]kind{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// Types are the names of the resource types whose schema is in the sandbox, sorted.
func Types() []string { return slices.Sorted(maps.Keys(rows())) }

func takes(typ string) time.Duration { return max(types[typ].takes, time.Second) }

// removal is how long a deletion takes.
func removal(string) time.Duration { return time.Second }

// identify gives the physical id of a resource that is about to be made.
func identify(p place, r resource) string {
	k, own := types[r.Type]
	switch {
	case k.physical != nil:
		return fmt.Sprint(k.physical(p, r))
	case own:
		return nameOf(p, r)
	}
	return identity(p, r)
}

// nameOf is the name its property gives, or the one CloudFormation makes: Stack-Logical-RANDOM.
func nameOf(p place, r resource) string {
	k := naming[r.Type]
	if v := text(r, k.property); v != "" {
		return v
	}
	name := shorten(p.StackName, 24) + "-" + shorten(r.LogicalID, 24) + "-" + p.draw(upperDigits, 12, r.LogicalID, "name")
	if service, _ := typeName(r.Type); k.lower || slices.Contains(small, service) {
		name = strings.ToLower(name)
	}
	return name
}

func refOf(p place, r resource) any {
	if k := types[r.Type]; k.ref != nil {
		return k.ref(p, r)
	}
	return r.PhysicalID
}

func attributeOf(p place, r resource, name string) (any, bool) {
	if a, ok := types[r.Type].attrs[name]; ok {
		return a(p, r), true
	}
	if s, row := schemaOf(r.Type); row {
		kind, ok := s.attribute(name)
		if !ok {
			return nil, false
		}
		return invent(p, r, name, kind), true
	}
	return inventText(p, r, name), true // without schema
}

// answers says whether GetAtt of the type gives the attribute.
func answers(typ, name string) bool {
	s, row := schemaOf(typ)
	_, own := types[typ].attrs[name]
	_, listed := s.attribute(name)
	return own || listed || !row
}

const (
	lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	upperDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	hexDigits   = "0123456789abcdef"
)

// draw gives n characters that depend on the stack, the operation and what they are for.
func (p place) draw(alphabet string, n int, salt ...string) string {
	return draw(alphabet, n, append([]string{p.StackID, fmt.Sprint(p.Operation)}, salt...)...)
}

func draw(alphabet string, n int, salt ...string) string {
	out := make([]byte, n)
	sum := sha256.Sum256([]byte(strings.Join(salt, "\x00")))
	for i := range out {
		if i%4 == 0 {
			sum = sha256.Sum256(sum[:])
		}
		out[i] = alphabet[binary.BigEndian.Uint64(sum[8*(i%4):])%uint64(len(alphabet))]
	}
	return string(out)
}

func uuid(salt ...string) string {
	h := draw(hexDigits, 32, salt...)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

func (p place) arn(svc, rest string) string {
	return "arn:" + partition(p.Region) + ":" + svc + ":" + p.Region + ":" + p.Account + ":" + rest
}

func (p place) iamARN(rest string) string {
	return "arn:" + partition(p.Region) + ":iam::" + p.Account + ":" + rest
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func suffix(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// text is a property's text, "" where it is absent or no text.
func text(r resource, property string) string {
	s, _ := r.Properties[property].(string)
	return s
}

func textOr(r resource, property, otherwise string) string {
	if s := text(r, property); s != "" {
		return s
	}
	return otherwise
}

func shorten(s string, n int) string { return s[:min(n, len(s))] }

// What many types answer.

func physicalID(_ place, r resource) any { return r.PhysicalID }

func property(name string) answer {
	return func(_ place, r resource) any { return text(r, name) }
}

func arn(svc, before string) answer {
	return func(p place, r resource) any { return p.arn(svc, before+r.PhysicalID) }
}

// id is an id of AWS's own: a prefix and 17 hexadecimal digits.
func id(prefix string) answer {
	return func(p place, r resource) any { return prefix + p.draw(hexDigits, 17, r.LogicalID, prefix) }
}

// part is an id that comes with the resource and stays with it.
func part(prefix string) answer {
	return func(_ place, r resource) any { return prefix + draw(hexDigits, 17, r.PhysicalID, prefix) }
}

// generated is the physical id of what has no name: Stack-Logical-RANDOM.
func generated(p place, r resource) any { return nameOf(p, resource{LogicalID: r.LogicalID}) }

func joined(properties ...string) answer {
	return func(_ place, r resource) any {
		var parts []string
		for _, n := range properties {
			if v := text(r, n); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, "|")
	}
}
