package stages

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/tf"
)

// lookups are what a lookup of an AMI has where Marketplace sells it: its owner, by name and account,
// and its product code.
var lookups = []string{`"aws-marketplace"`, `"679593333241"`, `"product-code"`}

// soldArguments are the arguments that products.Sold reads, by Terraform's types.
var soldArguments = map[string]struct{ argument, as string }{
	"aws_eks_addon":                 {"addon_name", "AWS::EKS::Addon"},
	"aws_imagebuilder_image_recipe": {"parent_image", "AWS::ImageBuilder::ImageRecipe"},
}

// inSource are the places where a Terraform source names software of AWS Marketplace: in any text of
// its folder but prose, comments and tests, as written, and in what its resources come to.
func inSource(tree fs.FS, dir string, source *tf.Configuration) (found []products.Mention, err error) {
	err = fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) == ".md" || isTerraformTest(name) {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		if err == nil && utf8.Valid(data) {
			found = append(found, inText(name, data)...)
		}
		return err
	})
	for _, r := range source.Resources {
		sold := soldArguments[r.Type]
		text, _ := r.Values[sold.argument].(string)
		if m, ok := products.Sold(sold.as, text); ok {
			at, known := r.Places[sold.argument]
			if !known {
				at = r.Place
			}
			m.File, m.Line, m.Col = at.File, at.Line, at.Col
			found = append(found, m)
		}
	}
	return found, err
}

// inText are those of one file.
func inText(name string, data []byte) (found []products.Mention) {
	block := "" // the lookup that a line is in
	for i, line := range bytes.Split(data, []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if strings.HasPrefix(text, "#") || strings.HasPrefix(text, "//") {
			continue
		}
		all := products.Mentions(string(line), false)
		if words := strings.Split(text, `"`); len(words) > 3 && strings.TrimSpace(words[0]) == "data" {
			block = "data." + words[1] + "." + words[3]
		}
		if strings.HasPrefix(block, "data.aws_ami") && slices.ContainsFunc(lookups, func(cue string) bool { return strings.Contains(text, cue) }) {
			all = append(all, products.Mention{As: block})
		}
		if strings.HasPrefix(string(line), "}") {
			block = ""
		}
		for _, m := range all {
			m.File, m.Line, m.Col = name, i+1, 1+len(line)-len(bytes.TrimLeft(line, " \t"))
			found = append(found, m)
		}
	}
	return found
}
