package products

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// ContentDigest is the identity of what is published (CAT-10): the template, or the Terraform
// source, and every local file that it names. It does not depend on the template's own name,
// nor on anything else in the product's folder. The text is sha256:<hex>.
func ContentDigest(files fs.FS, dir string, p *File) (string, error) {
	sums := sums{}
	if p.Type == external {
		err := sums.tree(files, path.Join(dir, p.Source), path.Join(dir, p.Source))
		return sums.digest("content"), err
	}
	template := path.Join(dir, p.Template)
	data, err := read(files, template)
	if err != nil {
		return "", err
	}
	sums.add("template", data)
	assets, err := Assets(files, template)
	if err != nil {
		return "", err
	}
	for _, a := range assets {
		if err := sums.tree(files, a.Path, path.Dir(template)); err != nil {
			return "", err
		}
	}
	return sums.digest("content"), nil
}

// Digest is of everything that a version's evidence rests on (F3): every file of the product's
// folder, product.yaml, tests and rules included, and what the template names outside of it.
func Digest(files fs.FS, dir string, p *File) (string, error) {
	content, err := ContentDigest(files, dir, p)
	if err != nil {
		return "", err
	}
	sums := sums{}
	sums.add("content", []byte(content))
	if err := sums.tree(files, path.Clean(dir), path.Clean(dir)); err != nil {
		return "", err
	}
	return sums.digest("product"), nil
}

// Asset is a local file or folder that a template names, as a path from the root of the files.
type Asset struct {
	Path     string
	Resource string // the logical id that names it
	Property string
	Node     *document.Node
	Template string // the template that names it; a nested one names its own
}

// assetProperties are where a template may name a local file, by resource type.
var assetProperties = map[string][]string{
	"AWS::ApiGateway::RestApi":                  {"BodyS3Location"},
	"AWS::AppSync::GraphQLSchema":               {"DefinitionS3Location"},
	"AWS::CloudFormation::Stack":                {"TemplateURL"},
	"AWS::CloudFormation::StackSet":             {"TemplateURL"},
	"AWS::ElasticBeanstalk::ApplicationVersion": {"SourceBundle"},
	"AWS::Lambda::Function":                     {"Code"},
	"AWS::Lambda::LayerVersion":                 {"Content"},
	"AWS::Serverless::Api":                      {"DefinitionUri"},
	"AWS::Serverless::Function":                 {"CodeUri"},
	"AWS::Serverless::LayerVersion":             {"ContentUri"},
	"AWS::StepFunctions::StateMachine":          {"DefinitionS3Location"},
}

// Assets are the local files and folders that a template names, nested templates' own included,
// in the order named. A template that cannot be read is an error.
func Assets(files fs.FS, template string) ([]Asset, error) {
	var out []Asset
	err := assets(files, template, []string{template}, &out)
	return out, err
}

func assets(files fs.FS, template string, above []string, out *[]Asset) error {
	data, err := read(files, template)
	if err != nil {
		return err
	}
	t, ds := cfn.Parse(template, data)
	if t == nil {
		return ds
	}
	for _, a := range local(t) {
		a.Path, a.Template = path.Join(path.Dir(template), a.Node.Value), template
		if !fs.ValidPath(a.Path) || strings.HasPrefix(a.Node.Value, "/") {
			d := t.Doc.Diag(a.Node, codeOutside, "Resources."+a.Resource+".Properties."+a.Property, "path "+a.Node.Value+": leaves the repository", "")
			return &document.Error{Diagnostic: d}
		}
		*out = append(*out, a)
		if a.Property != "TemplateURL" {
			continue
		}
		if slices.Contains(above, a.Path) {
			return document.Fail(codeUnread, "cycle: "+strings.Join(append(above, a.Path), " -> "), "a template cannot nest itself", nil)
		}
		if err := assets(files, a.Path, append(slices.Clone(above), a.Path), out); err != nil {
			return err
		}
	}
	return nil
}

// local are the assets that one template names by itself. A URL is none, nor is a function.
func local(t *cfn.Template) []Asset {
	var out []Asset
	for _, r := range t.Resources {
		for _, name := range assetProperties[r.Type] {
			n := r.Properties.Get(name)
			if n != nil && n.Kind == document.Text && n.Value != "" && !strings.Contains(n.Value, "://") {
				out = append(out, Asset{Resource: r.LogicalID, Property: name, Node: n})
			}
		}
	}
	return out
}

func read(files fs.FS, name string) ([]byte, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, document.Fail(codeUnread, name+" cannot be read", "every file that a product names is in its repository", err)
	}
	return data, nil
}

// sums are the sha256 of files by name.
type sums map[string][sha256.Size]byte

func (s sums) add(name string, data []byte) { s[name] = sha256.Sum256(data) }

// tree adds a file, or every file below a folder, by its path from base.
func (s sums) tree(files fs.FS, root, base string) error {
	return fs.WalkDir(files, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return document.Fail(codeUnread, name+" cannot be read", "every file that a product names is in its repository", err)
		}
		if d.IsDir() {
			return nil
		}
		data, err := read(files, name)
		if err != nil {
			return err
		}
		s.add("file "+from(base, name), data)
		return nil
	})
}

// from is name as seen from base; both are clean.
func from(base, name string) string {
	up := ""
	for base != "." && name != base && !strings.HasPrefix(name, base+"/") {
		base, up = path.Dir(base), up+"../"
	}
	if base == "." {
		return up + name
	}
	return up + strings.TrimPrefix(strings.TrimPrefix(name, base), "/")
}

// digest is independent of the order in which files were added. what keeps two kinds of digest apart.
func (s sums) digest(what string) string {
	h := sha256.New()
	fmt.Fprintf(h, "axle %s 1\n", what)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(h, "%x %q\n", s[name], name)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
