package terraform_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/adapters/terraform"
)

// What a configuration must not have, each at its place.
func TestVet(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"nothing but what Terraform has in itself", `resource "terraform_data" "a" {}`, ""},
		{"data external", `data "external" "x" {}`, `m/main.tf:1:1: error AXLE2488: data "external" runs code; denied`}, // B093
		{"data http", `data "http" "x" {}`, `data "http" asks the network; denied`},                                     // B093
		{"local-exec", "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {}\n}", `m/main.tf:2:3: error AXLE2488: provisioner "local-exec" runs code; denied`},
		{"remote-exec in JSON", "\n-- a.tf.json --\n" + `{"resource": {"terraform_data": {"a": {"provisioner": {"remote-exec": {"inline": ["id"]}}}}}}`, `provisioner "remote-exec" runs code; denied`},
		{"a provisioner that nobody knows", "resource \"terraform_data\" \"a\" {\n  provisioner \"x\" {}\n}", `provisioner "x" is not known; denied`},
		{"in a check block", "check \"c\" {\n  data \"http\" \"x\" {}\n}", `m/main.tf:2:3: error AXLE2488`},
		{"in a module that a test alone calls", "resource \"terraform_data\" \"a\" {}\n-- tests/setup/main.tf --\ndata \"external\" \"x\" {}", "m/tests/setup/main.tf:1:1: error AXLE2488"},
		{"a module from elsewhere", "module \"m\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n  version = \"5.0.0\"\n}", "m/main.tf:2:3: error AXLE2487: module source terraform-aws-modules/vpc/aws is not on the allow-list"}, // B092
		{"a module by git, its user hidden", "module \"m\" {\n  source = \"git::https://me:" + "hunter" + "@h.test/m\"\n}", "module source git::https://h.test/m is not"},
		{"a module without a source", `module "m" {}`, "the module has no source"},
		{"a test that calls a module from elsewhere", "resource \"terraform_data\" \"a\" {}\n-- tests/a.tftest.hcl --\nrun \"a\" {\n  module {\n    source = \"h.test/a/b/c\"\n  }\n}", "m/tests/a.tftest.hcl:3:5: error AXLE2487"},
		{"a backend", "terraform {\n  backend \"s3\" {}\n}", "m/main.tf:2:3: error AXLE2489: backend s3: backend is set by axle; remove the block"}, // B094
		{"a cloud block", "terraform {\n  cloud {}\n}", "error AXLE2489: cloud: backend is set by axle"},
		{"a provider that nobody allows", "terraform {\n  required_providers {\n    x = { source = \"acme/x\" }\n  }\n}", "m/main.tf:3:5: error AXLE2486: provider acme/x is not allowed"}, // B090
		{"a provider from another host", "terraform {\n  required_providers {\n    aws = { source = \"evil.test/hashicorp/aws\" }\n  }\n}", "provider evil.test/hashicorp/aws is not allowed"},
		{"a resource whose provider is implied", `resource "acme_x" "a" {}`, "m/main.tf:1:1: error AXLE2486: provider hashicorp/acme is not in .terraform.lock.hcl"}, // B090
		{"a provider that is not locked", "resource \"aws_x\" \"a\" {}\n-- .terraform.lock.hcl --\nprovider \"registry.terraform.io/hashicorp/random\" {\n  hashes = [\"h1:x\"]\n}", "provider hashicorp/aws is not in .terraform.lock.hcl"},
		{"one that is", "resource \"aws_x\" \"a\" {}\n-- .terraform.lock.hcl --\nprovider \"registry.terraform.io/hashicorp/aws\" {\n  hashes = [\"h1:x\"]\n}", ""},
		{"a lock without hashes", "resource \"aws_x\" \"a\" {}\n-- .terraform.lock.hcl --\nprovider \"registry.terraform.io/hashicorp/aws\" {}", "has no hashes in .terraform.lock.hcl"},
		{"a state", "resource \"terraform_data\" \"a\" {}\n-- x/terraform.tfstate.backup --\n{}", "m/x/terraform.tfstate.backup: error AXLE2491: terraform.tfstate.backup contains secrets; purge it and rotate"}, // B095
	} {
		t.Run(c.name, func(t *testing.T) {
			got := terraform.Vet(tree(c.source), "m").Error()
			if !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// B100 T04: what a link leads to is not read.
func TestLinks(t *testing.T) {
	files := fstest.MapFS{
		"m/main.tf":   {Data: []byte("module \"x\" {\n  source = \"./modules/x\"\n}\n")},
		"m/modules/x": {Data: []byte("/etc"), Mode: fs.ModeSymlink},
		"m/link.tf":   {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink},
	}
	got := shown(terraform.Load(files, "m", nil))
	for _, want := range []string{"m/modules/x: error AXLE2495: modules/x is a symbolic link; not allowed", "m/link.tf: error AXLE2495: link.tf is a symbolic link; not allowed"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %s", got, want)
		}
	}
}

// What Read refuses, each at its place.
func TestReadRefusals(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"no configuration", "\n-- README.md --\n", "m: error AXLE2484: no .tf file in m"},                              // B087
		{"a syntax error", "resource \"a\" {\n  x = \n}", "m/main.tf:2:7: error AXLE2485: Invalid expression"},          // B088
		{"a syntax error in JSON", "\n-- a.tf.json --\n{\"resource\": ,}", "m/a.tf.json:1:14: error AXLE2485"},          // B088
		{"a block without its names", `resource "aws_x" {}`, `m/main.tf:1:1: error AXLE2485: Wrong number of names`},    // B088
		{"a value without a variable", "variable \"x\" {}", `m/main.tf:1:1: error AXLE2492: variable "x" has no value`}, // B097
		{"a module's variable without a value", "module \"m\" {\n  source = \"./s\"\n}\n-- s/main.tf --\nvariable \"x\" {}", `m/s/main.tf:1:1: error AXLE2492: variable "x" of module.m has no value`},
		{"an argument that the module has not", "module \"m\" {\n  source = \"./s\"\n  y = 1\n}\n-- s/main.tf --\n", "m/main.tf:3:3: error AXLE2485: module.m has no variable y"},
		{"too many", `resource "t_x" "a" { count = 1000000 }`, "m/main.tf:1:22: error AXLE2493: count 1,000,000 exceeds the plan's limit of 1,000"}, // B098
		{"a count that is no number", `resource "t_x" "a" { count = "many" }`, "count of t_x.a is not a whole number from 0"},
		{"a list for for_each", `resource "t_x" "a" { for_each = ["a"] }`, "for_each of t_x.a is neither a map nor a set of texts"},
		{"what is not declared", `resource "t_x" "a" { n = var.nmae }` + "\nvariable \"name\" { default = 1 }", `m/main.tf:1:26: error AXLE2485: var.nmae is not declared`},
		{"a resource that is not declared", `output "o" { value = t_x.a.id }`, "m/main.tf:1:22: error AXLE2485: t_x.a is not declared"},
		{"a function that is not there", `output "o" { value = lenght([]) }`, "m/main.tf:1:22: error AXLE2485: Call to unknown function"},
		{"a circle", "locals {\n  a = local.b\n  b = local.a\n}", "cycle: local.a is made of itself"},
		{"a module that calls itself", "module \"m\" {\n  source = \"./s\"\n}\n-- s/main.tf --\nmodule \"m\" {\n  source = \"../s\"\n}", "modules nest deeper than 10"},
		{"a module outside", "module \"m\" {\n  source = \"../other\"\n}", "m/main.tf:2:3: error AXLE2487: module source ../other leaves m"},
		{"a file outside", `output "o" { value = file("../../etc/passwd") }`, "the file lies outside of the product's source"},
		{"a resource twice", "resource \"t_x\" \"a\" {}\nresource \"t_x\" \"a\" {}", "m/main.tf:2:1: error AXLE2485: resource \"t_x\" \"a\" repeats m/main.tf:1"},
		{"a value of another type, not shown", "variable \"n\" {\n  type = number\n  default = \"hunter\"\n}", `m/main.tf:1:1: error AXLE2496: the value of variable "n" is not of its type number`},
		{"a value that its validation refuses", "variable \"n\" {\n  default = 1\n  validation {\n    condition = var.n > 1\n    error_message = \"More, please.\"\n  }\n}", `the value of variable "n" is refused by its validation: More, please.`},
		{"values for nobody", "resource \"terraform_data\" \"a\" {}\n-- terraform.tfvars --\nnobody = 1\n", "m/terraform.tfvars:1:1: warning AXLE2496: terraform.tfvars gives a value to nobody, which is no variable"},
		{"an override of nothing", "resource \"t_x\" \"a\" {}\n-- x_override.tf --\nresource \"t_x\" \"b\" {}", `resource "t_x" "b" overrides what is not there`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := shown(terraform.Read(tree(c.source), "m", nil))
			if !strings.Contains(got, c.want) || strings.Contains(got, "hunter") {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// T08 BL12: what would take the machine's time or memory ends in its limit.
func TestBombs(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"loops within loops", `output "o" { value = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]] }`, "Too much to evaluate"},
		{"within try", `output "o" { value = try([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]], 1) }`, "make more than can be judged"},
		{"the same in JSON", "\n-- a.tf.json --\n" + `{"output": {"o": {"value": "${[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]}"}}}`, "Too much to evaluate"},
		{"a width", `output "o" { value = format("%999999999d", 1) }`, "larger than what can be judged"},
		{"a product of lists", `output "o" { value = setproduct(range(1000), range(1000), range(1000)) }`, "larger than what can be judged"},
		{"a number of a thousand million digits", `output "o" { value = "${1e999999999}" }`, "a number is too large"},
		{"brackets", "locals {\n  a = " + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + "\n}", "nested too deeply"},
		{"brackets in JSON", "\n-- a.tf.json --\n" + strings.Repeat("[", 400000), "nested too deeply"},
		{"signs", "locals {\n  a = " + strings.Repeat("!", 100000) + "true\n}", "nested too deeply"},
		{"a sum", "locals {\n  a = 1" + strings.Repeat("+1", 100000) + "\n}", "nested too deeply"},
		{"a large file", "# " + strings.Repeat("x", 2<<20), "(max 1048576)"},
		{"a template of itself", "output \"o\" { value = templatefile(\"t\", {}) }\n-- t --\n${templatefile(\"t\", {})}", "templates nest too deeply"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := shown(terraform.Read(tree(c.source), "m", nil)); !strings.Contains(got, c.want) {
				t.Errorf("got\n%.2000s\nwant\n%s", got, c.want)
			}
		})
	}
	double := "locals {\n  a = \"0123456789\"\n"
	last := "a"
	for i := range 40 {
		name := "b" + strings.Repeat("x", i)
		double += "  " + name + " = \"${local." + last + "}${local." + last + "}\"\n"
		last = name
	}
	if got := shown(terraform.Read(tree(double+"}"), "m", nil)); !strings.Contains(got, "Too much to evaluate") && !strings.Contains(got, "larger than what can be judged") {
		t.Errorf("a text that doubles: %.2000s", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		referee, "variable \"a\" {}", "\n-- a.tf.json --\n{\"resource\": {\"a_b\": {\"c\": {\"count\": \"${1 + 1}\"}}}}",
		"resource \"a_b\" \"c\" {\n  for_each = toset([\"x\"])\n  dynamic \"d\" {\n    for_each = each.value\n    content {}\n  }\n}",
		"resource \"terraform_data\" \"a\" {}\n-- override.tf --\nresource \"terraform_data\" \"a\" { count = 2 }", "\n-- terraform.tfvars --\na = 1\n-- main.tf --\nlocals { a = local.a }",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ds := terraform.Load(tree(text), "m", map[string]string{"a": "1"})
		if c == nil && ds.Err() == nil {
			t.Fatal("neither a configuration nor a reason")
		}
		if c != nil {
			c.Normal()
		}
	})
}
