package sandbox

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// fixed say which of AWS's own fixtures judge a service's codec: sandbox/wire counts them.
var fixed = map[string]string{
	"marketplace-catalog": "requests, replies, errors", "marketplace-agreement": "requests, replies, errors",
	"organizations": "requests, replies, errors", "servicequotas": "requests, replies, errors", "sqs": "requests, replies, errors",
	"s3": "requests, their routes", "cloudformation": "requests", "iam": "requests", "sns": "requests", "sts": "requests",
}

// lines are a file's, without those that are empty.
func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

// The table of what the sandbox answers is made from its code, and from what clients were answered.
// SBX-86
func TestCoverage(t *testing.T) {
	services := sandbox.Services()
	slices.SortFunc(services, func(a, b world.Service) int { return strings.Compare(a.Name, b.Name) })
	var page strings.Builder
	page.WriteString("# What the sandbox answers\n\nMade from the code by `go test ./tests/sandbox -run TestCoverage -update`; a test fails when it is stale.\n" +
		"What is not here answers 501 `NotImplemented`, and so does a member that is not taken.\n\n")
	summary(&page, services)
	by := map[string][]string{}
	for _, file := range []string{"boto3", "boto3-market", "aws"} {
		client, _, _ := strings.Cut(file, "-")
		for _, op := range lines(t, "testdata/"+file+".txt") {
			if !slices.Contains(by[op], client) {
				by[op] = append(by[op], client)
			}
		}
	}
	for _, service := range services {
		table(&page, service, by)
	}
	knobs(&page, services)
	page.WriteString("\n## Unverified\n\nWhat AWS documents nowhere, or what no AWS account has confirmed; [sandbox.md](sandbox.md) says how to set it.\n\n")
	for _, line := range lines(t, "testdata/unverified.txt") {
		page.WriteString("- " + line + "\n")
	}
	records(&page, t)
	generated(t, "../../docs/sandbox-coverage.md", page.String())
}

func summary(page *strings.Builder, services []world.Service) {
	page.WriteString("| service | operations | that change something | AWS's fixtures |\n|---|---|---|---|\n")
	for _, service := range services {
		writes := 0
		for _, op := range service.Operations {
			if op.Mutating {
				writes++
			}
		}
		fmt.Fprintf(page, "| %s | %d | %d | %s |\n", service.Name, len(service.Operations), writes, orNone(fixed[service.Name]))
	}
}

func orNone(text string) string {
	if text == "" {
		return "AWS ships none"
	}
	return text
}

// table is a service's: whose client was answered by each operation, besides AWS's SDK for Go.
func table(page *strings.Builder, service world.Service, by map[string][]string) {
	fmt.Fprintf(page, "\n## %s\n\n| operation | | token | members not taken | answered to |\n|---|---|---|---|---|\n", service.Name)
	operations := slices.Clone(service.Operations)
	slices.SortFunc(operations, func(a, b world.Operation) int { return strings.Compare(a.Name, b.Name) })
	for _, op := range operations {
		does := "reads"
		if op.Mutating {
			does = "writes"
		}
		fmt.Fprintf(page, "| %s | %s | %s | %s | %s |\n", op.Name, does, op.Token, strings.Join(untaken(op), ", "), strings.Join(by[service.Name+":"+op.Name], ", "))
	}
}

// untaken are the members of an operation's input that it answers with 501.
func untaken(op world.Operation) (names []string) {
	if op.Honours == nil {
		return nil
	}
	in := reflect.TypeOf(op.New()).Elem()
	if in == reflect.TypeFor[wire.Rest]() {
		return nil // s3 reads its requests itself
	}
	for i := range in.NumField() {
		if f := in.Field(i); f.IsExported() && f.Name != "ResultMetadata" && !slices.Contains(op.Honours, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func knobs(page *strings.Builder, services []world.Service) {
	page.WriteString("\n## Settings\n\n`axle sandbox set NAME=VALUE`; a rule of `axle sandbox faults FILE` makes single calls fail.\n\n| setting | | usual | |\n|---|---|---|---|\n")
	all := slices.Clone(sandbox.Knobs)
	for _, service := range services {
		all = append(all, service.Knobs...)
	}
	slices.SortFunc(all, func(a, b world.Knob) int { return strings.Compare(a.Name, b.Name) })
	for _, k := range all {
		fmt.Fprintf(page, "| %s | %s | %s | %s |\n", k.Name, k.Kind, k.Usual, k.Says)
	}
}

// records counts the resource types by service. A type whose row takes any property has no schema.
func records(page *strings.Builder, t *testing.T) {
	var open []string
	for _, line := range lines(t, "../../sandbox/cloudformation/types.txt") {
		fields := strings.Split(line, " | ")
		if len(fields) == 4 && slices.Contains(strings.Fields(fields[3]), "*") {
			open = append(open, fields[0])
		}
	}
	counts := map[string]int{}
	for _, name := range cloudformation.Types() {
		service, _, _ := strings.Cut(strings.TrimPrefix(name, "AWS::"), "::")
		counts[service]++
	}
	fmt.Fprintf(page, "\n## Resource types of CloudFormation\n\n%d types, by name in `sandbox/cloudformation/types.txt`. All have a schema, but %s and Custom::*,\nwhich take any property: no code of theirs runs, and their attributes are invented text.\n\n",
		len(cloudformation.Types()), strings.Join(open, ", "))
	var words []string
	for _, service := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%s %d", service, counts[service]))
	}
	page.WriteString(strings.Join(words, ", ") + ".\n")
}
