package terraform_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/axle-cd/axle/adapters/terraform"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/tf"
)

// tree makes files out of a text: -- name -- begins a file of folder m, and what stands before the
// first name is main.tf.
func tree(text string) fs.FS {
	files := fstest.MapFS{}
	if !strings.HasPrefix(text, "\n-- ") {
		text = "\n-- main.tf --\n" + text
	}
	for _, part := range strings.Split(text, "\n-- ")[1:] {
		name, data, _ := strings.Cut(part, " --\n")
		if !fs.ValidPath("m/"+name) || len(files) > 50 {
			continue // of a fuzzer: no file system has it
		}
		files["m/"+name] = &fstest.MapFile{Data: []byte(data + "\n")}
	}
	return files
}

// shown is a configuration in a line for each resource and output, and what is wrong with it.
func shown(c *tf.Configuration, ds document.Diagnostics) string {
	var b strings.Builder
	if c != nil {
		for _, r := range c.Resources {
			fmt.Fprintf(&b, "%s %v\n", r.Address, r.Values)
		}
		for _, o := range c.Outputs {
			fmt.Fprintf(&b, "output %s %v\n", o.Name, o.Value)
		}
	}
	for _, d := range ds {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"an argument, and a nested block as a list", `
resource "aws_s3_bucket" "a" {
  bucket = "logs"
  versioning { enabled = true }
}`, "aws_s3_bucket.a map[bucket:logs versioning:[map[enabled:true]]]\n"},
		{"variables, locals, functions", `
variable "name" { default = "x" }
locals { full = upper(format("%s-%02d", var.name, 3)) }
resource "t_x" "a" { name = "${local.full}!" }`, "t_x.a map[name:X-03!]\n"},
		{"what a provider knows is unknown, and whose it is", `
resource "aws_s3_bucket" "logs" {}
resource "aws_s3_bucket_policy" "p" { bucket = aws_s3_bucket.logs.id }`,
			"aws_s3_bucket.logs map[]\naws_s3_bucket_policy.p map[bucket:{known after apply aws_s3_bucket.logs}]\n"},
		{"a reference to what is written is that", `
resource "t_x" "a" { name = "n" }
resource "t_x" "b" { name = "${t_x.a.name}-b" }`, "t_x.a map[name:n]\nt_x.b map[name:n-b]\n"},
		{"count", `
resource "t_x" "a" {
  count = 2
  n     = count.index
}
output "all" { value = t_x.a[*].n }
output "ids" { value = t_x.a[1].id }`, "t_x.a[0] map[n:0]\nt_x.a[1] map[n:1]\noutput all [0 1]\noutput ids {known after apply t_x.a[1]}\n"},
		{"for_each", `
resource "t_x" "a" {
  for_each = { b = 2, a = 1 }
  n        = "${each.key}${each.value}"
}
output "a" { value = t_x.a["a"].n }`, "t_x.a[\"a\"] map[n:a1]\nt_x.a[\"b\"] map[n:b2]\noutput a a1\n"},
		{"a number of instances that nobody knows", `
data "t_list" "l" {}
resource "t_x" "a" {
  for_each = data.t_list.l.names
  n        = each.value
}`, "data.t_list.l map[]\nt_x.a[*] map[n:{for_each of t_x.a cannot be known data.t_list.l}]\n"},
		{"dynamic blocks", `
resource "aws_security_group" "a" {
  dynamic "ingress" {
    for_each = [80, 443]
    iterator = port
    content { from_port = port.value }
  }
}`, "aws_security_group.a map[ingress:[map[from_port:80] map[from_port:443]]]\n"},
		{"a dynamic block that nobody can count", `
data "t_x" "d" {}
resource "t_x" "a" {
  dynamic "rule" {
    for_each = data.t_x.d.rules
    content { port = rule.value.port }
  }
}`, "data.t_x.d map[]\nt_x.a map[rule:[map[port:{known after apply data.t_x.d}]]]\n"},
		{"modules", `
module "m" {
  source = "./sub"
  count  = 1
  name   = "n"
}
output "o" { value = module.m[0].name }
-- sub/main.tf --
variable "name" {}
resource "t_x" "a" { name = var.name }
output "name" { value = t_x.a.name }`, "module.m[0].t_x.a map[name:n]\noutput o n\n"},
		{"sensitive values are not there", `
variable "p" {
  default   = "hunter"
  sensitive = true
}
resource "t_x" "a" { password = "x${var.p}" }`, "t_x.a map[password:{sensitive }]\n"},
		{"an attribute inside jsonencode has a stand-in", `
resource "aws_s3_bucket" "b" { count = 1 }
locals { all = "${aws_s3_bucket.b[0].arn}/*" }
resource "t_x" "p" { policy = jsonencode({ Effect = "Allow", Resource = [aws_s3_bucket.b[0].arn, local.all] }) }`,
			`aws_s3_bucket.b[0] map[]` + "\n" + `t_x.p map[policy:{"Effect":"Allow","Resource":["${aws_s3_bucket.b[0].arn}","${aws_s3_bucket.b[0].arn}/*"]}]` + "\n"},
		{"and in a nested block, of a module, through a local", `
module "m" { source = "./s" }
-- s/x.tf --
resource "aws_kms_key" "k" {}
locals { policy = jsonencode({ "${aws_kms_key.k.key_id}" = aws_kms_key.k.arn }) }
resource "t_x" "p" {
  inline_policy { policy = (local.policy) }
}`, `module.m.aws_kms_key.k map[]` + "\n" + `module.m.t_x.p map[inline_policy:[map[policy:{"${module.m.aws_kms_key.k.key_id}":"${module.m.aws_kms_key.k.arn}"}]]]` + "\n"},
		{"a circle has no stand-in", `
locals { a = jsonencode([local.a]) }
resource "t_x" "p" { policy = local.a }`, "t_x.p map[policy:{known after apply }]\nm/main.tf:2:26: error AXLE2485: cycle: local.a is made of itself\n"},
		{"expressions never read the stand-in", `
resource "aws_kms_key" "k" {}
resource "t_x" "p" { policy = jsonencode([aws_kms_key.k.arn]) }
resource "t_x" "q" {
  policy = t_x.p.policy
  size   = length(jsondecode(t_x.p.policy))
  long   = strcontains(t_x.p.policy, "kms") ? "yes" : "no"
  upper  = upper(jsonencode([aws_kms_key.k.arn]))
}
output "p" { value = t_x.p.policy }`, "aws_kms_key.k map[]\n" + `t_x.p map[policy:["${aws_kms_key.k.arn}"]]` + "\n" +
			"t_x.q map[long:{known after apply aws_kms_key.k} policy:{known after apply aws_kms_key.k} size:{known after apply aws_kms_key.k} upper:{known after apply aws_kms_key.k}]\n" +
			"output p {known after apply aws_kms_key.k}\n"},
		{"what may be no text has none, nor what is sensitive or made of more", `
variable "s" {
  default   = "hunter"
  sensitive = true
}
resource "aws_kms_key" "k" {}
resource "t_x" "p" {
  a = jsonencode({ Principal = aws_kms_key.k.owners })
  b = jsonencode({ Key = var.s })
  c = jsonencode({ Key = upper(aws_kms_key.k.arn), Sid = "x" })
  d = jsonencode({ for k in ["a"] : k => aws_kms_key.k.arn })
  e = jsonencode({ Key = timestamp() })
}`, "aws_kms_key.k map[]\nt_x.p map[a:{known after apply aws_kms_key.k} b:{sensitive } c:{known after apply aws_kms_key.k} d:{known after apply aws_kms_key.k} e:{timestamp() is known where Terraform runs }]\n"},
		{"try keeps whose it is", `
resource "t_x" "a" { count = 1 }
resource "t_x" "b" { of = try(t_x.a[0].id, "") }
resource "t_x" "c" { of = try(t_x.a[1].id, "none") }`, "t_x.a[0] map[]\nt_x.b map[of:{known after apply t_x.a[0]}]\nt_x.c map[of:none]\n"},
		{"null for what is not nullable is the default", `
module "m" {
  source = "./s"
  n      = null
}
-- s/main.tf --
variable "n" {
  default  = 3
  nullable = false
}
resource "t_x" "a" { n = var.n }`, "module.m.t_x.a map[n:3]\n"},
		{"null is left out", `resource "t_x" "a" { n = null }`, "t_x.a map[]\n"},
		{"JSON", `
-- main.tf.json --
{"variable": {"n": {"type": "number", "default": 3}},
 "resource": {"aws_x": {"a": {"//": "a comment", "size": "${var.n + 1}", "tags": {"a": "b"}, "rule": {"port": 22}}}}}`,
			"aws_x.a map[rule:[map[port:22]] size:4 tags:map[a:b]]\n"},
		{"values beside it", `
variable "n" { type = number }
variable "l" { type = list(string) }
resource "t_x" "a" {
  n = var.n
  l = var.l
}
-- terraform.tfvars --
n = 1
l = ["a"]
-- b.auto.tfvars.json --
{"n": 2}`, "t_x.a map[l:[a] n:2]\n"},
		{"a template of a file", `
resource "t_x" "a" { text = templatefile("${path.module}/t.tpl", { names = ["a", "b"] }) }
-- t.tpl --
%{ for n in names }${n};%{ endfor }`, "t_x.a map[text:a;b;\n]\n"},
		{"an override", `
resource "t_x" "a" {
  n = 1
  m = 1
}
-- override.tf --
resource "t_x" "a" { n = 2 }`, "t_x.a map[m:1 n:2]\nm/override.tf:1:1: warning AXLE2494: override.tf replaces what other files say: resource \"t_x\" \"a\"\n"}, // B099
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := shown(terraform.Read(tree(c.source), "m", nil)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}
