package sandbox

import (
	_ "embed"
	"strings"
	"sync"
)

// known.txt lists, a service a line, the operations AWS has.
//
//go:embed known.txt
var knownText string

var known = sync.OnceValue(func() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for line := range strings.Lines(knownText) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		all[words[0]] = map[string]bool{}
		for _, op := range words[1:] {
			all[words[0]][op] = true
		}
	}
	return all
})

// unknownToAWS says whether AWS has the service and not the operation.
func unknownToAWS(service, operation string) bool {
	operations, ok := known()[service]
	return ok && !operations[operation]
}
