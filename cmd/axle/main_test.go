package main

import (
	"context"
	"os"
	"path/filepath"
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
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "be": be},
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
