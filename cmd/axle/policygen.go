package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/pipeline"
	"github.com/axle-cd/axle/policies"
	"github.com/axle-cd/axle/products"
	"github.com/axle-cd/axle/products/cfn"
)

// generateFlags say for where the policy is meant, and what it is compared with.
type generateFlags struct {
	partition, region, account string
	topics                     []string
	compare, role              string
	endUser                    bool
}

func (a *app) generateIAMCommand() *cobra.Command {
	var g generateFlags
	cmd := &cobra.Command{Use: "generate-iam PRODUCT or TEMPLATE", Short: "The least IAM policy that a template's launch role needs", Args: exactly("PRODUCT or TEMPLATE"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.generateIAM(cmd.Context(), g, args[0]) }}
	f := cmd.Flags()
	f.StringVar(&g.partition, "partition", "aws", "aws, aws-cn or aws-us-gov")
	f.StringVar(&g.region, "region", "", "this Region only")
	f.StringVar(&g.account, "account", "", "this account only")
	f.StringSliceVar(&g.topics, "notify", nil, "ARNs of the topics that are told of the stack")
	f.StringVar(&g.compare, "compare", "", "judge the launch role in this file instead: a policy in JSON, or a template that declares the role")
	f.StringVar(&g.role, "role", "", "with --compare: the role's name, where a template declares several")
	f.BoolVar(&g.endUser, "end-user", false, "the policy of those who launch, instead of the launch role's")
	return cmd
}

// iamDoc is axle policy generate-iam as JSON.
type iamDoc struct {
	FormatVersion int             `json:"format_version"`
	Policy        policies.Policy `json:"policy"`
	Unknown       []string        `json:"unknown"` // what the policy lacks, because it cannot be told
}

func (a *app) generateIAM(ctx context.Context, g generateFlags, of string) error {
	if g.endUser && g.compare != "" || g.role != "" && g.compare == "" {
		return document.Fail(codeUsage, "--compare judges a launch role; --role names it, --end-user is another policy", "leave one out", nil)
	}
	t, err := a.templateOf(ctx, of)
	if err != nil {
		return err
	}
	needed, unknown := policies.LaunchRole(t, g.topics...)
	if g.compare != "" {
		return a.compareRole(g, t, needed, unknown)
	}
	if g.endUser {
		needed, unknown = policies.EndUser(), nil
	}
	return a.showPolicy(needed.In(g.partition, g.region, g.account), unknown)
}

// showPolicy prints the policy. One that is not whole is printed, and ends as a finding does.
func (a *app) showPolicy(p policies.Policy, unknown []string) error {
	if a.output == "json" {
		if err := a.print(iamDoc{formatVersion, p, append([]string{}, unknown...)}); err != nil {
			return err
		}
	} else {
		data, err := p.JSON()
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Out, "%s\n", data)
	}
	for _, u := range unknown {
		fmt.Fprintln(a.Err, "not in the policy: "+document.Printable(u))
	}
	if len(unknown) > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// compareRole shows what a launch role lacks, and what it has too much.
func (a *app) compareRole(g generateFlags, t *cfn.Template, needed policies.Policy, unknown []string) error {
	roles, err := rolesIn(g.compare, g.role)
	if err != nil {
		return err
	}
	found := policies.Unknown(t, unknown)
	for _, r := range roles {
		found = append(found, policies.Compare(r, needed).Findings...)
	}
	verdict := pipeline.Pass
	errors := 0
	for _, f := range found {
		if f.Severity != document.SeverityWarning {
			verdict = pipeline.Fail
			errors++
		}
	}
	if a.output == "json" {
		doc := struct {
			FormatVersion int                `json:"format_version"`
			Findings      []pipeline.Finding `json:"findings"`
		}{formatVersion, append([]pipeline.Finding{}, found...)}
		if err := a.print(doc); err != nil {
			return err
		}
	} else {
		a.showFindings(pipeline.Result{Verdict: verdict, Findings: found})
		a.tell("%s, %s", count(errors, "error"), count(len(found)-errors, "warning"))
	}
	if err := a.writeReports(found, nil); err != nil {
		return err
	}
	if errors > 0 {
		return exitCode(exitFindings)
	}
	return nil
}

// rolesIn reads a policy document, or the launch roles of a template.
func rolesIn(name, role string) ([]*policies.Role, error) {
	data, ds := readLimited(name)
	if len(ds) > 0 {
		return nil, ds
	}
	doc, ds := document.Parse(name, data, document.Templates)
	if doc == nil {
		return nil, ds
	}
	if doc.Root.Get("Resources") == nil {
		r, err := policies.ReadPolicy(name, data)
		return []*policies.Role{r}, err
	}
	t, ds := cfn.Parse(name, data)
	if t == nil {
		return nil, ds
	}
	if role != "" {
		r, err := policies.RoleNamed(t, role)
		return []*policies.Role{r}, err
	}
	all := policies.Roles(t)
	if len(all) == 0 {
		return nil, document.Fail(codeUsage, name+" declares no role that servicecatalog.amazonaws.com may assume", "name the role: --role NAME", nil)
	}
	return all, nil
}

// templateOf reads a template on disk, or that of a product: a folder, a product.yaml, or a name in HEAD.
func (a *app) templateOf(ctx context.Context, of string) (*cfn.Template, error) {
	file := of
	if info, err := os.Stat(of); err == nil && info.IsDir() {
		file = filepath.Join(of, "product.yaml")
	}
	if !exists(file) && !strings.ContainsAny(filepath.Base(of), ".") {
		return a.templateInHead(ctx, of)
	}
	data, ds := readLimited(file)
	if len(ds) > 0 {
		return nil, ds
	}
	if filepath.Base(file) != "product.yaml" {
		return templateFrom(file, data)
	}
	p, ds := products.Load(file, data)
	if err := ds.Err(); err != nil {
		return nil, err
	}
	file = filepath.Join(filepath.Dir(file), filepath.FromSlash(p.Template))
	if data, ds = readLimited(file); len(ds) > 0 {
		return nil, ds
	}
	return templateFrom(file, data)
}

func (a *app) templateInHead(ctx context.Context, name string) (*cfn.Template, error) {
	s, err := a.shelf(ctx, "")
	if err != nil {
		return nil, err
	}
	p, err := s.find(name)
	if err != nil {
		return nil, err
	}
	tree, err := s.repo.Tree(ctx, s.commit.SHA)
	if err != nil {
		return nil, err
	}
	file := path.Join(path.Dir(p.Doc.File), p.Template)
	data, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, err
	}
	return templateFrom(file, data)
}

// templateFrom refuses what is no sound template: what it needs could not be told.
func templateFrom(file string, data []byte) (*cfn.Template, error) {
	t, ds := cfn.Parse(file, data)
	if t == nil {
		return nil, ds
	}
	return t, ds.Err()
}
