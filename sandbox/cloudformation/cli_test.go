package cloudformation_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cli runs the unmodified aws CLI against the sandbox on a loopback port.
func (r *rig) cli(args ...string) string {
	r.t.Helper()
	aws, err := exec.LookPath("aws")
	if err != nil {
		r.t.Skip("the aws CLI is not on this machine")
	}
	server := httptest.NewServer(r.box)
	r.t.Cleanup(server.Close)
	keys, err := r.box.Credentials(r.ctx, "axle")
	if err != nil {
		r.t.Fatal(err)
	}
	dir := r.t.TempDir()
	cmd := exec.CommandContext(r.ctx, aws, append([]string{"cloudformation", "--endpoint-url", server.URL, "--region", region, "--output", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey, "AWS_MAX_ATTEMPTS=1",
		"AWS_CONFIG_FILE="+filepath.Join(dir, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "none"), "HOME="+dir, "AWS_PAGER=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "FAILED " + string(out)
	}
	return string(out)
}

// SBX-81: the aws CLI takes a stack by change set through its life and reads what it says.
func TestAWSCLI(t *testing.T) {
	if testing.Short() {
		t.Skip("the aws CLI takes seconds a call")
	}
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	body := "file://" + file
	for _, step := range []struct {
		args []string
		has  []string
	}{
		{[]string{"validate-template", "--template-body", body}, []string{`"NoEcho": true`}},
		{[]string{"create-change-set", "--stack-name", "s", "--change-set-name", "c", "--change-set-type", "CREATE", "--template-body", body,
			"--parameters", "ParameterKey=Password,ParameterValue=swordfish", "--tags", "Key=k,Value=v", "--capabilities", "CAPABILITY_IAM", "--description", "d"}, []string{`"StackId": "arn:aws:cloudformation:`}},
		{[]string{"describe-change-set", "--stack-name", "s", "--change-set-name", "c"}, []string{`"Status": "CREATE_COMPLETE"`, `"Action": "Add"`, `"****"`, `"Key": "k"`}},
		{[]string{"execute-change-set", "--stack-name", "s", "--change-set-name", "c"}, nil},
		{[]string{"describe-stacks", "--stack-name", "s"}, []string{`"StackStatus": "CREATE_COMPLETE"`, `"OutputValue": "****"`, `"DisableRollback": false`}},
		{[]string{"describe-stack-events", "--stack-name", "s"}, []string{`pw=****;p`, `"PhysicalResourceId": "/db"`}},
		{[]string{"update-stack", "--stack-name", "s", "--use-previous-template", "--parameters", "ParameterKey=Password,UsePreviousValue=true"}, []string{"FAILED", "(ValidationError)", "No updates are to be performed."}},
		{[]string{"describe-change-set", "--stack-name", "s", "--change-set-name", "nil"}, []string{"FAILED", "(ChangeSetNotFound)"}},
		{[]string{"delete-stack", "--stack-name", "s"}, nil},
		{[]string{"list-stacks", "--stack-status-filter", "DELETE_COMPLETE"}, []string{`"StackName": "s"`}},
	} {
		out := r.cli(step.args...)
		for _, want := range step.has {
			if !strings.Contains(out, want) {
				t.Errorf("%v: no %s in %s", step.args, want, out)
			}
		}
		if len(step.has) == 0 && strings.HasPrefix(out, "FAILED") || len(step.has) > 0 && step.has[0] != "FAILED" && !json.Valid([]byte(out)) {
			t.Errorf("%v: %s", step.args, out)
		}
		if strings.Contains(out, "swordfish") {
			t.Errorf("%v tells the secret", step.args)
		}
		r.pass(time.Minute)
	}
}

// SBX-81, SBX-68: the aws CLI takes a stack set through its life, and looks for drift.
func TestAWSCLIStackSet(t *testing.T) {
	if testing.Short() {
		t.Skip("the aws CLI takes seconds a call")
	}
	r := newRig(t)
	r.prepare(spoke1)
	at := []string{"--stack-set-name", "s", "--accounts", spoke1, "--regions", region}
	for _, step := range []struct {
		args []string
		has  []string
	}{
		{[]string{"create-stack-set", "--stack-set-name", "s", "--template-body", topicSet}, []string{`"StackSetId": "s:`}},
		{append([]string{"create-stack-instances", "--operation-id", "one", "--operation-preferences", "FailureToleranceCount=0,MaxConcurrentCount=1"}, at...), []string{`"OperationId": "one"`}},
		{append([]string{"create-stack-instances", "--operation-id", "one"}, at...), []string{"FAILED", "(OperationIdAlreadyExistsException)"}},
		{[]string{"list-stack-instances", "--stack-set-name", "s"}, []string{`"DetailedStatus": "SUCCEEDED"`, `"Status": "CURRENT"`}},
		{[]string{"list-stack-set-operation-results", "--stack-set-name", "s", "--operation-id", "one"}, []string{`"Status": "SUCCEEDED"`}},
		{[]string{"detect-stack-set-drift", "--stack-set-name", "s"}, []string{`"OperationId"`}},
		{[]string{"describe-stack-set", "--stack-set-name", "s"}, []string{`"DriftStatus": "IN_SYNC"`, `"PermissionModel": "SELF_MANAGED"`, `"Active": false`}},
		{append([]string{"delete-stack-instances", "--no-retain-stacks"}, at...), []string{`"OperationId"`}},
		{[]string{"delete-stack-set", "--stack-set-name", "s"}, nil},
		{[]string{"list-stack-sets", "--status", "DELETED"}, []string{`"StackSetName": "s"`}},
	} {
		out := r.cli(step.args...)
		for _, want := range step.has {
			if !strings.Contains(out, want) {
				t.Errorf("%v: no %s in %s", step.args, want, out)
			}
		}
		if len(step.has) == 0 && strings.HasPrefix(out, "FAILED") {
			t.Errorf("%v: %s", step.args, out)
		}
		r.pass(time.Minute)
	}
}
