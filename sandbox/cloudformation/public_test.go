package cloudformation_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/cloudformation"
)

var (
	hasResources = regexp.MustCompile(`(?m)^[\s{]*"?Resources"?\s*:\s*($|\{)`)
	arns         = regexp.MustCompile(`(?i)(arn|arns|principal|iam.*role|ToCollect)$`) // names of what must be one
	noExport     = regexp.MustCompile(`No export named (.*) found\.$`)
)

// SBX-84: each template of a folder lives, with all its outputs, and dies, or is refused with a reason.
func TestPublicTemplates(t *testing.T) {
	folder := os.Getenv("AXLE_CFN_TEMPLATES")
	if folder == "" {
		t.Skip("AXLE_CFN_TEMPLATES names no folder of templates")
	}
	counts := map[string]map[string]int{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, ext) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil || !hasResources.Match(raw) {
			return err
		}
		name, _ := filepath.Rel(folder, path)
		ended := public(t, name, raw)
		t.Logf("%s: %s", name, ended)
		if counts[ext] == nil {
			counts[ext] = map[string]int{}
		}
		counts[ext][strings.SplitN(ended, ":", 2)[0]]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ext := range slices.Sorted(maps.Keys(counts)) {
		t.Log(ext, counts[ext])
	}
}

// public lets one template live beside what it imports.
func public(t *testing.T, name string, raw []byte) string {
	t.Helper()
	var imports []string
	for {
		ended, s := lifeIn(t, "us-east-1", string(raw), plausible(raw), imports...)
		m := noExport.FindStringSubmatch(ended)
		if m == nil || len(imports) > 20 {
			if ended == "CREATE_COMPLETE" {
				whole(t, name, s, raw)
			} else if strings.HasPrefix(ended, "ROLLBACK") {
				ended += ": " + s.StatusReason
			}
			return ended
		}
		imports = append(imports, m[1])
	}
}

// whole looks that a stack has every output that is there without a condition, none of them empty.
func whole(t *testing.T, name string, s cloudformation.Stack, raw []byte) {
	t.Helper()
	read, _ := cfn.Parse("template", raw)
	for _, o := range read.Outputs {
		if _, ok := s.Outputs[o.Name]; !ok && o.Condition == "" {
			t.Errorf("%s: output %s is not there", name, o.Name)
		}
	}
}

// samples are values of parameters by what a type or a pattern may ask for; the first that the
// declaration takes is given.
var samples = []string{"example12", "subnet-0123456789abcdef0", "vpc-0123456789abcdef0", "sg-0123456789abcdef0", "ami-0123456789abcdef0", "i-0123456789abcdef0",
	"vol-0123456789abcdef0", "rtb-0123456789abcdef0", "us-east-1a", "Z0123456789ABCDEFGHIJ", "8", "80", "10.0.0.0/16", "10.0.0.1", "10.0.0.0/24", "0.0.0.0/0", "Example-1234", "Exa!mple12_Long",
	"example.com", "sub.example.com", "someone@example.com", "https://example.com/a", "123456789012", "o-exampleorg1", "d-0123456789", "pcx-0123456789abcdef0", "igw-0123456789abcdef0", "ou-ab12-11111111", "r-ab12", "", "a", "abcd", "eu-west-1",
	"arn:aws:iam::123456789012:role/example", "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-4def-8123-456789abcdef",
	"arn:aws:acm:eu-west-1:123456789012:certificate/01234567-89ab-4def-8123-456789abcdef", "arn:aws:s3:::example", "prod", "true", "t3.micro", "/aws/service/ami", "1.0.0", "examples/", "latest"}

// byType are what types ask for by name.
var byType = map[string]string{"AWS::EC2::VPC::Id": "vpc-0123456789abcdef0", "AWS::EC2::Subnet::Id": "subnet-0123456789abcdef0", "AWS::EC2::SecurityGroup::Id": "sg-0123456789abcdef0",
	"AWS::EC2::Image::Id": "ami-0123456789abcdef0", "AWS::EC2::Instance::Id": "i-0123456789abcdef0", "AWS::EC2::Volume::Id": "vol-0123456789abcdef0",
	"AWS::EC2::AvailabilityZone::Name": "us-east-1a", "AWS::Route53::HostedZone::Id": "Z0123456789ABCDEFGHIJ", "Number": "8"}

// plausible gives a value to each parameter that has none or refuses its own.
func plausible(template []byte) map[string]string {
	all := map[string]string{}
	t, _ := cfn.Parse("template", template)
	if t == nil {
		return all
	}
	for _, p := range t.Parameters {
		if p.Default != nil {
			continue
		}
		one := *t
		one.Parameters = []cfn.Parameter{p}
		for _, v := range candidates(p) {
			if _, ds := one.Values(map[string]string{p.Name: v}); ds.Err() == nil {
				all[p.Name] = v
				break
			}
		}
	}
	return all
}

func candidates(p cfn.Parameter) []string {
	inner := strings.TrimSuffix(strings.TrimPrefix(p.Type, "List<"), ">")
	first := append(slices.Clone(p.AllowedValues), byType[inner])
	if strings.Contains(strings.ToLower(p.Name), "accountid") {
		first = append(first, "123456789012")
	}
	if arns.MatchString(p.Name) && len(p.AllowedValues) == 0 {
		first = append(first, "arn:aws:iam::123456789012:role/example")
	}
	if p.Stored() {
		first = []string{"/aws/service/ami"}
	}
	if p.List() {
		list := []string{}
		for _, v := range slices.Concat(first, samples) {
			list = append(list, fmt.Sprintf("%s,%s,%s", v, v, v))
		}
		first = list
	}
	return slices.Concat(slices.DeleteFunc(first, func(v string) bool { return v == "" }), samples)
}
