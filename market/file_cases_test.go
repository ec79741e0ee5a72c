package market

import (
	"reflect"
	"testing"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/document/documenttest"
)

var loader = documenttest.Loader{
	Load:   documenttest.Of(Load, func(f *File) *document.Doc { return f.Doc }),
	File:   reflect.TypeFor[File](),
	Schema: Schema,
	Ours:   "testdata/good/spec.yaml",
	// names of other entries, and what stands twice
	Unsaid: []string{"follows-a-follower", "twice", "unknown-names"},
}

// MKF-1, MKF-2, MKF-3, X19; each case names its own.
func TestBadFiles(t *testing.T) { loader.BadFiles(t) }

// CLI-8
func TestGoodFiles(t *testing.T)         { loader.GoodFiles(t) }
func TestSchemaRefuses(t *testing.T)     { loader.SchemaRefuses(t) }
func TestSchemaHasEveryKey(t *testing.T) { loader.SchemaHasEveryKey(t) }

func FuzzLoad(f *testing.F) { loader.Fuzz(f) }
