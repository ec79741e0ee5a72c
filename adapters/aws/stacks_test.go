package aws_test

import (
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/axle-cd/axle/adapters/aws"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products"
)

var beta = products.StackTarget{Account: "111111111111", Role: "CatalogBetaDeploy", Region: "eu-west-1", Name: "axle-bucket-1"}

func request(template string) products.StackRequest {
	return products.StackRequest{StackTarget: beta, Template: []byte(template), Parameters: map[string]string{"Owner": "me"}, Tags: map[string]string{"axle:run": "1"}}
}

// X43 I4: a stack is made once, told with its resources' properties, and deleted.
func TestStack(t *testing.T) {
	b := newBed(t)
	s := aws.NewStacks(b.session, b.files.Hub)
	var events []products.StackEvent
	on := func(e products.StackEvent) { events = append(events, e) }

	made, err := s.Provision(t.Context(), request(templateText), on)
	if err != nil {
		t.Fatal(err)
	}
	if made.Status != "CREATE_COMPLETE" || made.Outputs["Name"] == "" || len(made.Changes) != 1 || made.Changes[0].Action != "Add" {
		t.Errorf("got %+v", made)
	}
	if len(events) < 4 || events[0].At.After(events[len(events)-1].At) || events[len(events)-1].Status != "CREATE_COMPLETE" {
		t.Errorf("events %+v", events)
	}
	same(t, "calls", mutating(b.since(0)), []string{"CreateChangeSet", "ExecuteChangeSet"})

	mark := b.mark()
	if again, err := s.Provision(t.Context(), request(templateText), nil); err != nil || again.ID != made.ID {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	same(t, "calls of the same again", mutating(b.since(mark)), nil)

	told, err := s.Describe(t.Context(), beta)
	if err != nil || len(told.Resources) != 1 || told.Resources[0].Properties["BucketEncryption"] == nil {
		t.Errorf("told %+v, %v", told, err)
	}
	var deletion []string
	for range 2 {
		end, err := s.Delete(t.Context(), beta, func(e products.StackEvent) { deletion = append(deletion, e.Status) })
		if err != nil || end.Status != "DELETE_COMPLETE" {
			t.Errorf("deleted: %+v, %v", end, err)
		}
	}
	if len(deletion) == 0 || slices.ContainsFunc(deletion, func(status string) bool { return !strings.HasPrefix(status, "DELETE_") }) {
		t.Errorf("a deletion tells its own events: %v", deletion)
	}
	anew, err := s.Provision(t.Context(), request(templateText), nil)
	if err != nil || anew.Status != "CREATE_COMPLETE" || anew.ID == made.ID {
		t.Errorf("made anew under the same name: %+v, %v", anew, err)
	}
}

// How a stack ends is told, and is no error: the product failed, not axle.
func TestStackEnds(t *testing.T) {
	taken := strings.Replace(templateText, "    Properties:\n", "    Properties:\n      BucketName: axle-artifacts-999999999999-eu-west-1\n", 1)
	cases := []struct {
		name, template string
		status, reason string
	}{
		{"rolled back, with the first cause", taken, "ROLLBACK_COMPLETE", "Bucket (AWS::S3::Bucket): "},
		{"refused at once", "Resources: {}", "REJECTED", "ValidationError"},
		{"without its capability", "Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}}", "REJECTED", "InsufficientCapabilitiesException"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			s := aws.NewStacks(b.session, b.files.Hub)
			q := request(c.template)
			if c.status == "REJECTED" {
				q.Parameters = nil
			}
			for range 2 { // an earlier attempt's end is told again, not made good by another
				got, err := s.Provision(t.Context(), q, nil)
				if err != nil {
					t.Fatal(err)
				}
				if got.Status != c.status || !strings.Contains(got.Reason, c.reason) {
					t.Errorf("got %s: %s", got.Status, got.Reason)
				}
			}
			if end, err := s.Delete(t.Context(), q.StackTarget, nil); err != nil || end.Status != "DELETE_COMPLETE" {
				t.Errorf("deleted: %+v, %v", end, err)
			}
		})
	}
}

// X46 I4: what cannot be deleted is told with its reason, and can be deleted once that is gone.
func TestStackThatStays(t *testing.T) {
	b := newBed(t)
	s := aws.NewStacks(b.session, b.files.Hub)
	made, err := s.Provision(t.Context(), request(templateText), nil)
	if err != nil {
		t.Fatal(err)
	}
	bucket, objects := made.Outputs["Name"], s3.NewFromConfig(b.as(beta.Account, beta.Role))
	if _, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: sdk.String("left"), Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := s.Delete(t.Context(), beta, nil)
		if err != nil || got.Status != "DELETE_FAILED" || !strings.HasPrefix(got.Reason, "Bucket (AWS::S3::Bucket): ") || got.ID == "" {
			t.Errorf("got %s: %q, %v", got.Status, got.Reason, err)
		}
	}
	if _, err := objects.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: sdk.String("left")}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Delete(t.Context(), beta, nil); err != nil || got.Status != "DELETE_COMPLETE" {
		t.Errorf("got %s: %q, %v", got.Status, got.Reason, err)
	}
}

// BL02: a template too large to be sent inline goes by the hub's bucket.
func TestStackLarge(t *testing.T) {
	b := newBed(t)
	large := templateText + "# " + strings.Repeat("x", 60000) + "\n"
	got, err := aws.NewStacks(b.session, b.files.Hub).Provision(t.Context(), request(large), nil)
	if err != nil || got.Status != "CREATE_COMPLETE" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// X49: what is not axle's, or is made of something else, is neither adopted nor deleted.
func TestStackOfOthers(t *testing.T) {
	b := newBed(t)
	b.foreignStack(beta)
	s := aws.NewStacks(b.session, b.files.Hub)
	if _, err := s.Provision(t.Context(), request(templateText), nil); document.CodeOf(err) != "AXLE3221" {
		t.Errorf("provision: %v", err)
	}
	if _, err := s.Delete(t.Context(), beta, nil); document.CodeOf(err) != "AXLE3221" {
		t.Errorf("delete: %v", err)
	}
	mine := request(templateText)
	mine.Name = "axle-mine"
	if _, err := s.Provision(t.Context(), mine, nil); err != nil {
		t.Fatal(err)
	}
	mine.Parameters["Owner"] = "somebody else"
	if _, err := s.Provision(t.Context(), mine, nil); document.CodeOf(err) != "AXLE3225" {
		t.Errorf("other content: %v", err)
	}
}
