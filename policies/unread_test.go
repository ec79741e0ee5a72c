package policies

import (
	"testing"
	"time"

	"github.com/axle-cd/axle/document"
)

// B059, FC01: a resource whose content no rule can know is never quietly passed over.
func TestUnreadTypes(t *testing.T) {
	for _, c := range []struct {
		kind, want string
		severity   document.Severity
	}{
		{"AWS::Evil::Thing", "AXLE-TYPE-1 R is not judged: no AWS::Evil::Thing is known", document.SeverityError},
		{"My::S3::Bucket::MODULE", "AXLE-TYPE-2 R is not judged: what the module My::S3::Bucket::MODULE makes is not read", document.SeverityError},
		{"Acme::Net::Vlan", "AXLE-TYPE-2 R is not judged: nothing is known of the private type Acme::Net::Vlan", document.SeverityError},
		{"Custom::Thing", "AXLE-TYPE-3 nothing that the custom resource R makes is judged", document.SeverityWarning},
		{"AWS::CloudFormation::CustomResource", "AXLE-TYPE-3 nothing that the custom resource R makes is judged", document.SeverityWarning},
		{"AWS::EFS::MountTarget", "", ""},
		{"AWS::CDK::Metadata", "", ""},
		{"Alexa::ASK::Skill", "", ""},
	} {
		r := rules(t)
		report, err := r.Judge(t.Context(), parsed(t, "Resources:\n  R: { Type: \""+c.kind+"\" }\n"), here)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range report.Findings {
			if f.Code != "AXLE2404" {
				continue
			}
			if got += f.Rule + " " + f.Summary; f.Line != 2 || f.Severity != c.severity || f.Hint == "" {
				t.Errorf("%s: %+v", c.kind, f)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
		excepted := Exception{Rule: "AXLE-TYPE-2", Resource: "R", Reason: "reviewed", Owner: "me@example.com", Expires: "2027-01-31"}
		if left := report.Except([]Exception{excepted}, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)); c.want != "" && c.want[:11] == "AXLE-TYPE-2" && left.Errors != 0 {
			t.Errorf("%s: an exception does not hold: %+v", c.kind, left.Findings)
		}
	}
}
