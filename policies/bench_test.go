package policies

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

// PERF-18: the whole library on one template, as a process that has just started pays for it: parse,
// compile, judge. Goal: 100 ms.
func BenchmarkLibrary(b *testing.B) {
	tmpl := template(b, "../products/vpc-three-tier/template.yaml")
	for b.Loop() {
		shelf := fresh(b)
		if _, err := (&Rules{starter: shelf}).Judge(context.Background(), tmpl, cfn.Env{Region: "eu-west-1"}); err != nil {
			b.Fatal(err)
		}
	}
}

// fresh are shelves as a process has them that has just started.
func fresh(tb testing.TB) map[string]*shelf {
	files, err := sketches()
	if err != nil {
		tb.Fatal(err)
	}
	return shelvesOf(files)
}

// generated is the text of a template of some resources of each of twelve types.
func generated(n int) []byte {
	var text strings.Builder
	text.WriteString("Resources:\n")
	for i := range 24 {
		fmt.Fprintf(&text, "  R%d:\n    Type: %s\n    Properties:\n      Tags: [{ Key: n, Value: \"%d\" }]\n", i, twelve[i%len(twelve)].kind, n)
	}
	return []byte(text.String())
}

var twelve = []struct{ kind, rule string }{
	{"AWS::EFS::FileSystem", "AXLE-EFS-1"}, {"AWS::RDS::DBInstance", "AXLE-RDS-1"}, {"AWS::Redshift::Cluster", "AXLE-REDSHIFT-2"},
	{"AWS::S3::Bucket", "AXLE-S3-1"}, {"AWS::SQS::Queue", "AXLE-SQS-1"}, {"AWS::SNS::Topic", "AXLE-SNS-1"},
	{"AWS::KMS::Key", "AXLE-KMS-1"}, {"AWS::DynamoDB::Table", "AXLE-DDB-1"}, {"AWS::Logs::LogGroup", "AXLE-LOGS-1"},
	{"AWS::EC2::Volume", "AXLE-EC2-3"}, {"AWS::ECR::Repository", "AXLE-ECR-1"}, {"AWS::Kinesis::Stream", "AXLE-KINESIS-1"},
}

// G5: 500 templates and the same twelve rules, compiled once, each template read and judged.
func BenchmarkTwelveRules(b *testing.B) {
	var list []Rule
	for _, want := range twelve {
		for _, rule := range listed(b, rules(b), CloudFormation) {
			if rule.ID == want.rule {
				list = append(list, rule)
			}
		}
	}
	whole, err := wholeShelf(CloudFormation)
	if err != nil || len(list) != len(twelve) {
		b.Fatal(len(list), err)
	}
	p, err := whole.asking(list)
	if err != nil {
		b.Fatal(err)
	}
	few := &Rules{own: list, asked: map[string]*program{CloudFormation: p}}
	texts := make([][]byte, 500)
	for i := range texts {
		texts[i] = generated(i)
	}
	b.ResetTimer()
	for b.Loop() {
		for _, text := range texts {
			tmpl, _ := cfn.Parse("template.yaml", text)
			report, err := few.Judge(context.Background(), tmpl, cfn.Env{Region: "eu-west-1"})
			if err != nil || report.Errors == 0 {
				b.Fatal(report.Errors, err)
			}
		}
	}
}
