package stages

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

// library is what the repository says of roles: the products' templates, and the files that
// pipeline.yaml names.
type library struct {
	products []launched
	papers   []paper
}

// launched is a product and the template it is launched from.
type launched struct {
	*products.File
	paper
}

type paper struct {
	file string
	data []byte
}

func (c *commit) library(in pipeline.Input) (library, error) {
	own := launched{c.product, paper{path.Join(c.dir, c.product.Template), c.bytes}}
	l := library{products: []launched{own}, papers: []paper{own.paper}}
	for _, glob := range in.Products {
		files, err := fs.Glob(c.tree, path.Clean(glob))
		if err != nil {
			return l, err
		}
		for _, file := range files {
			if file != in.Product {
				l.product(c.tree, file)
			}
		}
	}
	if p := in.Settings.Policy; p != nil && p.LaunchRoles != nil {
		for _, name := range p.LaunchRoles.Paths {
			if err := l.written(c.tree, name); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

// product adds another product. What is wrong with its files is its own run's to say.
func (l *library) product(tree fs.FS, file string) {
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return
	}
	p, _ := products.Load(file, data)
	if p == nil || p.Template == "" {
		return
	}
	name := path.Join(path.Dir(file), p.Template)
	if data, err = fs.ReadFile(tree, name); err == nil {
		l.products = append(l.products, launched{p, paper{name, data}})
		l.papers = append(l.papers, paper{name, data})
	}
}

// written adds a file, or every policy and template below a folder; where there is none, the name is wrong.
func (l *library) written(tree fs.FS, name string) error {
	wrong := func(err error) error {
		return document.Fail("AXLE2440", "what stages.alpha.policy.launch_roles.paths names cannot be read: "+name, "name files and folders of the repository that hold *.json or *.yaml", err)
	}
	before := len(l.papers)
	err := fs.WalkDir(tree, path.Clean(name), func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return wrong(err)
		}
		if e.IsDir() || e.Type().IsRegular() && !slices.Contains([]string{".json", ".yaml", ".yml"}, path.Ext(file)) {
			return nil
		}
		data, err := fs.ReadFile(tree, file) // of a link, the tree says that it is one
		l.papers = append(l.papers, paper{file, data})
		return err
	})
	if err == nil && len(l.papers) == before {
		err = wrong(nil)
	}
	return err
}

// roles are all that is written of a role: where a template declares it under that name, or a
// policy is called so. What names the role and cannot be read is an error.
func (l library) roles(name string) ([]*policies.Role, error) {
	var all []*policies.Role
	for _, p := range l.papers {
		called := strings.TrimSuffix(path.Base(p.file), path.Ext(p.file)) == name
		if !called && !bytes.Contains(p.data, []byte(name)) {
			continue
		}
		doc, ds := document.Parse(p.file, p.data, document.Templates)
		if doc == nil {
			return nil, ds
		}
		if doc.Root.Get("Resources") == nil {
			if !called {
				continue
			}
			r, err := policies.ReadPolicy(p.file, p.data)
			if err != nil {
				return nil, err
			}
			r.Name = name
			all = append(all, r)
			continue
		}
		t, ds := cfn.Parse(p.file, p.data)
		if t == nil {
			return nil, ds
		}
		all = append(all, policies.Declared(t, name)...)
	}
	return all, nil
}

// needs are what others need that are launched by the role.
func (l library) needs(role string) (all []policies.Policy) {
	for _, p := range l.products[1:] {
		if !slices.Contains(launchRoles(p.File), role) {
			continue
		}
		if t, _ := cfn.Parse(p.file, p.data); t != nil {
			needed, _ := policies.LaunchRole(t, topics(p.File, role)...)
			all = append(all, needed)
		}
	}
	return all
}

// launchRoles are the roles that a product is launched by, each once.
func launchRoles(p *products.File) []string {
	var names []string
	for _, placed := range p.Portfolios {
		if l := placed.Constraints.Launch; l != nil {
			names = append(names, l.LocalRoleName)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// topics are told of the stacks that the role launches.
func topics(p *products.File, role string) []string {
	var all []string
	for _, placed := range p.Portfolios {
		if l := placed.Constraints.Launch; l != nil && l.LocalRoleName == role {
			all = append(all, placed.Constraints.Notification...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// judgeLaunchRoles compares the roles that the product is launched by with what its template needs (F15).
func judgeLaunchRoles(in pipeline.Input, c *commit, l library) (judgement, error) {
	j := judgement{engine: pipeline.Engine{Name: "launch roles"}, report: policies.ReportOf(policies.RoleRules(), nil)}
	names := launchRoles(c.product)
	if len(names) == 0 {
		j.skip("the product names none: it is launched with the rights of who launches it")
		return j, nil
	}
	var notes []string
	unknown := false
	for _, name := range names {
		roles, err := l.roles(name)
		if err != nil {
			return j, err
		}
		if len(roles) == 0 {
			notes, unknown = append(notes, name+": its policy is not in the repository"), true
			continue
		}
		needed, open := policies.LaunchRole(c.template, topics(c.product, name)...)
		j.report = j.report.And(policies.ReportOf(nil, policies.Unknown(c.template, open)))
		for _, r := range roles {
			j.report = j.report.And(policies.Compare(r, needed, l.needs(name)...))
			notes = append(notes, fmt.Sprintf("%s as %s has it", name, r.File))
		}
	}
	j.engine.Note = strings.Join(notes, "; ")
	if p := in.Settings.Policy; unknown && p != nil && p.LaunchRoles != nil && p.LaunchRoles.Required {
		j.demanded("AXLE2441", j.engine.Note, "write the role down: in a product's template, or under stages.alpha.policy.launch_roles.paths")
	} else if unknown {
		j.skip(j.engine.Note)
	}
	return j, nil
}

// judgeUsers compares the roles that the portfolios admit with what an end user needs, where the
// repository has them (F15).
func judgeUsers(c *commit, l library) (judgement, error) {
	j := judgement{engine: pipeline.Engine{Name: "end users"}, report: policies.ReportOf(policies.UserRules(), nil)}
	var notes []string
	judged := false
	audience := c.audience()
	if len(audience) == 0 {
		j.skip("the product's portfolios admit nobody")
		return j, nil
	}
	for _, arn := range audience {
		name := arn[strings.LastIndex(arn, "/")+1:]
		roles, err := l.roles(name)
		if err != nil {
			return j, err
		}
		if len(roles) == 0 || !strings.Contains(arn, ":role/") {
			notes = append(notes, arn+": its policy is not in the repository")
			continue
		}
		judged = true
		for _, r := range roles {
			j.report = j.report.And(policies.CompareUser(r))
			notes = append(notes, fmt.Sprintf("%s as %s has it", arn, r.File))
		}
	}
	if j.engine.Note = strings.Join(notes, "; "); !judged {
		j.skip(j.engine.Note)
	}
	return j, nil
}

// audience are the principals of the product's portfolios, each once.
func (c *commit) audience() []string {
	var all []string
	if c.catalog == nil {
		return nil
	}
	for key := range c.product.Portfolios {
		for _, p := range c.catalog.Portfolios[key].Principals {
			all = append(all, p.ARN)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
