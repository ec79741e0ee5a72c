package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	file, organization, out                                     string
	experience, parameters, approved, rejected, stamps, stampTo string
	members                                                     []string
}

// marketImport prints a marketplace.yaml from what other programs, or AWS, have.
func (a *app) marketImport() *cobra.Command {
	var f marketImportFlags
	sub := func(use, short string, args cobra.PositionalArgs, run func(context.Context, marketImportFlags, []string) error) *cobra.Command {
		cmd := &cobra.Command{Use: use, Short: short, Args: args, RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), f, args) }}
		cmd.Flags().StringVar(&f.file, "file", "marketplace.yaml", "the file whose organizations count")
		cmd.Flags().StringVar(&f.organization, "organization", "", "the organization of the experience, by its name in the file; required")
		cmd.Flags().StringVar(&f.out, "out", "", "write it to this new file")
		return cmd
	}
	tables := sub("pmp-cross-org", "The tables of pmp-cross-org-support, dumped; what the experience has counts", cobra.NoArgs, a.importTables)
	tables.Flags().StringVar(&f.experience, "experience", "", "exp-…, as /<exp>/experience has it; required without --parameters")
	tables.Flags().StringVar(&f.parameters, "parameters", "", "the dump of the parameters below /<exp>/: aws ssm get-parameters-by-path --recursive")
	tables.Flags().StringVar(&f.approved, "approved", "", "the dump of <exp>-ApprovedProducts: aws dynamodb scan")
	tables.Flags().StringVar(&f.rejected, "rejected", "", "the dump of <exp>-RejectedProducts")
	tables.Flags().StringVar(&f.stamps, "timestamps", "", "the dump of <exp>-SyncTimestamps: who is told to follow")
	tables.Flags().StringArrayVar(&f.members, "member", nil, "ORGANIZATION=FILE: a follower, and the dump of the parameters below /pmp/ of its account; may be repeated")
	tables.Flags().StringVar(&f.stampTo, "write-timestamps", "", "import nothing; write the rows of <exp>-SyncTimestamps to this file, for aws dynamodb batch-write-item --request-items")
	return group("import", "A marketplace.yaml from what other programs have",
		sub("experience ID", "An experience as it is in AWS", exactly("ID"), a.importExperience), tables,
		sub("private-marketplace-automation DIR", "Experience_<name>#<version>.json, with STATUS_Experience_<name>", exactly("DIR"), a.importAutomation))
}

// importedEntry is an entry, by its name in marketplace.yaml.
type importedEntry struct {
	name string
	market.Imported
}

// liveExperience is one as it is, in the organization that is named.
func (a *app) liveExperience(ctx context.Context, f marketImportFlags, id string) (*stall, market.Experience, error) {
	s, err := a.stall(ctx, marketFlags{file: f.file})
	if _, gone := os.Stat(f.file); errors.Is(gone, fs.ErrNotExist) {
		err = document.Fail(codeUsage, f.file+" is not there", "begin it with schema: 1 and organizations, which axle acts in: docs/marketplace.md", nil)
	}
	if err != nil {
		return nil, market.Experience{}, err
	}
	o, err := organizationOf(s.file, f.organization)
	if err != nil {
		return nil, market.Experience{}, err
	}
	have, err := s.at(o).Read(ctx, id)
	return s, have, err
}

func organizationOf(file *market.File, name string) (market.Organization, error) {
	if o := file.Organization(name); o != nil {
		return *o, nil
	}
	var names []string
	for _, o := range file.Organizations {
		names = append(names, o.Name)
	}
	return market.Organization{}, document.Fail(codeUsage, fmt.Sprintf("%q is not in organizations", name), "--organization is one of "+strings.Join(names, ", "), nil)
}

