package secrets

import (
	"context"
	"strings"
)

// SearchNames looks for secrets in file names and refs. A name that holds one is shown with it masked.
func SearchNames(ctx context.Context, d Detector, names []string) ([]Found, error) {
	var out []Found
	for len(names) > 0 {
		n, size := 0, 0
		for n < len(names) && size < 256<<10 {
			size += len(names[n]) + 1
			n++
		}
		found, err := namesOf(ctx, d, names[:n])
		if err != nil {
			return out, err
		}
		out = append(out, found...)
		names = names[n:]
	}
	return out, nil
}

// namesOf judges names as the lines of one text.
func namesOf(ctx context.Context, d Detector, names []string) ([]Found, error) {
	t := read([]byte(strings.Join(names, "\n")))
	hits, err := detect(ctx, d, "", t.data)
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, h := range hits {
		p := t.place(h)
		if h.Generic || p.lastLine != p.line {
			continue // a guess needs a context that a list of names has not
		}
		at := t.lines[p.line-1]
		value := string(t.data[h.Start:h.End])
		f := finding(Blob{Path: "file names"}, t, h, p)
		f.File, f.Line, f.Col = "", 0, 0
		what := "file name "
		if strings.HasPrefix(p.text, "refs/") {
			what = "ref "
		}
		f.Summary = h.Title + " in the " + what + Redact(p.text, Hit{Start: h.Start - at, End: h.End - at})
		out = append(out, Found{Finding: f, Redacted: Mask(value)})
	}
	return out, nil
}
