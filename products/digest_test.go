package products

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/document"
)

const nesting = `Resources:
  Net: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: nested/net.yaml}}
  Far: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://example.com/t.yaml'}}
  Fn: {Type: 'AWS::Lambda::Function', Properties: {Code: ../shared/code, Role: r}}
`

func tree() fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"products/p/product.yaml":          "version: 1.0.0",
		"products/p/template.yaml":         nesting,
		"products/p/nested/net.yaml":       "Resources:\n  In: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: deep/in.yaml}}\n",
		"products/p/nested/deep/in.yaml":   "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n",
		"products/shared/code/index.js":    "exports",
		"products/shared/code/lib/util.js": "util",
		"products/p/README.md":             "read me",
		"products/p/tests/a_test.rego":     "package a",
		"products/p/rules/r.json":          "{}",
		"products/q/template.yaml":         "another product",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// Each byte of what belongs to a digest changes it, and no other byte does. F3 CAT-10
func TestDigests(t *testing.T) {
	p := &File{Template: "template.yaml"}
	content, err := ContentDigest(tree(), "products/p", p)
	if err != nil || !strings.HasPrefix(content, "sha256:") || len(content) != len("sha256:")+64 {
		t.Fatalf("%q, %v", content, err)
	}
	all, err := Digest(tree(), "products/p", p)
	if err != nil || all == content {
		t.Fatalf("%q, %v", all, err)
	}
	for name, want := range map[string]struct{ content, all bool }{
		"products/p/template.yaml":         {true, true},
		"products/p/nested/net.yaml":       {true, true},
		"products/p/nested/deep/in.yaml":   {true, true},
		"products/shared/code/index.js":    {true, true},
		"products/shared/code/lib/util.js": {true, true},
		"products/p/product.yaml":          {false, true},
		"products/p/README.md":             {false, true},
		"products/p/tests/a_test.rego":     {false, true},
		"products/p/rules/r.json":          {false, true},
		"products/q/template.yaml":         {false, false},
	} {
		files := tree()
		files[name].Data = append(files[name].Data, '\n')
		got, err := ContentDigest(files, "products/p", p)
		if err != nil || (got != content) != want.content {
			t.Errorf("%s: content %v, want %v; %v", name, got != content, want.content, err)
		}
		got, err = Digest(files, "products/p", p)
		if err != nil || (got != all) != want.all {
			t.Errorf("%s: digest %v, want %v; %v", name, got != all, want.all, err)
		}
	}
}

// A file that is added, or takes another's name, is a change too; the template's own name and folder are not.
func TestDigestNames(t *testing.T) {
	content, _ := ContentDigest(tree(), "products/p", &File{Template: "template.yaml"})
	for _, tt := range []struct {
		name string
		move map[string]string // to: from; from "" is a new file
		dir  string
		file File
		same bool
	}{
		{"a file more in a folder", map[string]string{"products/shared/code/more.js": ""}, "products/p", File{Template: "template.yaml"}, false},
		{"two files changing places", map[string]string{"products/shared/code/index.js": "products/shared/code/lib/util.js", "products/shared/code/lib/util.js": "products/shared/code/index.js"},
			"products/p", File{Template: "template.yaml"}, false},
		{"the template under another name", map[string]string{"products/p/t.yaml": "products/p/template.yaml"}, "products/p", File{Template: "t.yaml"}, true},
	} {
		files, from := tree(), tree()
		for to, name := range tt.move {
			files[to] = &fstest.MapFile{}
			if name != "" {
				files[to] = from[name]
			}
		}
		got, err := ContentDigest(files, tt.dir, &tt.file)
		if err != nil || (got == content) != tt.same {
			t.Errorf("%s: same is %v, %v", tt.name, got == content, err)
		}
	}
}

// A product at the top of its repository, and one of Terraform.
func TestDigestElsewhere(t *testing.T) {
	top := fstest.MapFS{"template.yaml": &fstest.MapFile{Data: []byte("Resources: {Q: {Type: 'AWS::SQS::Queue'}}")}, "main/main.tf": &fstest.MapFile{Data: []byte("x")}}
	for _, p := range []*File{{Template: "template.yaml"}, {Type: external, Source: "main"}} {
		a, err := ContentDigest(top, ".", p)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := Digest(top, ".", p); err != nil || a == b {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// What cannot be read has no digest.
func TestDigestRefuses(t *testing.T) {
	edit := func(template string) fs.FS {
		files := tree()
		files["products/p/template.yaml"].Data = []byte(template)
		return files
	}
	stack := func(url string) string {
		return "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: " + url + "}}}"
	}
	for _, tt := range []struct {
		name  string
		files fs.FS
		file  string
		code  string
		says  string
	}{
		{"no template", tree(), "gone.yaml", codeUnread, "products/p/gone.yaml cannot be read"},
		{"a nested template that is not there", edit(stack("gone.yaml")), "template.yaml", codeUnread, "products/p/gone.yaml cannot be read"},
		{"a path out of the repository", edit(stack("../../../etc/passwd")), "template.yaml", codeOutside, "path ../../../etc/passwd: leaves the repository"},
		{"a path from the root", edit(stack("/etc/passwd")), "template.yaml", codeOutside, "path /etc/passwd: leaves the repository"},
		{"a template that nests itself", edit(stack("template.yaml")), "template.yaml", codeUnread, "cycle: products/p/template.yaml -> products/p/template.yaml"},
		{"a template that is none", edit("- a"), "template.yaml", "AXLE2203", "a template is a mapping"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ContentDigest(tt.files, "products/p", &File{Template: tt.file})
			if got != "" || document.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q, %v", got, err)
			}
			if got, err := Digest(tt.files, "products/p", &File{Template: tt.file}); got != "" || err == nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

// Each template names its own files, in the order written.
func TestAssets(t *testing.T) {
	assets, err := Assets(tree(), "products/p/template.yaml")
	var got []string
	for _, a := range assets {
		got = append(got, a.Resource+"."+a.Property+" "+a.Path)
	}
	want := "Net.TemplateURL products/p/nested/net.yaml, In.TemplateURL products/p/nested/deep/in.yaml, Fn.Code products/shared/code"
	if err != nil || strings.Join(got, ", ") != want {
		t.Errorf("%v, %v", got, err)
	}
}
