package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/document"
)

// What axle market and axle licences have in common: flags, documents, plans that are kept.

// of are the flags that say which marketplace.yaml counts.
func (f *marketFlags) of(c *cobra.Command) {
	c.Flags().StringVar(&f.ref, "ref", "", "branch, tag or commit whose marketplace.yaml counts; default HEAD")
	c.Flags().StringVar(&f.file, "file", "", "this marketplace.yaml on disk, instead of a commit's")
}

func (f *marketFlags) ofPlan(c *cobra.Command) {
	c.Flags().StringVar(&f.out, "out", "", "write the plan to this file, for apply")
	c.Flags().BoolVar(&f.detailed, "detailed-exitcode", false, "0: nothing to change, 1: an error, 2: changes")
}

func (f *marketFlags) ofStatus(c *cobra.Command) {
	c.Flags().DurationVar(&f.maxAge, "max-age", 0, "older than that is stale, and exit code 1")
}

func (f *marketFlags) ofDrift(c *cobra.Command) {
	c.Flags().BoolVar(&f.markdown, "markdown", false, "as a Markdown table")
}

func (f *marketFlags) ofWatch(c *cobra.Command, every string) {
	c.Flags().DurationVar(&f.every, "every", 0, "between passes; default "+every)
	c.Flags().IntVar(&f.passes, "passes", 0, "end after so many; default: never")
	c.Flags().StringVar(&f.hints, "hints", "", "events, as JSON lines of a file or -, or from an SQS queue by its URL: they shorten the wait, none is needed")
	c.Flags().Lookup("ref").Usage = refOfWatch
}

// show prints a document as JSON, or as text.
func (s *stall) show(doc any, text func()) error {
	if s.output == "json" {
		return s.print(doc)
	}
	text()
	s.tell("%s", s.cloud.notice())
	return nil
}

// markdownTable is rows as Markdown, the head first: whatever a cell holds stays in it, as text.
func markdownTable(rows [][]string) string {
	var b strings.Builder
	cell := strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "[", `\[`)
	for i, row := range rows {
		for _, text := range row {
			b.WriteString("| " + cell.Replace(document.Printable(strings.ReplaceAll(text, "\n", " "))) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|--", len(row)) + "|\n")
		}
	}
	return b.String()
}

// outcomeErr ends a command as its outcome says.
func outcomeErr(outcome string) error {
	if code := marketExit(outcome); code != exitOK {
		return exitCode(code)
	}
	return nil
}

// savePlan writes a plan for apply, where --out asks for it.
func savePlan(name string, doc any) error {
	if name == "" {
		return nil
	}
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(name, append(raw, '\n'), 0o644)
}

// savedPlan reads a plan that savePlan wrote; one that was changed since is none. marks are the
// version that it has, the digest that it has, and that of what stands in it.
func savedPlan[T any](name, command string, marks func(T) (version int, digest, is string)) (doc T, err error) {
	data, ds := readSized(name, planSize(name))
	if err := ds.Err(); err != nil {
		return doc, err
	}
	err = json.Unmarshal(data, &doc)
	version, digest, is := marks(doc)
	switch {
	case err != nil || version != formatVersion:
		return doc, document.Fail("AXLE1188", name+" is not a plan of "+command+" --out", "write it anew", err)
	case digest != is:
		return doc, document.Fail("AXLE1188", name+" was changed after it was written: its digest does not fit", "write it anew", nil)
	}
	return doc, nil
}

// planSize refuses what is bigger than any plan of a marketplace.yaml that can be read.
func planSize(name string) func(int64) document.Diagnostics {
	return func(size int64) document.Diagnostics {
		if size <= 64_000_000 {
			return nil
		}
		return document.Diagnostics{{File: name, Severity: document.SeverityError, Code: "AXLE1008", Summary: "file is too big to be a plan (max 64 MB)"}}
	}
}
