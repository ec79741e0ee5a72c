// Package gitleaks gives gitleaks' default rules as a secrets.Detector. It takes the rules and
// the decoders of the library, and decides itself where they apply: no path, commit or comment
// switches a rule off, and no value leaves the package.
package gitleaks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/zricethezav/gitleaks/v8/detect/codec"
	"github.com/zricethezav/gitleaks/v8/logging"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/secrets"
)

// decodeDepth is how often encoded text is decoded and looked at again.
const decodeDepth = 2

// New gives the detector. It is made at the first call, once in a process; what a rule needs is made
// ready where one of its keywords is first seen.
func New() (secrets.Detector, error) {
	if len(rows) == 0 {
		return nil, document.Fail("AXLE3520", "the secret rules could not be loaded", "nothing is scanned; report this with the version of axle", nil)
	}
	return load(), nil
}

// Digest names the rules.
func Digest() string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%#v %#v", rows, globalRows)))
	return hex.EncodeToString(sum[:])
}

var load = sync.OnceValue(func() *ruleSet {
	logging.Logger = logging.Logger.Output(io.Discard) // its lines hold secrets
	return newRuleSet(rows, globalRows)
})

// Detect implements secrets.Detector.
func (s *ruleSet) Detect(ctx context.Context, path string, data []byte) ([]secrets.Hit, error) {
	if len(data) > secrets.MaxSize {
		return nil, fmt.Errorf("%d bytes are more than the %d that are read", len(data), secrets.MaxSize)
	}
	raw := string(data)
	hits, err := s.pass(ctx, path, raw, nil)
	for _, part := range encodedParts(raw) {
		if err != nil {
			break
		}
		text := raw[part.start:part.end]
		k := s.memo.key("decoded "+path, text)
		if _, clean := s.memo.known(k); clean {
			continue
		}
		var found []secrets.Hit
		if found, err = s.decoded(ctx, path, text); err == nil && len(found) == 0 {
			s.memo.remember(k, nil)
		}
		for _, h := range found {
			h.Start, h.End = h.Start+part.start, h.End+part.start
			hits = append(hits, h)
		}
	}
	return hits, err
}

// decoded gives what is found in raw only once it is decoded.
func (s *ruleSet) decoded(ctx context.Context, path, raw string) (hits []secrets.Hit, err error) {
	var segments []*codec.EncodedSegment
	decoder := codec.NewDecoder()
	for range decodeDepth {
		if raw, segments = decoder.Decode(raw, segments); len(segments) == 0 {
			return hits, nil
		}
		found, err := s.pass(ctx, path, raw, segments)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	return hits, nil
}

// pass tries every rule one of whose keywords occurs in raw. After the first pass raw is decoded
// text, and only what touches a decoded segment is new; its place is that of the encoded text.
func (s *ruleSet) pass(ctx context.Context, path, raw string, segments []*codec.EncodedSegment) ([]secrets.Hit, error) {
	var hits []secrets.Hit
	windows := s.windows(raw)
	for i := range s.rules {
		r, within := &s.rules[i], windows[i]
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(within) == 0 || r.path != nil && !r.path().MatchString(path) {
			continue
		}
		if r.expr == nil {
			if len(segments) == 0 {
				hits = append(hits, r.hit(0, 0))
			}
			continue
		}
		for _, w := range within {
			for _, m := range s.matches(r, raw, w) {
				if h, ok := r.placed(m, segments); ok {
					hits = append(hits, h)
				}
			}
		}
	}
	return hits, nil
}

// leastMemo is the least text that is cheaper to know again than to read again.
const leastMemo = 64

// matches are those of a rule in a window, unless it is known what the same text has. A rule that
// asks about the line round a match is asked again when that line is another.
func (s *ruleSet) matches(r *rule, raw string, w span) []match {
	if w.end-w.start < leastMemo {
		return r.matches(raw, w, s.allowed)
	}
	about := w
	if r.asksLine {
		about = span{strings.LastIndexByte(raw[:w.start], '\n') + 1, lineEnd(raw, w.end)}
	}
	k := s.memo.key(r.id, raw[about.start:about.end])
	k[0] ^= uint64(w.start-about.start)<<32 | uint64(about.end-w.end)
	found, known := s.memo.known(k)
	if !known {
		found = moved(r.matches(raw, w, s.allowed), -about.start)
		s.memo.remember(k, found)
	}
	return moved(found, about.start)
}

func moved(found []match, by int) []match {
	out := slices.Clone(found)
	for i, m := range out {
		out[i] = match{m.start + by, m.end + by, m.from + by, m.to + by}
	}
	return out
}
