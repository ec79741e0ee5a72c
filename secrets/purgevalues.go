package secrets

import (
	"context"
	"iter"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
)

// minFound is the length of the shortest value that is purged because a rule has found it. A rule
// may take a word for a password, and a word is not replaced wherever it occurs.
const minFound = 8

// Leaks are findings with their values, which are kept in memory and shown nowhere.
type Leaks struct {
	Findings []pipeline.Finding // whose values a purge takes out
	Left     []pipeline.Finding // that a purge by value leaves: too short, in an archive, or not read
	values   []string
}

// FindLeaks scans blobs and file names as Search and SearchNames do, and keeps the values of the
// findings that are wanted.
func FindLeaks(ctx context.Context, d Detector, blobs iter.Seq2[Blob, error], names []string, wanted func(pipeline.Finding) bool) (Leaks, error) {
	if d == nil {
		return Leaks{}, document.Fail("AXLE3520", "there is no secret detector", "", nil)
	}
	var all Leaks
	seen := map[string]bool{}
	for b, err := range blobs {
		if err != nil {
			return Leaks{}, err
		}
		if err := all.add(ctx, d, b, seen, wanted); err != nil {
			return Leaks{}, err
		}
	}
	if err := all.addNames(ctx, d, names, seen, wanted); err != nil {
		return Leaks{}, err
	}
	return all, ctx.Err()
}

// addNames judges file names: all at once, and where something is found, each alone.
func (l *Leaks) addNames(ctx context.Context, d Detector, names []string, seen map[string]bool, wanted func(pipeline.Finding) bool) error {
	if found, err := SearchNames(ctx, d, names); err != nil || len(found) == 0 {
		return err
	}
	for _, name := range names {
		found, err := namesOf(ctx, d, []string{name})
		if err != nil {
			return err
		}
		hits, err := detect(ctx, d, "", []byte(name))
		if err != nil {
			return err
		}
		for i, h := range certain(hits)[:len(found)] {
			l.note(found[i].Finding, asIs([]byte(name), []byte(name)[h.Start:h.End]), seen, wanted)
		}
	}
	return nil
}

// certain are the hits that do not guess.
func certain(hits []Hit) (out []Hit) {
	for _, h := range hits {
		if !h.Generic {
			out = append(out, h)
		}
	}
	return out
}

func (l *Leaks) add(ctx context.Context, d Detector, b Blob, seen map[string]bool, wanted func(pipeline.Finding) bool) error {
	if b.Skipped != "" || b.Size > MaxSize || len(b.Data) > MaxSize {
		l.note(notScanned(b), "", seen, wanted)
		return nil
	}
	t := read(b.Data)
	hits, err := detect(ctx, d, b.Path, t.data)
	if err != nil {
		return err
	}
	archive := packed(b.Data) != nil
	for _, h := range hits {
		p := t.place(h)
		if h.Generic && checksum(b.Path, p.text) {
			continue
		}
		value := ""
		if !archive { // of another length it would be broken
			value = asIs(b.Data, t.data[h.Start:h.End])
		}
		l.note(finding(b, t, h, p), value, seen, wanted)
	}
	inside, err := scanMembers(ctx, d, b)
	for _, f := range inside {
		l.note(f.Finding, "", seen, wanted)
	}
	return err
}

// asIs is a value as the bytes of the file hold it, or nothing: characters of no width may stand
// in between.
func asIs(data, value []byte) string {
	if p, err := NewPurge(string(value)); err != nil || !p.Holds(data) {
		return ""
	}
	return string(value)
}

func (l *Leaks) note(f pipeline.Finding, value string, seen map[string]bool, wanted func(pipeline.Finding) bool) {
	if seen[f.Fingerprint] || !wanted(f) {
		return
	}
	seen[f.Fingerprint] = true
	if len(value) < minFound {
		l.Left = append(l.Left, f)
		return
	}
	l.Findings = append(l.Findings, f)
	l.values = append(l.values, value)
}

// Only keeps those that are among some findings.
func (l Leaks) Only(these []pipeline.Finding) Leaks {
	among := map[string]bool{}
	for _, f := range these {
		among[f.Fingerprint] = true
	}
	var out Leaks
	for i, f := range l.Findings {
		if among[f.Fingerprint] {
			out.Findings, out.values = append(out.Findings, f), append(out.values, l.values[i])
		}
	}
	for _, f := range l.Left {
		if among[f.Fingerprint] {
			out.Left = append(out.Left, f)
		}
	}
	return out
}

// Purge is the purge of the values found, and of these.
func (l Leaks) Purge(values ...string) (Purge, error) {
	return NewPurge(append(values, l.values...)...)
}
