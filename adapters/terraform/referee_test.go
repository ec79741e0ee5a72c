package terraform_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/products/tf"
)

// referee is a configuration of what Terraform has in itself, with as much of the language as fits.
const referee = `
variable "n" { default = 2 }
variable "password" {
  default   = "hunter"
  sensitive = true
}
variable "rules" {
  type    = list(object({ port = number, open = optional(bool, false) }))
  default = [{ port = 22 }, { port = "443", open = true }]
}
locals {
  tags  = merge({ a = "x", b = "y" }, { b = "z" })
  nets  = cidrsubnets("10.0.0.0/16", 4, 4, 8)
  ports = { for r in var.rules : tostring(r.port) => r.open if r.port > 0 }
}
resource "terraform_data" "a" {
  count = var.n
  input = { l = [count.index, "z"], m = local.tags, s = var.password }
}
resource "terraform_data" "b" {
  for_each         = local.tags
  input            = "${each.value}-${terraform_data.a[0].id}"
  triggers_replace = [terraform_data.a[1].output, 1.5]
}
resource "terraform_data" "encoded" {
  input = jsonencode({ of = [terraform_data.a[0].id, "${terraform_data.b["a"].id}/*"], n = 1 })
}
resource "terraform_data" "functions" {
  input = {
    nets     = local.nets
    host     = cidrhost("10.1.0.0/24", -2)
    mask     = cidrnetmask("10.1.0.0/20")
    six      = cidrsubnet("fd00::/8", 8, 255)
    subnet   = cidrsubnet("10.0.7.9/16", 8, 3)
    json     = jsonencode({ b = [1, null, true], a = "<&>" })
    replaced = replace("a1b22", "/[0-9]+/", "#")
    length   = [length("naïve"), length([1, 2]), length({ a = 1 })]
    coalesce = coalesce("", null, "c")
    lookup   = lookup(local.tags, "none", "d")
    flat     = flatten([[1, [2]], []])
    sum      = sum([1, 2.5])
    all      = [alltrue([true, true]), anytrue([]), one([3]), one([])]
    text     = [startswith("abc", "ab"), endswith("abc", "x"), strcontains("abc", "b"), title("a b"), trimspace(" a "), substr("hello", 1, 3)]
    format   = [format("%05.1f|%-4s|%q", 3.14159, "a", "b"), join("-", formatlist("%s!", ["a", "b"]))]
    hash     = [md5("a"), sha1("a"), sha256("a"), base64sha256("a"), base64encode("ä"), base64decode("YQ=="), urlencode("a b/ü")]
    try      = [try(var.rules[9].port, "none"), can(local.tags.a)]
    sets     = [setunion(["b", "a"], ["c"]), sort(["b", "a"]), distinct([1, 1]), setproduct(["a"], [1, 2]), zipmap(["a"], [1])]
    slice    = [slice([1, 2, 3], 1, 3), element([1, 2], 3), reverse([1, 2]), chunklist([1, 2, 3], 2), range(3), concat([1], ["a"])]
    dirs     = [basename("a/b.c"), dirname("a/b.c"), path.root, terraform.workspace]
    file     = trimspace(file("${path.module}/t.tpl"))
    template = templatefile("${path.module}/t.tpl", { name = "you" })
    ports    = local.ports
    splat    = var.rules[*].port
    heredoc  = <<-EOT
      a
        b
    EOT
    cond     = var.n > 1 ? "many" : "one"
    date     = formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")
    parse    = [parseint("ff", 16), pow(2, 10), signum(-3), max(1, 5), ceil(1.2), tonumber("7"), tostring(true), tobool("true")]
    csv      = csvdecode("a,b\n1,2\n")
    index    = [contains(["a"], "a"), keys(local.tags), values(local.tags), regex("[a-z]+", "12ab"), regexall("[0-9]", "a1b2"), split(",", "a,b")]
    upper    = [upper("ß"), lower("ABC"), chomp("a\n"), indent(2, "a\nb"), strrev("abc"), trimprefix("abc", "a"), trimsuffix("abc", "c"), trim("xax", "x")]
  }
}
module "m" {
  source   = "./sub"
  for_each = toset(["p", "q"])
  name     = join(",", [for k, v in local.tags : "${k}=${v}${each.key}"])
}
output "o" { value = terraform_data.a[*].input.l }
output "modules" { value = [for k, m in module.m : m.name] }
output "password" {
  value     = var.password
  sensitive = true
}
-- t.tpl --
hello ${name}
-- sub/main.tf --
variable "name" { type = string }
resource "terraform_data" "x" { input = var.name }
output "id" { value = terraform_data.x.id }
output "name" { value = terraform_data.x.input }
`

// What Read says without running anything is what Terraform plans: the same resources, and every
// value that Read knows. What Terraform knows and Read does not is an error too, here.
func TestReadAsTerraformPlans(t *testing.T) {
	bin, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("no terraform on PATH to compare with: ", err)
	}
	files := tree(strings.Replace(referee, `file("${path.module}/t.tpl")`, `file("${path.module}/f.txt")`, 1) + "-- f.txt --\nfile\n")
	read, ds := terraform.Read(files, "m", nil)
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	planned, ds := tf.Plan("plan.json", planOf(t, bin, files))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	for i, r := range planned.Resources {
		if i >= len(read.Resources) || read.Resources[i].Address != r.Address {
			t.Fatalf("resource %d: planned %s, read %v", i, r.Address, addresses(read))
		}
		for name, got := range read.Resources[i].Values {
			same(t, r.Address+" "+name, got, r.Values[name])
		}
	}
	if len(read.Resources) != len(planned.Resources) || len(read.Outputs) != len(planned.Outputs) {
		t.Errorf("read %v %v, planned %v %v", addresses(read), read.Outputs, addresses(planned), planned.Outputs)
	}
	for i, o := range planned.Outputs {
		same(t, "output "+o.Name, read.Outputs[i].Value, o.Value)
	}
}

// same compares what is known, part by part.
func same(t *testing.T, where string, read, planned any) {
	t.Helper()
	r, rok := read.(map[string]any)
	p, pok := planned.(map[string]any)
	if rok && pok {
		for name := range r {
			if r[name] != nil {
				same(t, where+"."+name, r[name], p[name])
			}
		}
		return
	}
	u, unknown := planned.(tf.Unknown)
	if mine, ok := read.(tf.Unknown); ok && unknown {
		if u.Of != "" && mine.Of != u.Of || (mine.Why == "sensitive") != (u.Why == "sensitive") {
			t.Errorf("%s: read %v, planned %v", where, read, planned)
		}
		return
	}
	if text, ok := read.(string); ok && unknown && strings.Contains(text, "${terraform_data.") {
		return // a stand-in: Terraform does not know it either
	}
	if !reflect.DeepEqual(read, planned) {
		t.Errorf("%s:\n  read    %v\n  planned %v", where, read, planned)
	}
}

func addresses(c *tf.Configuration) (all []string) {
	for _, r := range c.Resources {
		all = append(all, r.Address)
	}
	return all
}

// planOf is what Terraform plans, as it shows it. Nothing is asked of the network.
func planOf(t *testing.T, bin string, files fs.FS) []byte {
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	do := func(args ...string) []byte {
		cmd := exec.CommandContext(context.Background(), bin, args...)
		cmd.Dir, cmd.Env = filepath.Join(dir, "m"), []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1"}
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("terraform %v: %v\n%s%s", args, err, out, said.String())
		}
		return out
	}
	do("init", "-backend=false", "-input=false")
	do("plan", "-input=false", "-out", "p")
	return do("show", "-json", "p")
}