func (a *app) importExperience(ctx context.Context, f marketImportFlags, args []string) error {
	s, have, err := a.liveExperience(ctx, f, args[0])
	if err != nil {
		return err
	}
	got, err := market.FromExperience(have)
	if err != nil {
		return err
	}
	return a.importEntries(f, s.file, []importedEntry{{slug(have.Name), got}})
}

func (a *app) importTables(ctx context.Context, f marketImportFlags, _ []string) error {
	if f.parameters != "" {
		parameters, err := dumped(f.parameters, market.Parameters)
		if err == nil {
			f.experience, err = market.Managed(parameters, f.experience)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case f.experience == "":
		return document.Fail(codeUsage, "which experience is it?", "give --experience exp-…, or --parameters", nil)
	case f.stampTo != "":
		return a.writeStamps(ctx, f)
	}
	approved, err := dumped(f.approved, market.Table)
	if err != nil {
		return err
	}
	rejected, err := dumped(f.rejected, market.Table)
	if err != nil {
		return err
	}
	stamps, err := dumped(f.stamps, market.Stamps)
	if err != nil {
		return err
	}
	followers, err := f.followers()
	if err != nil {
		return err
	}
	s, have, err := a.liveExperience(ctx, f, f.experience)
	if err != nil {
		return err
	}
	got, err := market.FromTables(have, approved, rejected)
	if err != nil {
		return err
	}
	got.Followers = followers
	for _, row := range stamps {
		got.Notes = append(got.Notes, row.String())
	}
	if len(stamps) > len(followers) {
		got.Notes = append(got.Notes, fmt.Sprintf("%s synchronized, and %d given as --member: who is not given is not kept in sync", count(len(stamps), "organization"), len(followers)))
	}
	return a.importEntries(f, s.file, []importedEntry{{slug(have.Name), got}})
}

// followers are what each --member says.
func (f marketImportFlags) followers() (all []market.Following, err error) {
	for _, m := range f.members {
		name, file, ok := strings.Cut(m, "=")
		if !ok || name == "" || file == "" {
			return nil, document.Fail(codeUsage, fmt.Sprintf("--member %q names no organization and file", m), "write --member north=north-pmp.json", nil)
		}
		parameters, err := dumped(file, market.Parameters)
		if err != nil {
			return nil, err
		}
		one, err := market.Follow(name, f.experience, parameters)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// dumped reads a file that may be left out.
func dumped[T any](name string, read func(io.Reader) (T, error)) (got T, err error) {
	if name == "" {
		return got, nil
	}
	info, err := os.Lstat(name)
	if err == nil && !info.Mode().IsRegular() { // a pipe would be waited for
		return got, document.Fail(codeUsage, name+" is not a regular file", "dump into a file", nil)
	}
	file, err := os.Open(name)
	if err != nil {
		return got, document.Fail(codeUsage, name+" cannot be read", "dump it first: axle market import pmp-cross-org --help says how", err)
	}
	defer file.Close()
	if got, err = read(file); err != nil {
		return got, fmt.Errorf("%s: %w", name, err)
	}
	return got, nil
}

// writeStamps writes the rows that the other program would have written: one for each organization
// that follows, as of its last pass that ended in line.
func (a *app) writeStamps(ctx context.Context, f marketImportFlags) error {
	s, err := a.stall(ctx, marketFlags{file: f.file})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.file.Experiences, func(e market.Entry) bool { return e.ID == f.experience && e.Follows == "" })
	if i < 0 {
		return document.Fail(codeUsage, f.experience+" is no source in "+f.file, "give the marketplace.yaml that axle works by: --file", nil)
	}
	seen, err := s.books.Seen(ctx)
	if err != nil {
		return err
	}
	var rows []market.Stamp
	for _, o := range s.file.Organizations {
		row, ok := s.file.Stamped(s.file.Experiences[i], o, seen)
		if !ok {
			continue
		}
		if row.Account, row.Email, err = s.at(o).Management(ctx); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return document.Fail(codeUsage, "no organization that follows "+f.experience+" was ever in line", "axle market apply first", nil)
	}
	data, err := market.Requests(f.experience, rows)
	if err != nil {
		return err
	}
	a.tell("%s; write them: aws dynamodb batch-write-item --request-items file://%s", count(len(rows), "row"), f.stampTo)
	return disk.WriteFile(f.stampTo, append(data, '\n'), 0o644)
}

// importAutomation reads the files of each experience in the order of their versions.
func (a *app) importAutomation(ctx context.Context, f marketImportFlags, args []string) error {
	w, err := a.workshop(ctx)
	if err != nil {
		return err
	}
	file, err := w.marketFile(ctx, marketFlags{file: f.file})
	if err != nil {
		return err
	}
	files, order, err := automationFiles(args[0])
	if err != nil {
		return err
	}
	var all []importedEntry
	for _, of := range order {
		var texts [][]byte
		for _, name := range files[of] {
			data, ds := readLimited(name)
			if err := ds.Err(); err != nil {
				return err
			}
			texts = append(texts, data)
		}
		var status []byte
		if name := filepath.Join(args[0], "STATUS_Experience_"+of); exists(name) {
			var ds document.Diagnostics
			if status, ds = readLimited(name); ds.Err() != nil {
				return ds.Err()
			}
		}
		name, got, err := market.FromAutomation(texts, status)
		if err != nil {
			return fmt.Errorf("of Experience_%s: %w", of, err)
		}
		if name == "" {
			name = of
		}
		all = append(all, importedEntry{slug(name), got})
	}
	return a.importEntries(f, file, all)
}

// automationFiles are a folder's files by experience, in the order of their versions: what is before
// # in a name is the experience.
func automationFiles(dir string) (files map[string][]string, order []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, document.Fail(codeUsage, dir+" cannot be read", "", err)
	}
	files = map[string][]string{}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), "Experience_")
		if !ok {
			continue
		}
		of, _, _ := strings.Cut(rest, "#")
		if files[of] == nil {
			order = append(order, of)
		}
		files[of] = append(files[of], filepath.Join(dir, e.Name()))
	}
	if len(order) == 0 {
		return nil, nil, document.Fail(codeUsage, dir+" has no Experience_<name>#<version>.json", "", nil)
	}
	for of, names := range files {
		slices.SortFunc(names, func(x, y string) int { return slices.Compare(version(x), version(y)) })
		for i := 1; i < len(names); i++ {
			if slices.Equal(version(names[i-1]), version(names[i])) {
				return nil, nil, document.Fail(codeUsage, fmt.Sprintf("which is the later file of Experience_%s: %s or %s?", of, filepath.Base(names[i-1]), filepath.Base(names[i])), "name them #1_0, #1_1, … in the order in which they were applied", nil)
			}
		}
	}
	return files, order, nil
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

// importEntries prints a file with the organizations of the given one, or writes it; what axle itself
// would not load is not written.
func (a *app) importEntries(f marketImportFlags, file *market.File, all []importedEntry) error {
	if _, err := organizationOf(file, f.organization); err != nil {
		return err
	}
	text := yamlOf(market.File{Schema: 1, Organizations: file.Organizations}) + "experiences:\n"
	for _, i := range all {
		for _, n := range i.Notes {
			a.tell("%s: %s", i.name, document.Printable(n))
		}
		a.tell("%s: %s allowed, %d denied", i.name, count(len(i.Allow), "product"), len(i.Deny))
		text += i.YAML(i.name, f.organization)
	}
	if _, ds := market.Load("the import", []byte(text)); ds.Err() != nil {
		return ds.Err()
	}
	if f.out == "" {
		_, err := fmt.Fprint(a.Out, text)
		return err
	}
	if exists(f.out) {
		return document.Fail(codeUsage, f.out+" is there already", "give --out a new file, and compare", nil)
	}
	return disk.WriteFile(f.out, []byte(text), 0o644)
}
