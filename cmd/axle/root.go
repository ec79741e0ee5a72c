package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/axle-cd/axle/document"
)

// globals are the flags of every command.
type globals struct {
	config, chdir, output string
	quiet, verbose        bool
	noColor, noInput      bool
	profile, endpoint     string
	sandbox               bool
	reports               []string
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "axle",
		Short:         "Publish infrastructure-as-code products: tested, approved, versioned, launchable in every spoke account",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE:          helpOrUnknown,
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.config, "config", "f", "", "pipeline file; default pipeline.yaml, then .config/pipeline.yaml, up to the repository's root")
	f.StringVarP(&a.chdir, "chdir", "C", "", "work in this directory")
	f.StringVarP(&a.output, "output", "o", "text", "text or json; axle inventory: csv too")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "more of it")
	f.BoolVar(&a.noColor, "no-color", false, "no colour, also NO_COLOR")
	f.BoolVar(&a.noInput, "no-input", false, "never ask; axle asks nothing in any case, and takes the flag for scripts that give it everywhere")
	f.StringVar(&a.profile, "profile", "", "use AWS, by this profile of the AWS configuration")
	f.StringVar(&a.endpoint, "endpoint-url", "", "use the AWS endpoint at this address")
	f.BoolVar(&a.sandbox, "sandbox", false, "use the sandbox organization on this machine (the default)")
	f.StringArrayVar(&a.reports, "report", nil, "FORMAT=PATH, as often as needed: what was found as json, sarif, junit, github or codequality; - is standard output")
	root.PersistentPreRunE = a.before
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(helpCommand())
	root.AddCommand(a.initCommand(), a.checkCommand(), a.schemaCommand(), a.hookCommand(), a.runCommand(), a.planCommand(),
		a.runsCommand(), a.approvalsCommand(), a.productCommand(), a.verifyCommand(), a.spokesCommand(), a.catalogCommand(), a.policyCommand(), a.sandboxCommand(), a.demoCommand(), a.versionCommand())
	root.AddCommand(a.secretsCommand(), a.lspCommand())
	root.AddCommand(a.fleetCommand(), a.inventoryCommand(), a.driftCommand())
	root.AddCommand(a.importCommand())
	root.AddCommand(a.distributeCommand(), a.campaignCommand())
	root.AddCommand(a.marketCommand(), a.licencesCommand(), a.auditCommand())
	root.AddCommand(topics()...)
	nameVariables(root)
	explainArgs(root)
	return root
}

// explainArgs makes a refusal of arguments one of ours, with the usage.
func explainArgs(cmd *cobra.Command) {
	if judge := cmd.Args; judge != nil {
		cmd.Args = func(c *cobra.Command, args []string) error {
			err := judge(c, args)
			if err == nil || document.CodeOf(err) != "" {
				return err
			}
			return document.Fail(codeUsage, fmt.Sprintf("%s does not take %q", c.CommandPath(), args), "usage: "+c.UseLine(), nil)
		}
	}
	for _, sub := range cmd.Commands() {
		explainArgs(sub)
	}
}

// nameVariables makes each flag's help name its variable.
func nameVariables(cmd *cobra.Command) {
	name := func(f *pflag.Flag) {
		if f.Name != "help" {
			f.Usage += " [$" + variable(f.Name) + "]"
		}
	}
	cmd.PersistentFlags().VisitAll(name)
	cmd.LocalNonPersistentFlags().VisitAll(name)
	for _, sub := range cmd.Commands() {
		nameVariables(sub)
	}
}

func variable(flag string) string {
	return "AXLE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// before gives flags that were not set the value of their variable (CLI-22), and judges the global ones.
func (a *app) before(cmd *cobra.Command, _ []string) error {
	var wrong error
	box, profile, endpoint := cmd.Flags().Changed("sandbox"), cmd.Flags().Changed("profile"), cmd.Flags().Changed("endpoint-url")
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, ok := a.env(variable(f.Name))
		// What a flag chooses of the sandbox and AWS, no variable of the other takes back.
		other := box && (f.Name == "profile" || f.Name == "endpoint-url") || (profile || endpoint) && f.Name == "sandbox"
		if !ok || value == "" || f.Changed || other || wrong != nil {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			wrong = document.Fail(codeUsage, fmt.Sprintf("%s=%q is not a value of --%s", variable(f.Name), value, f.Name), "it takes a "+f.Value.Type(), nil)
		}
	})
	if wrong != nil {
		return wrong
	}
	if err := a.moveTo(); err != nil {
		return err
	}
	if a.output != "text" && a.output != "json" && !(a.output == "csv" && cmd.Name() == inventoryUse) {
		return document.Fail(codeUsage, fmt.Sprintf("unknown output %q; outputs are text, json", a.output), document.DidYouMean(a.output, []string{"text", "json"}), nil)
	}
	if a.sandbox && (a.profile != "" || a.endpoint != "") {
		return document.Fail(codeUsage, "--sandbox and --profile or --endpoint-url exclude each other", "choose one", nil)
	}
	_, err := reportsOf(a.reports)
	return err
}

// moveTo goes to --chdir: every path of the command line is meant from there.
func (a *app) moveTo() error {
	if a.chdir == "" {
		return nil
	}
	if err := os.Chdir(a.chdir); err != nil {
		return document.Fail(codeUsage, fmt.Sprintf("--chdir %s: no such directory", a.chdir), "", nil)
	}
	a.chdir = ""
	return nil
}

var unknownFlag = regexp.MustCompile(`^unknown flag: --([^ ]+)|^unknown shorthand flag: '(.)'`)

// flagError says what is wrong with a flag, and which one may have been meant (B209).
func flagError(cmd *cobra.Command, err error) error {
	m := unknownFlag.FindStringSubmatch(err.Error())
	if m == nil {
		return document.Fail(codeUsage, err.Error(), cmd.CommandPath()+" --help lists the flags", nil)
	}
	if m[2] != "" {
		return document.Fail(codeUsage, "unknown flag -"+m[2], cmd.CommandPath()+" --help lists the flags", nil)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	summary := "unknown flag --" + m[1]
	if near := document.Nearest(m[1], names); near != "" {
		summary += "; did you mean --" + near + "?"
	}
	return document.Fail(codeUsage, summary, cmd.CommandPath()+" --help lists the flags", nil)
}

// group makes a command that only holds others, and refuses a word that is none of them.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: helpOrUnknown}
	cmd.AddCommand(subs...)
	return cmd
}

// helpCommand shows a command's help, or a topic; cobra's own passes over a word it does not know.
func helpCommand() *cobra.Command {
	return &cobra.Command{Use: "help [COMMAND or TOPIC]", Short: "Help about a command or a topic", RunE: func(cmd *cobra.Command, args []string) error {
		of, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) == 0 && of.HasParent() {
			return errors.Join(err, of.Help())
		}
		return helpOrUnknown(of, rest)
	}}
}

func helpOrUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			names = append(names, sub.Name())
		}
	}
	summary := fmt.Sprintf("unknown command %q for %s", args[0], cmd.CommandPath())
	if near := document.Nearest(args[0], names); near != "" {
		summary += "; did you mean " + near + "?"
	}
	return document.Fail(codeUsage, summary, cmd.CommandPath()+" --help lists the commands", nil)
}
