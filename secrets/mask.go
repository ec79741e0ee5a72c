package secrets

import (
	"context"
	"regexp"
	"sort"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

const mask = "****"

// keyID is an AWS key id: its first four characters say what it is, to everyone.
var keyID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(A3T[A-Z0-9]|A[A-Z]{3})[A-Z0-9]{12,}$`) })

// Mask shows as much of a secret as may be seen: AKIA****AM2 of an AWS key id, of anything else nothing,
// not even its length.
func Mask(value string) string {
	if keyID().MatchString(value) {
		return value[:4] + mask + value[len(value)-3:]
	}
	return mask
}

// Redact gives text with every hit masked.
func Redact(text string, hits ...Hit) string {
	hits = append([]Hit(nil), hits...)
	sort.Slice(hits, func(i, j int) bool { return hits[i].Start < hits[j].Start })
	var b strings.Builder
	at := 0
	for _, h := range hits {
		start, end := min(max(h.Start, at), len(text)), min(h.End, len(text))
		if end <= start {
			continue
		}
		b.WriteString(text[at:start])
		if start == max(h.Start, 0) { // else the mask of the one before stands for both
			b.WriteString(Mask(text[start:end]))
		}
		at = end
	}
	return b.String() + text[at:]
}

// anyText is a name that all of our rules are about: a line in an error may be one of a template.
const anyText = "text.yaml"

// Conceal masks whatever looks like a secret in text that came from elsewhere: a tool's output,
// an error. Text that cannot be judged is not given back.
func Conceal(ctx context.Context, d Detector, text string) (string, error) {
	if len(text) > MaxSize {
		return "", document.Fail("AXLE3521", "text of more than 5 MB could not be scanned for secrets", "", nil)
	}
	hits, err := detect(ctx, d, anyText, []byte(text))
	if err != nil {
		return "", err
	}
	return Redact(text, hits...), nil
}
