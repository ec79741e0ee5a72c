package market

import (
	_ "embed"
	"time"

	"github.com/axle-cd/axle/document"
)

// Schema is the JSON Schema of marketplace.yaml.
//
//go:embed marketplace.schema.json
var Schema []byte

// Load reads marketplace.yaml, judges it by every rule that needs no other file, and fills in
// the defaults. The File is nil when there was nothing to read; beside errors it is good for
// finding more of them only.
func Load(file string, data []byte) (*File, document.Diagnostics) {
	doc, ds := document.Parse(file, data, document.Files)
	if doc == nil {
		return nil, ds
	}
	f := &File{Doc: doc}
	ds = append(doc.Decode(f), f.check()...)
	f.defaults()
	ds.Sort()
	return f, ds
}

func (f *File) defaults() {
	or(&f.Sync.Every, document.Duration(time.Hour))
	or(&f.Sync.Concurrency, 4)
	or(&f.Sync.Budget, document.Duration(30*time.Minute))
	for i := range f.Experiences {
		e := &f.Experiences[i]
		if e.Follows == "" {
			or(&e.ProductsFrom, "file")
		} else {
			or(&e.Mode, "enforce")
		}
		few(&e.Guard.MaxDeny, 5)
		few(&e.Guard.MaxDenyPercent, 10)
		few(&e.Guard.MaxAllow, 500)
	}
	if l := f.Licences; l != nil {
		or(&l.Tag, "marketplace-licence")
		or(&l.Untagged, "revoke")
		or(&l.Accept, "auto")
		or(&l.OnConflict, "skip")
		or(&l.Every, document.Duration(15*time.Minute))
		or(&l.Concurrency, 5)
		if !f.written("licences", "revoke_after") {
			l.RevokeAfter = document.Duration(72 * time.Hour)
		}
		few(&l.Guard.MaxRevoke, 5)
		few(&l.Guard.MaxRevokePercent, 10)
	}
}

// written says whether a key stands in the file.
func (f *File) written(path ...string) bool {
	last := len(path) - 1
	return f.Doc.At(path[:last]...).Key(path[last]) != nil
}

// or fills in what was left out.
func or[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// few fills in a number of which zero means none.
func few(v **int, value int) {
	if *v == nil {
		*v = &value
	}
}

// Organization gives an organization by its name, or nil.
func (f *File) Organization(name string) *Organization {
	for i := range f.Organizations {
		if f.Organizations[i].Name == name {
			return &f.Organizations[i]
		}
	}
	return nil
}

// Entry gives an entry of experiences by its name, or nil.
func (f *File) Entry(name string) *Entry {
	for i := range f.Experiences {
		if f.Experiences[i].Name == name {
			return &f.Experiences[i]
		}
	}
	return nil
}

// Applies says whether a line with that date still holds: to the end of its day, UTC. A date
// that cannot be read was refused by Load.
func Applies(expires string, now time.Time) bool {
	day, err := time.Parse(time.DateOnly, expires)
	return expires == "" || err == nil && now.UTC().Before(day.AddDate(0, 0, 1))
}
