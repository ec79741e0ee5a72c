package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goodCommit is the good repository's commit.
func goodCommit(r *repo) string { return r.commit(r.root(r.good())) }

// configured is the good repository checked out, with settings that name a program, and attributes.
func configured(config, attributes string) func(*repo) string {
	return func(r *repo) string {
		id := goodCommit(r)
		r.write(".git/refs/heads/main", id+"\n")
		r.git("reset", "--hard", "-q")
		r.write(".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"+strings.ReplaceAll(config, "PROGRAM", r.program()))
		if attributes != "" {
			r.write(".gitattributes", attributes)
			r.write(".git/info/attributes", attributes)
		}
		r.write("products/topic/template.yaml", strings.ReplaceAll(templateYAML, "orders", "others")) // same length, to be read again
		return id
	}
}

// M14 T06 T07: nothing that the repository's settings name is run, wherever axle calls git.
func TestSettings(t *testing.T) {
	runs := []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}
	hooked := func(r *repo) string {
		id := configured("", "")(r)
		for _, name := range []string{"post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc", "post-checkout", "pre-commit"} {
			r.write(".git/hooks/"+name, "#!/bin/sh\ntouch '"+r.made+"'\n")
			r.check(os.Chmod(filepath.Join(r.dir, ".git/hooks", name), 0o755))
		}
		return id
	}
	included := func(r *repo) string {
		id := configured("[include]\n\tpath = other\n[includeIf \"gitdir:**\"]\n\tpath = ../other\n", "")(r)
		for _, name := range []string{".git/other", "other"} {
			r.write(name, "[core]\n\tfsmonitor = "+r.program()+"\n[diff]\n\texternal = "+r.program()+"\n")
		}
		return id
	}
	tried(t, []trial{
		{"a clean filter", configured("[filter \"x\"]\n\tclean = PROGRAM\n\tsmudge = PROGRAM\n\trequired = true\n", "* filter=x\n"), runs},
		{"a filter by an odd name", configured("[filter \"x=y\"]\n\tclean = PROGRAM\n", "* filter=x=y\n"), runs},
		{"a filter process", configured("[filter \"x\"]\n\tprocess = PROGRAM\n", "* filter=x\n"), runs},
		{"diff.external", configured("[diff]\n\texternal = PROGRAM\n", ""), runs},
		{"a diff driver", configured("[diff \"x\"]\n\tcommand = PROGRAM\n\ttextconv = PROGRAM\n\tcachetextconv = true\n", "* diff=x\n"), runs},
		{"a merge driver", configured("[merge \"x\"]\n\tdriver = PROGRAM\n", "* merge=x\n"), runs},
		{"core.fsmonitor", configured("[core]\n\tfsmonitor = PROGRAM\n\tfsmonitorHookVersion = 2\n", ""), runs},
		{"core.hooksPath", configured("[core]\n\thooksPath = .\n", ""), runs},
		{"hooks", hooked, runs},
		{"include.path", included, runs},
		{"core.pager, core.editor, core.askPass", configured("[core]\n\tpager = PROGRAM\n\teditor = PROGRAM\n\taskPass = PROGRAM\n[pager]\n\tlog = PROGRAM\n\tstatus = PROGRAM\n", ""), runs},
		{"gpg.program", configured("[gpg]\n\tprogram = PROGRAM\n[log]\n\tshowSignature = true\n[commit]\n\tgpgSign = true\n", ""), runs},
		{"aliases", configured("[alias]\n\trev-list = !PROGRAM\n\tls-tree = !PROGRAM\n\tstatus = !PROGRAM\n", ""), runs},
		{"a credential helper", configured("[credential]\n\thelper = !PROGRAM\n", ""), runs},
		{"a promisor remote by ssh", func(r *repo) string {
			f := r.good().with("gone.yaml", "100644", strings.Repeat("1", 40))
			id := r.commit(r.root(f))
			r.write(".git/config", "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tsshCommand = "+r.program()+"\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = ssh://x/y\n\tpromisor = true\n\tpartialclonefilter = blob:none\n")
			return id
		}, []end{alphaEnds(3, "AXLE3502: object"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: objects could not be read")}},
		{"a promisor remote by ext", func(r *repo) string {
			id := r.commit(r.root(r.good().with("gone.yaml", "100644", strings.Repeat("1", 40))))
			r.write(".git/config", "[core]\n\trepositoryformatversion = 1\n\tbare = false\n[protocol]\n\tallow = always\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = ext::"+r.program()+"\n\tpromisor = true\n")
			return id
		}, []end{alphaEnds(3, "AXLE3502: object"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502")}},
		{"a submodule that is checked out, with a filter", func(r *repo) string {
			f := r.text(r.good(), ".gitmodules", "[submodule \"m\"]\n\tpath = m\n\turl = ./m\n")
			id := r.commit(r.root(f.with("m", "160000", goodCommit(r))))
			r.write(".git/refs/heads/main", id+"\n")
			r.git("read-tree", id)
			r.git("init", "-q", "m")
			r.write("m/.git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = "+r.program()+"\n[filter \"x\"]\n\tclean = "+r.program()+"\n")
			r.write("m/.gitattributes", "* filter=x\n")
			r.write("m/a", "x")
			return id
		}, runs},
		{"alternates that lead outside", func(r *repo) string {
			id := goodCommit(r)
			r.write(".git/objects/info/alternates", "/etc\n../../../nowhere\n/dev/zero\n")
			return id
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
		{"alternates in a circle", func(r *repo) string {
			id := goodCommit(r)
			r.write(".git/objects/info/alternates", filepath.Join(r.dir, ".git/objects")+"\n")
			return id
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
		{"a .git that is a file", func(r *repo) string {
			id := goodCommit(r)
			r.write(".git/refs/heads/main", id+"\n")
			r.check(os.Rename(filepath.Join(r.dir, ".git"), filepath.Join(r.dir, "real")))
			r.write(".git", "gitdir: real\n")
			return id
		}, nil},
	})
}

// M14 T07 T13: histories that no honest git makes, and names that a command line or a terminal would obey.
func TestHistories(t *testing.T) {
	evil := "\x1b]0;pwned\x07\x1b[31m<::error::x\u202e@example.com"
	branch := func(name string) func(*repo) string {
		return func(r *repo) string {
			id := goodCommit(r)
			r.write(".git/refs/heads/"+name, id+"\n")
			r.write(".git/HEAD", "ref: refs/heads/"+name+"\n")
			return id
		}
	}
	plain := "AKIA" + "Q4WE5RT6YU7IOPA2"
	tried(t, []trial{
		{"no commit", func(r *repo) string { return strings.Repeat("1", 40) }, []end{historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: objects could not be read")}},
		{"a branch --output=x", branch("--output=made"), []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
		{"a branch with a semicolon", branch("a;touch${IFS}made"), []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
		{"a branch like a workflow command", branch("::error::x"), []end{alphaEnds(2, "AXLE1502: ref HEAD not found")}},
		{"a branch with bidi", branch("a\u202eb"), []end{alphaEnds(0, "succeeded")}},
		{"an author like a terminal's command", func(r *repo) string {
			return r.commitBy("\x1b[31m::error::x <"+evil+"> 1700000000 +0000", "x\n", r.root(r.good()))
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings"), pushEnds(0, "")}},
		{"a message like a terminal's command", func(r *repo) string {
			return r.commitBy(person, "\x1b]0;x\x07\r::error::"+plain+"\u202e\n", r.root(r.good()))
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of")}},
		{"a date that is none", func(r *repo) string {
			return r.commitBy("dev <dev@example.com> 99999999999999999999 +9999999", "x\n", r.root(r.good()))
		}, []end{alphaEnds(0, "succeeded")}},
		{"no author", func(r *repo) string {
			return r.object("commit", "tree "+r.root(r.good())+"\n\nx\n")
		}, []end{alphaEnds(0, "succeeded"), pushEnds(0, "")}},
		{"a commit without a tree", func(r *repo) string {
			return r.object("commit", "author "+person+"\ncommitter "+person+"\n\nx\n")
		}, []end{alphaEnds(2, "AXLE1502: ref HEAD not found"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: objects could not be read")}},
		{"a NUL in a message", func(r *repo) string {
			return r.commitBy(person, "x\x00 "+plain+"\n", r.root(r.good()))
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the message of")}},
		{"a key in a header that git does not know", func(r *repo) string {
			return r.object("commit", "tree "+r.root(r.good())+"\nauthor "+person+"\ncommitter "+person+"\nnote "+plain+"\n\nx\n")
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the headers of"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the headers of"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2, in the headers of")}},
		{"a missing parent", func(r *repo) string {
			return r.commit(r.root(r.good()), strings.Repeat("1", 40))
		}, []end{alphaEnds(3, "AXLE3502: objects could not be read"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: objects could not be read")}},
		{"a missing blob", func(r *repo) string {
			return r.commit(r.root(r.good().with("gone.yaml", "100644", strings.Repeat("1", 40))))
		}, []end{alphaEnds(3, "AXLE3502: object"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: objects could not be read")}},
		{"a broken object", func(r *repo) string {
			id := r.blob("broken")
			r.write(".git/objects/"+id[:2]+"/"+id[2:], "no zlib")
			return r.commit(r.root(r.good().with("broken.yaml", "100644", id)))
		}, []end{alphaEnds(3, "AXLE3502: object"), historyEnds(3, "AXLE3522: not everything could be scanned"), pushEnds(3, "AXLE3502: object")}},
		{"an object that is another", func(r *repo) string {
			id, other := r.blob("one"), r.blob("two")
			data, err := os.ReadFile(filepath.Join(r.dir, ".git/objects", other[:2], other[2:]))
			r.check(err)
			r.write(".git/objects/"+id[:2]+"/"+id[2:], string(data))
			return r.commit(r.root(r.good().with("broken.yaml", "100644", id)))
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings"), pushEnds(0, "")}},
		{"octopus", func(r *repo) string {
			var parents []string
			for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
				parents = append(parents, r.commitBy(person, n, r.root(r.text(r.good(), n, n))))
			}
			return r.commit(r.root(r.text(r.good(), "merged", plain)), parents...)
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
		{"the same parent twice", func(r *repo) string {
			p := goodCommit(r)
			return r.commitBy(person, "twice\n", r.root(r.good()), p, p)
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
		{"unrelated histories", func(r *repo) string {
			other := r.commitBy(person, "other\n", r.root(r.text(files{}, "leak", plain)))
			return r.commitBy(person, "joined\n", r.root(r.good()), goodCommit(r), other)
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
		{"a tag of a tag of a blob", func(r *repo) string {
			blob := r.blob(plain)
			tag := r.object("tag", "object "+blob+"\ntype blob\ntag one\ntagger "+person+"\n\nx\n")
			tag = r.object("tag", "object "+tag+"\ntype tag\ntag two\ntagger "+person+"\n\nx\n")
			r.write(".git/refs/tags/two", tag+"\n")
			return goodCommit(r)
		}, []end{historyEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
		{"a replaced commit", func(r *repo) string {
			id := r.commit(r.root(r.text(r.good(), "leak", plain)))
			clean := r.commitBy(person, "clean\n", r.root(r.good()))
			r.write(".git/refs/replace/"+id, clean+"\n")
			return id
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
		{"a graft", func(r *repo) string {
			first := r.commit(r.root(r.text(r.good(), "leak", plain)))
			id := r.commitBy(person, "second\n", r.root(r.good()), first)
			r.write(".git/info/grafts", id+"\n")
			return id
		}, []end{alphaEnds(1, "AXLE2501: AWS access key AKIA****PA2"), historyEnds(1, "AXLE2501: AWS access key AKIA****PA2"), pushEnds(1, "AXLE2501: AWS access key AKIA****PA2")}},
		{"a shallow file that hides", func(r *repo) string {
			first := r.commit(r.root(r.text(r.good(), "leak", plain)))
			id := r.commitBy(person, "second\n", r.root(r.good()), first)
			r.write(".git/shallow", id+"\n")
			return id
		}, []end{alphaEnds(3, "AXLE3502: the history is cut off: this is a shallow clone"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502"), pushEnds(3, "AXLE3502: the history is cut off: this is a shallow clone")}},
		{"a ref of a tree", func(r *repo) string {
			r.write(".git/refs/heads/tree", r.root(r.good())+"\n")
			return goodCommit(r)
		}, []end{historyEnds(0, "0 findings")}},
		{"a ref that is no id", func(r *repo) string {
			r.write(".git/refs/heads/bad", "zzzz\n")
			return goodCommit(r)
		}, []end{alphaEnds(0, "succeeded"), historyEnds(3, "AXLE3522: not everything could be scanned: AXLE3502")}},
		{"HEAD in a circle", func(r *repo) string {
			r.write(".git/refs/heads/a", "ref: refs/heads/b\n")
			r.write(".git/refs/heads/b", "ref: refs/heads/a\n")
			r.write(".git/HEAD", "ref: refs/heads/a\n")
			return goodCommit(r)
		}, []end{alphaEnds(2, "AXLE1502: ref HEAD not found")}},
		{"SHA-256", func(r *repo) string {
			r.check(os.RemoveAll(filepath.Join(r.dir, ".git")))
			r.git("init", "-q", "--object-format=sha256", "-b", "main")
			for name, text := range map[string]string{"pipeline.yaml": pipelineYAML, "products/topic/product.yaml": productYAML, "products/topic/template.yaml": templateYAML,
				"products/topic/tests/a.feature": featureText, "policies/names.rego": policyRego, "policies/names_test.rego": policyTestRego} {
				r.write(name, text)
			}
			r.git("add", ".")
			r.git("commit", "-q", "-m", "first")
			return r.git("rev-parse", "HEAD")
		}, []end{alphaEnds(0, "succeeded"), historyEnds(0, "0 findings")}},
	})
}
