package hostile

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A trial is a hostile repository: how it is made, and how each way to read it ends.
type trial struct {
	name string
	make func(*repo) string // gives the commit that main will name
	ends []end
}

// end is how one way ends: with this exit code, saying this.
type end struct {
	way  string // alpha, history, push
	code int
	says string
}

func alphaEnds(code int, says string) end   { return end{"alpha", code, says} }
func historyEnds(code int, says string) end { return end{"history", code, says} }
func pushEnds(code int, says string) end    { return end{"push", code, says} }

func (x trial) asks(way string) (end, bool) {
	i := slices.IndexFunc(x.ends, func(e end) bool { return e.way == way })
	if i < 0 {
		return end{}, full
	}
	return x.ends[i], true
}

// run brings the repository to axle in each way that the trial says something of; with AXLE_FULL=1 in all.
func (x trial) run(t *testing.T) {
	r := newRepo(t)
	main := x.make(r)
	for _, way := range []string{"push", "alpha", "history"} {
		want, asked := x.asks(way)
		if !asked {
			continue
		}
		var o outcome
		switch way {
		case "push":
			o = r.pushed(main)
		case "alpha":
			r.setMain(main)
			o = r.alpha()
		case "history":
			r.setMain(main)
			o = r.history()
		}
		if want.way != "" && (o.code != want.code || !strings.Contains(o.all(), want.says)) {
			t.Errorf("%s ended with %d, want %d and %q\n%.3000s", way, o.code, want.code, want.says, o.all())
		}
	}
}

// setMain lets the branch name the commit, unless the trial has made HEAD another way.
func (r *repo) setMain(id string) {
	if _, err := os.Stat(r.dir + "/.git/refs/heads/main"); errors.Is(err, fs.ErrNotExist) {
		r.write(".git/refs/heads/main", id+"\n")
	}
}

func tried(t *testing.T, all []trial) {
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			sampled(t)
			x.run(t)
		})
	}
}

const template = "products/topic/template.yaml"

// put commits the good files with one path made something else.
func put(name, text string) func(*repo) string {
	return func(r *repo) string { return r.commit(r.root(r.text(r.good(), name, text))) }
}

// linked commits the good files with a symbolic link in a path.
func linked(name, to string) func(*repo) string {
	return func(r *repo) string { return r.commit(r.root(r.link(r.good(), name, to))) }
}

// odd commits the good files with one more entry beside the template, of any mode and name.
func odd(mode, name string) func(*repo) string {
	return func(r *repo) string {
		return r.commit(r.root(r.good().with("products/topic/"+name, mode, r.blob("x: 1\n"))))
	}
}

