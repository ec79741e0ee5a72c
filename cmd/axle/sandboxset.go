package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

func (a *app) sandboxSet() *cobra.Command {
	return &cobra.Command{Use: "set [NAME=VALUE ...]", Short: "How AWS behaves: preset=calm, eventual or storm, or one setting; without arguments all of them",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withBox(cmd.Context(), func(box *sandbox.Sandbox) error {
				values := map[string]string{}
				for _, arg := range args {
					name, value, ok := strings.Cut(arg, "=")
					if !ok {
						return document.Fail(codeUsage, document.Printable(arg)+" is no setting with its value", "write NAME=VALUE; NAME= is the usual value again", nil)
					}
					values[name] = value
				}
				if len(args) > 0 {
					return box.Set(cmd.Context(), values)
				}
				its, err := box.Settings(cmd.Context())
				if err != nil {
					return err
				}
				return a.showSettings(box.Knobs(), its)
			})
		}}
}

func (a *app) showSettings(knobs []world.Knob, its world.Settings) error {
	if a.output == "json" {
		return a.print(map[string]any{"format_version": formatVersion, "sandbox": true, "settings": its, "knobs": knobs})
	}
	preset := its.Preset
	if preset == "" {
		preset = "calm"
	}
	fmt.Fprintf(a.Out, "preset=%s\n", preset)
	for _, k := range knobs {
		now, set := its.Value(k)
		if !set {
			now = k.Usual
		}
		fmt.Fprintf(a.Out, "%s=%s  # %s: %s\n", k.Name, now, k.Kind, k.Says)
	}
	return nil
}

func (a *app) sandboxClock() *cobra.Command {
	var advance time.Duration
	c := &cobra.Command{Use: `clock [fast | "fast xN" | real | manual]`, Short: "Show the sandbox's clock, let it go otherwise, or move it forward", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withBox(ctx, func(box *sandbox.Sandbox) error {
				if len(args) == 1 {
					pace, err := sandbox.ParsePace(args[0])
					if err != nil {
						return err
					}
					if err := box.SetPace(ctx, pace); err != nil {
						return err
					}
				}
				if err := box.Advance(ctx, advance); err != nil {
					return err
				}
				now, err := box.Now(ctx)
				if err != nil {
					return err
				}
				pace, err := box.Pace(ctx)
				if err != nil {
					return err
				}
				return a.showClock(now, pace)
			})
		}}
	c.Flags().DurationVar(&advance, "advance", 0, "move it forward by this much: 90s, 5m, 2h")
	return c
}

func (a *app) showClock(now time.Time, pace world.Pace) error {
	if a.output == "json" {
		return a.print(map[string]any{"format_version": formatVersion, "sandbox": true, "now": now, "mode": pace.Mode, "rate": pace.Rate})
	}
	rate := ""
	if pace.Rate > 0 {
		rate = fmt.Sprintf(" x%d", pace.Rate)
	}
	fmt.Fprintf(a.Out, "%s %s%s\n", now.Format(time.RFC3339), pace.Mode, rate)
	return nil
}

func (a *app) sandboxFaults() *cobra.Command {
	var clear bool
	c := &cobra.Command{Use: "faults [FILE]", Short: "Show the rules by which calls go wrong, late and unseen, or take them from a file", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withBox(ctx, func(box *sandbox.Sandbox) error {
				switch {
				case clear:
					return box.SetRules(ctx, sandbox.Rules{})
				case len(args) == 1:
					rules, doc, err := readRules(args[0])
					if err != nil {
						return err
					}
					return placed(doc, box.SetRules(ctx, rules))
				}
				its, err := box.Settings(ctx)
				if err != nil {
					return err
				}
				return a.print(sandbox.Rules{Faults: its.Faults, Latency: its.Latency, Unseen: its.Unseen})
			})
		}}
	c.Flags().BoolVar(&clear, "clear", false, "have none")
	return c
}

// ruleFile is a file of rules: sandbox.Rules, with times as people write them.
type ruleFile struct {
	Faults []struct {
		world.Fault `yaml:",inline"`
		For         string `yaml:"for,scalar"`
	} `yaml:"faults"`
	Latency []struct {
		world.Latency `yaml:",inline"`
		Min           string `yaml:"min,scalar"`
		Max           string `yaml:"max,scalar"`
	} `yaml:"latency"`
	Unseen []struct {
		world.Unseen `yaml:",inline"`
		For          string `yaml:"for,scalar"`
	} `yaml:"unseen"`
}

func readRules(name string) (sandbox.Rules, *document.Doc, error) {
	var r sandbox.Rules
	data, err := os.ReadFile(name)
	if err != nil {
		return r, nil, document.Fail("AXLE1119", "the rules "+document.Printable(name)+" cannot be read", "give a file of faults, latency and unseen", err)
	}
	doc, wrong := document.Parse(name, data, document.Files)
	if err := wrong.Err(); err != nil {
		return r, doc, err
	}
	var f ruleFile
	if err := doc.Decode(&f).Err(); err != nil {
		return r, doc, err
	}
	t := times{doc: doc}
	for i, x := range f.Faults {
		x.Fault.For = t.read(x.For, "faults", i, "for")
		r.Faults = append(r.Faults, x.Fault)
	}
	for i, x := range f.Latency {
		x.Latency.Min, x.Latency.Max = t.read(x.Min, "latency", i, "min"), t.read(x.Max, "latency", i, "max")
		r.Latency = append(r.Latency, x.Latency)
	}
	for i, x := range f.Unseen {
		x.Unseen.For = t.read(x.For, "unseen", i, "for")
		r.Unseen = append(r.Unseen, x.Unseen)
	}
	return r, doc, t.wrong.Err()
}

// times reads times, and says where one is none.
type times struct {
	doc   *document.Doc
	wrong document.Diagnostics
}

func (t *times) read(text, list string, i int, key string) world.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		t.wrong = append(t.wrong, t.doc.Fault("AXLE1108", document.Printable(text)+" is no time", "write 150ms, 90s, 5m or 2h", list, fmt.Sprint(i), key))
	}
	return world.Duration(d)
}

// placed gives a refused rule its place in the file.
func placed(doc *document.Doc, err error) error {
	var refused *document.Error
	if !errors.As(err, &refused) || refused.Path == "" {
		return err
	}
	path := strings.FieldsFunc(refused.Path, func(r rune) bool { return strings.ContainsRune("[].", r) })
	return document.Diagnostics{doc.Fault(refused.Code, refused.Summary, refused.Hint, path...)}
}
