package policies

import (
	"context"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/products/tf"
)

// JudgeTerraform asks the rules of namespace terraform about a configuration's normal form. As with
// Judge, an error is never a pass, and what cannot be known before apply is a finding that says so.
func (r *Rules) JudgeTerraform(ctx context.Context, c *tf.Configuration) (Report, error) {
	said, err := r.ask(ctx, Terraform, c.Normal())
	if err != nil {
		return Report{}, err
	}
	byAddress := make(map[string]*tf.Resource, len(c.Resources))
	for i := range c.Resources {
		byAddress[c.Resources[i].Address] = &c.Resources[i]
	}
	all := make([]pipeline.Finding, len(said))
	for i, s := range said {
		all[i] = s.terraformFinding(c, byAddress[s.resource])
	}
	report := r.report(Terraform, c.Dir)
	report.folder = true
	return report.with(all), nil
}

// terraformFinding is what was said of a resource, at the argument or the block above it. Its path
// begins with the address, as people write it: aws_s3_bucket.logs.acl.
func (s said) terraformFinding(c *tf.Configuration, r *tf.Resource) pipeline.Finding {
	path := s.path
	if s.resource != "" && len(path) > 0 && path[0] == "Properties" {
		path = path[1:]
	}
	at := placeIn(c, r, path)
	if s.resource != "" {
		path = append([]string{s.resource}, path...)
	}
	return pipeline.Finding{
		Diagnostic: document.Diagnostic{
			File: at.File, Line: at.Line, Col: at.Col, Severity: s.severity, Code: s.code,
			Summary: s.message, Path: strings.Join(path, "."), Hint: s.fix,
		},
		Rule: s.id, Resource: s.resource, Fingerprint: fingerprint(append([]string{s.id, c.Dir}, path...)...),
	}
}

// placeIn is where the deepest argument of a path stands: else the resource's block, else the configuration. A
// variable's or an output's place is that of its block.
func placeIn(c *tf.Configuration, r *tf.Resource, path []string) tf.Place {
	if r == nil {
		return namedPlace(c, path)
	}
	for n := len(path); n > 0; n-- {
		if at, ok := r.Places[strings.Join(path[:n], ".")]; ok {
			return at
		}
	}
	if r.Place.File == "" {
		return tf.Place{File: c.Dir}
	}
	return r.Place
}

// namedPlace is that of a path from the top: Parameters.name, Outputs.name.
func namedPlace(c *tf.Configuration, path []string) tf.Place {
	if len(path) > 1 && path[0] == "Parameters" {
		for _, v := range c.Variables {
			if v.Name == path[1] && v.Place.File != "" {
				return v.Place
			}
		}
	}
	if len(path) > 1 && path[0] == "Outputs" {
		for _, o := range c.Outputs {
			if o.Name == path[1] && o.Place.File != "" {
				return o.Place
			}
		}
	}
	return tf.Place{File: c.Dir}
}
