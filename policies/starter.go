package policies

import "embed"

// starter holds the rules every repository is judged by, each beside its fixtures.
//
//go:embed starter/*.rego
var starter embed.FS

func starterModules() ([]module, error) {
	return read(isPolicy, Bundle{FS: starter, Dir: "starter"})
}
