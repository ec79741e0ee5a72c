package policies

import (
	"embed"
	"sync"
)

// starter holds the rules every repository is judged by, each beside its fixtures.
//
//go:embed starter/*.rego
var starter embed.FS

// starterModules are read once a process; nobody changes them.
var starterModules = sync.OnceValues(func() ([]module, error) {
	return read(isPolicy, Bundle{FS: starter, Dir: "starter"})
})
