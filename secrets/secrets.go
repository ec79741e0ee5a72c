// Package secrets is what a secret is and how one is hidden again: rules with their true
// and false positives, the scan of bytes, and redaction. It never stores or prints a value.
package secrets

import (
	"context"
	"iter"
)

// MaxSize is the largest content that is read; what is larger is a finding of its own.
const MaxSize = 5 << 20

// Hit is a place that holds a secret, without its value.
type Hit struct {
	Rule, Title, Fix string
	Start, End       int    // byte offsets of the secret; both 0 when the file itself is the secret
	Decoded          string // how it was encoded: base64, hex, percent; Start and End are of the encoded text
	Generic          bool   // the rule only guesses: a named rule's hit at the same place stands instead
}

// Detector finds secrets in the content of a file. path is only a name: nothing is read from it.
// It is safe for concurrent use, and an error means that the content was not judged.
type Detector interface {
	Detect(ctx context.Context, path string, data []byte) ([]Hit, error)
}

// Blob is content to scan.
type Blob struct {
	Path   string // in the tree; empty for the message of Commit or Tag
	Commit string // that brought it; empty for what is staged
	Tag    string // the tag whose message this is
	ID     string // of the object, where it is one
	Data   []byte
	Size   int64
	// Skipped says why there is no Data. A blob that is not scanned is a finding that blocks.
	Skipped string
	// Lines are what counts of Data: nil is all of it, empty is none of it.
	Lines []LineRange
	// Headers is how much of a message is the object's headers: who made it, a signature.
	Headers int
	// Names are file names and refs (refs/…) that a change brings. A blob of names has nothing else.
	Names []string
}

// LineRange is From up to and with To, counted from 1.
type LineRange struct{ From, To int }

// Blobs makes a source of blobs that are at hand.
func Blobs(blobs ...Blob) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for _, b := range blobs {
			if !yield(b, nil) {
				return
			}
		}
	}
}

// name is the path, or whose message it is.
func (b Blob) name() string {
	switch {
	case b.Path != "":
		return b.Path
	case b.Tag != "":
		return "the message of tag " + b.Tag
	case b.Commit != "":
		return "the message of " + b.Commit
	}
	return ""
}

func (b Blob) counts(from, to int) bool {
	if b.Lines == nil {
		return true
	}
	for _, l := range b.Lines {
		if from <= l.To && to >= l.From {
			return true
		}
	}
	return false
}
