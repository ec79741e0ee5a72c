package access

import (
	_ "embed"
	"strings"
	"sync"
)

// managed.txt holds AWS's managed policies that are here: a line with the name, then the document.
//
//go:embed managed.txt
var managedText string

const managedARN = "arn:aws:iam::aws:policy/"

var managed = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for block := range strings.SplitSeq(managedText, "\n\n") {
		name, document, _ := strings.Cut(strings.TrimSpace(block), "\n")
		all[managedARN+name] = document
	}
	return all
})

// Managed is the text of a policy that AWS manages, as far as the services that are here go.
func Managed(arn string) (text string, ok bool) {
	text, ok = managed()[arn]
	return text, ok
}

// OfAWS says whether an ARN names a policy that AWS manages.
func OfAWS(arn string) bool { return strings.HasPrefix(arn, managedARN) }
