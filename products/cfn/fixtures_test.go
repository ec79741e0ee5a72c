package cfn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// must reads a template that has to be readable.
func must(t testing.TB, text string) *Template {
	t.Helper()
	tm, ds := Parse("t.yaml", []byte(text))
	if tm == nil {
		t.Fatalf("%v", ds)
	}
	return tm
}

// sample is a template of the repository's own products.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", name, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// with puts text under Resources.R.Properties of a queue.
func with(properties string) string {
	return "Parameters:\n  P: {Type: String, Default: p}\n  L: {Type: CommaDelimitedList, Default: 'a, b'}\n  N: {Type: String}\n" +
		"Mappings:\n  M: {eu-west-1: {ami: ami-1, zones: [x, y]}}\n" +
		"Conditions:\n  Always: !Equals [p, !Ref P]\n  Never: !Not [!Condition Always]\n  Maybe: !Equals [n, !Ref N]\n" +
		"Resources:\n  B: {Type: 'AWS::S3::Bucket'}\n  R:\n    Type: Custom::R\n    Properties:\n      " +
		strings.ReplaceAll(properties, "\n", "\n      ") + "\n"
}
