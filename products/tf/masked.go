package tf

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// masked puts together what a plan says of a value in three places: the value, which parts of it
// are not known, and which are not to be shown.
type masked struct{ prefix string }

// chosen are the plain arguments that the AWS provider fills in where nobody has written them. A block
// is none of them: one that is made by dynamic is not among a plan's expressions either, and stays unknown.
var chosen = []string{"acl", "encrypted", "ip_protocol", "kms_key_arn", "kms_key_id", "kms_master_key_id", "managed_policy_arns", "policy",
	"publicly_accessible", "sqs_managed_sse_enabled", "ssl_policy", "storage_encrypted", "transit_encryption_enabled"}

// provided holds for such an argument whose value only the provider will know: to whoever reads the
// source it is not there.
func provided(name string, v any) bool {
	_, unknown := v.(Unknown)
	return unknown && slices.Contains(chosen, name)
}

// value leaves out what is null: to Terraform that is what is not there.
func (m masked) value(v, unknown, sensitive, sources any) any {
	switch {
	case sensitive == true:
		return Unknown{Why: "sensitive"}
	case unknown == true:
		return Unknown{Why: "known after apply", Of: m.of(sources)}
	}
	switch v := v.(type) {
	case map[string]any:
		return m.mapping(v, unknown, sensitive, sources)
	case []any:
		return m.list(v, unknown, sensitive, sources)
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return f
	case nil:
		switch unknown := unknown.(type) {
		case map[string]any:
			return m.mapping(nil, unknown, sensitive, sources)
		case []any:
			return m.list(nil, unknown, sensitive, sources)
		}
	}
	return v
}

func (m masked) mapping(v map[string]any, unknown, sensitive, sources any) any {
	hidden, _ := unknown.(map[string]any)
	out := map[string]any{}
	for _, name := range slices.Compact(slices.Sorted(union(maps.Keys(v), maps.Keys(hidden)))) {
		part := m.value(v[name], hidden[name], under(sensitive, name), under(sources, name))
		if empty, ok := part.(map[string]any); part == nil || ok && len(empty) == 0 && v[name] == nil {
			continue
		}
		out[name] = part
	}
	return out
}

func (m masked) list(v []any, unknown, sensitive, sources any) any {
	hidden, _ := unknown.([]any)
	secret, _ := sensitive.([]any)
	from, _ := sources.([]any)
	out := make([]any, max(len(v), len(hidden)))
	for i := range out {
		source := sources
		if len(from) == len(out) {
			source = from[i]
		}
		out[i] = m.value(item(v, i), item(hidden, i), item(secret, i), source)
	}
	return out
}

func item(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// under is what a mapping has under a name. An expression is told by its references, which hold for all below.
func under(v any, name string) any {
	in, _ := v.(map[string]any)
	if _, expression := in["references"]; expression {
		return v
	}
	return in[name]
}

func union[T any](all ...func(func(T) bool)) func(func(T) bool) {
	return func(yield func(T) bool) {
		for _, seq := range all {
			for v := range seq {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// of is the one resource that expressions refer to, or "".
func (m masked) of(sources any) string {
	found := map[string]bool{}
	references(sources, func(ref string) {
		if address := resourceOf(ref); address != "" {
			found[address] = true
		}
	})
	for address := range found { // a.b[0].id is also written as a.b[0] and as a.b
		if base, _, indexed := strings.Cut(address, "["); indexed {
			delete(found, base)
		}
	}
	if len(found) != 1 {
		return ""
	}
	for address := range found {
		if address != "?" {
			return m.prefix + address
		}
	}
	return ""
}

// references visits every reference below an expression.
func references(v any, visit func(string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, part := range v {
			list, _ := part.([]any)
			for _, ref := range list {
				if text, ok := ref.(string); ok && key == "references" {
					visit(text)
				}
			}
			references(part, visit)
		}
	case []any:
		for _, part := range v {
			references(part, visit)
		}
	}
}

// resourceOf is the resource that a reference names: ? where it leads elsewhere.
func resourceOf(ref string) string {
	root, _, _ := strings.Cut(ref, ".")
	names := 2
	switch root {
	case "path", "terraform", "count", "self":
		return ""
	case "var", "local", "module", "each":
		return "?"
	case "data", "ephemeral":
		names = 3
	}
	at := 0
	for i := range names {
		end := nameEnd(ref[at:])
		switch {
		case end >= 0:
			at += end + 1
		case i == names-1:
			return ref
		default:
			return ""
		}
	}
	return ref[:at-1]
}

// moduleOf is the address of a resource's module, with the dot after it, or "".
func moduleOf(address string) string {
	rest, prefix := address, ""
	for strings.HasPrefix(rest, "module.") {
		step := strings.TrimPrefix(rest, "module.")
		end := nameEnd(step)
		if end < 0 {
			break
		}
		prefix += rest[:len("module.")+end+1]
		rest = step[end+1:]
	}
	return prefix
}

// nameEnd is where the name at the beginning ends, its index included: at the dot outside of quotes.
func nameEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case '.':
			if !quoted {
				return i
			}
		}
	}
	return -1
}

// Bare is an address without its indexes.
func Bare(address string) string {
	var b strings.Builder
	quoted, depth := false, 0
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == '[' && !quoted:
			depth++
		case c == ']' && !quoted:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// index notes the expressions of every resource by its bare address.
func (m moduleConfig) index(prefix string, into map[string]map[string]any) {
	for _, r := range m.Resources {
		into[prefix+r.Address] = r.Expressions
	}
	for name, call := range m.Calls {
		call.Module.index(prefix+"module."+name+".", into)
	}
}
