package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set by the release build: -ldflags "-X main.release=1.2.3".
var release = ""

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Which axle this is", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		version, commit, goVersion := release, "", ""
		if info, ok := debug.ReadBuildInfo(); ok {
			goVersion = info.GoVersion
			if version == "" {
				version = info.Main.Version
			}
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					commit = s.Value
				}
			}
		}
		if version == "" || version == "(devel)" {
			version = "development"
		}
		if a.output == "json" {
			return a.print(struct {
				FormatVersion int    `json:"format_version"`
				Version       string `json:"version"`
				Commit        string `json:"commit,omitempty"`
				Go            string `json:"go"`
			}{formatVersion, version, commit, goVersion})
		}
		fmt.Fprintf(a.Out, "axle %s %s (%s)\n", version, commit, goVersion)
		return nil
	}}
}

// topics are help pages without a command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What each exit code means", Long: `Exit codes are stable.

  0    done; nothing was found
  1    findings, a failed run, or a conflict with what is published
  2    a wrong flag, file or input
  3    the cloud, an API or a tool failed; trying again may help
  4    not signed in, or not allowed
  8    a run waits for somebody's approval
  124  timed out
  130  interrupted; the run resumes from its log

Only axle plan --detailed-exitcode differs: 0 no change, 1 error, 2 changes.
A code AXLE1nnn ends in 2, AXLE2nnn in 1, AXLE3nnn in 3, AXLE4nnn in 4.`},
		{Use: "environment", Short: "The variables axle reads", Long: `A flag wins over its variable, the variable over the file, the file over the default.
The variable of --some-flag is AXLE_SOME_FLAG; --help of each command names them.

  AXLE_STATE      where runs, artifacts and the sandbox are kept; default .axle
                  beside .git, or axle in a bare repository
  AXLE_PROFILE    use AWS by this profile; without it, or --endpoint-url, axle uses
                  the sandbox on this machine whatever AWS_* says
  AXLE_PUSHER, REMOTE_USER, GL_USERNAME
                  in hooks: who pushes, where the transport knows; may not approve
  GITHUB_ACTIONS  true: findings also as ::error annotations
  NO_COLOR, CLICOLOR_FORCE
                  colour off, or on`},
	}
}
