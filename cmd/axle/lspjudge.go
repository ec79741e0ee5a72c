package main

import (
	"context"
	"errors"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/axle-cd/axle/adapters/gitleaks"
	"github.com/axle-cd/axle/adapters/lsp"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/secrets"
	"github.com/axle-cd/axle/stages"
)

// editor judges what an editor has open: by what axle check, axle policy test, axle secrets scan
// and alpha's lint and unit tests judge with.
type editor struct {
	app   *app
	key   string // of the rules compiled last
	rules *policies.Rules
	links map[string]string // where each is explained
}

// judge implements lsp.Judge.
func (e *editor) judge(ctx context.Context, uri string, open map[string][]byte) ([]lsp.Diagnostic, error) {
	data := open[uri]
	var found []lsp.Diagnostic
	var unknown error
	name, ok := fileOf(uri)
	if ok {
		var o *opened
		if o, unknown = e.opened(ctx, name, data, open); unknown == nil {
			e.judgeFile(ctx, o)
			found, name = e.shown(o), o.rel
		}
	}
	hidden, err := e.secrets(ctx, name, data)
	return append(found, hidden...), errors.Join(unknown, err)
}

// opened is a file that is judged, and what is wrong with it so far.
type opened struct {
	folder
	rel   string // its path below the folder
	data  []byte
	found []pipeline.Finding
}

// fileOf is the file that a URI names. A text without a file has its last name only.
func fileOf(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || !strings.HasPrefix(u.Path, "/") {
		return path.Base(uri), false
	}
	return filepath.Clean(filepath.FromSlash(u.Path)), true
}

// opened finds the pipeline that a file belongs to, as axle would in the file's folder.
func (e *editor) opened(ctx context.Context, file string, data []byte, open map[string][]byte) (*opened, error) {
	there := app{streams: e.app.streams, globals: e.app.globals, ctx: e.app.ctx, env: e.app.env}
	there.chdir = filepath.Dir(file)
	name, err := there.discover(ctx)
	there.close()
	p := folder{dir: filepath.Dir(file)}
	if document.CodeOf(err) != codeNoPipeline {
		if err == nil {
			name, err = filepath.Abs(name)
		}
		if err != nil {
			return nil, err
		}
		p = around(name)
	}
	p.name, p.open = "", map[string][]byte{}
	for uri, text := range open {
		if other, ok := fileOf(uri); ok {
			if rel, err := filepath.Rel(p.dir, other); err == nil && filepath.IsLocal(rel) {
				p.open[filepath.ToSlash(rel)] = text
			}
		}
	}
	rel, err := filepath.Rel(p.dir, file)
	return &opened{folder: p, rel: filepath.ToSlash(rel), data: data}, err
}

// judgeFile judges a file as what it is.
func (e *editor) judgeFile(ctx context.Context, o *opened) {
	own, product := o.checked()
	base := path.Base(o.rel)
	switch {
	case own:
	case base == stages.ExceptionsFile:
		o.takeErr(e.exceptions(ctx, o))
	case path.Ext(base) == ".rego" && (product == "" || o.bundled()):
		o.takeErr(e.rego(ctx, o))
		return
	case templateName(base) && namesResources(o.data):
		o.takeErr(e.template(ctx, o))
	case path.Ext(base) == ".tf":
		o.takeErr(e.source(ctx, o))
	case path.Ext(base) == ".feature" && product == "":
		_, err := o.bundlesOf() // whose feature it is, a broken pipeline file cannot say
		o.takeErr(err)
	}
	if product != "" {
		o.takeErr(e.alpha(ctx, o, product))
	}
}

// take keeps what is said of this file.
func (o *opened) take(found ...pipeline.Finding) (taken int) {
	for _, f := range found {
		if f.File == o.rel {
			o.found = append(o.found, f)
			taken++
		}
	}
	return taken
}

// takeErr keeps why the file could not be judged. What is wrong elsewhere stands at its beginning.
func (o *opened) takeErr(err error) {
	if err == nil {
		return
	}
	all := pipeline.FindingsOf(err)
	if o.take(all...) > 0 {
		return
	}
	f := all[0]
	f.Summary = "not judged: " + strings.TrimPrefix(f.Diagnostic.String(), string(f.Severity)+" "+f.Code+": ")
	f.File, f.Line, f.Col, f.Path, f.Source = o.rel, 1, 1, "", ""
	o.found = append(o.found, f)
}

// shown are a file's findings, each once, as they may be seen.
func (e *editor) shown(o *opened) []lsp.Diagnostic {
	var all []lsp.Diagnostic
	for _, f := range o.found {
		d := lsp.Diagnostic{Diagnostic: e.app.concealed(f.Diagnostic), Rule: f.Rule, Link: e.links[f.Rule], Newlines: path.Ext(o.rel) == ".rego"}
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// secrets does as axle secrets scan.
func (e *editor) secrets(ctx context.Context, name string, data []byte) ([]lsp.Diagnostic, error) {
	detector, err := gitleaks.New()
	if err != nil {
		return nil, err
	}
	found, err := secrets.Search(ctx, detector, secrets.Blobs(secrets.Blob{Path: name, Data: data, Size: int64(len(data))}))
	all := make([]lsp.Diagnostic, len(found))
	for i, f := range found {
		all[i] = lsp.Diagnostic{Diagnostic: f.Diagnostic, Rule: f.Rule, Newlines: true}
	}
	return all, err
}
