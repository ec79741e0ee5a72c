// Package terraform reads Terraform's language and runs its binary: a configuration without
// running any of it, and the tests of a module.
package terraform

import (
	"io/fs"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/tf"
)

// Codes of what is wrong with a configuration.
const (
	codeNoFile   = "AXLE2484" // a folder without a configuration
	codeSyntax   = "AXLE2485" // it cannot be read, or says what cannot be
	codeProvider = "AXLE2486" // a provider that is not allowed, or not locked
	codeModule   = "AXLE2487" // a module from elsewhere
	codeRuns     = "AXLE2488" // it runs code, or asks the network
	codeBackend  = "AXLE2489" // it chooses where its state is kept
	codeState    = "AXLE2491" // a state lies among the sources
	CodeNoValue  = "AXLE2492" // a variable that nobody gave a value
	codeMany     = "AXLE2493" // more than a limit
	codeOverride = "AXLE2494" // warning: a file that replaces what others say
	codeLink     = "AXLE2495" // a symbolic link
	codeValue    = "AXLE2496" // a value that the variable does not take
)

// Load reads a configuration as Read does, and refuses what must not run, as Vet does.
func Load(files fs.FS, dir string, inputs map[string]string) (*tf.Configuration, document.Diagnostics) {
	s := newSource(files, dir)
	s.vet()
	c := s.read(inputs)
	return c, s.diagnostics()
}

// Read reads the root module in a folder and the local modules below it. Nothing is run: what only
// a provider knows is tf.Unknown. inputs are values of variables, in words or in Terraform's language;
// they win over *.tfvars. The Configuration is nil where the folder holds none that can be read.
func Read(files fs.FS, dir string, inputs map[string]string) (*tf.Configuration, document.Diagnostics) {
	s := newSource(files, dir)
	c := s.read(inputs)
	return c, s.diagnostics()
}

// Vet refuses what a configuration must not have: providers and modules from elsewhere, code that
// runs beside Terraform, a state, a backend, links. It looks at every file below the folder.
func Vet(files fs.FS, dir string) document.Diagnostics {
	s := newSource(files, dir)
	s.vet()
	return s.diagnostics()
}