// M14 T04 T05 B044 B100: a link is never followed, wherever it stands and points.
func TestLinks(t *testing.T) {
	outside := func(name string) func(*repo) string {
		return func(r *repo) string { return linked(name, r.outside())(r) }
	}
	tried(t, []trial{
		{"template, absolute", outside(template), []end{alphaEnds(1, "template.yaml is a symbolic link; not allowed")}},
		{"template, upwards", linked(template, "../../../outside.yaml"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"template, to itself", linked(template, "template.yaml"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"template, to a file of the tree", linked(template, "tests/a.feature"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"template, to git's own directory", linked(template, "../../.git/config"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"template, to an endless device", linked(template, "/dev/zero"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"product.yaml", outside("products/topic/product.yaml"), []end{alphaEnds(2, "is a symbolic link; not allowed")}},
		{"pipeline.yaml", outside("pipeline.yaml"), []end{alphaEnds(2, "is a symbolic link; not allowed")}},
		{"a policy", outside("policies/names.rego"), []end{alphaEnds(2, "is a symbolic link; not allowed")}},
		{"one more policy", outside("policies/more.rego"), []end{alphaEnds(2, "is a symbolic link; not allowed")}},
		{"the policies' folder", func(r *repo) string {
			f := r.good()
			delete(f, "policies/names.rego")
			delete(f, "policies/names_test.rego")
			return r.commit(r.root(r.link(f, "policies", "/etc")))
		}, []end{alphaEnds(2, "is a symbolic link")}},
		{"a feature", outside("products/topic/tests/a.feature"), []end{alphaEnds(2, "is a symbolic link; not allowed")}},
		{"the tests' folder", func(r *repo) string {
			f := r.good()
			delete(f, "products/topic/tests/a.feature")
			delete(f, "products/topic/tests/topic_test.rego")
			return r.commit(r.root(r.link(f, "products/topic/tests", "/etc")))
		}, []end{alphaEnds(1, "no unit tests under products/topic/tests")}},
		{"the baseline", outside(".axle-baseline.json"), []end{alphaEnds(2, ".axle-baseline.json is a symbolic link; not allowed")}},
		{"the product's folder", func(r *repo) string {
			return r.commit(r.root(r.link(r.good(), "products/other", "topic")))
		}, []end{alphaEnds(2, "AXLE1506: products/other is a symbolic link; not allowed")}},
		{"a long target", linked(template, strings.Repeat("../", 5000)+"etc/passwd"), []end{alphaEnds(1, "is a symbolic link; not allowed")}},
		{"a target with a secret", func(r *repo) string {
			return linked("notes", "AKIA"+"Q4WE5RT6YU7IOPA2")(r)
		}, []end{pushEnds(1, "AXLE2501: AWS access key AKIA****PA2"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2"), alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
	})
}

// M14 T06 B132 B134 B083: submodules, LFS, and what file systems take for .git.
func TestEntries(t *testing.T) {
	// below puts a folder by a name into the tests' folder, which axle walks.
	below := func(name string) func(*repo) string {
		return func(r *repo) string {
			return r.commit(r.root(r.text(r.good(), "products/topic/tests/"+name+"/x.feature", featureText)))
		}
	}
	module := func(url string) func(*repo) string {
		return func(r *repo) string {
			f := r.text(r.good(), ".gitmodules", "[submodule \"m\"]\n\tpath = m\n\turl = "+url+"\n\tupdate = !touch "+r.made+"\n")
			return r.commit(r.root(f.with("m", "160000", strings.Repeat("1", 40))))
		}
	}
	tried(t, []trial{
		{"submodule, an option for a url", module("-u./evil"), []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings"), pushEnds(0, "")}},
		{"submodule, a file", module("file:///etc"), []end{alphaEnds(0, "succeeded")}},
		{"submodule, ext", module("ext::sh -c true"), []end{alphaEnds(0, "succeeded")}},
		{"submodule, the metadata service", module("http://169.254.169.254/"), []end{alphaEnds(0, "succeeded")}},
		{"submodule for the template", func(r *repo) string {
			return r.commit(r.root(r.good().with(template, "160000", strings.Repeat("1", 40))))
		}, []end{alphaEnds(1, "submodule template.yaml not fetched; not supported")}},
		{"submodule for the policies", func(r *repo) string {
			f := r.good()
			delete(f, "policies/names.rego")
			delete(f, "policies/names_test.rego")
			return r.commit(r.root(f.with("policies", "160000", strings.Repeat("1", 40))))
		}, []end{alphaEnds(2, "AXLE1041: submodule policies not fetched; not supported")}},
		{"a .gitmodules that is a link", linked(".gitmodules", "/etc/passwd"), []end{alphaEnds(0, "succeeded")}},
		{"LFS pointer for the template", put(template, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 4000000\n"),
			[]end{alphaEnds(1, "Git LFS pointer")}},
		{"name with a newline", odd("100644", "a\nb.yaml"), []end{alphaEnds(1, "control character in file name"), historyEnds(0, ""), pushEnds(0, "")}},
		{"name with an escape", odd("100644", "a\x1b]0;pwned\x07.yaml"), []end{alphaEnds(1, `control character in file name`)}},
		{"name with a C1 control", odd("100644", "a\u009b31m.yaml"), []end{alphaEnds(1, `control character in file name`)}},
		{"name with bidi", odd("100644", "a\u202egpj.yaml"), []end{alphaEnds(0, "succeeded")}},
		{"name that is no UTF-8", odd("100644", "a\xff\xfe.yaml"), []end{alphaEnds(0, "succeeded")}},
		{"name like a workflow command", odd("100644", "::error::x"), []end{alphaEnds(0, "succeeded")}},
		{"dot dot", odd("100644", ".."), []end{alphaEnds(1, `AXLE2531: tree entry ".." is not allowed`), historyEnds(0, ""), pushEnds(0, "")}},
		{"dot", odd("100644", "."), []end{alphaEnds(1, `AXLE2531: tree entry "." is not allowed`)}},
		{"a folder dot dot", below(".."), []end{alphaEnds(1, `AXLE2531: tree entry ".." is not allowed`)}},
		{"a folder dot", below("."), []end{alphaEnds(1, `AXLE2531: tree entry "." is not allowed`)}},
		{"a folder twice", func(r *repo) string {
			top := r.top()
			return r.commit(r.tree(append(top, top[2])...))
		}, []end{alphaEnds(1, `AXLE2470: the tree has "products" twice`)}},
		{"a slash in a name", func(r *repo) string {
			return r.commit(r.tree(append(r.top(), file("zz/../../etc", r.blob("x")))...))
		}, []end{alphaEnds(1, `AXLE2531: tree entry "zz/../../etc" is not allowed`)}},
		{"an empty name", func(r *repo) string {
			return r.commit(r.tree(append(r.top(), file("", r.blob("x")))...))
		}, []end{alphaEnds(3, "AXLE3500: git ls-tree failed:"), historyEnds(0, "0 findings"), pushEnds(3, "AXLE3500: git rev-list failed:")}},
		{"an entry twice", func(r *repo) string {
			return r.commit(r.tree(append(r.top(), file("pipeline.yaml", r.blob("schema: 1\nname: other\nproducts: [x/*]\nstages: { alpha: {} }\n")))...))
		}, []end{alphaEnds(1, `AXLE2470: the tree has "pipeline.yaml" twice`)}},
		{"a file and a folder by one name", func(r *repo) string {
			return r.commit(r.tree(append(r.top(), file("products", r.blob("x")))...))
		}, []end{alphaEnds(1, `AXLE2470: the tree has "products" twice`)}},
		{"entries out of order", func(r *repo) string {
			list := r.top()
			slices.Reverse(list)
			return r.commit(r.tree(list...))
		}, []end{alphaEnds(0, "succeeded")}},
		{"an unknown mode", odd("100600", "x.yaml"), []end{alphaEnds(0, "succeeded")}},
		{"a mode of many digits", odd("7777777777777", "x.yaml"), []end{alphaEnds(0, "succeeded")}},
		{"a tree that is a blob", func(r *repo) string {
			return r.commit(r.root(r.good().with("products/topic/tests", "40000", r.blob("x"))))
		}, []end{alphaEnds(3, "AXLE3500: git ls-tree failed: error: Object")}},
		{".git", odd("100644", ".git/config"), []end{alphaEnds(1, `tree entry ".git" is not allowed`)}},
		{".GIT", odd("100644", ".GIT"), []end{alphaEnds(1, `tree entry ".GIT" is not allowed`)}},
		{"git~1", odd("100644", "git~1"), []end{alphaEnds(1, `tree entry "git~1" is not allowed`)}},
		{".git with an HFS ignorable", odd("100644", ".g\u200cit"), []end{alphaEnds(1, "is not allowed")}},
		{".git with another HFS ignorable", odd("100644", ".gi\u206ft"), []end{alphaEnds(1, "is not allowed")}},
		{".git with an NTFS stream", odd("100644", ".git::$INDEX_ALLOCATION"), []end{alphaEnds(1, "is not allowed")}},
		{".git with a dot behind it", odd("100644", ".git. ."), []end{alphaEnds(1, "is not allowed")}},
		{"a backslash", odd("100644", `..\..\x.yaml`), []end{alphaEnds(1, `AXLE2531: tree entry "..\\..\\x.yaml" is not allowed`)}},
		{"a template beside one by another case", put("products/topic/Template.yaml", "x: 1\n"), []end{alphaEnds(0, "succeeded")}},
	})
}

// top are the entries of the good repository's root.
func (r *repo) top() []entry {
	f := r.good()
	policies, topic := files{}, files{}
	for name, e := range f {
		if rest, ok := strings.CutPrefix(name, "policies/"); ok {
			policies[rest] = e
		}
		if rest, ok := strings.CutPrefix(name, "products/"); ok {
			topic[rest] = e
		}
	}
	return []entry{file("pipeline.yaml", f["pipeline.yaml"].id), {"40000", "policies", r.root(policies)}, {"40000", "products", r.root(topic)}}
}

// M14 T08 T12 B003 B007 B034 B035 B051 B067 B086 B136: what grows when it is read, and what is read as something else.
func TestContents(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		bomb.WriteString("a" + strconv.Itoa(i) + ": &a" + strconv.Itoa(i) + " [" + strings.Repeat("*a"+strconv.Itoa(i-1)+", ", 9) + "*a" + strconv.Itoa(i-1) + "]\n")
	}
	utf16 := func(s string) string {
		b := "\xff\xfe"
		for _, c := range s {
			b += string([]byte{byte(c), 0})
		}
		return b
	}
	tried(t, []trial{
		{"YAML bomb for a template", put(template, bomb.String()), []end{alphaEnds(1, "aliases")}},
		{"YAML bomb for a product", put("products/topic/product.yaml", bomb.String()), []end{alphaEnds(1, "AXLE1007: aliases expand to more than 10,000 nodes")}},
		{"YAML bomb for the pipeline", put("pipeline.yaml", bomb.String()), []end{alphaEnds(2, "AXLE1007: aliases expand to more than 10,000 nodes")}},
		{"an anchor in itself", put("products/topic/product.yaml", "a: &a [*a]\n"), []end{alphaEnds(1, "contains itself")}},
		{"intrinsics 200 deep", put(template, "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: "+strings.Repeat("{ 'Fn::Join': ['', [", 200)+"x"+strings.Repeat("]]}", 200)+" }\n"), []end{alphaEnds(1, "nesting deeper than 100")}},
		{"brackets 100,000 deep", put(template, strings.Repeat("[", 100_000)), []end{alphaEnds(1, "AXLE2200: nesting deeper than 100")}},
		{"JSON 100,000 deep", put(template, strings.Repeat(`{"a":`, 100_000)), []end{alphaEnds(1, "AXLE2200: nesting deeper than 100")}},
		{"indents 5,000 deep", put(template, indents(5000)), []end{alphaEnds(1, "AXLE2200: nesting deeper than 100")}},
		{"40,000 keys", put(template, "Resources:\n"+keys(40_000)), []end{alphaEnds(1, "AXLE2200: mapping has 40,000 keys (max 1,000)")}},
		{"a line of 4 MB", put("notes.txt", strings.Repeat("abcd ", 800_000)), []end{alphaEnds(0, ""), historyEnds(0, "")}},
		{"a template line of 900 kB", put(template, templateYAML+"# "+strings.Repeat("x", 900_000)+"\n"), []end{alphaEnds(0, "")}},
		{"a template of 2 MB", put(template, templateYAML+strings.Repeat("# x\n", 500_000)), []end{alphaEnds(1, "CloudFormation allows 1 MB by S3")}},
		{"100 MB of zeros", big("zeros.bin"), []end{alphaEnds(1, "not scanned: zeros.bin is 100 MB"), historyEnds(1, "AXLE2502: not scanned: zeros.bin is 100 MB"), pushEnds(1, "AXLE2502: not scanned: zeros.bin is 100 MB")}},
		{"100 MB of zeros for a template", big(template), []end{alphaEnds(1, "template.yaml is 100 MB")}},
		{"100 MB of zeros for a policy", big("policies/data.json"), []end{alphaEnds(1, "data.json is 100 MB")}},
		{"invalid UTF-8", put(template, "Resources:\n  T: { Type: AWS::SNS::Topic, Properties: { TopicName: \"a\xff\" } }\n"), []end{alphaEnds(1, "not UTF-8")}},
		{"UTF-16", put(template, utf16(templateYAML)), []end{alphaEnds(1, "not UTF-8")}},
		{"a byte order mark", put(template, "\ufeff"+templateYAML), []end{alphaEnds(0, "succeeded")}},
		{"two byte order marks", put(template, "\ufeff\ufeff"+templateYAML), []end{alphaEnds(1, "AXLE2200: not a YAML text (character U+FEFF at offset 0)")}},
		{"a second document", put(template, templateYAML+"---\nResources: {}\n"), []end{alphaEnds(1, "a second document")}},
		{"an ELF header", put(template, "\x7fELF\x02\x01\x01\x00"), []end{alphaEnds(1, "AXLE2200: not a YAML text (byte 0x7F at offset 0)")}},
		{"a bidi override", put("products/topic/product.yaml", strings.Replace(productYAML, "name: topic", "name: to\u202epic", 1)), []end{alphaEnds(1, "invisible direction character")}},
		{"an expression that backtracks", put("products/topic/tests/a.feature", featureText+"    And the property \"TopicName\" of \"Topic\" matches \"(a*)*(a*)*(a*)*b\"\n"), []end{alphaEnds(1, `AXLE2461: topic: named failed: the property "TopicName" of "Topic" matches "(a*)*(a*)*(a*)*b": it is`)}},
		{"a feature of 50,000 scenarios", put("products/topic/tests/b.feature", "Feature: x\n"+strings.Repeat("  Scenario: y\n    Then there is a resource \"Topic\" of type \"AWS::SNS::Topic\"\n", 50_000)), []end{alphaEnds(0, "succeeded")}},
		{"a feature with a NUL", put("products/topic/tests/b.feature", featureText+"\x00"), []end{alphaEnds(1, "b.feature:4:1: error AXLE2460: not Gherkin")}},
		{"a baseline that is no JSON", put(".axle-baseline.json", "{"), []end{alphaEnds(2, "AXLE1520: .axle-baseline.json is not a baseline: unexpected EOF")}},
		{"product.yaml of 2 MB", put("products/topic/product.yaml", productYAML+strings.Repeat("# x\n", 500_000)), []end{alphaEnds(1, "AXLE1008: file is 2.0 MB (max 1 MB)")}},
		{"10,000 files", func(r *repo) string {
			x := r.blob("x")
			list := make([]entry, 10_000)
			for i := range list {
				list[i] = file("f"+strconv.Itoa(10_000+i), x)
			}
			return r.commit(r.tree(append([]entry{{"40000", "many", r.tree(list...)}}, r.top()...)...))
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings"), pushEnds(0, "")}},
		{"a tree bomb", func(r *repo) string {
			id, mode := r.blob("x"), "100644"
			for range 6 { // 100^6 files in six trees
				list := make([]entry, 100)
				for i := range list {
					list[i] = entry{mode, "d" + strconv.Itoa(100+i), id}
				}
				id, mode = r.tree(list...), "40000"
			}
			return r.commit(r.tree(append([]entry{{"40000", "bomb", id}}, r.top()...)...))
		}, []end{alphaEnds(1, "tree has more than 20,000 files"), historyEnds(0, "0 findings"), pushEnds(1, "AXLE2533: tree has more than 20,000 files")}},
		{"trees 1,000 deep", deep(1000), []end{alphaEnds(0, "")}},
		{"trees 5,000 deep", deep(5000), []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings"), pushEnds(0, "")}},
	})
}

// big commits 100 MB of zeros in a path.
func big(name string) func(*repo) string {
	return func(r *repo) string { return r.commit(r.root(r.good().with(name, "100644", r.zeros(100<<20)))) }
}

// deep nests a file in so many folders.
func deep(n int) func(*repo) string {
	return func(r *repo) string {
		id, mode, name := r.blob("x"), "100644", "x"
		for range n {
			id, mode, name = r.tree(entry{mode, name, id}), "40000", "d"
		}
		return r.commit(r.tree(append([]entry{{mode, name, id}}, r.top()...)...))
	}
}

func indents(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
		if b.Len() > 900_000 {
			break
		}
	}
	return b.String()
}

func keys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("  K" + strconv.Itoa(i) + ": 1\n")
	}
	return b.String()
}
