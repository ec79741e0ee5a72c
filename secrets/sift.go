package secrets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"path"
	"strings"
	"sync"

	"github.com/axle-cd/axle/document"
)

// Object is what a repository stores, without a place: a blob that may have many paths, the
// message of a commit or a tag.
type Object struct {
	ID    string
	Names []string // of a blob: one for each kind of name it is stored under (KindOfName)
	Data  []byte
	Size  int64
}

// Sift judges each object once and gives the ids of those that have a finding; clean is told of the others,
// by one goroutine. Where a finding stands is the matter of a Scan of those few.
func Sift(ctx context.Context, d Detector, objects iter.Seq2[Object, error], clean func(id string)) ([]string, error) {
	if d == nil {
		return nil, document.Fail("AXLE3520", "there is no secret detector", "", nil)
	}
	type verdict struct {
		id    string
		dirty bool
	}
	var dirty []string
	f := newFamiliar(d)
	for v, err := range inParallel(ctx, objects, func(o Object) (verdict, error) {
		found, err := o.dirty(ctx, d, f)
		return verdict{o.ID, found}, err
	}) {
		if err != nil {
			return dirty, err
		}
		if v.dirty {
			dirty = append(dirty, v.id)
		} else {
			clean(v.id)
		}
	}
	return dirty, ctx.Err()
}

func (o Object) dirty(ctx context.Context, d Detector, f *familiar) (bool, error) {
	names := o.Names
	if len(names) == 0 {
		names = []string{""}
	}
	for _, name := range names {
		if clean, err := f.free(ctx, name, o); clean || err != nil {
			if err != nil {
				return false, err
			}
			continue
		}
		found, err := scanBlob(ctx, d, Blob{Path: name, Data: o.Data, Size: o.Size})
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}

// Kinds are all the names that KindOfName gives.
func Kinds() []string { return kinds().list }

// KindOfName is the index in Kinds of a name that is judged as this one is: rules tell apart a few
// extensions and a few names, and no more.
func KindOfName(name string) int {
	k := kinds()
	lower := strings.ToLower(path.Base(name))
	if i, ok := k.at[lower]; ok {
		return i
	}
	if i, ok := k.at["x"+path.Ext(lower)]; ok {
		return i
	}
	return 0
}

type kindList struct {
	list []string
	at   map[string]int
}

var kinds = sync.OnceValue(func() kindList {
	k := kindList{at: map[string]int{}}
	add := func(name string) {
		if _, ok := k.at[name]; !ok {
			k.at[name] = len(k.list)
			k.list = append(k.list, name)
		}
	}
	add("x")
	for _, ext := range []string{".php", ".tf", ".hcl", ".yml", ".yaml", ".p12", ".pfx"} { // gitleaks' rules by path
		add("x" + ext)
	}
	for _, r := range all() {
		for _, ext := range r.Extensions {
			add("x" + ext)
		}
	}
	for ext := range leftApart {
		add("x" + ext)
	}
	add("nuget.config")
	add("go.sum")
	for name := range ignoredFile {
		add(name)
	}
	return k
})

// scanner changes with everything in this package that decides what is found and is no rule's data.
const scanner = "5"

// RulesDigest names our own rules and the scanner, so that a verdict is known to be of other ones.
func RulesDigest() string {
	h := sha256.New()
	fmt.Fprintln(h, scanner, MaxSize)
	for _, r := range all() {
		fmt.Fprintf(h, "%s %q %d %q %q %q\n", r.ID, r.Keywords, r.Reach, r.Extensions, r.Finds, r.Leaves)
	}
	return hex.EncodeToString(h.Sum(nil))
}
