package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/axle-cd/axle/catalog"
)

// requestID is what tells apart two answers of AWS that say the same.
var requestID = regexp.MustCompile(` \(request id [^)]*\)`)

// unmet says what is not planned. What has one reason in many places is said once, as it is in the
// first of them.
func (t *text) unmet(all []catalog.Unmet, everything bool) {
	var order []string
	alike := map[string][]catalog.Unmet{}
	for _, u := range all {
		key := u.String()
		if !everything {
			key = strings.NewReplacer(u.Account, "", u.Region, "").Replace(requestID.ReplaceAllString(u.Entry+" "+u.Why, ""))
		}
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], u)
	}
	for _, key := range order {
		group := alike[key]
		words := group[0].String() + " (" + group[0].Hint + ")"
		if n := len(group); n > 1 {
			words = requestID.ReplaceAllString(words, "") + "; likewise " + alsoIn(group[1:])
		}
		t.fold("not planned: ", words)
	}
}

// alsoIn names the first few places.
func alsoIn(all []catalog.Unmet) string {
	var names []string
	for _, u := range all[:min(len(all), 3)] {
		names = append(names, u.Account+" "+u.Region)
	}
	text := strings.Join(names, ", ")
	if n := len(all) - len(names); n > 0 {
		text += fmt.Sprintf(" and %d more (-v for all)", n)
	}
	return text
}
