package wire

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonical is the request as its signer wrote it down.
func (req *Request) canonical(payload string) string {
	r := req.HTTP
	lines := []string{r.Method, escapePath(r.URL.Path), canonicalQuery(r.URL.Query())}
	for _, name := range req.Signature.signed {
		lines = append(lines, name+":"+canonicalHeader(r, name))
	}
	lines = append(lines, "", strings.Join(req.Signature.signed, ";"), payload)
	return strings.Join(lines, "\n")
}

func canonicalHeader(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch {
	case name == "host":
		values = []string{host(r)}
	case name == "content-length":
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	clean := make([]string, len(values))
	for i, v := range values {
		clean[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(clean, ",")
}

func host(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

func canonicalQuery(q url.Values) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(q)) {
		if k == "X-Amz-Signature" {
			continue
		}
		for _, v := range slices.Sorted(slices.Values(q[k])) {
			pairs = append(pairs, escape(k, false)+"="+escape(v, false))
		}
	}
	return strings.Join(pairs, "&")
}

func escapePath(path string) string {
	if path == "" {
		return "/"
	}
	return escape(path, true)
}

// escape is AWS's URI encoding: everything but unreserved characters, in upper-case hex.
func escape(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0, keepSlash && c == '/':
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}
