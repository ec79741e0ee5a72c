package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/axle-cd/axle/document"
)

// result is a finished command.
type result struct {
	code     int
	out, err string
}

// run carries a command out in a folder of the demo, shows it, and holds its exit code against what is expected.
func (d *demo) run(dir string, want int, args ...string) result {
	if d.err != nil {
		return result{}
	}
	d.show("$ %s\n", strings.Join(quoteArgs(args), " "))
	r := d.exec(dir, args...)
	if d.err == nil && r.code != want {
		d.err = document.Fail("AXLE3150", fmt.Sprintf("%s ended with %d, not %d", strings.Join(args, " "), r.code, want), "", errors.New(strings.TrimSpace(r.out+r.err)))
	}
	return r
}

func (d *demo) exec(dir string, args ...string) result {
	name := args[0]
	if name == "axle" {
		name = d.self
	}
	cmd := exec.CommandContext(d.ctx, name, args[1:]...)
	cmd.Dir = filepath.Join(d.dir, dir)
	cmd.Env = d.environment()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, d.screen()), io.MultiWriter(&errOut, d.screen())
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.must(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// environment is the user's without what would lead the demo elsewhere.
func (d *demo) environment() []string {
	env := []string{"AXLE_STATE=" + filepath.Join(d.dir, "state"), "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0"}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "AXLE_") && !strings.HasPrefix(kv, "AWS_") && !strings.HasPrefix(kv, "GIT_") && !strings.HasPrefix(kv, "GITHUB_ACTIONS=") {
			env = append(env, kv)
		}
	}
	return env
}

// screen is where commands' output goes: to the person, unless a document is asked for.
func (d *demo) screen() io.Writer {
	if d.output == "json" || d.quiet {
		return io.Discard
	}
	return d.Err
}

func (d *demo) show(format string, args ...any) { fmt.Fprintf(d.screen(), format, args...) }

func (d *demo) title(text string) {
	if d.err == nil {
		d.show("\n== %s\n", text)
	}
}

func (d *demo) must(err error) {
	if d.err == nil {
		d.err = err
	}
}

func quoteArgs(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if out[i] = arg; strings.ContainsAny(arg, " ") {
			out[i] = quoteShell(arg)
		}
	}
	return out
}

// edit replaces text in a file of dev; text that is not there is a defect of the demo.
func (d *demo) edit(name, old, new string) {
	if d.err != nil {
		return
	}
	file := filepath.Join(d.dir, "dev", filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	if err == nil && !bytes.Contains(data, []byte(old)) {
		err = fmt.Errorf("%s has no %q", name, old)
	}
	d.must(err)
	if err == nil {
		d.show("(edit %s)\n", name)
		d.must(os.WriteFile(file, bytes.Replace(data, []byte(old), []byte(new), 1), 0o644))
	}
}

var said = regexp.MustCompile(`(?m)(?:([^\s:]+):(\d+):\d+: )?error (AXLE\d{4}): |(AXLE\d{4}): `)

// refused notes the first error that a command showed.
func (d *demo) refused(where string, r result) {
	if d.err != nil {
		return
	}
	m := said.FindStringSubmatch(r.err)
	if m == nil {
		d.err = document.Fail("AXLE3150", where+" gave no reason", "", errors.New(r.err))
		return
	}
	line, _ := strconv.Atoi(m[2])
	d.doc.Refused = append(d.doc.Refused, refusal{where, m[3] + m[4], m[1], line})
}

// refusedByAlpha notes the finding of the newest run's action.
func (d *demo) refusedByAlpha(action string) {
	runs := d.runs()
	if d.err != nil {
		return
	}
	for _, st := range runs[0].Stages {
		for _, act := range st.Actions {
			if act.Name == action && act.Verdict == "fail" {
				f := act.Findings[0]
				d.doc.Refused = append(d.doc.Refused, refusal{"alpha", f.Code, f.File, f.Line})
				return
			}
		}
	}
	d.err = document.Fail("AXLE3150", "alpha/"+action+" did not refuse it", "", nil)
}

// ask runs axle without showing it and reads the document it prints.
func ask[T any](d *demo, dir string, args ...string) (doc T) {
	if d.err != nil {
		return doc
	}
	cmd := exec.CommandContext(d.ctx, d.self, append(args, "-o", "json")...)
	cmd.Dir, cmd.Env = filepath.Join(d.dir, dir), d.environment()
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &doc)
	}
	d.must(err)
	return doc
}

func (d *demo) runs() []runDoc { return ask[runsDoc](d, "dev", "runs", "list").Runs }

func (d *demo) calls(since int) []callRow {
	return ask[struct{ Calls []callRow }](d, "dev", "sandbox", "calls", "--since", strconv.Itoa(since)).Calls
}

type callRow struct {
	Number   int  `json:"number"`
	Mutating bool `json:"mutating"`
}

// collect reads how it all ended.
func (d *demo) collect() {
	d.doc.Runs = d.runs()
	versions := ask[productsDoc](d, "dev", "product", "versions", demoProduct)
	for _, s := range ask[spokesDoc](d, "dev", "spokes", "status").Spokes {
		if s.State == "ACTIVE" {
			d.doc.Spokes = append(d.doc.Spokes, s)
		}
	}
	for _, p := range versions.Products {
		for _, v := range p.Published {
			d.published(p.Name, v)
		}
	}
}

// published notes a version in one region more.
func (d *demo) published(product string, v versionDoc) {
	at := regionDoc{v.Region, v.ProductID, v.ArtifactID}
	for i, p := range d.doc.Published {
		if p.Version == v.Version {
			d.doc.Published[i].Regions = append(p.Regions, at)
			return
		}
	}
	d.doc.Published = append(d.doc.Published, publishedDoc{product, v.Version, v.Digest, []regionDoc{at}})
}

// table is what a person takes away.
func (d *demo) table() {
	fmt.Fprintf(d.Out, "\n%-18s %-8s %-13s %-10s %-10s %s\n", "PRODUCT", "VERSION", "SPOKE", "REGION", "LAUNCHABLE", "LAUNCHED")
	for _, s := range d.doc.Spokes {
		can, has := "no: "+s.Reason, "-"
		if s.LaunchPath != "" {
			can = "yes"
		}
		if s.Provisioned != nil {
			has = s.Provisioned.Status
		}
		fmt.Fprintf(d.Out, "%-18s %-8s %-13s %-10s %-10s %s\n", s.Product, s.Version, s.Account, s.Region, can, has)
	}
	where := d.dir + " (removed now; --keep DIR keeps it)"
	if d.doc.Kept != "" {
		where = d.dir
	}
	fmt.Fprintf(d.Out, `
prod again: %d reads, %d mutating calls
repositories and state: %s
An approval by git identity is worth what the machine's users are: anybody may set user.email.
Nothing touched AWS: %s.
next: in your own repository: axle init; axle check; axle run
      on its bare remote: axle hook install; then git push
`, d.doc.Repeat.Reads, d.doc.Repeat.MutatingCalls, where, sandboxNotice)
}
