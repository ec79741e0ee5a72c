package catalog

import (
	"maps"
	"strings"
)

type field struct{ name, value string }

func (p Portfolio) fields() []field {
	return []field{{"display_name", p.DisplayName}, {"provider_name", p.ProviderName}, {"description", p.Description}}
}

func (p Product) fields() []field {
	return []field{{"name", p.Name}, {"owner", p.Owner}, {"distributor", p.Distributor}, {"description", p.Description},
		{"support.email", p.SupportEmail}, {"support.url", p.SupportURL}, {"support.description", p.SupportDescription}}
}

// differing says in words what differs: before and after name the same fields and tags.
// Tags that AWS itself sets are nobody's.
func differing(have, want []field, haveTags, wantTags map[string]string) (before, after string) {
	var b, a []string
	for i := range want {
		if have[i].value != want[i].value {
			b, a = append(b, have[i].name+": "+have[i].value), append(a, want[i].name+": "+want[i].value)
		}
	}
	keys := maps.Clone(wantTags)
	if keys == nil {
		keys = map[string]string{}
	}
	maps.Copy(keys, haveTags)
	for _, key := range sortedKeys(keys) {
		if strings.HasPrefix(key, "aws:") || haveTags[key] == wantTags[key] {
			continue
		}
		b, a = append(b, "tag "+key+": "+haveTags[key]), append(a, "tag "+key+": "+wantTags[key])
	}
	return strings.Join(b, "; "), strings.Join(a, "; ")
}
