package catalog

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
	Ours:   "../catalog.yaml",
	// repeated and absent names, cycles, which regions there are
	Unsaid: []string{"B017-cycle", "B025-region", "enforced-untagged", "patterns"},
}

// B001–B043, B193–B195, B211, CLI-1…CLI-24, CAT-1; each case names its own.
func TestBadFiles(t *testing.T) { loader.BadFiles(t) }

// CLI-7, CLI-8
func TestGoodFiles(t *testing.T) { loader.GoodFiles(t) }

// CLI-8
func TestSchemaRefuses(t *testing.T)     { loader.SchemaRefuses(t) }
func TestSchemaHasEveryKey(t *testing.T) { loader.SchemaHasEveryKey(t) }

func FuzzLoad(f *testing.F) { loader.Fuzz(f) }
