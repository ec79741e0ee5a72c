package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// shownCommand is a command as documents show it: at the beginning of a line of a block, or between backticks.
var shownCommand = regexp.MustCompile("(?m)(?:^(?: {4}|\\s*\\$ )?|`| {4,})(axle(?: [a-zA-Z@.\\[<-][^`|#\\n]*)?)")

// expected is a line of a scenario that runs nothing.
var expected = regexp.MustCompile(`^(#|!? ?std(out|err) )`)

// Every command that a document shows is one, and has the flags that are shown; and each of those of
// docs/catalog.md is run by a scenario.
func TestDocumentedCommands(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 10 {
		t.Fatal(pages, err)
	}
	for _, line := range []string{"axle drift --nothing", "axle campaign begin", "axle product delete P@V --confirmed TOKEN"} {
		if _, wrong := documented(line); wrong == "" {
			t.Errorf("%q passes", line)
		}
	}
	scenarios, found := scenarioLines(t), 0
	for _, page := range append(pages, "../../README.md") {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shownCommand.FindAllStringSubmatch(string(data), -1) {
			found++
			cmd, wrong := documented(m[1])
			if wrong != "" {
				t.Errorf("%s: %q: %s", page, m[1], wrong)
				continue
			}
			if strings.HasSuffix(page, "catalog.md") && !cmd.HasSubCommands() && !slices.ContainsFunc(scenarios, func(line string) bool { return strings.Contains(line, cmd.CommandPath()) }) {
				t.Errorf("%s: no scenario runs %s", page, cmd.CommandPath())
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d commands are found in the documents", found)
	}
}

// documented finds the command of a line, and what is wrong with it.
func documented(line string) (*cobra.Command, string) {
	words := strings.Fields(strings.NewReplacer("[", " ", "]", " ", ";", " ; ", ",", " ").Replace(line))
	cmd := (&app{}).root()
	for len(words) > 1 {
		i := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == words[1] })
		if i < 0 {
			break
		}
		cmd, words = cmd.Commands()[i], words[1:]
	}
	if len(words) > 1 && cmd.HasSubCommands() && cmd.HasParent() && words[1][0] >= 'a' && words[1][0] <= 'z' {
		return cmd, "no such command"
	}
	for _, w := range words {
		if w == ";" {
			break
		}
		name, long := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(name, "=")
		name = strings.TrimRight(name, ".:)")
		if long && name != "" && name != "help" && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			return cmd, "no flag --" + name
		}
	}
	return cmd, ""
}

// scenarioLines are the lines of all scenarios, but for what is expected and remarked.
func scenarioLines(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS("../../tests/scenarios"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join("../../tests/scenarios", path))
		all = append(all, strings.Split(string(data), "\n")...)
		return err
	})
	all = slices.DeleteFunc(all, expected.MatchString)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
