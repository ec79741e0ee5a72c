package terraform

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/axle-cd/axle/products/tf"
)

const (
	lockName = ".terraform.lock.hcl"
	registry = "registry.terraform.io/"
	builtin  = "terraform.io/builtin/terraform"
)

// address is a provider's source as the lock file has it.
func address(source string) string {
	if strings.Count(source, "/") == 1 {
		return registry + source
	}
	return source
}

// allowed are the providers of HashiCorp and those that Terraform has in itself.
func allowed(address string) bool {
	return address == builtin || strings.HasPrefix(address, registry+"hashicorp/")
}

// lock reads which providers are locked, each with its hashes. Without a file none is.
func (s *source) lock() (locked map[string]bool, there bool) {
	entries, err := fs.ReadDir(s.files, s.dir)
	if err != nil {
		return nil, false
	}
	i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == lockName })
	if i < 0 {
		return nil, false
	}
	name := path.Join(s.dir, lockName)
	data, ok := s.bytes(name, entries[i])
	if !ok {
		return nil, true
	}
	top, ds := nativeFile(name, data, &s.budget)
	s.hcl(ds)
	if ds.HasErrors() {
		return nil, true
	}
	locked = map[string]bool{}
	for _, b := range top.of("provider") {
		hashes, ok := b.args["hashes"]
		if ok {
			v, ds := hashes.expr.Value(nil)
			ok = !ds.HasErrors() && !v.IsNull() && v.CanIterateElements() && v.LengthInt() > 0
		}
		if !ok {
			s.fail(b.place, codeProvider, "provider "+b.named(0)+" has no hashes in "+lockName, "run terraform providers lock, and commit the file")
		}
		locked[b.named(0)] = true
	}
	return locked, true
}

// vetProviders holds every provider that a module uses to the allow-list and to the lock (B090).
func (s *source) vetProviders(blocks []*block, locked map[string]bool, lockFile bool) {
	used := s.providers(blocks)
	for _, local := range slices.Sorted(maps.Keys(used)) {
		p := used[local]
		at := address(p.Source)
		switch {
		case !allowed(at):
			s.fail(p.Place, codeProvider, "provider "+p.Source+" is not allowed", "only hashicorp/* are")
		case at != builtin && !locked[at]:
			hint := "run terraform providers lock, and commit the file"
			if lockFile {
				hint = "run terraform init, and commit the file"
			}
			s.fail(p.Place, codeProvider, "provider "+p.Source+" is not in "+lockName, hint)
		}
	}
}

// providers are those that a module names, and those that its resources imply, by local name.
func (s *source) providers(blocks []*block) map[string]tf.Provider {
	required, _ := s.required(blocks)
	used := map[string]tf.Provider{}
	add := func(name string, at tf.Place) {
		if _, ok := used[name]; ok || name == "" {
			return
		}
		p := tf.Provider{Name: name, Source: "hashicorp/" + name, Place: at}
		if name == "terraform" {
			p.Source = builtin
		}
		used[name] = p
	}
	for _, p := range required {
		used[p.Name] = p
	}
	for _, b := range blocks {
		switch b.kind {
		case "resource", "data", "ephemeral":
			add(providerName(b), b.place)
		case "provider", "mock_provider":
			add(b.named(0), b.place)
		case "check":
			for _, d := range b.of("data") {
				add(providerName(d), d.place)
			}
		}
	}
	return used
}

// providerName is the local name of a resource's provider: as it says, else what its type begins with.
func providerName(b *block) string {
	if a, ok := b.args["provider"]; ok {
		if vars := a.expr.Variables(); len(vars) > 0 {
			return vars[0].RootName()
		}
		if v, ds := a.expr.Value(nil); !ds.HasErrors() && !v.IsNull() && v.Type() == cty.String {
			name, _, _ := strings.Cut(v.AsString(), ".")
			return name
		}
	}
	name, _, _ := strings.Cut(b.named(0), "_")
	return name
}
