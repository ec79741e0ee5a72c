package terraform

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/products/tf"
)

// vet looks at every file below the folder: a test may call a module that the configuration does not.
func (s *source) vet() {
	var folders = map[string][]*block{}
	err := fs.WalkDir(s.files, s.dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Type()&fs.ModeSymlink != 0:
			s.link(name)
		case e.IsDir():
		case isState(e.Name()):
			s.fail(tf.Place{File: name}, codeState, e.Name()+" contains secrets; purge it and rotate", "axle secrets purge takes it out of the history; state lies where Terraform keeps it")
		case isConfiguration(e.Name()) || isTest(e.Name()):
			blocks, _ := s.file(name, e)
			folders[path.Dir(name)] = append(folders[path.Dir(name)], blocks...)
		}
		return nil
	})
	if err != nil {
		s.fail(tf.Place{File: s.dir}, codeNoFile, "folder "+s.dir+" cannot be read whole", "")
	}
	locked, lockFile := s.lock()
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		for _, b := range folders[dir] {
			s.vetBlock(b)
		}
		s.vetProviders(folders[dir], locked, lockFile)
	}
}

func isState(name string) bool {
	return strings.HasSuffix(name, ".tfstate") || strings.Contains(name, ".tfstate.") || name == ".terraform.tfstate.lock.info"
}

func isTest(name string) bool {
	return (strings.HasSuffix(name, ".tftest.hcl") || strings.HasSuffix(name, ".tftest.json")) && !ignored(name)
}

// runners are what runs code, or asks the network, while Terraform plans (B093, T10).
var runners = map[string]string{
	"data external": "runs code", "data http": "asks the network", "data local_command": "runs code", "action local_command": "runs code",
	"provisioner local-exec": "runs code", "provisioner remote-exec": "runs code", "provisioner file": "copies files to machines",
	"provisioner chef": "runs code", "provisioner habitat": "runs code", "provisioner puppet": "runs code", "provisioner salt-masterless": "runs code",
}

// vetBlock refuses, wherever it stands, what must not run.
func (s *source) vetBlock(b *block) {
	what := b.kind + " " + b.named(0)
	if does := runners[what]; does != "" {
		s.fail(b.place, codeRuns, fmt.Sprintf("%s %q %s; denied", b.kind, b.named(0), does), "give the value as a variable, or do it after the launch")
	} else if b.kind == "provisioner" {
		s.fail(b.place, codeRuns, fmt.Sprintf("provisioner %q is not known; denied", b.named(0)), "do it after the launch")
	}
	switch b.kind {
	case "terraform":
		for _, n := range slices.Concat(b.of("backend"), b.of("cloud")) {
			s.fail(n.place, codeBackend, strings.TrimSpace(n.kind+" "+n.named(0))+": backend is set by axle; remove the block", "where the state lies is not the product's to say")
		}
	case "module":
		s.vetModule(b)
	}
	for _, n := range b.blocks {
		s.vetBlock(n)
	}
}

// vetModule allows folders of the source alone. What lies in a registry, however pinned, is not
// read, and what is not read does not pass.
func (s *source) vetModule(b *block) {
	a, has := b.args["source"]
	if !has && b.named(0) == "" && len(b.args) == 0 {
		return
	}
	at := b.place
	if has {
		at = a.place
	}
	if source, ok := local(b); !ok {
		s.foreign(at, source)
	}
}
