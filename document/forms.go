package document

import (
	"fmt"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Regions are AWS's, those most meant first.
var Regions = strings.Fields(`us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1
 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2
 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4
 ap-southeast-5 ap-southeast-6 ap-southeast-7 ap-south-1 ap-south-2 ap-east-1 ap-east-2
 af-south-1 il-central-1 me-central-1 me-south-1 us-gov-east-1 us-gov-west-1 cn-north-1 cn-northwest-1 eusc-de-east-1`)

func (r ruling) region() {
	if !slices.Contains(Regions, r.v.String()) {
		r.fail("AXLE1025", fmt.Sprintf("unknown region %q", r.v.String()), DidYouMean(r.v.String(), Regions))
	}
}

func (r ruling) path() {
	if why := PathFault(r.v.String()); why != "" {
		r.fail("AXLE1026", fmt.Sprintf("path %s: %s", escaped(r.v.String()), why), "")
	}
}

// PathFault says why a path of a file may not be followed, or "". Paths are relative, with
// forward slashes, and never go up.
func PathFault(p string) string {
	switch {
	case p == "":
		return "is empty"
	case strings.IndexByte(p, 0) >= 0:
		return "holds a NUL byte"
	case strings.Contains(p, `\`), len(p) > 1 && p[1] == ':':
		return "must be relative, with forward slashes"
	case strings.HasPrefix(p, "/"):
		return "must be relative"
	}
	if clean := path.Clean(p); clean == ".." || strings.HasPrefix(clean, "../") {
		return "leaves the repository"
	}
	if slices.Contains(strings.Split(p, "/"), "..") {
		return "goes up and down again; write it without .."
	}
	return ""
}

func (r ruling) date() {
	if _, err := time.Parse(time.DateOnly, r.v.String()); err != nil {
		r.fail("AXLE1027", fmt.Sprintf("%q is not a date", r.v.String()), "write year-month-day: 2028-12-31")
	}
}

func (r ruling) url() {
	u, err := url.Parse(r.v.String())
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		r.fail("AXLE1028", r.s.path+" is not a URL", "write https://host/path")
	}
}

func (r ruling) email() {
	a, err := mail.ParseAddress(r.v.String())
	if err != nil || a.Address != r.v.String() {
		r.fail("AXLE1029", r.s.path+" is not an e-mail address", "write name@host")
	}
}

var arnForm = NewPattern(`^arn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:[^:\s]*:\S+$`)

func (r ruling) arn() {
	m := arnForm.FindStringSubmatch(r.v.String())
	if m == nil || r.arg != "" && m[1] != r.arg {
		r.fail("AXLE1030", fmt.Sprintf("%q is not an ARN%s", r.v.String(), of(r.arg)), "")
	}
}

func of(service string) string {
	if service == "" {
		return ""
	}
	return " of " + service
}

var roleForm = NewPattern(`^[\w+=,.@-]{1,64}$`)

func (r ruling) role() {
	if !roleForm.MatchString(r.v.String()) {
		r.fail("AXLE1031", fmt.Sprintf("%s %q is not the name of a role", r.s.name, r.v.String()), "a name, not an ARN; at most 64 letters, digits and +=,.@-_")
	}
}

var branchFault = NewPattern(`^[-/]|[\s~^:?*\[\\]|\.\.|//|@\{|(/|\.|\.lock)$`)

func (r ruling) branch() {
	if b := r.v.String(); b == "" || branchFault.MatchString(b) || strings.IndexFunc(b, hidden) >= 0 {
		r.fail("AXLE1039", fmt.Sprintf("%q is not the name of a branch", b), "write main, not refs/heads/main or a pattern")
	}
}

var (
	unitForm         = NewPattern(`^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$`)
	organizationForm = NewPattern(`^o-[a-z0-9]{10,32}$`)
)

func (r ruling) unit() {
	if !unitForm.MatchString(r.v.String()) {
		r.fail("AXLE1040", fmt.Sprintf("%q is not the id of an organizational unit", r.v.String()), "ids look like ou-ab12-11111111")
	}
}

func (r ruling) organization() {
	if !organizationForm.MatchString(r.v.String()) {
		r.fail("AXLE1040", fmt.Sprintf("%q is not the id of an organization", r.v.String()), "ids look like o-exampleorg1")
	}
}

// named refuses text that is no name: B024.
func (r ruling) named() {
	if g, bad := nameFault(r.arg, r.v.String()); bad {
		r.fail("AXLE1032", g, "")
	}
}

func (r ruling) keys() {
	for _, p := range r.n.Pairs {
		if g, bad := nameFault(r.arg, p.Key.Value); bad {
			r.decoder.fail(p.Key, r.s.under(p.Key.Value), "AXLE1032", g, "")
		}
	}
}

const maxName = 8_191

func nameFault(noun, name string) (string, bool) {
	if name == "" {
		return noun + " name is empty", true
	}
	if n := utf8.RuneCountInString(name); n > maxName {
		return fmt.Sprintf("%s name has %s characters (max %s)", noun, thousands(int64(n)), thousands(maxName)), true
	}
	runes := []rune(name)
	if unicode.IsSpace(runes[0]) || unicode.IsSpace(runes[len(runes)-1]) {
		return noun + " name begins or ends with a space", true
	}
	for i, c := range runes {
		if c == '/' || c == '\\' || hidden(c) {
			return fmt.Sprintf("%s name holds %q at column %d", noun, string(c), i+1), true
		}
	}
	return "", false
}

const maxTags = 20 // of a product or portfolio

// tags holds what Service Catalog lets tags be: B193.
func (r ruling) tags() {
	if n := len(r.n.Pairs); n > maxTags {
		r.fail("AXLE1033", fmt.Sprintf("%d tags (max %d)", n, maxTags), "")
	}
	for _, p := range r.n.Pairs {
		if g := tagFault(p.Key.Value, p.Value.Value); g != "" {
			r.decoder.fail(p.Key, r.s.under(p.Key.Value), "AXLE1033", g, "")
		}
	}
}

var tagForm = NewPattern(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func tagFault(key, value string) string {
	lower := strings.ToLower(key)
	switch {
	case strings.HasPrefix(lower, "aws:"):
		return "prefix aws: is reserved"
	case strings.HasPrefix(lower, "axle:"):
		return "prefix axle: is reserved"
	case key == "" || utf8.RuneCountInString(key) > 128:
		return "a tag's key has 1 to 128 characters"
	case utf8.RuneCountInString(value) > 256:
		return "a tag's value has at most 256 characters"
	case !tagForm.MatchString(key) || !tagForm.MatchString(value):
		return "tags hold letters, digits, spaces and _.:/=+-@ only"
	}
	return ""
}

// escaped shows what cannot be printed as Go writes it, without quotes.
func escaped(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	q := fmt.Sprintf("%q", s)
	return q[1 : len(q)-1]
}
