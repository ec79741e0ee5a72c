package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

const oneQueue = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}}\n"

// CLI-41, F15: the policy goes to stdout, what it lacks to stderr; a role is judged by it.
func TestGenerateIAM(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	queue, made := write("queue.yaml", oneQueue), write("made.yaml", "Resources: {X: {Type: AWS::Made::Up}}\n")
	admin := write("admin.json", `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`)
	role := write("role.yaml", `Resources: {Launch: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: servicecatalog.amazonaws.com}, Action: "sts:AssumeRole"}}}}}`+"\n")
	first, _ := generated("json", queue, "--region", "eu-central-1")
	policy := write("enough.json", first[strings.Index(first, `"policy": `)+len(`"policy": `):strings.LastIndex(first, `"unknown"`)-4])
	for _, c := range []struct {
		name string
		args []string
		says string
		code int
	}{
		{"a template on disk", []string{queue, "--region", "eu-central-1", "--account", "111111111111"}, `"arn:aws:sqs:eu-central-1:111111111111:orders"`, 0},
		{"a sample product by its folder", []string{"../../products/queue-with-dlq"}, `"sqs:CreateQueue"`, 0},
		{"topics", []string{queue, "--notify", "arn:aws:sns:us-east-1:1:t"}, `"sns:Publish"`, 0},
		{"those who launch", []string{queue, "--end-user"}, `"servicecatalog:userLevel"`, 0},
		{"an unknown type is said, and is no success", []string{made}, "not in the policy: what X calls is not known: type AWS::Made::Up", exitFindings},
		{"a role that is enough", []string{queue, "--compare", policy}, "0 errors", 0},
		{"a role that may do everything", []string{queue, "--compare", admin}, "AXLE2481", exitFindings},
		{"AdministratorAccess in a template", []string{queue, "--compare", role}, "the launch role has AdministratorAccess", exitFindings}, // B212
		{"a role by its name", []string{queue, "--compare", role, "--role", "Launch"}, "AXLE2481", exitFindings},
		{"a name that is not there", []string{queue, "--compare", role, "--role", "Lunch"}, "AXLE1480", exitUsage},
		{"a template without a launch role", []string{queue, "--compare", queue}, "declares no role", exitUsage},
		{"flags that exclude each other", []string{queue, "--end-user", "--compare", admin}, "AXLE1220", exitUsage},
		{"no such file", []string{"absent.yaml"}, "absent.yaml", exitUsage},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, code := generated("text", c.args...); code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("exit %d, want %d; it says\n%s\nwant %s", code, c.code, out, c.says)
			}
		})
	}
}

func generated(output string, args ...string) (string, int) {
	var out bytes.Buffer
	a := &app{ctx: context.Background(), streams: streams{Out: &out, Err: &out}, env: func(string) (string, bool) { return "", false }}
	a.output, a.noColor = output, true
	cmd := a.generateIAMCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	var plain exitCode
	err := cmd.ExecuteContext(a.ctx)
	switch {
	case err == nil:
		return out.String(), 0
	case errors.As(err, &plain):
		return out.String(), int(plain)
	}
	return out.String() + err.Error(), classOf(document.CodeOf(err))
}
