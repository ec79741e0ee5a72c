package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/adapters/disk"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/market"
)

// marketImportFlags say what is imported into which organization of marketplace.yaml.
type marketImportFlags struct {
	file, organization, out, experience, approved, rejected string
}

// marketImport prints entries of marketplace.yaml from what other programs, or AWS, have.
func (a *app) marketImport() *cobra.Command {
	var f marketImportFlags
	sub := func(use, short string, args cobra.PositionalArgs, run func(context.Context, marketImportFlags, []string) error) *cobra.Command {
		cmd := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), f, args) }}
		cmd.Flags().StringVar(&f.file, "file", "marketplace.yaml", "the file whose organizations count")
		cmd.Flags().StringVar(&f.organization, "organization", "", "the organization of the experience, by its name in the file; required")
		cmd.Flags().StringVar(&f.out, "out", "", "write the entry to this file")
		return cmd
	}
	tables := sub("pmp-cross-org", "The tables of pmp-cross-org-support, dumped; what the experience has counts", cobra.NoArgs, a.importTables)
	tables.Flags().StringVar(&f.experience, "experience", "", "exp-…, as /<name>/experience has it; required")
	tables.Flags().StringVar(&f.approved, "approved", "", "the dump of <experience>-ApprovedProducts")
	tables.Flags().StringVar(&f.rejected, "rejected", "", "the dump of <experience>-RejectedProducts")
	return group("import", "Entries of marketplace.yaml from what other programs have",
		sub("experience ID", "An experience as it is in AWS", exactly("ID"), a.importExperience), tables,
		sub("private-marketplace-automation DIR", "Experience_<name>#<version>.json", exactly("DIR"), a.importAutomation))
}

// liveExperience is one as it is, in the organization that is named.
func (a *app) liveExperience(ctx context.Context, f marketImportFlags, id string) (market.Experience, error) {
	s, err := a.stall(ctx, marketFlags{file: f.file})
	if err != nil {
		return market.Experience{}, err
	}
	o := s.file.Organization(f.organization)
	if o == nil {
		return market.Experience{}, document.Fail(codeUsage, fmt.Sprintf("%q is not in organizations", f.organization), "give --organization", nil)
	}
	return s.at(*o).Read(ctx, id)
}

func (a *app) importExperience(ctx context.Context, f marketImportFlags, args []string) error {
	have, err := a.liveExperience(ctx, f, args[0])
	if err != nil {
		return err
	}
	return a.importEntry(f, slug(have.Name), market.FromExperience(have))
}

func (a *app) importTables(ctx context.Context, f marketImportFlags, _ []string) error {
	if f.experience == "" {
		return document.Fail(codeUsage, "which experience is it?", "give --experience exp-…", nil)
	}
	approved, err := dumped(f.approved)
	if err != nil {
		return err
	}
	rejected, err := dumped(f.rejected)
	if err != nil {
		return err
	}
	have, err := a.liveExperience(ctx, f, f.experience)
	if err != nil {
		return err
	}
	return a.importEntry(f, slug(have.Name), market.FromTables(have, approved, rejected))
}

func dumped(name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, document.Fail(codeUsage, name+" cannot be read", "aws dynamodb scan --table-name … > FILE", err)
	}
	defer file.Close()
	return market.Table(file)
}

// importAutomation reads the files of each experience in the order of their versions.
func (a *app) importAutomation(_ context.Context, f marketImportFlags, args []string) error {
	if f.organization == "" {
		return document.Fail(codeUsage, "which organization is it?", "give --organization", nil)
	}
	names, err := filepath.Glob(filepath.Join(args[0], "Experience_*#*.json"))
	if err != nil || len(names) == 0 {
		return document.Fail(codeUsage, args[0]+" has no Experience_<name>#<version>.json", "", err)
	}
	slices.SortFunc(names, func(x, y string) int { return slices.Compare(version(x), version(y)) })
	files := map[string][][]byte{}
	var order []string
	for _, name := range names {
		data, ds := readLimited(name)
		if err := ds.Err(); err != nil {
			return err
		}
		of, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(name), "Experience_"), "#")
		if files[of] == nil {
			order = append(order, of)
		}
		files[of] = append(files[of], data)
	}
	for _, of := range order {
		got, err := market.FromAutomation(files[of])
		if err == nil {
			err = a.importEntry(f, slug(of), got)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// version is the numbers behind # in a name: 1_10 comes after 1_9.
func version(name string) (all []int) {
	_, text, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".json"), "#")
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '_' || r == '.' }) {
		n, _ := strconv.Atoi(part) // what is no number comes first
		all = append(all, n)
	}
	return all
}

func (a *app) importEntry(f marketImportFlags, name string, got market.Imported) error {
	for _, n := range got.Notes {
		a.tell("%s", document.Printable(n))
	}
	text := got.YAML(name, f.organization)
	a.tell("%s: %s allowed, %d denied", name, count(len(got.Allow), "product"), len(got.Deny))
	if f.out != "" {
		return disk.WriteFile(f.out, []byte(text), 0o644)
	}
	_, err := fmt.Fprint(a.Out, text)
	return err
}
