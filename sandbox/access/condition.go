package access

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// condition is one key under one operator.
type condition struct {
	operator
	key    string // in small letters
	values []pattern
}

// operator is a condition operator without its prefix and suffix.
type operator struct {
	compare  func(want, have string) bool // want has its wildcards where they count
	wild     bool                         // * and ? are wildcards in the values
	negated  bool
	null     bool
	ifExists bool
	set      string // ForAllValues, ForAnyValue, or ""
}

var operators = map[string]operator{
	"stringequals":              {compare: equal},
	"stringnotequals":           {compare: equal, negated: true},
	"stringequalsignorecase":    {compare: strings.EqualFold},
	"stringnotequalsignorecase": {compare: strings.EqualFold, negated: true},
	"stringlike":                {compare: glob, wild: true},
	"stringnotlike":             {compare: glob, wild: true, negated: true},
	"arnequals":                 {compare: globARN, wild: true},
	"arnlike":                   {compare: globARN, wild: true},
	"arnnotequals":              {compare: globARN, wild: true, negated: true},
	"arnnotlike":                {compare: globARN, wild: true, negated: true},
	"bool":                      {compare: strings.EqualFold},
	"binaryequals":              {compare: equal},
	"null":                      {null: true},
	"ipaddress":                 {compare: within},
	"notipaddress":              {compare: within, negated: true},
	"numericequals":             {compare: numbers(func(order int) bool { return order == 0 })},
	"numericnotequals":          {compare: numbers(func(order int) bool { return order == 0 }), negated: true},
	"numericlessthan":           {compare: numbers(func(order int) bool { return order < 0 })},
	"numericlessthanequals":     {compare: numbers(func(order int) bool { return order <= 0 })},
	"numericgreaterthan":        {compare: numbers(func(order int) bool { return order > 0 })},
	"numericgreaterthanequals":  {compare: numbers(func(order int) bool { return order >= 0 })},
	"dateequals":                {compare: dates(func(order int) bool { return order == 0 })},
	"datenotequals":             {compare: dates(func(order int) bool { return order == 0 }), negated: true},
	"datelessthan":              {compare: dates(func(order int) bool { return order < 0 })},
	"datelessthanequals":        {compare: dates(func(order int) bool { return order <= 0 })},
	"dategreaterthan":           {compare: dates(func(order int) bool { return order > 0 })},
	"dategreaterthanequals":     {compare: dates(func(order int) bool { return order >= 0 })},
}

// operatorOf reads an operator's name.
func operatorOf(name string) (operator, bool) {
	name = strings.ToLower(name)
	set := ""
	if prefix, rest, ok := strings.Cut(name, ":"); ok {
		if prefix != "forallvalues" && prefix != "foranyvalue" {
			return operator{}, false
		}
		set, name = prefix, rest
	}
	bare, ifExists := strings.CutSuffix(name, "ifexists")
	o, ok := operators[bare]
	o.set, o.ifExists = set, ifExists
	return o, ok && !(o.null && (ifExists || set != ""))
}

// holds says whether the condition is met. A key that is absent meets what is negated.
func (c condition) holds(keys Keys) bool {
	have, present := keys[c.key]
	switch {
	case c.null:
		want, _ := c.values[0].expand(keys)
		return strings.EqualFold(want, "true") != present
	case !present && c.set != "":
		return c.set == "forallvalues" || c.ifExists
	case !present:
		return c.ifExists || c.negated
	}
	for _, value := range have {
		switch met := c.any(value, keys) != c.negated; {
		case c.set == "forallvalues" || c.set == "" && c.negated:
			if !met {
				return false
			}
		case met:
			return true
		}
	}
	return c.set == "forallvalues" || c.set == "" && c.negated
}

// any says whether one of the condition's values fits.
func (c condition) any(value string, keys Keys) bool {
	for _, p := range c.values {
		if want, ok := p.expand(keys); ok && c.compare(c.plain(want), value) {
			return true
		}
	}
	return false
}

var stars = strings.NewReplacer(string(anyText), "*", string(anyRune), "?")

// plain makes wildcards text again, for operators that have none.
func (o operator) plain(want string) string {
	if o.wild {
		return want
	}
	return stars.Replace(want)
}

func equal(want, have string) bool { return want == have }

func within(want, have string) bool {
	ip, err := netip.ParseAddr(have)
	if err != nil {
		return false
	}
	if !strings.Contains(want, "/") {
		one, err := netip.ParseAddr(want)
		return err == nil && one == ip
	}
	block, err := netip.ParsePrefix(want)
	return err == nil && block.Contains(ip)
}

// numbers compares what the request has with what the policy wants.
func numbers(holds func(order int) bool) func(want, have string) bool {
	return func(want, have string) bool {
		w, err := strconv.ParseFloat(want, 64)
		h, err2 := strconv.ParseFloat(have, 64)
		if err != nil || err2 != nil {
			return false
		}
		switch {
		case h < w:
			return holds(-1)
		case h > w:
			return holds(1)
		}
		return h == w && holds(0)
	}
}

func dates(holds func(order int) bool) func(want, have string) bool {
	return func(want, have string) bool {
		w, ok := date(want)
		h, ok2 := date(have)
		return ok && ok2 && holds(h.Compare(w))
	}
}

// date reads ISO 8601 or seconds since 1970.
func date(text string) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) > 4 {
		return time.Unix(n, 0), true
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z", "2006-01-02"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
