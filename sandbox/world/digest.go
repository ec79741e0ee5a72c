package world

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// What two worlds of the same content may differ in: ids that were drawn, and times.
var (
	drawn = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}` + // UUIDs
		`|\b(?:AKIA|ASIA|AROA|AIDA|ANPA)[A-Z2-7]{16}\b` +
		`|\b[a-z]+-[0-9a-f]{8}(?:[0-9a-f]{9})?\b` + // vpc-…
		`|\b[a-z]+-[a-z0-9]{13}\b` + // port-…
		`|\b[a-z0-9]{25}\b` + // change sets of Marketplace
		`|-[A-Z0-9]{12,13}\b`) // physical ids of stacks
	times = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"`)
)

// StateDigest is a digest of the objects, which is the same for two worlds that hold the same:
// ids that the sandbox drew, and times, do not count; which object names which does (SBX-59).
// Keys, sessions, the log, counters and settings are no part of it.
func StateDigest(tx Tx) string {
	var texts []string
	collect := func(prefix string, text func(key string, value []byte) string) {
		tx.Scan(prefix, func(key string, value []byte) bool {
			if !strings.HasPrefix(key, "o/"+KindCredential+"/") {
				texts = append(texts, text(key, value))
			}
			return true
		})
	}
	collect("o/", func(key string, value []byte) string {
		return key + " " + times.ReplaceAllString(string(value), `"T"`)
	})
	collect("b/", func(key string, value []byte) string { return key + " " + hash(string(value)) })
	names := map[string]string{}
	for range 3 { // an id is known by the records it stands in, and these by their ids
		names = renamed(texts, names)
	}
	for i, text := range texts {
		texts[i] = drawn.ReplaceAllStringFunc(text, func(id string) string { return names[id] })
	}
	slices.Sort(texts)
	return hash(strings.Join(texts, "\n"))
}

// renamed gives each id a name from the records that it stands in.
func renamed(texts []string, names map[string]string) map[string]string {
	in := map[string][]string{}
	for _, text := range texts {
		said := drawn.ReplaceAllStringFunc(text, func(id string) string { return names[id] })
		for _, id := range drawn.FindAllString(text, -1) {
			in[id] = append(in[id], said)
		}
	}
	next := make(map[string]string, len(in))
	for id, said := range in {
		slices.Sort(said)
		next[id] = "<" + hash(strings.Join(slices.Compact(said), "\n"))[:16] + ">"
	}
	return next
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
