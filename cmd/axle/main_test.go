package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary axle itself where a scenario, or a hook that one installed, calls it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"axle": func() {
			os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}, os.LookupEnv))
		},
	})
}

// TestScenarios runs tests/scenarios: what a user types, and sees. Each has a home of its own,
// git that knows nobody but whom the scenario names, and no way to AWS.
func TestScenarios(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../tests/scenarios",
		RequireUniqueNames:  true,
		RequireExplicitExec: false,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "be": be, "take": take, "json": isJSON, "buys": buys, "subscribes": subscribes, "topic": topic, "heard": heard},
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(env.WorkDir, "gitconfig"))
			env.Setenv("NO_COLOR", "1")
			env.Setenv("SAMPLES", samples(t))
			return nil
		},
	})
}

func samples(t *testing.T) string {
	root, err := filepath.Abs("../../products")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// exits N cmd args...: the command ends with that code. Its output is stdout and stderr's, as after exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s ended with %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// be EMAIL: git knows the user by this address from here on.
func be(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: be EMAIL")
	}
	name, _, _ := strings.Cut(args[0], "@")
	text := "[user]\n\tname = " + name + "\n\temail = " + args[0] + "\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
	ts.Check(os.WriteFile(ts.Getenv("GIT_CONFIG_GLOBAL"), []byte(text), 0o644))
}

// take NAME PATTERN: $NAME is from here on what the pattern's group matched in the last command's output.
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: take NAME PATTERN")
	}
	m := regexp.MustCompile(`(?m)` + args[1]).FindStringSubmatch(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	if len(m) < 2 {
		ts.Fatalf("nothing matches %s", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// json [PATH VALUE]: the last command's stdout is one JSON document with a format_version and
// nothing beside it; at PATH (runs.0.state) stands VALUE, as JSON or as the text of a string.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 && len(args) != 2 {
		ts.Fatalf("usage: json [PATH VALUE]")
	}
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	if top, ok := doc.(map[string]any); !ok || top["format_version"] == nil {
		ts.Fatalf("the document has no format_version")
	}
	if len(args) == 0 {
		return
	}
	for _, key := range strings.Split(args[0], ".") {
		doc = member(doc, key)
	}
	data, err := json.Marshal(doc)
	ts.Check(err)
	if text, ok := doc.(string); string(data) != args[1] && !(ok && text == args[1]) {
		ts.Fatalf("%s is %s, want %s", args[0], data, args[1])
	}
}

// member of a mapping by its key, or of a list by its index; nil where there is none.
func member(doc any, key string) any {
	switch d := doc.(type) {
	case map[string]any:
		return d[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(d) {
			return d[i]
		}
	}
	return nil
}
