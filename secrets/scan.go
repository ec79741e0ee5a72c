package secrets

import (
	"context"
	"errors"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// Scan looks for secrets in every blob, with d and with axle's own rules. An error means that
// not everything was judged; the findings until then come with it. A finding's severity is
// error, except for what is only ignored.
func Scan(ctx context.Context, d Detector, blobs iter.Seq2[Blob, error]) ([]pipeline.Finding, error) {
	found, err := Search(ctx, d, blobs)
	return Findings(found), err
}

// Found is a finding with what its sentence says, apart.
type Found struct {
	pipeline.Finding
	Commit   string // that brought it
	Redacted string // the value as it may be seen

	value string // a hash of rule and value
}

// Findings are those of a search.
func Findings(found []Found) (out []pipeline.Finding) {
	for _, f := range found {
		out = append(out, f.Finding)
	}
	return out
}

// Search is Scan that keeps commit and redacted value apart.
func Search(ctx context.Context, d Detector, blobs iter.Seq2[Blob, error]) ([]Found, error) {
	if d == nil {
		return nil, document.Fail("AXLE3520", "there is no secret detector", "", nil)
	}
	var out []Found
	seen := map[string]bool{}
	for found, err := range inParallel(ctx, blobs, func(b Blob) ([]Found, error) { return scanBlob(ctx, d, b) }) {
		out = append(out, unseen(seen, found)...)
		if err != nil {
			return out, err
		}
	}
	return out, ctx.Err()
}

// Union adds to findings those of others that are not among them.
func Union(found, others []Found) []Found {
	seen := map[string]bool{}
	return append(unseen(seen, found), unseen(seen, others)...)
}

// unseen leaves out what another version of the same file has already given.
func unseen(seen map[string]bool, found []Found) []Found {
	var out []Found
	for _, f := range found {
		if !seen[f.Fingerprint] {
			out = append(out, f)
		}
	}
	for _, f := range found {
		seen[f.Fingerprint] = true
	}
	return out
}

// scanBlob judges content as it stands, and what is in it where it is an archive.
func scanBlob(ctx context.Context, d Detector, b Blob) ([]Found, error) {
	if b.Names != nil {
		return SearchNames(ctx, d, b.Names)
	}
	found, err := scanContent(ctx, d, b)
	if err != nil || b.Skipped != "" || len(b.Data) > MaxSize {
		return found, err
	}
	inside, err := scanMembers(ctx, d, b)
	known := map[string]bool{}
	for _, f := range inside {
		known[f.value] = f.value != ""
	}
	found = slices.DeleteFunc(found, func(f Found) bool { return known[f.value] }) // a member that is not packed
	return append(found, inside...), err
}

func scanContent(ctx context.Context, d Detector, b Blob) ([]Found, error) {
	var out []Found
	if ignoredFile[path.Base(b.Path)] {
		out = append(out, Found{Finding: ignored(b), Commit: b.Commit})
	}
	if b.Skipped != "" || b.Size > MaxSize || len(b.Data) > MaxSize {
		return append(out, Found{Finding: notScanned(b), Commit: b.Commit}), nil
	}
	found, err := scanText(ctx, d, b, unlined(b.Data))
	return append(out, found...), err
}

func scanText(ctx context.Context, d Detector, b Blob, t text) (out []Found, err error) {
	hits, err := detect(ctx, d, b.Path, t.data)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	t.lines = lineStarts(t.data)
	for _, h := range hits {
		p := t.place(h)
		if h.Generic && checksum(b.Path, p.text) || !t.binary && !b.counts(p.line, p.lastLine) {
			continue
		}
		value := string(t.data[h.Start:h.End])
		out = append(out, Found{finding(b, t, h, p), b.Commit, Mask(value), fingerprint(h.Rule, "", value)})
	}
	return out, nil
}

// detect gives the hits of our own rules and of d, one for each place.
func detect(ctx context.Context, d Detector, name string, data []byte) ([]Hit, error) {
	own, err := Rules().Detect(ctx, name, data)
	if err != nil {
		return nil, unjudged(name, err)
	}
	theirs, err := d.Detect(ctx, name, data)
	if err != nil {
		return nil, unjudged(name, err)
	}
	for _, h := range theirs {
		if h.Start < 0 || h.End < h.Start || h.End > len(data) {
			return nil, unjudged(name, errors.New("a detector gave a place outside of the content"))
		}
	}
	parts, err := inParts(ctx, d, name, data)
	if err != nil {
		return nil, unjudged(name, err)
	}
	return onePerPlace(append(append(own, theirs...), parts...)), nil
}

func unjudged(name string, cause error) error {
	if name == "" {
		name = "a commit message"
	}
	return document.Fail("AXLE3521", name+" could not be scanned for secrets", "what is not scanned does not pass; run it again", cause)
}

var goSum = regexp.MustCompile(`^\S+ v\S+ h1:[A-Za-z0-9+/]{43}=\r?$`)

// checksum is a line of go.sum, to the last character: what a rule guesses there is a hash. Named
// rules stay on, and any other line of the file is a line like any other.
func checksum(name, line string) bool { return path.Base(name) == "go.sum" && goSum.MatchString(line) }

// ignoredFile are the files by which gitleaks would be switched off from within the tree.
var ignoredFile = map[string]bool{".gitleaks.toml": true, "gitleaks.toml": true, ".gitleaksignore": true}

// allowMarks are comments that switch off other scanners.
var allowMarks = []string{"gitleaks:allow", "pragma: allowlist secret", "nosecret", "axle:allow"}

func allowMark(line string) string {
	for _, m := range allowMarks {
		if strings.Contains(line, m) {
			return m
		}
	}
	return ""
}
